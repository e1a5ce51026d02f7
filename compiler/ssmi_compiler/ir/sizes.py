"""What a graph must know beside the method: sizes of data and encoders, widths of outputs, tensors of terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ssmi_compiler.errors import CompileError
from ssmi_dsl.spec.masks import Grid
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, OutputName
from ssmi_dsl.spec.parts import term_part, terms_of
from ssmi_dsl.spec.widths import width_at
from ssmi_dsl.terms import Initial, Ramp, Shapes, term_name


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the graph must know of data and encoders: batch, channels, height and width of every view, features of each owner's backbone.

    `text` is the length of a text in tokens, 0 where the data has none.
    """

    batch: int
    channels: int
    views: tuple[tuple[int, int], ...]
    features: dict[str, int]
    text: int = 0
    grids: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict[str, tuple[tuple[int, int], ...]])
    """Rows and columns of tokens of every view, for each owner whose backbone gives tokens."""
    node: int = 0
    """F, features of a node, where the samples are the nodes of a graph."""


@dataclass(frozen=True, slots=True)
class TermTensors:
    """Tensors and numbers of the terms of one objective, by the name under which an emission reads them."""

    part: str
    learned: Mapping[str, Initial]
    state: Mapping[str, Initial]
    ramps: Mapping[str, Ramp]
    noise: Mapping[str, tuple[int, ...]]


def term_tensors(
    method: Method,
    view: ObjectiveView,
    *,
    batch: int,
    width: int,
    embedding: int | None = None,
    anchor: int | None = None,
) -> TermTensors:
    """What the terms of an objective hold, for embeddings [N D] of batch N and width D; `embedding` in front of prototypes, `anchor` the
    width of the anchor, by default D."""
    if view.spec.marginal.needs_index and method.recipe.num_train is None:
        raise CompileError(
            f"`{term_name(view.spec.marginal)}` keeps a row for every training image, and recipe `{method.recipe.name}` does not say "
            f"how many there are; write them to `recipes.{method.recipe.name}.num_train`"
        )
    shapes = Shapes(batch, width, method.recipe.num_train, embedding, anchor)
    learned: dict[str, Initial] = {}
    state: dict[str, Initial] = {}
    ramps: dict[str, Ramp] = {}
    noise: dict[str, tuple[int, ...]] = {}
    for term in terms_of(view):
        found = (*term.learned(shapes), *term.state(shapes), *term.schedules(), *term.noise(shapes))
        taken = {*learned, *state, *ramps, *noise}.intersection(found)
        assert not taken, f"two terms of one objective name a tensor alike: {sorted(taken)}"
        learned.update(term.learned(shapes))
        state.update(term.state(shapes))
        ramps.update(term.schedules())
        noise.update(term.noise(shapes))
    return TermTensors(term_part(view), learned, state, ramps, noise)


def read_size(view: ObjectiveView, features: Mapping[str, int]) -> int:
    """D, the width of the embeddings that an objective reads."""
    return output_size(view.target, view.target_output, features)


def embedding_size(view: ObjectiveView, features: Mapping[str, int]) -> int | None:
    """Width of what the target scores against its prototypes, None where the objective reads no scores."""
    scores = view.target_output == "output" and view.target.prototypes is not None
    return output_size(view.target, "prediction", features) if scores else None


def output_size(branch: BranchView, output: OutputName, features: Mapping[str, int]) -> int:
    """Width of what a branch gives at `output`."""
    width = width_at(branch, output, features[branch.owner])
    assert width is not None
    return width


def mask_grid(method: Method, grids: Mapping[str, tuple[Grid, ...]]) -> tuple[Grid, ...]:
    """Rows and columns of patches of every view, as the branches that see masked views have them."""
    owners = {branch.owner for branch in method.branches if branch.spec.input != "whole"}
    found = {grids[owner] for owner in owners} or set(grids.values())
    assert len(found) == 1, "encoders of masked views cut patches of one size"
    return next(iter(found))
