"""What `ssmi lint` may cost: which modules it imports, and how many Python functions it calls.

Calls are counted, not seconds: their number is the same on every machine, however busy it is. `benchmarks/lint_speed.py` measures time
itself, beside other linters.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ssmi_dsl.bundled import bundled_names, specs_folder

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
# a fifth above what was counted under Python 3.11 and pydantic 2.13
MAX_COLD_CALLS = 200_000
MAX_FURTHER_CALLS = 4_600
NUM_FILES = 200
# heavy, or of no use to a linter
FORBIDDEN = (
    "asyncio", "click", "matplotlib", "multiprocessing", "numpy", "pandas", "pkg_resources", "pygments", "rich", "scipy", "sklearn",
    "ssmi_compiler", "timm", "torch", "torchvision", "typer", "typer.main", "unittest",
)  # fmt: skip
REPORT_MODULES = f"""
import sys
sys.path[:0] = {PATHS!r}
from ssmi_runtime.cli import run_command
try:
    run_command()
except SystemExit as ended:
    loaded = [name for name in {FORBIDDEN!r} if name in sys.modules and "_lazy" not in type(sys.modules[name]).__name__.lower()]
    print("exit", ended.code, "loaded", *loaded)
"""
# calls of generators and of module bodies count too; a package is the folder behind site-packages or the standard library's module
COUNT_CALLS = f"""
import json, os, sys
from collections import Counter
sys.path[:0] = {PATHS!r}
files = Counter()
def count(frame, event, argument):
    if event == "call":
        files[frame.f_code.co_filename] += 1
sys.setprofile(count)
from ssmi_runtime.cli import run_command
try:
    run_command()
except SystemExit as ended:
    sys.setprofile(None)
    packages = Counter()
    for file, calls in files.items():
        parts = file.removesuffix(".py").split(os.sep)
        known = [name for name in ("ssmi_dsl", "ssmi_runtime", "pydantic", "pydantic_core", "yaml") if name in parts]
        packages[known[0] if known else parts[-1]] += calls
    print(json.dumps(packages))
    sys.exit(ended.code)
"""


def python(code: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cwd / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("output_format", ["full", "concise", "json", "github", "sarif", "junit", "gitlab"])
@pytest.mark.parametrize(
    "text", ["extends: byol\nname: mine\n", "extends: byol\nname: mine\nviws: {}\nbranches: {target: {of: onlin}}\n"]
)
def test_light_imports(text: str, output_format: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    done = python(REPORT_MODULES, "lint", "a.yaml", "--no-cache", "--output-format", output_format, cwd=tmp_path)
    assert done.stderr.count("Traceback") == 0, done.stderr
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "exit"
    assert last[3:] == []


def calls(folder: Path, *arguments: str) -> Counter[str]:
    """Calls of Python functions in `ssmi lint`, by the package that they belong to."""
    done = python(COUNT_CALLS, "lint", "--isolated", "--no-cache", *arguments, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter(json.loads(done.stdout))


def told(what: str, found: Counter[str], most: int, per: int = 1) -> str:
    """Who calls, most first."""
    parts = ", ".join(f"{name} {count // per:,}" for name, count in found.most_common(8))
    return f"{what} makes {found.total() // per:,} calls of Python functions, at most {most:,} are meant: {parts}"


def test_number_of_calls(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    texts = [(specs_folder() / f"{name}.yaml").read_bytes() for name in bundled_names()]
    for index in range(NUM_FILES):
        (specs / f"{index:03}.yaml").write_bytes(texts[index % len(texts)])
    calls(tmp_path, "specs")  # from now on modules need not be compiled
    one, many = calls(tmp_path, "specs/000.yaml"), calls(tmp_path, "specs")
    assert one.total() <= MAX_COLD_CALLS, told("a lint of one file", one, MAX_COLD_CALLS)
    further, per = many - one, NUM_FILES - 1
    assert further.total() <= MAX_FURTHER_CALLS * per, told("each further file", further, MAX_FURTHER_CALLS, per)
