"""The float64 reader: what a term means, in NumPy. Never imported by the linter.

Legend: N, M rows, D features.
"""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ssmi_dsl.builders.protocol import Mask

Array = npt.NDArray[np.float64]


class NumpyBuilder:
    """Evaluates a term on float64 arrays."""

    def normalize(self, x: Array) -> Array:
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    def standardize(self, x: Array, *, eps: float) -> Array:
        return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)

    def concat(self, xs: tuple[Array, ...]) -> Array:
        return np.concatenate(xs, axis=0)

    def row_dot(self, x: Array, y: Array) -> Array:
        return np.einsum("nd,nd->n", x, y)

    def matmul_t(self, x: Array, y: Array) -> Array:
        return x @ y.T

    def squared_distances(self, x: Array, y: Array, *, per_feature: bool) -> Array:
        squares = np.square(x[:, None, :] - y[None, :, :])
        return squares.mean(axis=2) if per_feature else squares.sum(axis=2)

    def matmul(self, x: Array, y: Array) -> Array:
        return x @ y

    def transpose(self, x: Array) -> Array:
        return x.T

    def add_column(self, x: Array, column: Array) -> Array:
        return x + column[:, None]

    def add_row(self, x: Array, row: Array) -> Array:
        return x + row[None, :]

    def mul_column(self, x: Array, column: Array) -> Array:
        return x * column[:, None]

    def put_rows(self, x: Array, index: Array, rows: Array) -> Array:
        written = x.copy()
        for i, row in zip(index, rows, strict=True):
            written[int(i)] = row
        return written

    def one_hot(self, index: Array, *, count: int) -> Array:
        return (index[:, None] == np.arange(count)[None, :]).astype(np.float64)

    def take_rows(self, x: Array, index: Array) -> Array:
        return np.stack([x[int(i)] for i in index])

    def match_rows(self, x: Array, y: Array, values: Array, *, group: int) -> Array:
        matched = np.empty_like(values)
        for start in range(0, len(x), group):
            for row in range(start, start + group):
                matched[row] = values[start + np.argmax(y[start : start + group] @ x[row])]
        return matched

    def nearest_rows(self, x: Array, y: Array, *, group: int, among: int) -> Array:
        found = np.empty(len(x))
        for row in range(len(x)):
            start = row // group * among
            found[row] = start + np.argmin(np.linalg.norm(y[start : start + among] - x[row], axis=1))
        return found

    def least_rows(self, x: Array, *, group: int, keep: int) -> Array:
        kept = [
            start + np.sort(np.argsort(x[start : start + group], kind="stable")[:keep])
            for start in range(0, len(x), group)
        ]
        return np.concatenate(kept).astype(np.float64)

    def slice_rows(self, x: Array, *, group: int, start: int, stop: int) -> Array:
        return np.concatenate([x[first + start : first + stop] for first in range(0, len(x), group)])

    def join_rows(self, x: Array, *, group: int) -> Array:
        return np.stack([np.concatenate(list(x[first : first + group])) for first in range(0, len(x), group)])

    def repeat_rows(self, x: Array, *, times: int) -> Array:
        return np.repeat(x, times, axis=0)

    def group_mean(self, x: Array, *, group: int) -> Array:
        return np.stack([x[start : start + group].mean(axis=0) for start in range(0, len(x), group)])

    def group_first(self, x: Array, *, group: int) -> Array:
        return x[::group]

    def take_places(self, x: Array, places: Array) -> Array:
        group = len(x) // len(places)
        return np.stack([x[sample * group + int(p)] for sample, own in enumerate(places) for p in own.ravel()])

    def prepend_rows(self, x: Array, y: Array, *, group: int) -> Array:
        return np.concatenate([np.vstack([row, y[i * group : (i + 1) * group]]) for i, row in enumerate(x)])

    def add_positions(self, x: Array, *, group: int) -> Array:
        code = np.empty((group, x.shape[1]))
        for place in range(group):
            angles: Array = np.arange(x.shape[1], dtype=np.float64) * 10000.0 ** (-(place // 2) / ((group + 1) // 2))
            code[place] = np.sin(angles) if place % 2 == 0 else np.cos(angles)
        return x + np.tile(code, (len(x) // group, 1))

    def transformer_layer(self, x: Array, *weights: Array, group: int, heads: int) -> Array:
        qkv, qkv_bias, out, out_bias, scale1, shift1, expand, expand_bias, contract, contract_bias, scale2, shift2 = (
            weights
        )
        width = x.shape[1]
        size = width // heads
        mixed = np.empty_like(x)
        for start in range(0, len(x), group):
            q, k, v = np.split(x[start : start + group] @ qkv.T + qkv_bias, 3, axis=1)
            for first in range(0, width, size):
                part = slice(first, first + size)
                scores = np.exp(q[:, part] @ k[:, part].T / np.sqrt(size))
                mixed[start : start + group, part] = scores / scores.sum(axis=1, keepdims=True) @ v[:, part]
        z = self._layer_norm(x + mixed @ out.T + out_bias, scale1, shift1)
        inner = np.maximum(z @ expand.T + expand_bias, 0.0) @ contract.T + contract_bias
        return self._layer_norm(z + inner, scale2, shift2)

    def _layer_norm(self, x: Array, scale: Array, shift: Array) -> Array:
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + 1e-5) * scale + shift

    def cross_moment(self, x: Array, y: Array) -> Array:
        return x.T @ y / x.shape[0]

    def covariance(self, x: Array) -> Array:
        centred = x - x.mean(axis=0)
        return centred.T @ centred / (x.shape[0] - 1)

    def covariances(self, x: Array, *, group: int) -> Array:
        return np.concatenate([self.covariance(x[place::group]) for place in range(group)])

    def prepend(self, column: Array, x: Array) -> Array:
        return np.concatenate([column[:, None], x], axis=1)

    def roll_half(self, x: Array) -> Array:
        return np.roll(x, x.shape[0] // 2, axis=0)

    def sinkhorn(
        self, x: Array, past: Array | None = None, share: Array | None = None, *, iterations: int, group: int = 1
    ) -> Array:
        if group > 1:
            assigned = np.empty_like(x)
            for place in range(group):
                assigned[place::group] = self.sinkhorn(x[place::group], iterations=iterations)
            return assigned
        rows = x if past is None else np.concatenate([x, past])
        mass = (
            np.ones(len(rows))
            if share is None
            else np.concatenate([np.ones(len(x)), np.full(len(rows) - len(x), share)])
        )
        plan = np.exp(rows - rows.max())
        for _ in range(iterations):
            plan = plan / (mass @ plan)
            plan = plan / plan.sum(axis=1, keepdims=True)
        return plan[: len(x)]

    def columns(self, xs: tuple[Array, ...]) -> Array:
        return np.stack(xs, axis=1)

    def concat_columns(self, x: Array, y: Array) -> Array:
        return np.hstack([x, y])

    def equal(self, x: Array, y: Array) -> Array:
        return (x[:, None] == y[None, :]).astype(np.float64)

    def limit_norm(self, x: Array, *, most: float) -> Array:
        norms = np.linalg.norm(x, axis=1, keepdims=True)
        return np.where(norms > most, most * x / norms, x)

    def mul_row(self, x: Array, row: Array) -> Array:
        return x * row

    def relu_pairs(self, x: Array, y: Array, weights: Array) -> Array:
        return np.maximum(x[:, None, :] + y[None, :, :], 0.0) @ weights

    def smooth_l1_distances(self, x: Array, y: Array, *, beta: float, per_feature: bool) -> Array:
        parts = self.smooth_l1(x[:, None, :] - y[None, :, :], beta=beta)
        return parts.mean(axis=2) if per_feature else parts.sum(axis=2)

    def successor(self, x: Array, without: Array | None = None) -> Array:
        order = [int(row) for row in np.argsort(x, kind="stable")]
        found = np.empty(len(x))
        for place, row in enumerate(order):
            others = [*order[place + 1 :], *order[: place + 1]]
            free = [other for other in others if without is None or without[row, other] == 0]
            found[row] = (free or others)[0]
        return found

    def whiten(self, x: Array, *, size: int, eps: float, symmetric: bool) -> Array:
        size = size or len(x)
        groups = [x[start : start + size] for start in range(0, len(x), size)]
        return np.concatenate([self._white(group, eps, symmetric=symmetric) for group in groups])

    def _white(self, x: Array, eps: float, *, symmetric: bool) -> Array:
        mixed = (1 - eps) * self.covariance(x) + eps * np.eye(x.shape[1])
        if symmetric:
            values, vectors = np.linalg.eigh(mixed)
            return (x - x.mean(axis=0)) @ (vectors / np.sqrt(values)) @ vectors.T
        factor: Array = np.asarray(np.linalg.cholesky(mixed), dtype=np.float64)
        inverse: Array = np.asarray(np.linalg.inv(factor), dtype=np.float64)
        return (x - x.mean(axis=0)) @ inverse.T

    def width(self, x: Array) -> Array:
        return np.asarray(float(x.shape[1]))

    def add(self, x: Array, y: Array) -> Array:
        return x + y

    def sub(self, x: Array, y: Array) -> Array:
        return x - y

    def mul(self, x: Array, y: Array) -> Array:
        return x * y

    def div(self, x: Array, y: Array) -> Array:
        return x / y

    def scale(self, x: Array, factor: float) -> Array:
        return factor * x

    def shift(self, x: Array, constant: float) -> Array:
        return x + constant

    def square(self, x: Array) -> Array:
        return np.square(x)

    def sqrt(self, x: Array) -> Array:
        return np.sqrt(x)

    def relu(self, x: Array) -> Array:
        return np.maximum(x, 0.0)

    def exp(self, x: Array) -> Array:
        return np.exp(x)

    def log(self, x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.log(x)

    def log_softmax(self, x: Array) -> Array:
        shifted = x - x.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def softmax(self, x: Array) -> Array:
        weights = np.exp(x - x.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def stop_gradient(self, x: Array) -> Array:
        return x

    def neg(self, x: Array) -> Array:
        return -x

    def clip(self, x: Array, *, low: float, high: float) -> Array:
        return np.clip(x, low, high)

    def smooth_l1(self, x: Array, *, beta: float) -> Array:
        return np.where(np.abs(x) < beta, np.square(x) / (2 * beta), np.abs(x) - beta / 2)

    def softplus(self, x: Array) -> Array:
        return np.logaddexp(0.0, x)

    def mean(self, x: Array) -> Array:
        return np.asarray(x.mean())

    def sum(self, x: Array) -> Array:
        return np.asarray(x.sum())

    def row_sum(self, x: Array) -> Array:
        return x.sum(axis=1)

    def row_mean(self, x: Array) -> Array:
        return x.mean(axis=1)

    def row_max(self, x: Array, *, without: Mask) -> Array:
        return np.where(mask_array(without, x.shape), -np.inf, x).max(axis=1)

    def row_argmax(self, x: Array) -> Array:
        return x.argmax(axis=1).astype(np.float64)

    def row_top(self, x: Array, *, count: int) -> Array:
        return np.argsort(-x, axis=1, kind="stable")[:, :count].reshape(-1).astype(np.float64)

    def harden(self, x: Array) -> Array:
        return np.eye(x.shape[1])[x.argmax(axis=1)]

    def column_sum(self, x: Array) -> Array:
        return x.sum(axis=0)

    def column_mean(self, x: Array) -> Array:
        return x.mean(axis=0)

    def variance(self, x: Array) -> Array:
        return x.var(axis=0, ddof=1)

    def row_logsumexp(self, x: Array, *, without: Mask) -> Array:
        kept = np.where(mask_array(without, x.shape), -np.inf, x)
        peak = kept.max(axis=1, keepdims=True)
        return np.log(np.exp(kept - peak).sum(axis=1)) + peak[:, 0]

    def logmeanexp(self, x: Array, *, without: Mask) -> Array:
        values = x[~mask_array(without, x.shape)]
        peak = values.max()
        return np.asarray(np.log(np.exp(values - peak).mean()) + peak)

    def masked_mean(self, x: Array, *, without: Mask) -> Array:
        return np.asarray(x[~mask_array(without, x.shape)].mean())

    def row_logmeanexp_others(self, x: Array) -> Array:
        result = np.empty_like(x)
        for column in range(x.shape[1]):
            others = np.delete(x, column, axis=1)
            peak = others.max(axis=1)
            result[:, column] = peak + np.log(np.exp(others - peak[:, None]).mean(axis=1))
        return result

    def zero(self, x: Array, *, without: Mask) -> Array:
        return np.where(mask_array(without, x.shape), 0.0, x)

    def epps_pulley(self, x: Array, *, knots: int, upper: float) -> Array:
        t = np.linspace(0.0, upper, knots)
        normal = np.exp(-np.square(t) / 2)
        waves = np.exp(1j * t[:, None, None] * x).mean(axis=1)
        distance = np.square(np.abs(waves - normal[:, None])) * normal[:, None]
        return 2 * len(x) * np.trapezoid(distance, t, axis=0)

    def normal_wasserstein(self, x: Array) -> Array:
        normal = NormalDist()
        quantiles = np.array([normal.inv_cdf(i / (len(x) + 1)) for i in range(1, len(x) + 1)])
        return np.square(np.sort(x, axis=0) - quantiles[:, None]).mean(axis=0)

    def ring_write(self, ring: Array, pointer: Array, rows: Array) -> Array:
        written = ring.copy()
        written[(int(pointer) + np.arange(len(rows))) % len(ring)] = rows
        return written

    def ring_advance(self, pointer: Array, rows: Array, ring: Array) -> Array:
        return np.asarray((pointer + len(rows)) % len(ring))

    def diagonal(self, x: Array) -> Array:
        return np.diagonal(x).copy()

    def off_diagonal(self, x: Array) -> Array:
        return x * (1.0 - np.tile(np.eye(x.shape[1]), (x.shape[0] // x.shape[1], 1)))

    def add_diagonal(self, x: Array, *, constant: float) -> Array:
        return x + constant * np.eye(len(x))

    def eigenvalues(self, x: Array) -> Array:
        return np.asarray(np.linalg.eigvalsh(x), dtype=np.float64)

    def logdet(self, x: Array) -> Array:
        return np.asarray(np.linalg.slogdet(x)[1])

    def nuclear_norm(self, x: Array) -> Array:
        return np.asarray(np.linalg.svd(x, compute_uv=False).sum())


def mask_array(mask: Mask, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """True where an entry of a score matrix of this shape is left out."""
    rows, columns = np.indices(shape)
    left_out = np.zeros(shape, dtype=np.bool_)
    if Mask.DIAGONAL in mask:
        left_out |= rows == columns
    if Mask.SHIFTED in mask:
        left_out |= np.abs(rows - columns) == shape[1] // 2
    if Mask.FIRST in mask:
        left_out |= columns == 0
    if Mask.SAMPLE in mask:
        left_out |= columns == rows // (shape[0] // shape[1])
    return left_out
