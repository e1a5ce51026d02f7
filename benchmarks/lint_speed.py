"""Time of `ssmi lint` beside yamllint, check-jsonschema and cfn-lint on the same files, one after the other in the same run.

    python benchmarks/lint_speed.py [--runs 5]

The files are bundled specs in block style, padded with comments to 100 lines where they have fewer; each tool gets 1, 100 and 1,000 of
them. CPU time is user and system time of the process, so that it hardly depends on what else the machine does; wall time is printed too.
check-jsonschema reads the schema that `ssmi schema` prints. cfn-lint knows no such files: it reports its own errors, and only its time
counts. A tool that is not on PATH is left out and named. Writes results/lint_speed.json and results/lint_speed.md.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from ssmi_dsl.bundled import bundled_names, specs_folder

RESULTS = Path(__file__).parent / "results"
COUNTS = (1, 100, 1000)
LINES = 100
ROOT = Path(__file__).parents[1]
# the entry point of this checkout, with its modules compiled as an installed package has them
SSMI = "from ssmi_runtime.cli import main; main()"


@dataclass(frozen=True)
class Tool:
    """A command that takes file names; `most` files at a time are worth waiting for."""

    name: str
    command: tuple[str, ...]
    most: int = COUNTS[-1]


@dataclass(frozen=True)
class Timing:
    cpu_ms: float
    wall_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of ssmi lint beside other linters.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool on one file; a third of them on many")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        files = write_specs(Path(folder) / "specs", COUNTS[-1])
        tools, absent = find_tools(Path(folder))
        rows = {tool.name: measure(tool, files, runs) for tool in tools}
    record = {
        "command": "python benchmarks/lint_speed.py",
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()},
        "lines_per_file": LINES,
        "milliseconds": {
            name: {
                str(count): {"cpu": round(row.cpu_ms, 1), "wall": round(row.wall_ms, 1)}
                for count, row in timings.items()
            }
            for name, timings in rows.items()
        },
        "versions": {tool.name: version_of(tool) for tool in tools},
        "absent": absent,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "lint_speed.json").write_text(json.dumps(record, indent=1) + "\n")
    (RESULTS / "lint_speed.md").write_text(table(rows))
    print(table(rows), end="")
    for name in absent:
        print(f"{name} is not on PATH", file=sys.stderr)


def write_specs(folder: Path, count: int) -> list[Path]:
    """`count` specs of `LINES` lines each, in block style as people write them."""
    folder.mkdir()
    files: list[Path] = []
    names = bundled_names()
    for index in range(count):
        spec = yaml.safe_load((specs_folder() / f"{names[index % len(names)]}.yaml").read_text())
        lines = yaml.safe_dump(spec, sort_keys=False, default_flow_style=False).splitlines()
        lines += [f"# line {number} of a comment" for number in range(len(lines), LINES)]
        files.append(folder / f"spec{index:04}.yaml")
        files[-1].write_text("\n".join(lines) + "\n")
    return files


def find_tools(folder: Path) -> tuple[list[Tool], list[str]]:
    """The tools that are here, and the names of those that are not."""
    ssmi = (sys.executable, "-c", SSMI, "lint", "--isolated", "--no-cache")
    schema = folder / "schema.json"
    schema.write_bytes(run((sys.executable, "-c", SSMI, "schema")).stdout)
    others = {
        "yamllint": Tool("yamllint", ("yamllint", "-d", "relaxed")),
        "check-jsonschema": Tool("check-jsonschema", ("check-jsonschema", "--schemafile", str(schema))),
        "cfn-lint": Tool("cfn-lint", ("cfn-lint",), most=100),
    }
    found = [tool for name, tool in others.items() if shutil.which(name) is not None]
    return [Tool("ssmi lint", ssmi), *found], [name for name in others if shutil.which(name) is None]


def measure(tool: Tool, files: list[Path], runs: int) -> dict[int, Timing]:
    """Medians by number of files, after one run that warms the caches of the disk."""
    timings: dict[int, Timing] = {}
    for count in (count for count in COUNTS if count <= tool.most):
        command = (*tool.command, *map(str, files[:count]))
        run(command)
        single = [timed(command) for _ in range(runs if count == 1 else max(1, runs // 3))]
        timings[count] = Timing(
            statistics.median(item.cpu_ms for item in single), statistics.median(item.wall_ms for item in single)
        )
    return timings


def timed(command: tuple[str, ...]) -> Timing:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(command)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timing(1000 * cpu, 1000 * wall)


def run(command: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
    """Runs a tool, whose exit code says what it found and does not matter here."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    if command[0] == sys.executable:
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    else:
        environment.pop("PYTHONPATH", None)
    return subprocess.run(command, capture_output=True, check=False, env=environment)


def version_of(tool: Tool) -> str:
    """What the tool says of its version."""
    if tool.name == "ssmi lint":
        from ssmi_dsl.version import VERSION

        return VERSION
    return run((tool.command[0], "--version")).stdout.decode().split()[-1]


def table(rows: dict[str, dict[int, Timing]]) -> str:
    """CPU milliseconds, wall milliseconds behind them."""
    heads = [f"{count:,} file{'s' if count > 1 else ''}" for count in COUNTS]
    lines = [
        f"| CPU ms (wall ms) | {' | '.join(heads)} | each further file |",
        "| --- |" + " ---: |" * (len(COUNTS) + 1),
    ]
    for name, timings in rows.items():
        cells = [
            f"{timings[count].cpu_ms:,.0f} ({timings[count].wall_ms:,.0f})" if count in timings else ""
            for count in COUNTS
        ]
        most = max(timings)
        further = (timings[most].cpu_ms - timings[1].cpu_ms) / (most - 1)
        lines.append(f"| {name} | {' | '.join(cells)} | {further:.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
