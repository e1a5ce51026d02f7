"""Frozen teachers that start from the encoder of an earlier run."""

import json
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method, Sharing
from ssmi_runtime.checkpoint import NAME
from ssmi_runtime.errors import RunError


def fill_frozen(method: Method, state: Mapping[str, Tensor], run: Path) -> None:
    """Give every frozen branch of `method` the encoder that the anchor of the run in folder `run` has reached; `state` is changed in place. Heads of
    the branch keep their random start: they depend on the method, and a fixed random map of a trained encoder's features is still a target.

    Raises RunError where the method has no frozen branch, where the folder holds no run, or where an encoder has another shape.
    """
    frozen = [branch for branch in method.branches if branch.sharing is Sharing.FROZEN]
    if not frozen:
        raise RunError(f"`{method.spec.name}` has no frozen branch, so --init has nothing to fill")
    owner, saved = _read_run(run)
    for branch in frozen:
        for kind in ("param", "buffer"):
            prefix = f"state/{kind}/{branch.name}.encoder/"
            for name in [name for name in state if name.startswith(prefix)]:
                tensor = name.removeprefix(prefix)
                found = saved.get(f"state/{kind}/{owner}.encoder/{tensor}")
                if found is None or found.shape != state[name].shape:
                    what = "none" if found is None else f"the shape {tuple(found.shape)}"
                    raise RunError(
                        f"{run}: `{branch.name}.encoder/{tensor}` has the shape {tuple(state[name].shape)}, "
                        f"the run has {what}; choose a run with the same encoder"
                    )
                state[name].copy_(found)


def _read_run(run: Path) -> tuple[str, dict[str, Tensor]]:
    """The name of the anchor's owner in a run, and the state it reached."""
    try:
        recipe = str(json.loads((run / "run.json").read_text())["recipe"])
        saved = torch.load(run / NAME, weights_only=True, map_location="cpu")["state"]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError, UnpicklingError) as error:
        raise RunError(f"{run} holds no run with a checkpoint ({error})") from error
    return load(run / "spec.yaml", recipe=recipe).anchor.owner, dict(saved)
