"""What a term is: parameters, facts, formula, source, and an emission that reads like the formula.

Legend: N batch, D features, M candidates. Losses are minimised: `joint` is minus the joint term J, `marginal` is plus
the marginal term M.

A term may keep tensors: `learned` ones are trained with the encoders, `state` is carried from step to step (a queue, a centre, a
running covariance), `schedules` are numbers that change with the step, `noise` is drawn anew in each step. Emissions get them in
`Inputs.memory` and return new values of the state, so that a term stays a pure function.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Generic, Literal, NamedTuple, TypeVar

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.components.base import Params
from ssmi_dsl.terms.reading import Reading

V = TypeVar("V")


class Facts(NamedTuple):
    """What rules and compiler know about a term without running it.

    exchange_symmetric  the loss does not change when the two views are exchanged
    bounded             |T| is bounded for every input (critics)
    needs_unit_norm     the formula lives on the unit sphere
    prevents_collapse   a constant representation is not a minimiser on its own account
    upper               an upper bound, which maximisation does not bound from below (bounds)
    unbounded_in_norm   scaling all embeddings lowers the loss without end (marginals)
    learned             T has parameters of its own (critics)
    raw_exponential     exp T itself is averaged, so it overflows where a log-sum-exp does not (bounds)
    statistics          where batch statistics come from when several processes train together
    """

    exchange_symmetric: bool = True
    bounded: bool = False
    needs_unit_norm: bool = False
    prevents_collapse: bool = False
    statistics: Literal["none", "local", "global"] = "none"
    raw_exponential: bool = False
    upper: bool = False
    learned: bool = False
    unbounded_in_norm: bool = False


class Initial(NamedTuple):
    """A tensor of a term before the first step.

    init   zeros, ones, eye, constant (`value` everywhere), normal (standard deviation `value`), uniform (within ±`value`),
           unit-rows (random directions, each row of norm 1), power-law (entry k proportional to k^-`value`, sum 1)
    """

    shape: tuple[int, ...]
    init: Literal["zeros", "ones", "eye", "constant", "normal", "uniform", "unit-rows", "power-law"] = "zeros"
    value: float = 0.0


class Ramp(NamedTuple):
    """A number that changes with the step: from `start` to `end`, linearly over `epochs` (None: along half a cosine over the run).

    With `jump` it stays at `start` until `epochs` are over.
    """

    start: float
    end: float
    epochs: float | None = None
    jump: bool = False


class Shapes(NamedTuple):
    """What decides the shapes of a term's tensors: N batch, D width of what the objective reads, and images in an epoch.

    `embedding` is the width in front of the target's prototypes where it has them, else D; `anchor` the width of what the anchor gives,
    where it may differ, else D.
    """

    batch: int
    width: int
    num_train: int | None = None
    embedding: int | None = None
    anchor: int | None = None


class Term(Params):
    """Base of every term. Subclasses set the class variables below; fields are the parameters a spec may write.

    `learned`, `state` and `schedules` name the tensors and numbers that emissions find in `Inputs.memory` under these names.
    """

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    facts: ClassVar[Facts] = Facts()
    implemented: ClassVar[bool] = True
    reading: ClassVar[Reading | None] = None

    @property
    def needs_graph(self) -> bool:
        """Whether emissions read `at.adjacency`."""
        return False

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        """Trained tensors."""
        return {}

    def state(self, shapes: Shapes) -> Mapping[str, Initial]:
        """Tensors carried from step to step; no gradient enters them."""
        return {}

    def schedules(self) -> Mapping[str, Ramp]:
        """Scalars that change from step to step."""
        return {}

    def noise(self, shapes: Shapes) -> Mapping[str, tuple[int, ...]]:
        """Shapes of standard normal numbers that the term reads; the runtime draws them from (seed, step)."""
        return {}

    def refresh_every(self, steps_per_epoch: int) -> int | None:
        """Steps between recomputations of state outside the step (see `ssmi_compiler.refresh`), from step 0; None for none."""
        return None


@dataclass(frozen=True, slots=True)
class Inputs(Generic[V]):
    """What one emission reads.

    x, y    anchor and target [N D] of one pair of views
    views   what every view of the anchor gives, in order of the views, for terms that read all of them at once
    memory  tensors and numbers of the term and of its critic, by name
    labels  class of every sample [N], int64, where the spec uses labels
    index   number of every sample in the training set [N], int64, where a term keeps something for each
    targets targets of all global views but the anchor's, for positives that read them
    projection  what the anchor gives in front of its predictor [N D], for marginals that read it

    Where the target has prototypes, y holds its scores [N K], and
    embedding   what the target scored [N E], and
    prototypes  the directions [K E] it was scored against: y = embedding prototypesᵀ, both normalised if the spec says so
    """

    x: V
    y: V
    views: tuple[V, ...] = ()
    memory: Mapping[str, V] = field(default_factory=dict[str, V])
    labels: V | None = None
    embedding: V | None = None
    prototypes: V | None = None
    targets: tuple[V, ...] = ()
    pairs: tuple[tuple[V, V], ...] = ()
    """Anchor and target of every pair, for terms that read all pairs at once."""
    rows: int = 1
    """Rows of one sample: 1, or the number of its tokens where the objective reads tokens; those of a sample follow each other."""
    maps: tuple[V, V] | None = None
    """Backbone features of the tokens in x and y, as constants, for positives that read them."""
    index: V | None = None
    projection: V | None = None
    adjacency: V | None = None
    """Of a graph: 1 where two nodes have an edge and 0 elsewhere [N N], 0 on the diagonal."""
    partners: V | None = None
    """[N N], how much every target counts as a partner of an anchor, where the positive finds several; None: y is the partner."""
    target_rows: int = 0
    """Rows of one sample in y; 0 stands for `rows`."""
    places: tuple[V, V] | None = None
    """Where the tokens in x and y lie in the source image, (x, y) in pixels, [N*P 2] each, for positives that read it."""
    local: bool = False
    """Whether the anchor is a local view of multi-crop."""
    grid: tuple[int, int] | None = None
    """Rows and columns of the map whose places are the tokens in x and y, for positives that read it."""
    hidden: V | None = None
    """Places of the hidden patches that x predicts [N G K], int64, where y holds a row for every patch."""
    own: V | None = None
    """What the target gives of the anchor's own view [N D], for positives that read it."""


