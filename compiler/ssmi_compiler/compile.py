"""From a method to an artifact: MI graph, traced step, certificate, compiled package. One call, one directory.

Legend: N batch, S image size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.ir.build import Sizes, build_graph
from ssmi_compiler.ir.graph import Graph
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.step.certificate import Certificate, certify
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import Networks, build_networks, initial_state
from ssmi_compiler.step.trace import TracedStep, trace_step, without_probes
from ssmi_dsl.components.augment import Normalize, resolve_augment
from ssmi_dsl.components.datasets import DATASETS, DatasetInfo
from ssmi_dsl.spec.method import Method

Device = Literal["cpu", "cuda"]
Stages = tuple[tuple[str, Graph], ...]


@dataclass(frozen=True)
class Lowered:
    """A method lowered and proven, before ahead-of-time compilation."""

    method: Method
    data: DatasetInfo
    networks: Networks
    augmentations: tuple[Augmentation, ...]
    stages: Stages
    step: TracedStep
    certificate: Certificate
    device: Device


def lower(
    method: Method,
    *,
    data: str = "digits",
    device: Device = "cpu",
    seed: int = 0,
    inspect: Callable[[Stages], None] = lambda stages: None,
) -> Lowered:
    """Build, optimise, trace and certify the step of `method` for the images of `data`. Raises CompileError.

    `inspect` is given the MI graph after every pass, before anything is traced.
    """
    info = DATASETS[data]
    networks = build_networks(method, channels=3, size=info.size)
    sizes = Sizes(method.recipe.batch_size, 3, info.size, dict(networks.features))
    stages = run_pipeline(build_graph(method, sizes), batched_views=method.spec.views.encode == "together")
    inspect(stages)
    augmentations = make_augmentations(method, info)
    program = StepProgram(stages[-1][1], method, networks, augmentations)
    traced = trace_step(program, example_inputs(method, networks, augmentations, info, seed=seed, device=device))
    certificate = certify(traced, method)
    return Lowered(method, info, networks, augmentations, stages, without_probes(traced), certificate, device)


def make_augmentations(method: Method, info: DatasetInfo) -> tuple[Augmentation, ...]:
    """One augmentation for each view, ending with the normalisation of the data set."""
    normalize = ("normalize", Normalize(mean=info.mean, std=info.std))
    recipes = (resolve_augment(method.spec.views.augment, view) for view in range(method.spec.views.count))
    return tuple(
        Augmentation(recipe if any(name == "normalize" for name, _ in recipe) else (*recipe, normalize))
        for recipe in recipes
    )


def example_inputs(
    method: Method,
    networks: Networks,
    augmentations: tuple[Augmentation, ...],
    info: DatasetInfo,
    *,
    seed: int,
    device: str = "cpu",
) -> dict[str, Tensor]:
    """Inputs of a first step on `device`, by name: initial state, a black batch, noise and the step's numbers.

    They are drawn on the CPU, so that equal seeds give equal numbers on every device.
    """
    batch, size = method.recipe.batch_size, info.size
    inputs = {f"state/{name}": value for name, value in initial_state(method, networks, seed=seed).items()}
    inputs["batch"] = torch.zeros(batch, info.channels, size, size, dtype=torch.uint8)
    inputs.update(draw_noise(augmentations, batch, size, seed=seed, step=0))
    inputs.update({f"number/{name}": torch.tensor(0.0) for name in number_names(method)})
    return {name: value.to(device) for name, value in inputs.items()}


def draw_noise(
    augmentations: tuple[Augmentation, ...], batch: int, size: int, *, seed: int, step: int
) -> dict[str, Tensor]:
    """The random numbers of one step, from (seed, step) alone: `noise/view<i>/<key>`."""
    noise: dict[str, Tensor] = {}
    for view, augmentation in enumerate(augmentations):
        generator = torch.Generator().manual_seed((seed * 1_000_003 + step) * 16 + view)
        drawn = augmentation.draw(generator, batch, (size, size))
        noise.update({f"noise/view{view}/{name}": value for name, value in drawn.items()})
    return noise


def number_names(method: Method) -> tuple[str, ...]:
    """Numbers that change from step to step: learning rates and momenta."""
    momenta = (f"momentum/{branch.name}" for branch in method.branches if branch.ema is not None)
    return ("lr", "lr/predictor", *momenta)


class InPlaceStep(nn.Module):
    """The traced step as a module that writes the new state into its state inputs and returns the metrics."""

    def __init__(self, step: TracedStep) -> None:
        super().__init__()
        self.module = step.module
        self.state_inputs = [step.inputs.index(name) for name in step.outputs if name.startswith("state/")]
        self.state_outputs = [index for index, name in enumerate(step.outputs) if name.startswith("state/")]
        self.metrics = [index for index, name in enumerate(step.outputs) if name.startswith("metric/")]

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.module(*inputs)
        for source, target in zip(self.state_outputs, self.state_inputs, strict=True):
            inputs[target].copy_(outputs[source])
        return tuple(outputs[index] for index in self.metrics)


def metric_names(step: TracedStep) -> tuple[str, ...]:
    """Names of what a compiled step returns, in order."""
    return tuple(name.removeprefix("metric/") for name in step.outputs if name.startswith("metric/"))
