"""Seconds from process start to the end of the first training step: ahead of time against just in time.

    python benchmarks/first_step.py [METHOD]

Each figure is a process `ssmi run` of its own, with an empty compile cache: linting, imports, data and initial state are included. Ahead of
time runs an artifact that lies ready. Writes results/first_step.json.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

RESULTS = Path(__file__).parent / "results"


def first_step(folder: str, method: str, *options: str, cache: str) -> float:
    """Seconds of `ssmi run` from process start to the end of its first step, read from the first row of its log."""
    out = Path(folder) / cache / "run"
    environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": f"{folder}/{cache}"}
    arguments = ["ssmi", "run", method, "--out", str(out), *options]
    started = time.time()
    process = subprocess.Popen(
        arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    log = out / "run.json"
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(b"step 1/"):
            seconds = time.time() - started
            break
    else:
        raise SystemExit(f"`{' '.join(arguments)}` ended before its first step; {log} tells more")
    process.terminate()
    process.wait()
    return seconds


def main() -> None:
    method = sys.argv[1] if len(sys.argv) > 1 else "jmi"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ssmi", "compile", method], cwd=folder, capture_output=True, check=True)
        ahead = [first_step(folder, method, cache=f"aot{index}") for index in range(3)]
        just = [first_step(folder, method, "--jit", cache=f"jit{index}") for index in range(2)]
    record = {
        "command": f"python benchmarks/first_step.py {method}",
        "machine": {"processor": platform.machine(), "threads": torch.get_num_threads(), "torch": torch.__version__},
        "ahead_of_time_seconds": [round(value, 2) for value in ahead],
        "just_in_time_seconds": [round(value, 2) for value in just],
        "ratio_of_medians": round(statistics.median(just) / statistics.median(ahead), 2),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "first_step.json").write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