@dataclass(frozen=True, slots=True)
class Scores(Generic[V]):
    """Critic values of a batch: `positive [N]`, `matrix [N M]` of candidates, and which entries are what.

    With `weights` the scores of partners are a matrix too, `positive [N P]`, and both parts of a loss are means over anchors of sums
    weighted by the two matrices: of partners [N P] and of candidates [N M].
    """

    positive: V
    matrix: V
    positives: Mask
    excluded: Mask
    weights: tuple[V, V] | None = None


@dataclass(frozen=True, slots=True)
class TermPair(Generic[V]):
    """The two parts of a loss. None adds nothing: a predictor carries its marginal in the gradient, not in the value, and a
    regulariser has no joint term."""

    joint: V | None
    marginal: V | None
    updates: Mapping[str, V] = field(default_factory=dict[str, V])
    """New values of the term's state; what the next pair of the same step reads."""


class Critic(Term):
    """T(a, b): how two embeddings are scored. `memory` holds the critic's learned tensors, if it has any.

    two_widths   anchor and target may have different widths
    """

    two_widths: ClassVar[bool] = False

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        """x, y [N D] -> [N], the score of corresponding rows."""
        raise AssertionError(f"{type(self).__name__} declares no pair score")

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        """x [N D], y [M D] -> [N M], the scores of all pairs."""
        raise AssertionError(f"{type(self).__name__} declares no score matrix")

    def features(self, b: Builder[V], x: V) -> V:
        """x [N D] -> [N D], what an inner-product critic multiplies: T(a, b) ∝ features(a)ᵀ features(b)."""
        return x

    def sphere_temperature(self, width: int) -> float | None:
        """τ where T(a, b) = cos(a, b) / τ + constant for embeddings of D = `width`, else None. The constant changes no bound."""
        return None

    def independent_variance(self, width: int) -> float | None:
        """Var T of independent embeddings, uniform on the sphere or of unit variance as T normalises them; None where T fixes neither."""
        tau = self.sphere_temperature(width)
        return None if tau is None else 1 / (tau * tau * width)


class Bound(Term):
    """How the joint and the marginal term are combined from critic scores.

    weighs     emissions read `Scores.weights`
    averages   the marginal term is a mean over samples of q, whatever their number: it takes candidates without the positive among them
    """

    weighs: ClassVar[bool] = False
    averages: ClassVar[bool] = False

    def emit(self, b: Builder[V], scores: Scores[V], at: Inputs[V]) -> TermPair[V]:
        """Scores -> the two scalar parts of the loss; `at.memory` holds the bound's own tensors."""
        raise AssertionError(f"{type(self).__name__} has no emission")

    def cap(self, candidates: int) -> float | None:
        """The largest value, in nats, that the bound can take with so many candidates whatever the critic; None where there is none."""
        return None

    def upward_bias(self, relative_variance: float, negatives: int) -> float | None:
        """How far a batch's value lies above the bound on average, given Var(e^T)/(E e^T)² over so many independent negatives, if it does."""
        return None


