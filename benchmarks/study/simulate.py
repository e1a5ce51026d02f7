"""A short training of a method on vectors whose views have a known mutual information. Legend: N batch, D features.

A sample is x ~ N(0, I) in D dimensions, a view is x + s e with e ~ N(0, I). Two views have correlation r = 1 / (1 + s²) in each coordinate, hence
I = -D/2 log(1 - r²) nats. Every method gets the same data, the same steps and the same optimiser.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.compile import needs_labels
from ssmi_compiler.ir.build import Sizes, build_graph
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import Networks, build_networks, initial_state, parameters_of
from ssmi_compiler.step.trace import TracedStep, trace_step, without_probes
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.spec.method import Method
from ssmi_runtime.data.gaussian import mutual_information
from ssmi_runtime.evaluate import effective_rank, estimate_mi, feature_std
from study.shrink import FEATURES, NOISE

STEPS, STEPS_PER_EPOCH = 200, 20
SAMPLES, TEST_PAIRS = 1024, 512
# the critic of the read-out: the best of these, since every value is a lower bound
TEMPERATURES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
KNOWN_NATS = mutual_information(FEATURES, 1 / (1 + NOISE**2))


@dataclass(frozen=True)
class Traced:
    """The step of a method at the sizes of the study, and the inputs of its first step."""

    method: Method
    networks: Networks
    augmentations: tuple[Augmentation, ...]
    step: TracedStep
    inputs: dict[str, Tensor]


@dataclass(frozen=True)
class Outcome:
    """What embeddings of fresh pairs show after the training.

    `std` 1 where directions fill the sphere, 0 collapsed; `rank` the effective rank of the embeddings; `nats` the InfoNCE read-out of the views'
    information. A run whose embeddings are not finite has none of them.
    """

    std: float
    rank: float
    nats: float

    @property
    def finite(self) -> bool:
        return all(math.isfinite(value) for value in (self.std, self.rank, self.nats))


def trace(method: Method) -> Traced:
    """Trace one step of `method`, at the sizes of the study, with its probes."""
    side = math.isqrt(FEATURES)
    networks = build_networks(method, channels=1, size=side)
    views = method.spec.views
    augmentations = tuple(Augmentation(resolve_augment(*views.augment_of(view))) for view in range(views.total))
    sizes = Sizes(method.recipe.batch_size, 1, ((side, side),) * views.total, dict(networks.features))
    stages = run_pipeline(build_graph(method, sizes), batched_views=views.encode == "together")
    program = StepProgram(stages[-1][1], method, networks, augmentations)
    inputs = {f"state/{name}": value for name, value in initial_state(method, networks, seed=0).items()}
    inputs["batch"] = torch.zeros(method.recipe.batch_size, FEATURES)
    if needs_labels(method):
        inputs["labels"] = torch.zeros(method.recipe.batch_size, dtype=torch.int64)
    inputs.update(_noise(augmentations, method.recipe.batch_size, torch.Generator().manual_seed(0)))
    inputs.update({f"number/{name}": torch.tensor(value) for name, value in _numbers(method, 0).items()})
    return Traced(method, networks, augmentations, trace_step(program, inputs), inputs)


def simulate(traced: Traced, *, steps: int = STEPS, seed: int = 0) -> Outcome:
    """Train for `steps` and measure; the traced step, run as it is, without ahead-of-time compilation."""
    step = without_probes(traced.step)
    method, batch = traced.method, traced.method.recipe.batch_size
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randn(SAMPLES, FEATURES, generator=generator)
    inputs = dict(traced.inputs)
    with torch.no_grad():
        for index in range(steps):
            chosen = torch.randint(SAMPLES, (batch,), generator=generator)
            inputs["batch"] = samples[chosen]
            if "labels" in inputs:
                inputs["labels"] = (samples[chosen, :3] > 0).long() @ torch.tensor([1, 2, 4])
            inputs.update(_noise(traced.augmentations, batch, generator))
            inputs.update({f"number/{name}": torch.tensor(value) for name, value in _numbers(method, index).items()})
            outputs = step.module(*(inputs[name] for name in step.inputs))
            inputs.update({name: value for name, value in zip(step.outputs, outputs, strict=True) if name in inputs})
        return _measure(traced, inputs)


def _measure(traced: Traced, inputs: dict[str, Tensor]) -> Outcome:
    generator = torch.Generator().manual_seed(990_017)
    samples = torch.randn(TEST_PAIRS, FEATURES, generator=generator)
    first, second = (samples + NOISE * torch.randn(TEST_PAIRS, FEATURES, generator=generator) for _ in range(2))
    method = traced.method
    z_a, z_b = (
        _embed(traced, inputs, end.owner, view) for end, view in ((method.anchor, first), (method.target, second))
    )
    if not bool(torch.isfinite(z_a).all() and torch.isfinite(z_b).all()):
        return Outcome(math.nan, math.nan, math.nan)
    nats = max(estimate_mi(z_a, z_b, temperature).infonce for temperature in TEMPERATURES)
    return Outcome(feature_std(z_a), effective_rank(z_a), nats)


def _embed(traced: Traced, inputs: dict[str, Tensor], owner: str, x: Tensor) -> Tensor:
    """Behind the projector, with the running statistics of batch norm."""
    state = {name.removeprefix("state/"): value for name, value in inputs.items()}
    for part in (f"{owner}.encoder", f"{owner}.projector"):
        if part in traced.networks.modules:
            module = traced.networks.modules[part].eval()
            x = functional_call(module, (parameters_of(state, part), parameters_of(state, part, "buffer")), (x,))
            module.train()
    return x


def _noise(augmentations: tuple[Augmentation, ...], batch: int, generator: torch.Generator) -> dict[str, Tensor]:
    return {
        f"noise/view{view}/{name}": value
        for view, augmentation in enumerate(augmentations)
        for name, value in augmentation.draw(generator, batch, (FEATURES,)).items()
    }


def _numbers(method: Method, step: int) -> dict[str, float]:
    return numbers_at(method, step, num_steps=STEPS, steps_per_epoch=STEPS_PER_EPOCH)
