"""From a method to an artifact: MI graph, traced step, certificate, compiled package. One call, one directory.

Legend: N batch, S image size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from ssmi_compiler.augment import Augmentation, GraphView, ViewMaker
from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.ir.graph import Graph
from ssmi_compiler.ir.sizes import Sizes, mask_grid
from ssmi_compiler.masks import Masks
from ssmi_compiler.nn.vit import GivesTokens
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.certificate import Certificate, certify
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import Networks, State, build_networks, initial_state, objective_tensors
from ssmi_compiler.step.trace import TracedStep, trace_step, without_probes
from ssmi_compiler.windows import Windows
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import Normalize
from ssmi_dsl.components.backbones import Patches
from ssmi_dsl.components.datasets import DATASETS, DatasetInfo
from ssmi_dsl.spec.method import Method

GRAPHS = tuple(name for name, info in DATASETS.items() if info.graph is not None)
TEXT_SETS = tuple(name for name, info in DATASETS.items() if info.text is not None)
Device = Literal["cpu", "cuda"]
# random streams of one step; a spec has fewer views
MAX_VIEWS = 128
Stages = tuple[tuple[str, Graph], ...]


@dataclass(frozen=True)
class Lowered:
    """A method lowered and proven, before ahead-of-time compilation."""

    method: Method
    data: DatasetInfo
    networks: Networks
    augmentations: tuple[ViewMaker, ...]
    stages: Stages
    step: TracedStep
    certificate: Certificate
    device: Device
    masks: Masks | Windows | None = None


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
    if has_text(method) and info.text is None:
        raise CompileError(
            f"`{method.spec.name}` reads text, and `{data}` has none; choose one of: {', '.join(TEXT_SETS)}"
        )
    check_graph(method, info)
    networks = build_networks(method, channels=3, size=info.size, text=info.text)
    augmentations = make_augmentations(method, info)
    masks = make_masks(method, networks, augmentations, info)
    sizes = sizes_of(method, networks, augmentations, info)
    stages = run_pipeline(build_graph(method, sizes), batched_views=method.spec.views.encode == "together")
    inspect(stages)
    program = StepProgram(stages[-1][1], method, networks, augmentations)
    # a step is traced by shapes alone: the state, which may be large, is never made
    with FakeTensorMode(allow_non_fake_inputs=True):
        state = initial_state(method, networks, seed=seed)
    inputs = example_inputs(method, networks, augmentations, info, seed=seed, device=device, state=state)
    traced = trace_step(program, inputs)
    certificate = certify(traced, method)
    return Lowered(method, info, networks, augmentations, stages, without_probes(traced), certificate, device, masks)


def sizes_of(method: Method, networks: Networks, augmentations: tuple[ViewMaker, ...], info: DatasetInfo) -> Sizes:
    """What the MI graph must know, for the images and texts of a data set."""
    views = tuple(augmentation.output_size((info.size, info.size)) for augmentation in augmentations)
    length = 0 if info.text is None else info.text.length
    grids = {
        branch.owner: tuple(module.grid(view) for view in views)
        for branch in method.branches
        if isinstance(module := networks.modules[f"{branch.owner}.encoder"], GivesTokens)
    }
    node = 0 if info.graph is None else info.graph.features
    return Sizes(method.recipe.batch_size, 3, views, dict(networks.features), length, grids, node)


def check_graph(method: Method, info: DatasetInfo) -> None:
    """Raise CompileError unless method and data both speak of a graph, of no fewer nodes than the batch has, or neither does."""
    if (method.spec.views.graph is None) != (info.graph is None):
        reads = f"`{method.spec.name}` reads {'images' if info.graph else 'a graph'}, and `{info.name}` is {'one' if info.graph else 'none'}"
        remedy = "choose a data set of images" if info.graph else f"choose one of: {', '.join(GRAPHS)}"
        raise CompileError(f"{reads}; {remedy}")
    if info.graph is not None and method.recipe.batch_size > info.graph.nodes:
        raise CompileError(
            f"a batch of {method.recipe.batch_size} nodes does not fit `{info.name}`, which has {info.graph.nodes}; "
            f"set `batch_size: {info.graph.nodes}`, the whole graph"
        )


def make_masks(
    method: Method, networks: Networks, augmentations: tuple[ViewMaker, ...], info: DatasetInfo
) -> Masks | Windows | None:
    """What hides patches of the global views of a data set's images, or what is seen of patches; None where all of them is seen."""
    declared, all_grids = method.spec.views.mask, sizes_of(method, networks, augmentations, info).grids
    windows = {
        (branch.encoder.backbone, all_grids[branch.owner])
        for branch in method.branches
        if isinstance(branch.encoder.backbone, Patches) and branch.encoder.backbone.crop is not None
    }
    if len(windows) + (declared is not None) > 1:
        raise CompileError("windows of patches of two kinds, or of patches and masks, are not drawn together")
    if windows:
        ((backbone, grids),) = windows
        return Windows(backbone, grids)
    if declared is None:
        return None
    grids = mask_grid(method, all_grids)
    return Masks(declared, grids[: method.spec.views.count])


