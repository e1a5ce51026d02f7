"""Pairs of correlated Gaussian vectors, whose mutual information is known.

Each coordinate of a pair is bivariate normal with unit variances and correlation rho, coordinates are independent, hence
I = -D/2 log(1 - rho^2) nats (Poole et al. 2019, section 3). Legend: N pairs, D dimensions.
"""

import math

import numpy as np
import torch

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.data.dataset import Dataset
from ssmi_runtime.errors import DatasetError

DEFAULT_RHO = 0.8


def mutual_information(dim: int, rho: float) -> float:
    """-dim/2 log(1 - rho^2), nats."""
    return -0.5 * dim * math.log1p(-rho * rho)


def load(
    info: DatasetInfo,
    split: str,
    *,
    num: int | None = None,
    dim: int | None = None,
    rho: float = DEFAULT_RHO,
    seed: int = 0,
) -> Dataset:
    """float32 pairs [N 2 D]; a function of (split, num, dim, rho, seed) only. `factors` holds `rho` and `mutual_information`, 0-dim."""
    size = info.size if dim is None else dim
    default = info.num_train if split == "train" else info.num_test
    count = default if num is None else num
    if count is None or count < 1 or size < 1 or not -1.0 < rho < 1.0:
        raise DatasetError(
            f"gaussian needs num >= 1, dim >= 1 and -1 < rho < 1, got num={count}, dim={size}, rho={rho}"
        )
    random = np.random.default_rng([seed, split == "test"])
    first, noise = random.standard_normal((2, count, size))
    pairs = np.stack([first, rho * first + math.sqrt(1.0 - rho * rho) * noise], axis=1).astype(np.float32)
    factors = {
        "rho": torch.tensor(rho, dtype=torch.float64),
        "mutual_information": torch.tensor(mutual_information(size, rho), dtype=torch.float64),
    }
    labels = torch.zeros(count, dtype=torch.int64)
    numbers = {"num_train" if split == "train" else "num_test": count}
    return Dataset(torch.from_numpy(pairs), labels, info.name, info._replace(size=size, **numbers), factors)
