"""`ssmi diff` as a process: exit codes and streams."""

import json
import subprocess
import sys
from pathlib import Path

from ssmi_dsl.bundled import specs_folder

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"


def ssmi(*arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    command = [sys.executable, "-c", RUN.format(paths=paths), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_exit_codes(tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text("# a comment\n" + (specs_folder() / "byol.yaml").read_text().replace("name: byol", "name: mine"))
    done = ssmi("diff", "byol", str(same))
    assert (done.returncode, done.stderr) == (0, "")
    assert ssmi("diff", "byol", "simsiam").returncode == 1
    for arguments in (("byol", "byoll"), ("byol", "jmi", "--recipe", "none"), ("byol",)):
        done = ssmi("diff", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_json_is_one_object_with_every_change() -> None:
    done = ssmi("diff", "jmi", "simclr", "--json")
    changes = json.loads(done.stdout)["changes"]
    assert done.returncode == 1
    assert {
        "recipe": None,
        "section": "objective",
        "path": "bound",
        "a": "donsker-varadhan",
        "b": "infonce",
        "meaning": "",
    } in changes
