"""What every reference returns: the loss, split along the Donsker-Varadhan bound."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Gradients = dict[str, FloatArray]


class Loss(NamedTuple):
    """A loss to minimise and its two parts, with `total == marginal - joint` for every method.

    joint     J, the alignment part, larger is better; additive constants of an alignment loss count here
    marginal  M, the part that prevents collapse, smaller is better; 0 where a predictor or a target network carries it
    """

    total: float
    joint: float
    marginal: float


def loss_from_parts(*, joint: float | np.floating[Any], marginal: float | np.floating[Any]) -> Loss:
    return Loss(total=float(marginal - joint), joint=float(joint), marginal=float(marginal))
