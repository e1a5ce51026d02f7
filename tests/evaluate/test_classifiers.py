"""k-NN against a naive reference, the linear probe against scikit-learn."""

import math

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from ssmi_runtime.errors import RunError
from ssmi_runtime.evaluate import knn, linear_probe, weighted_knn


def blobs(num: int, seed: int, noise: float = 1.5) -> tuple[Tensor, Tensor]:
    centres = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(4, (num,), generator=random)
    return centres[labels] + noise * torch.randn(num, 6, generator=random), labels


def naive_knn(train: Tensor, labels: Tensor, test: Tensor, truth: Tensor, k: int, temperature: float) -> float:
    correct = 0
    for row, label in zip(test.tolist(), truth.tolist(), strict=True):
        scored: list[tuple[float, int]] = []
        for other, name in zip(train.tolist(), labels.tolist(), strict=True):
            dot = sum(p * q for p, q in zip(row, other, strict=True))
            scored.append((dot / math.hypot(*row) / math.hypot(*other), name))
        votes = [0.0] * 4
        for similarity, name in sorted(scored, reverse=True)[:k]:
            votes[name] += math.exp(similarity / temperature)
        correct += votes.index(max(votes)) == label
    return correct / len(truth)


@pytest.mark.parametrize(("k", "temperature"), [(1, 0.07), (5, 0.5), (20, 0.07), (500, 0.1)])
def test_knn_equals_the_naive_reference(k: int, temperature: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knn, "CHUNK", 16)
    (train, labels), (test, truth) = blobs(150, 1), blobs(50, 2)
    accuracy = weighted_knn(train.double(), labels, test.double(), truth, k=k, temperature=temperature, num_classes=4)
    assert accuracy == naive_knn(train.double(), labels, test.double(), truth, k, temperature)


def test_knn_with_a_tiny_temperature_stays_finite() -> None:
    train, labels = blobs(40, 3)
    assert weighted_knn(train, labels, train, labels, k=5, temperature=1e-4) == 1.0


def test_knn_refuses_nothing_to_compare_with() -> None:
    with pytest.raises(RunError, match="k-NN needs"):
        weighted_knn(torch.zeros(0, 2), torch.zeros(0).long(), torch.ones(1, 2), torch.zeros(1).long())


def test_probe_equals_scikit_learn() -> None:
    (train, labels), (test, truth) = blobs(400, 4), blobs(300, 5)
    l2 = 1e-2
    ours = linear_probe(train, labels, test, truth, num_classes=4, l2_grid=[l2], max_iterations=300)
    mean, std = train.double().mean(0), train.double().std(0, correction=0)
    model = LogisticRegression(C=1 / (l2 * len(train)), max_iter=1000, tol=1e-8)
    model.fit(((train - mean) / std).numpy(), labels.numpy())
    theirs = float(model.score(((test - mean) / std).numpy(), truth.numpy()))
    assert ours == pytest.approx(theirs, abs=1 / 300)


def test_probe_chooses_on_the_training_set_and_repeats() -> None:
    (train, labels), (test, truth) = blobs(200, 6), blobs(100, 7)
    train[:, 0], test[:, 0] = 3.0, 3.0
    first, again = (linear_probe(train, labels, test, truth, num_classes=4) for _ in range(2))
    assert first == again
    assert first > 0.4
