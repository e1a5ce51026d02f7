"""Ahead-of-time compilation, the artifact, and a run that is killed and resumed. Slow: one compilation takes about half a minute."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch._inductor.exc import InductorError

from ssmi_compiler.artifact import Artifact, artifact_key, open_artifact, write_artifact
from ssmi_compiler.compile import lower
from ssmi_compiler.errors import ArtifactError, CompileError
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from ssmi_runtime.loop import train

ROOT = Path(__file__).parents[2]
SMALL = (
    "recipes.digits.batch_size=64",
    "recipes.digits.epochs=1",
    "recipes.digits.warmup_epochs=0",
    "recipes.digits.method.encoder.backbone.conv-small.width=4",
    "recipes.digits.method.objective.marginal.queue.size=256",
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Artifact, Method]:
    """moco-v2, for its state of every kind: momentum slots, EMA target, buffers, queue and pointer."""
    method = load("moco-v2", recipe="digits", overrides=SMALL)
    return write_artifact(lower(method), tmp_path_factory.mktemp("artifact") / "moco"), method


def test_artifact_holds_every_stage(compiled: tuple[Artifact, Method]) -> None:
    artifact, method = compiled
    names = {path.name for path in artifact.path.iterdir()}
    assert {"00-build.mi", "step.py", "certificate.json", "spec.yaml", "manifest.json", "step.pt2"} <= names
    assert open_artifact(artifact.path).manifest["key"] == artifact_key(method, "digits", "cpu")
    assert json.loads((artifact.path / "certificate.json").read_text())["paradigm"] == "sdmi"


def test_a_changed_spec_has_another_key(compiled: tuple[Artifact, Method]) -> None:
    _, method = compiled
    other = load("moco-v2", recipe="digits", overrides=[*SMALL, "objective.critic.cosine.temperature=0.3"])
    longer = load("moco-v2", recipe="digits", overrides=[*SMALL, "recipes.digits.epochs=2"])
    assert artifact_key(other, "digits", "cpu") != artifact_key(method, "digits", "cpu")
    assert artifact_key(longer, "digits", "cpu") == artifact_key(method, "digits", "cpu")


def test_a_corrupted_artifact_is_refused(compiled: tuple[Artifact, Method], tmp_path: Path) -> None:
    artifact, _ = compiled
    for name in ("manifest.json", "step.pt2"):
        (tmp_path / name).write_bytes((artifact.path / name).read_bytes())
    with (tmp_path / "step.pt2").open("r+b") as file:
        file.seek(100)
        file.write(b"corrupted")
    with pytest.raises(ArtifactError, match="corrupted"):
        open_artifact(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ArtifactError, match="run `ssmi compile` again"):
        open_artifact(tmp_path)


def test_a_killed_and_resumed_run_ends_bit_identical(compiled: tuple[Artifact, Method], tmp_path: Path) -> None:
    artifact, method = compiled
    train(artifact, method, tmp_path / "whole", save_every=7)

    code = (
        f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'compiler'), str(ROOT / 'runtime')]!r}\n"
        "from pathlib import Path\n"
        "from ssmi_compiler.artifact import open_artifact\n"
        "from ssmi_dsl.load import load\n"
        "from ssmi_runtime.loop import train\n"
        f"method = load('moco-v2', recipe='digits', overrides={SMALL!r})\n"
        f"train(open_artifact(Path({str(artifact.path)!r})), method, Path({str(tmp_path / 'killed')!r}), save_every=7)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ})
    log = tmp_path / "killed" / "checkpoint.pt"
    deadline = time.monotonic() + 60
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    train(artifact, method, tmp_path / "killed", save_every=7, resume=True)

    whole, resumed = (torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "killed"))
    assert whole["step"] == resumed["step"]
    assert whole["state"].keys() == resumed["state"].keys()
    for name, value in whole["state"].items():
        assert torch.equal(value, resumed["state"][name]), name
    rows = [(tmp_path / name / "metrics.jsonl").read_text() for name in ("whole", "killed")]
    assert rows[0] == rows[1]


def test_a_failure_of_the_tensor_compiler_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise InductorError(KeyError("buf246"), None)  # pyright: ignore[reportArgumentType] - the frame is for its own report

    monkeypatch.setattr(torch._inductor, "aoti_compile_and_package", fails)
    lowered = lower(load("jmi", recipe="digits", overrides=["recipes.digits.batch_size=8"]))
    with pytest.raises(CompileError, match=r"fails to compile this step \(KeyError: 'buf246'\)"):
        write_artifact(lowered, tmp_path / "jmi")
    assert list(tmp_path.iterdir()) == []
