"""`ssmi run`: results, resuming, folders, clean stops."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"
SPEC = """
extends: {parent}
name: small
recipes:
  digits:
    batch_size: 64
    epochs: {epochs}
    method: {{encoder: {{backbone: {{conv-small: {{width: 4}}}}}}}}
"""


def command(*arguments: str) -> list[str]:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    return [sys.executable, "-c", RUN.format(paths=paths), *arguments]


def ssmi(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, timeout=240, check=False, env=environment
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a small method has been compiled."""
    path = tmp_path_factory.mktemp("work")
    (path / "ssmi.yaml").write_text(SPEC.format(parent="jmi", epochs=2))
    done = ssmi("compile", "--json", cwd=path)
    assert done.returncode == 0, done.stderr
    assert "compiling ./ssmi.yaml" in done.stderr
    manifest = json.loads(done.stdout)
    assert (path / manifest["path"] / "step.pt2").is_file()
    assert (manifest["name"], manifest["data"], manifest["recipe"]) == ("small", "digits", "digits")
    return path


def test_what_was_compiled_last_is_run_and_measured(folder: Path) -> None:
    done = ssmi("run", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "running what was compiled last, `ssmi.yaml` on digits" in done.stderr
    assert "is up to date" in done.stderr
    found = json.loads(done.stdout)
    assert found["steps"] == 2 * (1437 // 64)
    assert 0.1 < found["knn"] <= 1.0
    assert found["images_per_second"] > 0
    run = folder / found["run"]
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(found["steps"]))
    assert "effective_rank" in rows[found["steps"] // 2 - 1], "monitors follow the run"
    assert json.loads((run / "run.json").read_text())["seed"] == 0
    assert json.loads((run / "results.json").read_text())["knn"] == found["knn"]

    again = ssmi("run", "--out", str(run.relative_to(folder)), cwd=folder)
    assert again.returncode == 1
    assert "holds a run already; add --resume, or choose another --out" in again.stderr

    other = ssmi("run", "--resume", "--seed", "1", "--out", str(run.relative_to(folder)), cwd=folder)
    assert other.returncode == 1
    assert "is a run with seed 0, not 1" in other.stderr

    table = ssmi("run", "--resume", cwd=folder)
    assert table.returncode == 0, table.stderr
    assert "accuracy, %" in table.stdout
    assert f"run in {found['run']}" in table.stdout
    assert "\x1b" not in table.stdout


def test_an_interrupted_run_is_saved_and_goes_on(folder: Path) -> None:
    arguments = ["run", "--set", "recipes.digits.epochs=50", "--out", "stopped"]
    process = subprocess.Popen(command(*arguments), cwd=folder, stderr=subprocess.PIPE, text=True)
    log = folder / "stopped" / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (log.is_file() and log.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, errors
    assert "go on with --resume --out stopped" in errors
    assert "Traceback" not in errors
    assert (folder / "stopped" / "checkpoint.pt").is_file()


def test_a_corrupted_checkpoint_and_an_unknown_recipe_are_errors(folder: Path) -> None:
    (folder / "stopped" / "checkpoint.pt").write_bytes(b"nothing")
    done = ssmi("run", "--set", "recipes.digits.epochs=50", "--out", "stopped", "--resume", cwd=folder)
    assert done.returncode == 1
    assert "checkpoint.pt cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    done = ssmi("run", "--recipe", "imagenet-22k", cwd=folder)
    assert done.returncode == 1
    assert "has no recipe `imagenet-22k`; it has: default, " in done.stderr


def test_an_override_that_breaks_the_paradigm_is_refused(folder: Path) -> None:
    done = ssmi("compile", "byol", "--set", "branches.target.stop_gradient=false", cwd=folder)
    assert done.returncode == 1
    assert "SD001" in done.stderr
    done = ssmi("compile", "--device", "tpu", cwd=folder)
    assert done.returncode == 1
    assert "there is no device `tpu`; choose auto, cpu or cuda" in done.stderr


def test_just_in_time(folder: Path) -> None:
    done = ssmi("run", "ssmi.yaml", "--jit", "--set", "recipes.digits.epochs=1", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 1437 // 64
