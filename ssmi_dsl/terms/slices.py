"""Surrogates that look at embeddings along random directions."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Inputs, Shapes, Surrogate, TermPair, V
from ssmi_dsl.terms.over_views import mean_over
from ssmi_dsl.terms.reading import Origin, Step

LARGEST_ENTROPY = Step(
    "of all distributions with covariance I the normal has the largest entropy: H(A) is held at that value, no value of I",
    r"H(A) \le \tfrac{D}{2} \log 2 \pi e",
    Origin.PROJECT,
)


class Sliced(Surrogate):
    """Views agree with their mean, and each view's embeddings are held to a standard normal along directions drawn anew in each step."""

    reads: ClassVar[Literal["pair", "views", "pairs"]] = "views"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, statistics="global")

    slices: int = Field(default=256, ge=1, description="random directions in each step")

    @abstractmethod
    def distance(self, b: Builder[V], z: V, directions: V) -> V:
        """z [N D], unit directions [U D] -> [], how far z is from standard normal."""

    def noise(self, shapes: Shapes) -> Mapping[str, tuple[int, ...]]:
        return {"slices": (self.slices, shapes.width)}

    def emit(self, b: Builder[V], critic: Critic, at: Inputs[V]) -> TermPair[V]:
        center = mean_over(b, at.views)
        joint = mean_over(b, tuple(b.mean(critic.pair(b, z, center, at.memory)) for z in at.views))
        directions = b.normalize(at.memory["slices"])
        return TermPair(b.neg(joint), mean_over(b, tuple(self.distance(b, z, directions) for z in at.views)))
