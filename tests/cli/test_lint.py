"""`ssmi lint` as a process: exit codes, streams, and what it imports."""

import json
import subprocess
import sys
from pathlib import Path

from ssmi_dsl.bundled import bundled_names, specs_folder

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"


def ssmi(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    command = [sys.executable, "-c", RUN.format(paths=paths), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)


def test_bundled_specs_exit_0() -> None:
    done = ssmi("lint", str(specs_folder()))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"no findings in {len(bundled_names())} files")


def test_missing_stop_gradient_exits_1_with_the_caret_on_the_branch() -> None:
    text = (specs_folder() / "byol.yaml").read_text().replace("    stop_gradient: true\n", "")
    done = ssmi("lint", "-", stdin=text)
    assert done.returncode == 1
    assert "error[SD001 missing-stop-gradient]" in done.stdout
    assert "--> <stdin>:14:3" in done.stdout


def test_json_is_one_object() -> None:
    done = ssmi("lint", "--output-format", "json", "-", stdin="name: 3\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["schema"] == "ssmi.lint/1"


def test_unknown_path_exits_2_and_an_empty_folder_3(tmp_path: Path) -> None:
    assert ssmi("lint", "byoll").returncode == 2
    assert ssmi("lint", str(tmp_path)).returncode == 3


def test_lint_imports_neither_torch_nor_numpy() -> None:
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'compiler'), str(ROOT / 'runtime')]!r}\n"
        "from ssmi_runtime.cli.lint import run_lint\n"
        f"run_lint([{str(specs_folder())!r}], select=[], ignore=[], output_format='full')\n"
        "assert not {'torch', 'numpy', 'rich'} & set(sys.modules), 'the lint path is heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
