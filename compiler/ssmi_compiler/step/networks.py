"""The networks of a method and their initial state: encoders, projectors and predictors by part name (`branch.part`)."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ssmi_compiler.nn import build_backbone, build_head, init_module
from ssmi_compiler.optim import init_slots
from ssmi_dsl.spec.method import Method, Sharing
from ssmi_dsl.spec.parts import owned_parts, trained_parts
from ssmi_dsl.terms.marginals.queue import Queue

State = dict[str, Tensor]


@dataclass(frozen=True)
class Networks:
    """Modules by part. They hold shapes and code only; parameters live in the step's state."""

    modules: Mapping[str, nn.Module]
    features: Mapping[str, int]
    embedding: int


def build_networks(method: Method, *, channels: int, size: int) -> Networks:
    """A module for each part that owns parameters, EMA targets included."""
    modules: dict[str, nn.Module] = {}
    features: dict[str, int] = {}
    width = 0
    for branch in method.branches:
        if branch.sharing is not Sharing.TIED:
            backbone = build_backbone(branch.encoder, channels=channels, size=size)
            modules[f"{branch.name}.encoder"] = backbone
            features[branch.name] = width = int(backbone.num_features)  # pyright: ignore[reportArgumentType] - set by every backbone
            if branch.projector is not None:
                modules[f"{branch.name}.projector"] = build_head(branch.projector, width)
        if branch.predictor is not None:
            modules[f"{branch.name}.predictor"] = build_head(
                branch.predictor, _embedding(modules, features, branch.owner)
            )
    return Networks(modules, features, _embedding(modules, features, method.target.owner))


def initial_state(method: Method, networks: Networks, *, seed: int) -> State:
    """Parameters, buffers, optimiser slots, queue and step counter of a new run, on the CPU, from `seed` alone.

    An EMA target starts as an exact copy of its source, heads and buffers included.
    """
    generator = torch.Generator().manual_seed(seed)
    state: State = {}
    for part, module in networks.modules.items():
        init_module(module, generator)
        for name, parameter in module.named_parameters():
            state[f"param/{part}/{name}"] = parameter.detach().clone()
        for name, buffer in module.named_buffers():
            state[f"buffer/{part}/{name}"] = buffer.detach().clone()
    for branch in method.branches:
        if branch.source is not None:
            for part in owned_parts(branch):
                for kind in ("param", "buffer"):
                    prefix = f"{kind}/{branch.source}.{part}/"
                    for name in [name for name in state if name.startswith(prefix)]:
                        state[f"{kind}/{branch.name}.{part}/{name[len(prefix) :]}"] = state[name].clone()
    for part in all_trained_parts(method):
        for name, slot in init_slots(method.recipe.optimizer, parameters_of(state, part)).items():
            state[f"slot/{part}/{name}"] = slot
    if isinstance(method.objective.marginal, Queue):
        keys = torch.randn(method.objective.marginal.size, networks.embedding, generator=generator)
        state["queue"] = nn.functional.normalize(keys, dim=1)
        state["queue_pointer"] = torch.zeros((), dtype=torch.int64)
    state["step"] = torch.zeros(())
    return state


def all_trained_parts(method: Method) -> tuple[str, ...]:
    """Parts that some phase moves."""
    return tuple(dict.fromkeys(part for phase in method.phases for part in trained_parts(method, phase)))


def parameters_of(state: Mapping[str, Tensor], part: str, kind: str = "param") -> dict[str, Tensor]:
    """The parameters (or buffers, slots) of one part, by their name inside it."""
    prefix = f"{kind}/{part}/"
    return {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}


def _embedding(modules: Mapping[str, nn.Module], features: Mapping[str, int], owner: str) -> int:
    projector = modules.get(f"{owner}.projector")
    return features[owner] if projector is None else int(projector.out_features)  # pyright: ignore[reportArgumentType]
