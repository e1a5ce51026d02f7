"""Commands that only read are light from end to end: no torch, no NumPy, no rich."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "scipy", "rich", "jsonschema", "asyncio", "pygls")
RUN = """
import sys
sys.path[:0] = {paths!r}
from ssmi_runtime.cli import main
try:
    main()
finally:
    heavy = [name for name in {heavy!r} if name in sys.modules]
    assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "byol", "--recipe", "digits"],
        ["explain", "nothing"],
        ["graph", "byol"],
        ["diff", "byol", "jmi"],
        ["rule", "SD001"],
        ["rule", "momentum"],
        ["new", "mine", "--paradigm", "jmi"],
        ["schema"],
        ["lint", "byol"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(arguments: list[str], tmp_path: Path) -> None:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    code = RUN.format(paths=paths, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert "AssertionError" not in done.stderr, done.stderr
    assert done.returncode in (0, 1, 2)
