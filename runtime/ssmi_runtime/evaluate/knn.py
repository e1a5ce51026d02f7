"""Weighted k-nearest-neighbour classification (Wu et al. 2018, section 3.4)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from ssmi_runtime.errors import RunError

CHUNK = 512


@torch.no_grad()
def weighted_knn(
    train_features: Tensor,
    train_labels: Tensor,
    test_features: Tensor,
    test_labels: Tensor,
    *,
    k: int = 20,
    temperature: float = 0.07,
    num_classes: int | None = None,
) -> float:
    """Accuracy in [0, 1]: train [N F], test [M F]; cosine similarity s, votes weighted by exp(s / temperature).

    `num_classes` defaults to the largest training label plus one. Memory grows with CHUNK * N, not with M * N.
    """
    if len(train_features) == 0 or len(test_features) == 0 or k < 1 or temperature <= 0.0:
        raise RunError("k-NN needs training and test samples, k >= 1 and temperature > 0")
    classes = int(train_labels.max()) + 1 if num_classes is None else num_classes
    train = F.normalize(train_features, dim=1)
    test = F.normalize(test_features, dim=1)
    correct = 0
    for features, labels in zip(test.split(CHUNK), test_labels.split(CHUNK), strict=True):
        similarity, index = (features @ train.T).topk(min(k, len(train)), dim=1)
        weights = ((similarity - similarity[:, :1]) / temperature).exp()
        votes = torch.zeros(len(features), classes, dtype=weights.dtype, device=weights.device)
        votes.scatter_add_(1, train_labels[index], weights)
        correct += int((votes.argmax(dim=1) == labels).sum())
    return correct / len(test_labels)
