"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar, Literal

from pydantic import Field

from ssmi_dsl.terms.base import Facts, Marginal


class Whitening(Marginal):
    """Hard whitening of the embeddings."""

    name: ClassVar[str] = "whitening"
    formula: ClassVar[str] = "Σ = I"
    source: ClassVar[str] = "Ermolov et al. 2021 (W-MSE)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)

    size: int | None = Field(default=None, ge=2, description="samples in a whitened group; default: the batch")
    eps: float = Field(default=0.0, ge=0, description="added to the diagonal of the covariance")


class LogDet(Marginal):
    """Log-determinant of the covariance."""

    name: ClassVar[str] = "log-det"
    formula: ClassVar[str] = "-log det(R + εI)"
    source: ClassVar[str] = "Ozsoy et al. 2022 (CorInfoMax)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, unbounded_in_norm=True)

    eps: float = Field(default=1e-8, ge=0, description="ε, added to the diagonal of the covariance")
    order: int | None = Field(
        default=None, ge=1, le=16, description="terms of the Taylor series of MEC; default: the determinant itself"
    )
    distortion: float = Field(
        default=64.0, gt=0, description="ε² of the coding length, log det(I + D/(N ε²) ZᵀZ), where `order` is given"
    )


class NuclearNorm(Marginal):
    """Nuclear norm of the centroids."""

    name: ClassVar[str] = "nuclear-norm"
    formula: ClassVar[str] = "-‖Z̄‖_*"
    source: ClassVar[str] = "Yerxa et al. 2023 (MMCR)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, unbounded_in_norm=True)


class Frobenius(Marginal):
    """Logarithm of the Frobenius norm of the covariance."""

    name: ClassVar[str] = "frobenius"
    formula: ClassVar[str] = "log ‖C‖²_F"
    source: ClassVar[str] = "Skean et al. 2023 (FroSSL)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)


class GaussianMatch(Marginal):
    """Sketched isotropic Gaussian regularisation (SIGReg)."""

    name: ClassVar[str] = "gaussian-match"
    formula: ClassVar[str] = "∫|φ̂(t) - e^{-t²/2}|² w(t) dt"
    source: ClassVar[str] = "Balestriero & LeCun 2025 (LeJEPA)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)


class Uniformity(Marginal):
    """Uniformity on the sphere."""

    name: ClassVar[str] = "uniformity"
    formula: ClassVar[str] = "log E exp(-t‖a - a'‖²)"
    source: ClassVar[str] = "Wang & Isola 2020"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True, needs_unit_norm=True)


class MeanEntropy(Marginal):
    """Entropy of the mean assignment."""

    name: ClassVar[str] = "mean-entropy"
    formula: ClassVar[str] = "H(E p)"
    source: ClassVar[str] = "Assran et al. 2022 (MSN)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)


class Taylor(Marginal):
    """The Taylor expansion of the marginal term."""

    name: ClassVar[str] = "taylor"
    formula: ClassVar[str] = "E_q T + ½ Var_q T"
    source: ClassVar[str] = "this project's derivation, docs/theory.md"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "surrogate"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)

    order: int = Field(default=2, ge=2, le=4, description="order of the expansion")


class Permutation(Marginal):
    """Negatives by a random permutation: every anchor meets the target of one other place."""

    name: ClassVar[str] = "permutation"
    formula: ClassVar[str] = "q ≈ {(a_i, b_π(i))}"
    source: ClassVar[str] = "Belghazi et al. 2018 (MINE); Veličković et al. 2019 (DGI)"
    implemented: ClassVar[bool] = False
    kind: ClassVar[Literal["estimated", "surrogate", "none"]] = "estimated"
    facts: ClassVar[Facts] = Facts(prevents_collapse=True)

    draw: Literal["derangement", "permutation", "replacement"] = Field(
        default="derangement", description="π without fixed points, any π, or targets drawn with replacement"
    )
    over: Literal["samples", "places"] = Field(
        default="samples", description="what π exchanges: samples, or places (patches, times, nodes) of one sample"
    )
    exclude_neighbours: bool = Field(default=False, description="of graphs: a node's neighbours are not its negatives")
