"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar

from ssmi_dsl.terms.base import Critic, Facts


class Bilinear(Critic):
    """A learned bilinear form."""

    name: ClassVar[str] = "bilinear"
    formula: ClassVar[str] = "T = aᵀ W b"
    source: ClassVar[str] = "Tschannen et al. 2020"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(learned=True)


class Separable(Critic):
    """Two learned maps and an inner product."""

    name: ClassVar[str] = "separable"
    formula: ClassVar[str] = "T = φ₁(a)ᵀφ₂(b)"
    source: ClassVar[str] = "Tschannen et al. 2020"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(learned=True)


class Mlp(Critic):
    """A learned network on the concatenation."""

    name: ClassVar[str] = "mlp"
    formula: ClassVar[str] = "T = φ([a, b])"
    source: ClassVar[str] = "Tschannen et al. 2020"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(learned=True)


class Laplace(Critic):
    """The negative smooth absolute difference."""

    name: ClassVar[str] = "laplace"
    formula: ClassVar[str] = "T = -smooth-ℓ₁(a - b)"
    source: ClassVar[str] = "Assran et al. 2023 (I-JEPA)"
    implemented: ClassVar[bool] = False