class Positive(Term):
    """How the partner of an anchor is found among the targets.

    reads   pair: one emission for each pair of views; others: one for each anchor, with the targets of all other views (`at.targets`)
    needs_grid  emissions read `at.grid`
    needs_own  emissions read `at.own`
    other_place  the partner never lies where the anchor does, so that one view gives pairs of different inputs
    of_tokens  partners are looked for among the tokens of one sample: both ends of the objective give tokens of whole views
    """

    reads: ClassVar[Literal["pair", "others"]] = "pair"
    of_tokens: ClassVar[bool] = False
    needs_grid: ClassVar[bool] = False
    needs_own: ClassVar[bool] = False
    other_place: ClassVar[bool] = False

    @property
    def needs_maps(self) -> bool:
        """Whether emissions read `at.maps`."""
        return False

    @property
    def needs_places(self) -> bool:
        """Whether emissions read `at.places`."""
        return False

    def misfit(self, grid: tuple[int, int]) -> str | None:
        """Why no anchor has a partner on a map of so many rows and columns; None where some anchor has one."""
        return None

    def meet(self, b: Builder[V], at: Inputs[V]) -> Inputs[V]:
        """What the loss reads: anchors and their partners, row by row. A positive may leave out anchors, and then changes `rows`."""
        return replace(at, x=self.anchor(b, at), y=self.partner(b, at), partners=self.partners(b, at))

    def anchor(self, b: Builder[V], at: Inputs[V]) -> V:
        """at.x [N D] -> [N D], what takes its place; most leave the anchor as it is."""
        return at.x

    def partner(self, b: Builder[V], at: Inputs[V]) -> V:
        """at.y [N D] -> [N D], the target that takes its place."""
        raise AssertionError(f"{type(self).__name__} finds no partner")

    def partners(self, b: Builder[V], at: Inputs[V]) -> V | None:
        """[N N], how much target j counts as a partner of anchor i; None where row i of `partner` is the only one."""
        return None

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        """New values of the state, once in a step, after the loss; `targets` are all target outputs [N D] of the step, detached."""
        return {}


class Marginal(Term):
    """How the marginal term is obtained: estimated from scores of a batch or queue, or replaced by a surrogate.

    reads   pair: one emission for each pair of views; views: one for all views together (`at.views`); pairs: one for all pairs
            together (`at.pairs`)
    needs_index       something is kept for every training image: emissions read `at.index`
    needs_projection  emissions read `at.projection`
    only_negatives    candidates are samples of q alone, the positive is not among them: the bound must average over them
    ignores_target    the loss reads what is stored instead of the target of the pair: one emission for each anchor
    needs_hidden      x are predictions of hidden tokens, y all tokens of the target, which the term scores itself: emissions read `at.hidden`
    learns_alone      the marginal part trains the term's own tensors and nothing else, the joint part all but them; the certificate proves it
    """

    kind: ClassVar[Literal["estimated", "surrogate", "none"]]
    reads: ClassVar[Literal["pair", "views", "pairs"]] = "pair"
    uses_all_views: ClassVar[bool] = False
    # the marginal is a second-order expansion, which holds while Var T is small
    second_order: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    needs_index: ClassVar[bool] = False
    needs_projection: ClassVar[bool] = False
    only_negatives: ClassVar[bool] = False
    ignores_target: ClassVar[bool] = False
    needs_hidden: ClassVar[bool] = False
    learns_alone: ClassVar[bool] = False

    def candidates(self, batch: int) -> int | None:
        """M, how many candidates an anchor is compared with, its positive included; None where nothing is sampled."""
        return None

    def noise_floor(self, batch: int, width: int) -> float | None:
        """What sampling alone leaves of the marginal part when all features are independent, in units of the loss before weights."""
        return None

    @property
    def needs_prototypes(self) -> bool:
        """Whether emissions read `at.embedding` and `at.prototypes`."""
        return False

    def scores(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> Scores[V]:
        """Inputs -> scores of positives and candidates; for `estimated` marginals."""
        raise AssertionError(f"{type(self).__name__} estimates nothing")

    def renew(self, b: Builder[V], targets: tuple[V, ...], at: Inputs[V]) -> Mapping[str, V]:
        """New values of the state, once in a step, after the loss; `targets` are all target outputs [N D] of the step, detached."""
        return {}


class Surrogate(Marginal):
    """A marginal that replaces the estimate by statistics of the embeddings or by structure of the network."""

    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        """Inputs -> the two scalar parts of the loss."""
        raise AssertionError(f"{type(self).__name__} has no emission")


class Assignment(Surrogate):
    """A marginal term that lives in how targets are assigned to K prototypes; the critic compares assignments.

    Nothing is added to the value: the loss is the cross-entropy that the critic `prototypes` gives.
    """

    def assign(self, b: Builder[V], at: Inputs[V]) -> V:
        """at.y, scores [N K] -> assignment [N K], rows that sum to 1; with an `assign` of their own, words need no `emit`."""
        raise AssertionError(f"{type(self).__name__} assigns nothing")

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, self.assign(b, at), at.memory))), None)


def pair_loss(
    b: Builder[V], *, bound: Bound, critic: Critic, marginal: Marginal, at: Inputs[V], positive: Positive | None = None
) -> TermPair[V]:
    """The loss of one pair of branch outputs: minus joint term and plus marginal term, before weights."""
    if positive is not None:
        at = positive.meet(b, at)
    if isinstance(marginal, Surrogate):
        return marginal.emit(b, critic, at)
    if marginal.kind == "none":
        return TermPair(b.neg(b.mean(critic.pair(b, at.x, at.y, at.memory))), None)
    return bound.emit(b, marginal.scores(b, critic, at), at)
