"""What a term is: parameters, facts, formula, source, and an emission that reads like the formula.

Legend: N batch, D features, M candidates. Losses are minimised: `joint` is minus the joint term J, `marginal` is plus
the marginal term M.
"""

from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

from ssmi_dsl.builders.protocol import Builder, Mask
from ssmi_dsl.components.base import Params

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Facts:
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


class Term(Params):
    """Base of every term. Subclasses set the class variables below; fields are the parameters a spec may write."""

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    facts: ClassVar[Facts] = Facts()
    implemented: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Scores(Generic[V]):
    """Critic values of a batch: `positive [N]`, `matrix [N M]` of candidates, and which entries are what."""

    positive: V
    matrix: V
    positives: Mask
    excluded: Mask


@dataclass(frozen=True, slots=True)
class TermPair(Generic[V]):
    """The two parts of a loss. None adds nothing: a predictor carries its marginal in the gradient, not in the value."""

    joint: V
    marginal: V | None


class Critic(Term):
    """T(a, b): how two embeddings are scored."""

    def pair(self, b: Builder[V], x: V, y: V) -> V:
        """x, y [N D] -> [N], the score of corresponding rows."""
        raise AssertionError(f"{type(self).__name__} declares no pair score")

    def matrix(self, b: Builder[V], x: V, y: V) -> V:
        """x [N D], y [M D] -> [N M], the scores of all pairs."""
        raise AssertionError(f"{type(self).__name__} declares no score matrix")

    def features(self, b: Builder[V], x: V) -> V:
        """x [N D] -> [N D], what an inner-product critic multiplies: T(a, b) ∝ features(a)ᵀ features(b)."""
        return x


class Bound(Term):
    """How the joint and the marginal term are combined from critic scores."""

    def emit(self, b: Builder[V], scores: Scores[V]) -> TermPair[V]:
        """Scores -> the two scalar parts of the loss."""
        raise AssertionError(f"{type(self).__name__} has no emission")


class Marginal(Term):
    """How the marginal term is obtained: estimated from scores of a batch or queue, or replaced by a surrogate."""

    kind: ClassVar[Literal["estimated", "surrogate", "none"]]
    uses_all_views: ClassVar[bool] = False

    def scores(self, b: Builder[V], critic: Critic, x: V, y: V, queue: V | None) -> Scores[V]:
        """x, y [N D] (queue [K D]) -> scores of positives and candidates; for `estimated` marginals."""
        raise AssertionError(f"{type(self).__name__} estimates nothing")


class Surrogate(Marginal):
    """A marginal that replaces the estimate by statistics of the embeddings or by structure of the network."""

    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"

    def emit(self, b: Builder[V], critic: Critic, x: V, y: V) -> TermPair[V]:
        """x, y [N D] -> the two scalar parts of the loss."""
        raise AssertionError(f"{type(self).__name__} has no emission")


def pair_loss(
    b: Builder[V], *, bound: Bound, critic: Critic, marginal: Marginal, x: V, y: V, queue: V | None
) -> TermPair[V]:
    """The loss of one pair of branch outputs x, y [N D]: minus joint term and plus marginal term, before weights."""
    if isinstance(marginal, Surrogate):
        return marginal.emit(b, critic, x, y)
    if marginal.kind == "none":
        return TermPair(b.neg(b.mean(critic.pair(b, x, y))), None)
    return bound.emit(b, marginal.scores(b, critic, x, y, queue))
