"""`ssmi compile` refuses what lint finds, and what only the traced graph shows."""

import subprocess
import sys
from pathlib import Path

import pytest

from ssmi_dsl.bundled import specs_folder

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"


def ssmi(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    command = [sys.executable, "-c", RUN.format(paths=paths), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("name", "line"), [("byol", "    stop_gradient: true\n"), ("simsiam", "    stop_gradient: true\n")]
)
def test_missing_stop_gradient_is_refused_by_lint_and_by_the_certificate(name: str, line: str, tmp_path: Path) -> None:
    text = (specs_folder() / f"{name}.yaml").read_text()
    assert line in text
    (tmp_path / "ssmi.yaml").write_text(text.replace(line, ""))

    linted = ssmi("compile", cwd=tmp_path)
    assert linted.returncode == 1
    assert "error[SD001 missing-stop-gradient]" in linted.stderr

    proven = ssmi("compile", "--no-lint", cwd=tmp_path)
    assert proven.returncode == 1
    assert "the traced step contradicts the spec" in proven.stderr
    assert not list(tmp_path.glob("target/**/manifest.json"))


def test_an_unknown_data_set_is_an_error_without_traceback(tmp_path: Path) -> None:
    done = ssmi("compile", "jmi", "--data", "digitz", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no data set `digitz`" in done.stderr
    assert "Traceback" not in done.stderr
