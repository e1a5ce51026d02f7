"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar

from pydantic import Field

from ssmi_dsl.terms.base import Bound, Facts


class Nwj(Bound):
    """The Nguyen-Wainwright-Jordan bound."""

    name: ClassVar[str] = "nwj"
    formula: ClassVar[str] = "I ≥ E_p[T] - e⁻¹ E_q[exp T]"
    source: ClassVar[str] = "Nguyen et al. 2010; Poole et al. 2019"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(raw_exponential=True)


class Jsd(Bound):
    """The Jensen-Shannon estimate of Deep InfoMax."""

    name: ClassVar[str] = "jsd"
    formula: ClassVar[str] = "-E_p sp(-T) - E_q sp(T)"
    source: ClassVar[str] = "Hjelm et al. 2019"
    implemented: ClassVar[bool] = False

    squash: bool = Field(
        default=False,
        description="a sigmoid on the critic before the softplus, as in the code of GMI; only to reproduce it",
    )


class Mine(Bound):
    """Donsker-Varadhan with a moving average in the gradient."""

    name: ClassVar[str] = "mine"
    formula: ClassVar[str] = "DV; ∇M with EMA(E_q exp T)"
    source: ClassVar[str] = "Belghazi et al. 2018"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(raw_exponential=True)

    momentum: float = Field(
        default=0.9, ge=0, lt=1, description="m of Z <- m Z + (1 - m) E_q exp T, the denominator of the gradient"
    )
    constant_penalty: float = Field(
        default=0.0, ge=0, description="weight of (log E_q exp T)², which pins the free constant of the critic (ReMINE)"
    )


class Smile(Bound):
    """Donsker-Varadhan with a clipped partition function."""

    name: ClassVar[str] = "smile"
    formula: ClassVar[str] = "E_p[T] - log E_q[clip(exp T, e^-τ, e^τ)]"
    source: ClassVar[str] = "Song & Ermon 2020"
    implemented: ClassVar[bool] = False

    clip: float = Field(default=5.0, gt=0, description="τ, the bound on the logarithm of what is averaged")


class Tuba(Bound):
    """The Barber-Agakov bound with a learned baseline."""

    name: ClassVar[str] = "tuba"
    formula: ClassVar[str] = "1 + E_p[log e^T/a] - E_q[e^T/a]"
    source: ClassVar[str] = "Poole et al. 2019"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(raw_exponential=True)


class Interpolated(Bound):
    """Between NWJ and InfoNCE."""

    name: ClassVar[str] = "interpolated"
    formula: ClassVar[str] = "I_α"
    source: ClassVar[str] = "Poole et al. 2019"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(raw_exponential=True)

    alpha: float = Field(default=0.01, description="α in (0, 1]: 1 is InfoNCE, towards 0 it becomes TUBA")


class Spectral(Bound):
    """The spectral contrastive (chi-squared) objective."""

    name: ClassVar[str] = "spectral"
    formula: ClassVar[str] = "2 E_p[T] - E_q[T²]"
    source: ClassVar[str] = "HaoChen et al. 2021"
    implemented: ClassVar[bool] = False


class Rpc(Bound):
    """Relative predictive coding."""

    name: ClassVar[str] = "rpc"
    formula: ClassVar[str] = "E_p T - α E_q T - β/2 E_p T² - γ/2 E_q T²"
    source: ClassVar[str] = "Tsai et al. 2021"
    implemented: ClassVar[bool] = False

    alpha: float = Field(default=0.0, description="α, the weight of E_q T")
    beta: float = Field(default=0.001, description="β > 0, the weight of E_p T²; T stays below 1/β")
    gamma: float = Field(default=1.0, description="γ > 0, the weight of E_q T²; T stays above -α/γ")


class Sigmoid(Bound):
    """Pairwise logistic loss with learned scale and bias."""

    name: ClassVar[str] = "sigmoid"
    formula: ClassVar[str] = "log σ(y (s T + b))"
    source: ClassVar[str] = "Zhai et al. 2023 (SigLIP)"
    implemented: ClassVar[bool] = False


class Gaussian(Bound):
    """Mutual information of jointly Gaussian embeddings."""

    name: ClassVar[str] = "gaussian"
    formula: ClassVar[str] = "½ log |C_A||C_B| / |C_AB|"
    source: ClassVar[str] = "Chang et al. 2024"
    implemented: ClassVar[bool] = False

    eps: float = Field(default=1e-6, ge=0, description="ε, added to the diagonals of the covariances")
    momentum: float | None = Field(
        default=None, ge=0, lt=1, description="covariances as moving averages over steps; default: those of the batch"
    )


class EntropyReconstruction(Bound):
    """The entropy-reconstruction bound."""

    name: ClassVar[str] = "entropy-reconstruction"
    formula: ClassVar[str] = "H(Z₂) + E log q(Z₂|Z₁)"
    source: ClassVar[str] = "Rodríguez-Gálvez et al. 2023"
    implemented: ClassVar[bool] = False


class Club(Bound):
    """The contrastive log-ratio upper bound, for objectives that minimise information."""

    name: ClassVar[str] = "club"
    formula: ClassVar[str] = "I ≤ E_p[log q(b|a)] - E_q[log q(b|a)]"
    source: ClassVar[str] = "Cheng et al. 2020 (CLUB)"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(upper=True)


class LeaveOneOut(Bound):
    """The leave-one-out upper bound."""

    name: ClassVar[str] = "leave-one-out"
    formula: ClassVar[str] = "I ≤ E[T_ii - log mean_{j≠i} exp T_ij]"
    source: ClassVar[str] = "Poole et al. 2019, section 2.2"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(upper=True)
