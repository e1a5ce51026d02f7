"""`ssmi explain` as a process: exit codes, streams, and what it imports."""

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


def test_a_bundled_name_and_a_file_give_the_same_page() -> None:
    by_name, by_path = ssmi("explain", "byol"), ssmi("explain", str(specs_folder() / "byol.yaml"))
    assert (by_name.returncode, by_name.stderr) == (0, "")
    assert by_name.stdout == by_path.stdout
    assert by_name.stdout.startswith("byol: Bootstrap Your Own Latent")


def test_json_and_latex_exclude_each_other() -> None:
    assert json.loads(ssmi("explain", "jmi", "--json").stdout)["name"] == "jmi"
    assert r"\begin{align*}" in ssmi("explain", "jmi", "--latex").stdout
    done = ssmi("explain", "jmi", "--latex", "--json")
    assert (done.returncode, done.stdout) == (2, "")


def test_errors_have_exit_codes_and_positions(tmp_path: Path) -> None:
    unknown_recipe = ssmi("explain", "byol", "--recipe", "digit")
    assert unknown_recipe.returncode == 2
    assert "did you mean `digits`?" in unknown_recipe.stderr
    broken = tmp_path / "broken.yaml"
    broken.write_text((specs_folder() / "jmi.yaml").read_text().replace("in-batch", "in-bach"))
    done = ssmi("explain", str(broken))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{broken}:15:13" in done.stderr
    assert "Traceback" not in done.stderr
