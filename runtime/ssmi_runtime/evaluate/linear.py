"""Linear probe: multinomial logistic regression on frozen features. Legend: N, M samples, F features, K classes."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ssmi_runtime.errors import RunError

L2_GRID = (1e-4, 1e-3, 1e-2, 1e-1)
HELD_OUT = 0.2


def linear_probe(
    train_features: Tensor,
    train_labels: Tensor,
    test_features: Tensor,
    test_labels: Tensor,
    *,
    num_classes: int | None = None,
    l2_grid: Sequence[float] = L2_GRID,
    max_iterations: int = 100,
    seed: int = 0,
) -> float:
    """Accuracy in [0, 1] on test [M F] of the classifier fitted on train [N F], in float64 by L-BFGS.

    Features are standardised by the training set. The penalty l2/2 |W|^2 on the mean cross-entropy is the one of `l2_grid` that is
    most accurate on a random fifth of the training set, the larger one of equals; the test set takes no part in the choice.
    `num_classes` defaults to the largest training label plus one.
    """
    num = len(train_features)
    held = max(1, round(HELD_OUT * num))
    if num < 2 or len(test_features) == 0 or not l2_grid:
        raise RunError("a linear probe needs two training samples, one test sample and one value in l2_grid")
    order = torch.randperm(num, generator=torch.Generator().manual_seed(seed)).to(train_features.device)
    classes = int(train_labels.max()) + 1 if num_classes is None else num_classes
    features, labels = train_features.detach().double(), train_labels
    l2 = l2_grid[0]
    if len(l2_grid) > 1:
        part, rest = order[:held], order[held:]
        scores = {
            value: _fit_and_score(
                features[rest], labels[rest], features[part], labels[part], classes, value, max_iterations
            )
            for value in sorted(l2_grid, reverse=True)
        }
        l2 = max(scores, key=lambda value: scores[value])
    test = test_features.detach().double()
    return _fit_and_score(features, labels, test, test_labels, classes, l2, max_iterations)


def _fit_and_score(
    train: Tensor, train_labels: Tensor, test: Tensor, test_labels: Tensor, num_classes: int, l2: float, iterations: int
) -> float:
    mean, std = train.mean(dim=0), train.std(dim=0, correction=0)
    scale = torch.where(std > 1e-12, std, torch.ones_like(std))
    train, test = (train - mean) / scale, (test - mean) / scale
    weight = torch.zeros(num_classes, train.shape[1], dtype=torch.float64, device=train.device, requires_grad=True)
    bias = torch.zeros(num_classes, dtype=torch.float64, device=train.device, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=iterations, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(train, weight, bias), train_labels) + 0.5 * l2 * weight.square().sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    with torch.no_grad():
        predicted = F.linear(test, weight, bias).argmax(dim=1)
    return float((predicted == test_labels).double().mean())
