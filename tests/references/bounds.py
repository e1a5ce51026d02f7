"""Bounds on mutual information from a matrix of scores (Poole et al. 2019; Song & Ermon 2020; Hjelm et al. 2019), in nats.

scores [N N], scores[i, j] = T(a_i, b_j): the diagonal is drawn from the joint distribution p, the rest from the product q.
"""

import numpy as np

from .result import FloatArray


def joint_and_product(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The N scores of p and the N (N - 1) scores of q."""
    return np.diagonal(scores).copy(), scores[~np.eye(len(scores), dtype=bool)]


def dv(scores: FloatArray) -> float:
    p, q = joint_and_product(scores)
    return float(p.mean() - np.log(np.exp(q).mean()))


def nwj(scores: FloatArray) -> float:
    p, q = joint_and_product(scores)
    return float(p.mean() - np.exp(q - 1).mean())


def tuba(scores: FloatArray, *, log_baseline: float) -> float:
    p, q = joint_and_product(scores)
    return float(1 + (p - log_baseline).mean() - (np.exp(q) / np.exp(log_baseline)).mean())


def infonce(scores: FloatArray) -> float:
    p, _ = joint_and_product(scores)
    return float((p - np.log(np.exp(scores).mean(axis=1))).mean())


def jsd(scores: FloatArray) -> float:
    p, q = joint_and_product(scores)
    return float(-np.log(1 + np.exp(-p)).mean() - np.log(1 + np.exp(q)).mean())


def smile(scores: FloatArray, *, clip: float) -> float:
    p, q = joint_and_product(scores)
    return float(p.mean() - np.log(np.clip(np.exp(q), np.exp(-clip), np.exp(clip)).mean()))


def interpolated(scores: FloatArray, *, alpha: float, log_baseline: float) -> float:
    """Equation 14 with leave-one-out means: 1 + E_p[T - log mix] - E_q[e^T / mix], mix = alpha m + (1 - alpha) a."""
    size = len(scores)
    exps = np.exp(scores)
    joint, product = [], []
    for i in range(size):
        for j in range(size):
            if i != j:
                without_one = np.delete(exps[i], j).mean()
                negatives = np.delete(exps[i], i).mean()
                joint.append(scores[i, i] - np.log(alpha * without_one + (1 - alpha) * np.exp(log_baseline)))
                product.append(exps[i, j] / (alpha * negatives + (1 - alpha) * np.exp(log_baseline)))
    return float(1 + np.mean(joint) - np.mean(product))


def sigmoid(scores: FloatArray, *, log_scale: float, bias: float) -> float:
    """The mean over anchors of the sum of log-likelihoods of all their pairs (Zhai et al. 2023)."""
    signs = 2 * np.eye(len(scores)) - 1
    logits = signs * (np.exp(log_scale) * scores + bias)
    return float(np.log(1 / (1 + np.exp(-logits))).sum() / len(scores))


def decoupled(scores: FloatArray) -> float:
    """InfoNCE without the positive in its denominator, with the mean of the negatives: the leave-one-out estimate."""
    p, _ = joint_and_product(scores)
    rest = [np.log(np.exp(np.delete(row, i)).mean()) for i, row in enumerate(scores)]
    return float((p - np.array(rest)).mean())


def gaussian_information(correlation: float, width: int) -> float:
    """I of `width` independent pairs of normal variables."""
    return -0.5 * width * float(np.log(1 - correlation**2))


def optimal_scores(a: FloatArray, b: FloatArray, correlation: float) -> FloatArray:
    """log p(b|a)/p(b) of all pairs, [N N], where b = correlation a + noise and both are standard normal."""
    left = 1 - correlation**2
    squares = ((b[None, :, :] - correlation * a[:, None, :]) ** 2).sum(axis=2) / left
    return -0.5 * (squares - (b**2).sum(axis=1)[None, :]) - 0.5 * a.shape[1] * np.log(left)
