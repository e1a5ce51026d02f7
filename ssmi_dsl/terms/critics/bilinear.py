"""The bilinear critic. Legend: D, E widths of anchor and target."""

from collections.abc import Mapping
from math import sqrt
from typing import ClassVar

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Critic, Facts, Initial, Shapes, V


class Bilinear(Critic):
    """T(a, b) = aᵀ W b with a learned matrix, no bias. It starts as the identity; between two widths, uniform as of Glorot & Bengio 2010."""

    name: ClassVar[str] = "bilinear"
    formula: ClassVar[str] = "T(a,b) = aᵀ W b"
    source: ClassVar[str] = "van den Oord et al. 2018 (CPC), eq. 3; Tschannen et al. 2020 (1907.13625), section 3"
    facts: ClassVar[Facts] = Facts(exchange_symmetric=False, learned=True)

    two_widths: ClassVar[bool] = True

    def learned(self, shapes: Shapes) -> Mapping[str, Initial]:
        anchor, target = shapes.anchor or shapes.width, shapes.width
        if anchor == target:
            return {"bilinear": Initial((anchor, target), "eye")}
        return {"bilinear": Initial((anchor, target), "uniform", sqrt(6.0 / (anchor + target)))}

    def pair(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.row_dot(b.matmul(x, memory["bilinear"]), y)

    def matrix(self, b: Builder[V], x: V, y: V, memory: Mapping[str, V]) -> V:
        return b.matmul_t(b.matmul(x, memory["bilinear"]), y)
