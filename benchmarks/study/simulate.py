"""A short training of a method on vectors whose views have a known mutual information. Legend: N batch, D features.

A sample is x ~ N(0, I) in D dimensions, a view is x + s e with e ~ N(0, I). Two views have correlation r = 1 / (1 + s²) in each coordinate, hence
I = -D/2 log(1 - r²) nats. Every method gets the same data, the same steps and the same optimiser; methods on tokens see pictures of the
same views, and methods on texts have a text for the second one (study/world.py).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.augment.graph_view import GraphView, ViewMaker
from ssmi_compiler.compile import draw_term_noise, has_text, needs_index, needs_labels
from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.ir.sizes import Sizes, mask_grid, read_size
from ssmi_compiler.ir.text import print_graph
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.masks import Masks
from ssmi_compiler.nn.gcn import GcnNet
from ssmi_compiler.nn.vit import GivesTokens
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.lower import StepProgram
from ssmi_compiler.step.networks import Networks, build_networks, initial_state, objective_tensors, parameters_of
from ssmi_compiler.step.trace import TracedStep, trace_step, without_probes
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.backbones import ConvSmall, EncoderSpec, Text, Vit
from ssmi_dsl.components.heads import TransformerHead
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, Sharing
from ssmi_dsl.spec.parts import term_part
from ssmi_dsl.terms.base import Critic
from ssmi_dsl.terms.bounds.gaussian import Gaussian
from ssmi_dsl.terms.marginals.whitening import Whitening
from ssmi_runtime.data.gaussian import mutual_information
from ssmi_runtime.evaluate import effective_rank, feature_std
from study.readout import by_cosines, canonical, infonce
from study.shrink import FEATURES, NOISE
from study.world import RING, SIDE, TEXT, Pictures, pictures, ring, texts

STEPS, STEPS_PER_EPOCH = 200, 20
SAMPLES, TEST_PAIRS, OTHER_PAIRS = 1024, 512, 2048
KNOWN_NATS = mutual_information(FEATURES, 1 / (1 + NOISE**2))
NO_STEP = TracedStep(torch.fx.GraphModule({}, torch.fx.Graph()), (), ())


@dataclass(frozen=True)
class Traced:
    """The step of a method at the sizes of the study, and the inputs of its first step."""

    method: Method
    networks: Networks
    augmentations: tuple[ViewMaker, ...]
    step: TracedStep
    inputs: dict[str, Tensor]
    masks: Masks | None = None


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


def trace(method: Method, known: dict[str, TracedStep] | None = None) -> Traced:
    """Trace one step of `method`, at the sizes of the study, with its probes. `known` holds the steps traced before, by what they were traced from."""
    shown = sees_pictures(method.spec.encoder)
    # nodes count as images of height 1
    side = FEATURES if method.spec.views.graph is not None else SIDE if shown else math.isqrt(FEATURES)
    networks = build_networks(method, channels=1, size=side, text=TEXT)
    views, batch = method.spec.views, method.recipe.batch_size
    augmentations = tuple(_view_maker(method, view, shown=shown) for view in range(views.total))
    grids = {
        branch.owner: (module.grid((side, side)),) * views.total
        for branch in method.branches
        if isinstance(module := networks.modules[f"{branch.owner}.encoder"], GivesTokens)
    }
    sizes = Sizes(batch, 1, ((side, side),) * views.total, dict(networks.features), TEXT.length, grids, FEATURES)
    masks = None if views.mask is None else Masks(views.mask, mask_grid(method, grids)[: views.count])
    stages = run_pipeline(build_graph(method, sizes), batched_views=views.encode == "together")
    program = StepProgram(stages[-1][1], method, networks, augmentations)
    inputs = {f"state/{name}": value for name, value in initial_state(method, networks, seed=0).items()}
    untraced = Traced(method, networks, augmentations, NO_STEP, inputs, masks)
    inputs |= _of_step(untraced, 0, torch.Generator().manual_seed(0), num_steps=STEPS)
    chosen = torch.zeros(_drawn(method), dtype=torch.int64)
    inputs |= _of_batch(method, torch.zeros(len(chosen), FEATURES), chosen, torch.Generator().manual_seed(0))
    known, key = {} if known is None else known, _traced_from(program, inputs)
    if key not in known:
        known[key] = trace_step(program, inputs)
    return replace(untraced, step=known[key], inputs=inputs)


@torch.no_grad()
def simulate(
    traced: Traced,
    *,
    steps: int | None = None,
    seed: int = 0,
    rate: float = 1.0,
    taught: Mapping[str, Tensor] | None = None,
) -> Outcome:
    """Train for `steps` (default: STEPS) and measure; the traced step, run as it is, without ahead-of-time compilation.

    `seed` draws the start, the samples and their views; `rate` multiplies every learning rate; frozen branches take their weights from
    `taught`, what `train` gave of another method, as those of `ssmi run --init`.
    """
    return _measure(traced, train(traced, steps=steps, seed=seed, rate=rate, taught=taught))


def frozen_branches(method: Method) -> tuple[str, ...]:
    """The branches that keep the weights that they have at the start."""
    return tuple(branch.name for branch in method.branches if branch.sharing is Sharing.FROZEN)


@torch.no_grad()
def train(
    traced: Traced,
    *,
    steps: int | None = None,
    seed: int = 0,
    rate: float = 1.0,
    taught: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """The inputs of the step behind the last one, its state among them; arguments as of `simulate`."""
    step = without_probes(traced.step)
    method = traced.method
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randn(method.recipe.num_train or SAMPLES, FEATURES, generator=generator)
    inputs = {name: value.clone() for name, value in traced.inputs.items()}
    start = initial_state(method, traced.networks, seed=seed)
    inputs |= {f"state/{name}": value for name, value in start.items()}
    if taught is not None:
        prefixes = tuple(f"state/{kind}/{name}." for name in frozen_branches(method) for kind in ("param", "buffer"))
        inputs |= {name: taught[name].clone() for name in inputs if name.startswith(prefixes) and name in taught}
    total = STEPS if steps is None else steps

    def embed(branch: str) -> Tensor:
        return _embed(traced, inputs, method.branch(branch), samples)

    for index in range(total):
        state = {name: value for name, value in inputs.items() if name.startswith("state/")}
        refresh(method, state, step=index, steps_per_epoch=STEPS_PER_EPOCH, seed=seed, embed=embed)
        chosen = torch.randint(len(samples), (_drawn(method),), generator=generator)
        inputs |= _of_batch(method, samples[chosen], chosen, generator)
        inputs |= _of_step(traced, index, generator, num_steps=total, rate=rate)
        outputs = step.module(*(inputs[name] for name in step.inputs))
        inputs.update({name: value for name, value in zip(step.outputs, outputs, strict=True) if name in inputs})
    return inputs


def _view_maker(method: Method, view: int, *, shown: bool) -> ViewMaker:
    """Of nodes, of pictures (`shown`) or of vectors."""
    views = method.spec.views
    if views.graph is not None:
        return GraphView(views.graph.corrupt if view >= views.count else "none")
    kind = Pictures if shown else Augmentation
    return kind(resolve_augment(*views.augment_of(view)))


def _drawn(method: Method) -> int:
    """How many samples a batch shows: as many as it has, but for a graph, which shows each in several nodes."""
    batch = method.recipe.batch_size
    return batch if method.spec.views.graph is None else math.ceil(batch / RING)


def sees_pictures(encoder: EncoderSpec) -> bool:
    """Whether an encoder of this kind is given pictures instead of vectors."""
    return isinstance(encoder.backbone, Vit | ConvSmall)


def _traced_from(program: StepProgram, inputs: dict[str, Tensor]) -> str:
    """Equal for programs that trace to the same step: the MI graph, the modules, what the step reads of the method, and its inputs."""
    method, modules = program.method, program.networks.modules
    recipe = method.recipe
    return repr(
        (
            print_graph(program.graph),
            [(name, str(module)) for name, module in modules.items()],
            (recipe.optimizer, recipe.precision, recipe.channels_last, method.spec.optimize),
            [
                (type(view), getattr(view, "on_vectors", None), getattr(view, "corrupt", None))
                for view in program.augmentations
            ],
            [(name, tuple(value.shape)) for name, value in inputs.items()],
        )
    )


def _of_batch(method: Method, vectors: Tensor, chosen: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """What the step reads of the samples. Labels are the signs of the first three coordinates."""
    if method.spec.views.graph is not None:
        features, edges = ring(vectors, method.recipe.batch_size, generator)
        return {"batch": features, "adjacency": edges}
    read = {"batch": vectors}
    if needs_labels(method):
        read["labels"] = (vectors[:, :3] > 0).long() @ torch.tensor([1, 2, 4])
    if needs_index(method):
        read["index"] = chosen
    if has_text(method):
        read["text"] = texts(vectors, generator)
    return read


def _of_step(
    traced: Traced, index: int, generator: torch.Generator, *, num_steps: int, rate: float = 1.0
) -> dict[str, Tensor]:
    """Noise and numbers of a step; `rate` multiplies the learning rates."""
    method, masks = traced.method, traced.masks
    batch = method.recipe.batch_size
    drawn = {
        f"noise/view{view}/{name}": value
        for view, augmentation in enumerate(traced.augmentations)
        for name, value in augmentation.draw(generator, batch, (FEATURES,)).items()
    }
    if masks is not None:
        drawn.update({f"noise/{name}": value for name, value in masks.draw(generator, batch).items()})
    drawn.update(draw_term_noise(method, traced.networks, seed=0, step=index))
    numbers = numbers_at(method, index, num_steps=num_steps, steps_per_epoch=STEPS_PER_EPOCH)
    scaled = {name: value * rate if name.partition("/")[0] == "lr" else value for name, value in numbers.items()}
    return {**drawn, **{f"number/{name}": torch.tensor(value) for name, value in scaled.items()}}


def _measure(traced: Traced, inputs: dict[str, Tensor]) -> Outcome:
    z_a, z_b = _embedded(traced, inputs, TEST_PAIRS, seed=990_017)
    if not bool(torch.isfinite(z_a).all() and torch.isfinite(z_b).all()):
        return Outcome(math.nan, math.nan, math.nan)
    # a text's embeddings vary in fewer directions than an image's, so that ends are compared by the image's
    shown = z_b if isinstance(traced.method.anchor.encoder.backbone, Text) else z_a
    return Outcome(feature_std(shown), effective_rank(shown), _information(traced, inputs, z_a, z_b))


def _embedded(traced: Traced, inputs: dict[str, Tensor], count: int, *, seed: int) -> tuple[Tensor, Tensor]:
    """Embeddings [N D] of anchor and target, of `count` fresh pairs of views; each branch sees the modality that it reads.

    Of a graph both are the anchor's, of one node of each sample in two drawings of the graph.
    """
    generator = torch.Generator().manual_seed(seed)
    samples = torch.randn(count, FEATURES, generator=generator)
    if traced.method.spec.views.graph is not None:
        first, second = (
            _embed(traced, inputs, traced.method.anchor, *ring(samples, RING * count, generator))[::RING]
            for _ in range(2)
        )
        return first, second
    views = [samples + NOISE * torch.randn(count, FEATURES, generator=generator) for _ in range(2)]
    ends = (traced.method.anchor, traced.method.target)
    first, second = (
        _embed(traced, inputs, end, texts(samples, generator) if isinstance(end.encoder.backbone, Text) else view)
        for end, view in zip(ends, views, strict=True)
    )
    return first, second


def _information(traced: Traced, inputs: dict[str, Tensor], z_a: Tensor, z_b: Tensor) -> float:
    """InfoNCE of the embeddings: the best of what is read in front of the predictors and behind them, by cosines and by a critic that was learned.

    Where the objective is the same for every invertible linear map of a side, so is what is read. 0 where the sides differ in width and share no score.
    """
    method = traced.method
    view = method.objectives[method.focus]
    pairs = list(_read(traced, inputs, view, z_a, z_b))
    found = [by_cosines(a, b) for a, b in pairs]
    if isinstance(view.spec.bound, Gaussian):
        found.append(canonical(*_embedded(traced, inputs, OTHER_PAIRS, seed=990_019)).read(z_a, z_b))
    learned = objective_tensors(method, view, traced.networks.features).learned
    critic = view.spec.critic
    outputs = {view.anchor_output, view.target_output}
    if learned and type(critic).learned is not Critic.learned and not outputs & {"hidden", "tokens"}:
        prefix = f"state/param/{term_part(view)}/"
        memory = {name.removeprefix(prefix): value for name, value in inputs.items() if name.startswith(prefix)}
        width = read_size(view, traced.networks.features)
        scored = [(a, b) for a, b in pairs if a.shape[1] == width]
        found += [infonce(critic.matrix(TorchBuilder(), a, b, memory).double()) for a, b in scored]
    return max(found, default=0.0)


def _read(
    traced: Traced, inputs: dict[str, Tensor], view: ObjectiveView, z_a: Tensor, z_b: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs of one width: embeddings, whitened ones, the anchor's prediction of the target, and both predictions, where the objective compares those."""
    predicted = _predict(traced, inputs, view.anchor, z_a)
    pairs: list[tuple[Tensor | None, Tensor | None]] = [(z_a, z_b), (predicted, z_b)]
    if view.target_output in ("output", "prediction"):
        pairs.append((predicted, _predict(traced, inputs, view.target, z_b)))
    if isinstance(view.spec.marginal, Whitening):
        pairs.append((_whitened(z_a, view.spec.marginal), _whitened(z_b, view.spec.marginal)))
    for a, b in pairs:
        if (
            a is not None
            and b is not None
            and a.shape == b.shape
            and bool((torch.isfinite(a) & torch.isfinite(b)).all())
        ):
            yield a, b


