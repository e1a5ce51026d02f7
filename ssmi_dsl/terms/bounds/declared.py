"""Words of the grammar whose compiler does not exist yet: a spec that uses one is refused by SY011."""

from typing import ClassVar

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


class Mine(Bound):
    """Donsker-Varadhan with a moving average in the gradient."""

    name: ClassVar[str] = "mine"
    formula: ClassVar[str] = "DV; ∇M with EMA(E_q exp T)"
    source: ClassVar[str] = "Belghazi et al. 2018"
    implemented: ClassVar[bool] = False
    facts: ClassVar[Facts] = Facts(raw_exponential=True)


class Smile(Bound):
    """Donsker-Varadhan with a clipped partition function."""

    name: ClassVar[str] = "smile"
    formula: ClassVar[str] = "E_p[T] - log E_q[clip(exp T, e^-τ, e^τ)]"
    source: ClassVar[str] = "Song & Ermon 2020"
    implemented: ClassVar[bool] = False


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


class EntropyReconstruction(Bound):
    """The entropy-reconstruction bound."""

    name: ClassVar[str] = "entropy-reconstruction"
    formula: ClassVar[str] = "H(Z₂) + E log q(Z₂|Z₁)"
    source: ClassVar[str] = "Rodríguez-Gálvez et al. 2023"
    implemented: ClassVar[bool] = False
