"""DirectPred: the closed form, its running correlation and its gradient. Legend: N batch, D embedding."""

import numpy as np
import torch

from ssmi_compiler.nn.direct_predictor import DirectPredictor
from ssmi_dsl.spec.optimize import DirectPred

N, D = 20, 5


def _closed_form(correlation: np.ndarray, eps: float) -> np.ndarray:
    """Tian et al. 2021, section 4: p_j = √(s_j / max s) + ε in the eigenbasis of F."""
    found = np.linalg.eig(correlation)
    values, vectors = np.real(found[0]), np.real(found[1])
    scaled = np.sqrt(np.maximum(values, 0) / values.max()) + eps
    return np.sum([scaled[j] * np.outer(vectors[:, j], vectors[:, j]) for j in range(len(values))], axis=0)


def test_weight_is_the_closed_form_of_the_running_correlation() -> None:
    predictor = DirectPredictor(DirectPred(eps=0.05, momentum=0.3), D)
    generator = torch.Generator().manual_seed(0)
    correlation = np.zeros((D, D))
    for _ in range(3):
        x = torch.randn(N, D, generator=generator) @ torch.randn(D, D, generator=generator)
        y = predictor(x)
        rows = x.double().numpy()
        correlation = 0.3 * correlation + 0.7 * sum(np.outer(row, row) for row in rows) / N
        np.testing.assert_allclose(predictor.correlation.numpy(), correlation, rtol=1e-5)
        np.testing.assert_allclose(y.numpy(), rows @ _closed_form(correlation, 0.05), rtol=1e-3, atol=1e-4)


def test_weight_is_a_constant_of_the_loss() -> None:
    predictor = DirectPredictor(DirectPred(), D)
    x = torch.randn(N, D, generator=torch.Generator().manual_seed(0), requires_grad=True)
    predictor(x).sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, predictor.weight().sum(dim=1).expand(N, D))
    assert list(predictor.parameters()) == []


def test_evaluation_moves_nothing() -> None:
    predictor = DirectPredictor(DirectPred(), D)
    x = torch.randn(N, D, generator=torch.Generator().manual_seed(0))
    predictor(x)
    before = predictor.correlation.clone()
    predictor.eval()(2 * x)
    assert torch.equal(predictor.correlation, before)