def make_augmentations(method: Method, info: DatasetInfo) -> tuple[ViewMaker, ...]:
    """One augmentation for each view, ending with the normalisation of the data set."""
    normalize = ("normalize", Normalize(mean=info.mean, std=info.std))
    views = method.spec.views
    if views.graph is not None:
        corrupt = views.graph.corrupt
        return tuple(GraphView(corrupt if view >= views.count else "none") for view in range(views.total))
    recipes = (resolve_augment(*views.augment_of(view)) for view in range(views.total))
    return tuple(
        Augmentation(recipe if any(name == "normalize" for name, _ in recipe) else (*recipe, normalize))
        for recipe in recipes
    )


def example_inputs(
    method: Method,
    networks: Networks,
    augmentations: tuple[ViewMaker, ...],
    info: DatasetInfo,
    *,
    seed: int,
    device: str = "cpu",
    state: State | None = None,
) -> dict[str, Tensor]:
    """Inputs of a first step on `device`, by name: `state`, by default the initial one, a batch of zeros, noise and the step's numbers.

    They are drawn on the CPU, so that equal seeds give equal numbers on every device.
    """
    batch, size = method.recipe.batch_size, info.size
    state = initial_state(method, networks, seed=seed) if state is None else state
    inputs = {f"state/{name}": value for name, value in state.items()}
    if info.graph is None:
        inputs["batch"] = torch.zeros(batch, info.channels, size, size, dtype=torch.uint8)
    else:
        inputs["batch"] = torch.zeros(batch, info.graph.features)
        inputs["adjacency"] = torch.zeros(batch, batch)
    if needs_labels(method):
        inputs["labels"] = torch.zeros(batch, dtype=torch.int64)
    if needs_index(method):
        inputs["index"] = torch.zeros(batch, dtype=torch.int64)
    if has_text(method) and info.text is not None:
        inputs["text"] = torch.zeros(batch, info.text.length, dtype=torch.int64)
    masks = make_masks(method, networks, augmentations, info)
    inputs.update(draw_noise(augmentations, batch, size, seed=seed, step=0, masks=masks))
    inputs.update(draw_term_noise(method, networks, seed=seed, step=0))
    inputs.update(
        {f"number/{name}": torch.tensor(0.0) for name in numbers_at(method, 0, num_steps=1, steps_per_epoch=1)}
    )
    return {name: value.to(device) for name, value in inputs.items()}


def draw_noise(
    augmentations: tuple[ViewMaker, ...],
    batch: int,
    size: int,
    *,
    seed: int,
    step: int,
    masks: Masks | Windows | None = None,
) -> dict[str, Tensor]:
    """The random numbers of one step, from (seed, step) alone: `noise/view<i>/<key>`, and `noise/mask<i>/<part>` of masked views."""
    noise: dict[str, Tensor] = {}
    stream = (seed * 1_000_003 + step) * MAX_VIEWS
    if masks is not None:
        generator = torch.Generator().manual_seed(stream + MAX_VIEWS - 1)
        noise.update({f"noise/{name}": value for name, value in masks.draw(generator, batch).items()})
    for view, augmentation in enumerate(augmentations):
        generator = torch.Generator().manual_seed(stream + view)
        drawn = augmentation.draw(generator, batch, (size, size))
        noise.update({f"noise/view{view}/{name}": value for name, value in drawn.items()})
    return noise


def draw_term_noise(method: Method, networks: Networks, *, seed: int, step: int) -> dict[str, Tensor]:
    """The normal numbers that terms read in one step, from (seed, step) alone: `noise/objective<i>.<name>`."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + step) * MAX_VIEWS + MAX_VIEWS - 2)
    noise: dict[str, Tensor] = {}
    for view in method.objectives:
        tensors = objective_tensors(method, view, networks.features)
        for name, shape in tensors.noise.items():
            noise[f"noise/{tensors.part}.{name}"] = torch.randn(shape, generator=generator)
    return noise


def needs_labels(method: Method) -> bool:
    """Whether some objective reads the labels of the batch."""
    return any(view.spec.marginal.needs_labels for view in method.objectives)


def needs_index(method: Method) -> bool:
    """Whether some objective keeps something for every training image."""
    return any(view.spec.marginal.needs_index for view in method.objectives)


def has_text(method: Method) -> bool:
    """Whether some view is text."""
    return "text" in (method.spec.views.modalities or ())


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
