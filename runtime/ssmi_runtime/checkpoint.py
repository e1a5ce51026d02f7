"""Checkpoints: all state of a step in one file, written so that a whole one is always on disk."""

import os
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from ssmi_runtime.errors import RunError

NAME = "checkpoint.pt"


def save_checkpoint(folder: Path, state: Mapping[str, Tensor], step: int) -> None:
    """Write the state after `step` steps; the old checkpoint stays until the new one is on disk."""
    temporary = folder / f"{NAME}.tmp"
    with temporary.open("wb") as file:
        torch.save({"step": step, "state": dict(state)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / NAME)


def load_checkpoint(folder: Path, state: Mapping[str, Tensor]) -> int:
    """Copy the saved state into the tensors of `state` and return the number of steps done; 0 where nothing was saved.

    Raises RunError for a file that cannot be read or that holds another method's state.
    """
    path = folder / NAME
    if not path.is_file():
        return 0
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
        values, step = dict(saved["state"]), int(saved["step"])
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError, UnpicklingError) as error:
        raise RunError(f"{path} cannot be read ({error}); start again without --resume") from error
    shapes = {name: tuple(value.shape) for name, value in values.items()}
    if shapes != {name: tuple(value.shape) for name, value in state.items()}:
        raise RunError(f"{path} belongs to another method or recipe; choose another --out")
    for name, value in values.items():
        state[name].copy_(value)
    return step
