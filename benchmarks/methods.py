"""Every bundled method on the embedded data that fits it: k-NN, linear probe, effective rank, information, time.

Writes results/digits.{json,md} and specs/measured.json.

python benchmarks/methods.py [METHOD ...]
"""

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from ssmi_dsl.bundled import bundled_names

RESULTS = Path(__file__).parent / "results"
# what `ssmi list` shows
MEASURED = Path(__file__).parents[1] / "specs" / "measured.json"
# the canonical forms of the two paradigms, and the instances that their paper names
CANONICAL = ("sdmi", "moco-v2", "byol", "simsiam", "jmi", "simclr", "barlow-twins", "vicreg")
COLUMNS = {
    "k-NN": "knn",
    "k-NN, untrained": "untrained/knn",
    "k-NN, raw input": "raw/knn",
    "linear": "linear",
    "linear, untrained": "untrained/linear",
    "effective rank": "effective_rank",
    "MI, InfoNCE": "mi/infonce",
}


def main() -> None:
    """Measure the methods named, all by default; `--tables` only writes the tables again."""
    path = RESULTS / "digits.json"
    names = [] if sys.argv[1:] == ["--tables"] else sys.argv[1:] or list(bundled_names())
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            started, spent = time.perf_counter(), _processor_seconds()
            subprocess.run(["ssmi", "run", name, "--out", "run"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            seconds = time.perf_counter() - started
            data = json.loads((Path(folder) / "run" / "run.json").read_text())["data"]
            spent = _processor_seconds() - spent
            own = {"data": data, "seconds": round(seconds), "processor_seconds": round(spent)}
            # read again for each method: another process may measure others at the same time
            rows = json.loads(path.read_text())["methods"] if path.is_file() else {}
            rows[name] = {**json.loads((Path(folder) / "run" / "results.json").read_text()), **own}
        machine = {"processor": platform.machine(), "threads": torch.get_num_threads(), "torch": torch.__version__}
        record = {"command": "python benchmarks/methods.py", "machine": machine, "methods": dict(sorted(rows.items()))}
        path.write_text(json.dumps(record, indent=1))
        print(table({name: rows[name]}).splitlines()[-1], flush=True)
        write_tables(rows)
    if not names:
        write_tables(json.loads(path.read_text())["methods"])


def write_tables(rows: dict[str, dict[str, Any]]) -> None:
    """All rows by name, those of the README, and the k-NN accuracies that `ssmi list` reads."""
    ordered = dict(sorted(rows.items()))
    (RESULTS / "digits.md").write_text(table(ordered))
    (RESULTS / "digits_canonical.md").write_text(table({name: rows[name] for name in CANONICAL if name in rows}))
    knn = {name: round(row["knn"], 3) for name, row in ordered.items()}
    data = {name: row["data"] for name, row in ordered.items()}
    MEASURED.write_text(
        json.dumps({"command": "python benchmarks/methods.py", "knn": knn, "data": data}, indent=1) + "\n"
    )


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The results as Markdown, one method on each line; seconds are of the whole command, compilation and evaluation included.

    Processor seconds are those of all threads; they do not grow with the load of the machine.
    """
    lines = [
        "| method | data | " + " | ".join(COLUMNS) + " | seconds | processor s |",
        "| --- | --- |" + " ---: |" * (len(COLUMNS) + 2),
    ]
    for name, measured in rows.items():
        # the key says what is raw: pixels of images, features of nodes
        row = {**measured, "raw/knn": next(measured[key] for key in measured if key.startswith("raw_"))}
        cells = " | ".join(f"{row[key]:.1f}" if "rank" in key else f"{row[key]:.2f}" for key in COLUMNS.values())
        lines.append(f"| {name} | {row['data']} | {cells} | {row['seconds']:.0f} | {row['processor_seconds']:.0f} |")
    return "\n".join(lines) + "\n"


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
