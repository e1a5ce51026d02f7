"""All4One: neighbours, centroids of neighbours and features are contrasted at once (Estepa et al. 2023, as in the authors' solo-learn code).

    L = 1/2 NCE(nn_1(z̄), p; τ) + 1/2 NCE(T(nn_1 … nn_5(z̄)), T(p', nn_1 … nn_4(z̄')); 0.1) + 1/2 · 10 (1/2 √on + 1/2 √off)
    on = mean over both directions of mean_i (1 - C_ii)²,  off = the same of mean_{i≠j} C_ij²

z̄ EMA target of one view, z̄' that of the anchor's view, p and p' two predictions of the anchor, nn_k the k-th nearest row of a queue of unit rows,
T the first row of a transformer's output. C_ij is the cosine over the batch of feature i of the unit target and feature j of the embedding.
N batch, D features, M stored rows, K places of a sequence.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from .result import FloatArray, Loss, loss_from_parts
from .softmax import log_sum_exp, softmax
from .sphere import unit_rows

Weights = Mapping[str, npt.ArrayLike]


def nearest(z: npt.ArrayLike, support: npt.ArrayLike, *, count: int) -> FloatArray:
    """z [N D], support [M D] -> [N count D], stored rows by distance from the normalised row."""
    rows = np.asarray(support, dtype=np.float64)
    found = [rows[np.argsort(((rows - row) ** 2).sum(axis=1))[:count]] for row in unit_rows(np.asarray(z))]
    return np.stack(found)


def positions(places: int, width: int) -> FloatArray:
    """[K D], the code that solo-learn adds: one sine or cosine along the features for each place."""
    channels = 2 * ((places + 1) // 2)
    rates = 1.0 / 10000 ** (np.arange(0, channels, 2) / channels)
    angles = np.arange(width)[:, None] * rates[None, :]
    interleaved = np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(width, channels)
    return interleaved[:, :places].T


def encoder(sequence: FloatArray, weights: Weights, *, layers: int, heads: int) -> FloatArray:
    """[N K D] -> [N K D], layers as PyTorch's default: post-norm, ReLU."""
    z = sequence
    for index in range(layers):
        own = {
            name.removeprefix(f"layer{index}_"): np.asarray(value, dtype=np.float64)
            for name, value in weights.items()
            if name.startswith(f"layer{index}_")
        }
        z = _norm(z + _attention(z, own, heads), own["scale1"], own["shift1"])
        hidden = np.clip(np.einsum("nkd,hd->nkh", z, own["expand"]) + own["expand_bias"], 0, None)
        inner = np.einsum("nkh,dh->nkd", hidden, own["contract"]) + own["contract_bias"]
        z = _norm(z + inner, own["scale2"], own["shift2"])
    return z


def centroid_loss(
    p: npt.ArrayLike,
    z: npt.ArrayLike,
    own: npt.ArrayLike,
    support: npt.ArrayLike,
    weights: Weights,
    *,
    temperature: float,
    neighbours: int,
    layers: int,
    heads: int,
) -> Loss:
    """Predictions p of one view, targets z of the other, targets own of the same view, [N D]."""
    code = positions(neighbours, np.shape(p)[1])
    rich = nearest(z, support, count=neighbours)
    strange = np.concatenate([np.asarray(p)[:, None], nearest(own, support, count=neighbours)], axis=1)[:, :neighbours]
    first, second = (encoder(s + code, weights, layers=layers, heads=heads)[:, 0] for s in (rich, strange))
    logits = unit_rows(first) @ unit_rows(second).T / temperature
    return loss_from_parts(joint=np.trace(logits) / len(logits), marginal=log_sum_exp(logits, axis=1).mean())


def feature_loss(pairs: list[tuple[FloatArray, FloatArray]]) -> Loss:
    """Embeddings and targets of all pairs, [N D] -> 10 (1/2 √on + 1/2 √off)."""
    on, off = [], []
    for z, target in pairs:
        unit = unit_rows(target)
        width = z.shape[1]
        lengths = np.sqrt((z**2).sum(axis=0))
        cosines = np.stack([unit[:, i] @ z / lengths / np.sqrt((unit[:, i] ** 2).sum()) for i in range(width)])
        on.append(((1 - np.diagonal(cosines)) ** 2).sum() / width)
        off.append(((cosines**2).sum() - (np.diagonal(cosines) ** 2).sum()) / (width * (width - 1)))
    return loss_from_parts(joint=-5 * np.sqrt(np.mean(on)), marginal=5 * np.sqrt(np.mean(off)))


def _attention(z: FloatArray, own: Mapping[str, FloatArray], heads: int) -> FloatArray:
    queries, keys, values = np.split(np.einsum("nkd,ed->nke", z, own["qkv"]) + own["qkv_bias"], 3, axis=2)
    mixed = []
    for q, k, v in zip(*(np.split(each, heads, axis=2) for each in (queries, keys, values)), strict=True):
        scores = np.einsum("nqc,nkc->nqk", q, k) / np.sqrt(q.shape[2])
        mixed.append(np.einsum("nqk,nkc->nqc", softmax(scores, axis=2), v))
    return np.einsum("nkd,ed->nke", np.concatenate(mixed, axis=2), own["out"]) + own["out_bias"]


def _norm(z: FloatArray, scale: FloatArray, shift: FloatArray) -> FloatArray:
    mean, variance = z.mean(axis=2, keepdims=True), z.var(axis=2, keepdims=True)
    return (z - mean) / np.sqrt(variance + 1e-5) * scale + shift
