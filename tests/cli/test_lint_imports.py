"""What linting loads: never torch, NumPy or rich; a format, a baseline, settings and the machinery of fixes only where they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.render.report import FORMATS

ROOT = Path(__file__).parents[2]
PLAIN = "run_lint(['a.yaml'], options=LintOptions())"
EVERYTHING = f"run_lint(['a.yaml'], options=LintOptions(fix=True, cache_dir='cache', reports=[f'{{f}}=o.{{f}}' for f in {list(FORMATS)}]))"
HEAVY = {"torch", "numpy", "rich", "matplotlib", "scipy", "sklearn"}
UNUSED = {
    "tomllib",
    "ssmi_dsl.lint.baseline",
    "ssmi_dsl.lint.cache",
    "ssmi_dsl.fixes.patching",
    "ssmi_dsl.fixes.apply",
    "ssmi_dsl.render.sarif",
    "ssmi_dsl.render.junit",
    "ssmi_dsl.render.json_format",
    "ssmi_dsl.recovery",
    "ssmi_dsl.misplaced",
}


@pytest.mark.parametrize(
    ("call", "forbidden"), [(PLAIN, HEAVY | UNUSED), (EVERYTHING, HEAVY)], ids=["plain", "everything"]
)
def test_modules(tmp_path: Path, call: str, forbidden: set[str]) -> None:
    text = (specs_folder() / "byol.yaml").read_text()
    (tmp_path / "a.yaml").write_text(text if call is PLAIN else text.replace("    stop_gradient: true\n", ""))
    (tmp_path / ".git").mkdir()
    paths = [str(ROOT / part) for part in (".", "compiler", "runtime")]
    code = (
        f"import sys; sys.path[:0] = {paths!r}\n"
        "from ssmi_runtime.cli.lint import run_lint\n"
        "from ssmi_runtime.cli.lint_options import LintOptions\n"
        f"assert {call} == 0\n"
        f"print(sorted(set({sorted(forbidden)!r}) & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    if call is EVERYTHING:
        assert (tmp_path / "a.yaml").read_text() == text
        assert {path.name for path in tmp_path.glob("o.*")} == {f"o.{format}" for format in FORMATS}