def _whitened(z: Tensor, term: Whitening) -> Tensor:
    return TorchBuilder().whiten(z.double(), size=0, eps=term.eps, symmetric=term.factor == "eigen")


def _embed(
    traced: Traced, inputs: dict[str, Tensor], branch: BranchView, x: Tensor, edges: Tensor | None = None
) -> Tensor:
    """Vectors [N D], nodes with their edges, or texts [N L], shown as the branch sees them -> embeddings behind the projector.

    Batch norm has its running statistics, but in frozen branches: theirs stay those of the start, and training sees them with those of batches.
    """
    x = pictures(x) if sees_pictures(branch.encoder) else x
    for part in (f"{branch.owner}.encoder", f"{branch.owner}.projector"):
        if part in traced.networks.modules:
            x = _apply(traced, inputs, part, x, edges, of_batch=branch.sharing is Sharing.FROZEN)
    return x


def _predict(traced: Traced, inputs: dict[str, Tensor], branch: BranchView, z: Tensor) -> Tensor | None:
    """What the branch's predictor makes of its embeddings; None where it has none, or one of tokens."""
    part = f"{branch.name}.predictor"
    if part not in traced.networks.modules or isinstance(branch.predictor, TransformerHead):
        return None
    return _apply(traced, inputs, part, z)


def _apply(
    traced: Traced,
    inputs: dict[str, Tensor],
    part: str,
    x: Tensor,
    edges: Tensor | None = None,
    *,
    of_batch: bool = False,
) -> Tensor:
    """`of_batch`: batch norm takes the statistics of x, and keeps no record of them."""
    state = {name.removeprefix("state/"): value for name, value in inputs.items()}
    buffers = {name: value.clone() for name, value in parameters_of(state, part, "buffer").items()}
    module = traced.networks.modules[part].train(of_batch)
    given = {"adjacency": edges} if isinstance(module, GcnNet) else {}
    y = functional_call(module, (parameters_of(state, part), buffers), (x,), given)
    module.train()
    return y
