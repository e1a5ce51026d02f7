"""What `ssmi lint` may cost: which modules it imports, and how much CPU time it takes.

Limits are twice the goals (250 ms for one file, 2 ms for each further one), since a busy machine makes CPU time longer too;
`benchmarks/lint_speed.py` measures the goals themselves.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from ssmi_dsl.bundled import bundled_names, specs_folder

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
MAX_COLD_MS = 500.0
MAX_FURTHER_MS = 4.0
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


def cpu_ms(folder: Path, *arguments: str) -> float:
    """CPU time of `ssmi lint`, the least of three runs, milliseconds."""
    code = f"import sys; sys.path[:0] = {PATHS!r}; from ssmi_runtime.cli import main; main()"
    times: list[float] = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = python(code, "lint", "--isolated", "--no-cache", *arguments, cwd=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stdout + done.stderr
        times.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return min(times)


def test_cpu_time(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    texts = [(specs_folder() / f"{name}.yaml").read_bytes() for name in bundled_names()]
    for index in range(NUM_FILES):
        (specs / f"{index:03}.yaml").write_bytes(texts[index % len(texts)])
    python("import ssmi_dsl.check", cwd=tmp_path)
    one, many = cpu_ms(tmp_path, "specs/000.yaml"), cpu_ms(tmp_path, "specs")
    assert one < MAX_COLD_MS
    assert (many - one) / (NUM_FILES - 1) < MAX_FURTHER_MS
