"""Frozen branches that start from the networks of an earlier run."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ssmi_compiler.step.networks import build_networks, initial_state
from ssmi_dsl.load import dump, load
from ssmi_dsl.spec.method import Method
from ssmi_runtime.checkpoint import save_checkpoint
from ssmi_runtime.errors import RunError
from ssmi_runtime.initial import fill_frozen

WIDTH = "recipes.digits.method.encoder.backbone.conv-small.width"


def _state(method: Method, seed: int) -> dict[str, Tensor]:
    networks = build_networks(method, channels=3, size=32)
    return {f"state/{name}": value for name, value in initial_state(method, networks, seed=seed).items()}


def _run(folder: Path, width: int) -> dict[str, Tensor]:
    """A folder as `ssmi run jmi` leaves it, and the state in it."""
    method = load("jmi", recipe="digits", overrides=[f"{WIDTH}={width}"])
    state = _state(method, seed=5)
    folder.mkdir()
    save_checkpoint(folder, state, 3)
    (folder / "spec.yaml").write_text(dump(method.spec))
    (folder / "run.json").write_text(json.dumps({"recipe": "digits"}))
    return state


def test_a_frozen_teacher_takes_the_encoder_of_a_run_and_nothing_else_changes(tmp_path: Path) -> None:
    saved = _run(tmp_path / "run", 4)
    method = load(
        "salt",
        recipe="digits",
        overrides=[f"{WIDTH}=4", "recipes.digits.method.branches.student.predictor={mlp: [16, 64]}"],
    )
    state = _state(method, seed=0)
    before = {name: value.clone() for name, value in state.items()}

    fill_frozen(method, state, tmp_path / "run")

    teacher = [name for name in state if "/teacher.encoder/" in name]
    assert teacher
    assert all(torch.equal(state[name], saved[name.replace("/teacher.", "/shared.")]) for name in teacher)
    assert any(not torch.equal(state[name], before[name]) for name in teacher)
    assert all(torch.equal(state[name], before[name]) for name in state if name not in teacher)


def test_a_run_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    _run(tmp_path / "run", 8)
    method = load(
        "salt",
        recipe="digits",
        overrides=[f"{WIDTH}=4", "recipes.digits.method.branches.student.predictor={mlp: [16, 64]}"],
    )
    with pytest.raises(RunError, match="choose a run with the same encoder"):
        fill_frozen(method, _state(method, seed=0), tmp_path / "run")
    with pytest.raises(RunError, match="holds no run"):
        fill_frozen(method, _state(method, seed=0), tmp_path)
    byol = load("byol", recipe="digits")
    with pytest.raises(RunError, match="no frozen branch"):
        fill_frozen(byol, {}, tmp_path / "run")
