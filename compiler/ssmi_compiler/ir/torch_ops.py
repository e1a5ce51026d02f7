"""The torch reader: every arithmetic operation of a term on tensors. Lowering, and a plain loss for one's own training loop.

Legend: N, M rows, D features. Everything is differentiable; scores and statistics are computed in the type of the input.
"""

from math import log

import torch
from torch import Tensor
from torch.nn import functional as F

from ssmi_dsl.builders.protocol import Mask


class TorchBuilder:
    """Evaluates a term on torch tensors; see `ssmi_dsl.builders.protocol.Builder` for shapes."""

    def normalize(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=1, eps=1e-12)

    def standardize(self, x: Tensor, *, eps: float) -> Tensor:
        centred = x - x.mean(dim=0)
        return centred * torch.rsqrt(centred.square().mean(dim=0) + eps)

    def concat(self, xs: tuple[Tensor, ...]) -> Tensor:
        return torch.cat(xs)

    def row_dot(self, x: Tensor, y: Tensor) -> Tensor:
        return (x * y).sum(dim=1)

    def matmul_t(self, x: Tensor, y: Tensor) -> Tensor:
        return x @ y.T

    def squared_distances(self, x: Tensor, y: Tensor, *, per_feature: bool) -> Tensor:
        # ‖x‖² + ‖y‖² - 2 xᵀy, without an [N M D] intermediate; rounding can go below zero
        squares = (x.square().sum(dim=1)[:, None] + y.square().sum(dim=1)[None, :] - 2 * x @ y.T).clamp_min(0)
        return squares / x.shape[1] if per_feature else squares

    def matmul(self, x: Tensor, y: Tensor) -> Tensor:
        return x @ y

    def transpose(self, x: Tensor) -> Tensor:
        return x.T

    def add_column(self, x: Tensor, column: Tensor) -> Tensor:
        return x + column[:, None]

    def add_row(self, x: Tensor, row: Tensor) -> Tensor:
        return x + row[None, :]

    def mul_column(self, x: Tensor, column: Tensor) -> Tensor:
        return x * column[:, None]

    def take_rows(self, x: Tensor, index: Tensor) -> Tensor:
        return x.index_select(0, index.long())

    def put_rows(self, x: Tensor, index: Tensor, rows: Tensor) -> Tensor:
        return x.index_copy(0, index.long(), rows.detach())

    def one_hot(self, index: Tensor, *, count: int) -> Tensor:
        return (index[:, None] == torch.arange(count, device=index.device)[None, :]).float()

    def match_rows(self, x: Tensor, y: Tensor, values: Tensor, *, group: int) -> Tensor:
        scores = x.detach().unflatten(0, (-1, group)) @ y.detach().unflatten(0, (-1, group)).transpose(1, 2)
        best = scores.argmax(dim=2)[:, :, None].expand(-1, -1, values.shape[1])
        return values.unflatten(0, (-1, group)).gather(1, best).flatten(0, 1)

    def nearest_rows(self, x: Tensor, y: Tensor, *, group: int, among: int) -> Tensor:
        # differences, not ‖x‖² + ‖y‖² - 2 xᵀy: near neighbours would drown in rounding
        x, y = x.detach().unflatten(0, (-1, group)), y.detach().unflatten(0, (-1, among))
        nearest = torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist").argmin(dim=2)
        return _numbers(nearest, among)

    def least_rows(self, x: Tensor, *, group: int, keep: int) -> Tensor:
        order = x.detach().unflatten(0, (-1, group)).sort(dim=1, stable=True).indices
        return _numbers(order[:, :keep].sort(dim=1).values, group)

    def slice_rows(self, x: Tensor, *, group: int, start: int, stop: int) -> Tensor:
        return x.unflatten(0, (-1, group))[:, start:stop].flatten(0, 1)

    def join_rows(self, x: Tensor, *, group: int) -> Tensor:
        return x.unflatten(0, (-1, group)).flatten(1)

    def repeat_rows(self, x: Tensor, *, times: int) -> Tensor:
        return x.repeat_interleave(times, dim=0)

    def group_mean(self, x: Tensor, *, group: int) -> Tensor:
        return x.unflatten(0, (-1, group)).mean(dim=1)

    def group_first(self, x: Tensor, *, group: int) -> Tensor:
        return x.unflatten(0, (-1, group))[:, 0]

    def take_places(self, x: Tensor, places: Tensor) -> Tensor:
        chosen = places.flatten(1)[:, :, None].expand(-1, -1, x.shape[1])
        return x.unflatten(0, (places.shape[0], -1)).gather(1, chosen).flatten(0, 1)

    def prepend_rows(self, x: Tensor, y: Tensor, *, group: int) -> Tensor:
        return torch.cat([x[:, None], y.unflatten(0, (-1, group))], dim=1).flatten(0, 1)

    def add_positions(self, x: Tensor, *, group: int) -> Tensor:
        places = torch.arange(group, device=x.device)
        rates = 10000.0 ** (-(places // 2).to(x.dtype) / ((group + 1) // 2))
        angles = rates[:, None] * torch.arange(x.shape[1], dtype=x.dtype, device=x.device)[None, :]
        code = torch.where((places % 2 == 0)[:, None], angles.sin(), angles.cos())
        return (x.unflatten(0, (-1, group)) + code).flatten(0, 1)

    def transformer_layer(self, x: Tensor, *weights: Tensor, group: int, heads: int) -> Tensor:
        qkv, qkv_bias, out, out_bias, scale1, shift1, expand, expand_bias, contract, contract_bias, scale2, shift2 = (
            weights
        )
        z = x.unflatten(0, (-1, group))
        q, k, v = F.linear(z, qkv, qkv_bias).unflatten(2, (3, heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        z = F.layer_norm(z + F.linear(mixed, out, out_bias), (x.shape[1],), scale1, shift1)
        inner = F.linear(F.relu(F.linear(z, expand, expand_bias)), contract, contract_bias)
        return F.layer_norm(z + inner, (x.shape[1],), scale2, shift2).flatten(0, 1)

    def cross_moment(self, x: Tensor, y: Tensor) -> Tensor:
        return x.T @ y / x.shape[0]

    def covariance(self, x: Tensor) -> Tensor:
        centred = x - x.mean(dim=0)
        return centred.T @ centred / (x.shape[0] - 1)

    def covariances(self, x: Tensor, *, group: int) -> Tensor:
        places = x.unflatten(0, (-1, group)).transpose(0, 1)
        centred = places - places.mean(dim=1, keepdim=True)
        return (centred.mT @ centred / (places.shape[1] - 1)).flatten(0, 1)

    def prepend(self, column: Tensor, x: Tensor) -> Tensor:
        return torch.cat([column[:, None], x], dim=1)

    def roll_half(self, x: Tensor) -> Tensor:
        first, second = x.chunk(2)
        return torch.cat([second, first])

    def sinkhorn(
        self, x: Tensor, past: Tensor | None = None, share: Tensor | None = None, *, iterations: int, group: int = 1
    ) -> Tensor:
        if group > 1:
            grouped = x.unflatten(0, (-1, group))
            for _ in range(iterations):
                grouped = torch.log_softmax(grouped - torch.logsumexp(grouped, dim=0), dim=2)
            return grouped.flatten(0, 1).exp()
        for _ in range(iterations):
            counted = x if past is None or share is None else torch.cat([x, past + share.log()])
            taken = torch.logsumexp(counted, dim=0)
            x = torch.log_softmax(x - taken, dim=1)
            past = None if past is None else torch.log_softmax(past - taken, dim=1)
        return x.exp()

    def columns(self, xs: tuple[Tensor, ...]) -> Tensor:
        return torch.stack(xs, dim=1)

    def concat_columns(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([x, y], dim=1)

    def equal(self, x: Tensor, y: Tensor) -> Tensor:
        return (x[:, None] == y[None, :]).to(torch.float32)

    def limit_norm(self, x: Tensor, *, most: float) -> Tensor:
        norms = torch.linalg.vector_norm(x, dim=1, keepdim=True).clamp_min(1e-12)
        return x * (most / norms).clamp_max(1.0)

    def mul_row(self, x: Tensor, row: Tensor) -> Tensor:
        return x * row[None, :]

    def relu_pairs(self, x: Tensor, y: Tensor, weights: Tensor) -> Tensor:
        return F.relu(x[:, None, :] + y[None, :, :]) @ weights

    def smooth_l1_distances(self, x: Tensor, y: Tensor, *, beta: float, per_feature: bool) -> Tensor:
        parts = self.smooth_l1(x[:, None, :] - y[None, :, :], beta=beta)
        return parts.mean(dim=2) if per_feature else parts.sum(dim=2)

    def successor(self, x: Tensor, without: Tensor | None = None) -> Tensor:
        order = x.argsort(stable=True)
        place = order.argsort(stable=True)
        if without is None:
            return order.roll(-1)[place]
        num = x.shape[0]
        # steps along the cycle from row i to row j; rows that are passed over come behind all others
        ahead = (place[None, :] - place[:, None] - 1).remainder(num)
        return torch.where(without != 0, ahead + num, ahead).argmin(dim=1)

    def whiten(self, x: Tensor, *, size: int, eps: float, symmetric: bool) -> Tensor:
        size = size or x.shape[0]
        if x.shape[0] % size:
            raise ValueError(f"a batch of {x.shape[0]} cannot be whitened in groups of {size}")
        groups = x.reshape(-1, size, x.shape[1])
        centred = groups - groups.mean(dim=1, keepdim=True)
        covariance = centred.mT @ centred / (size - 1)
        identity = torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
        mixed = (1 - eps) * covariance + eps * identity
        if symmetric:
            values, vectors = torch.linalg.eigh(mixed)
            root = (vectors * torch.rsqrt(values)[:, None, :]) @ vectors.mT
            return (centred @ root).reshape(x.shape)
        factor = torch.linalg.cholesky_ex(mixed).L
        return torch.linalg.solve_triangular(factor, centred.mT, upper=False).mT.reshape(x.shape)

    def width(self, x: Tensor) -> Tensor:
        return x.new_full((), float(x.shape[1]))

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y

    def sub(self, x: Tensor, y: Tensor) -> Tensor:
        return x - y

    def mul(self, x: Tensor, y: Tensor) -> Tensor:
        return x * y

    def div(self, x: Tensor, y: Tensor) -> Tensor:
        return x / y

    def scale(self, x: Tensor, factor: float) -> Tensor:
        return x * factor

    def shift(self, x: Tensor, constant: float) -> Tensor:
        return x + constant

    def square(self, x: Tensor) -> Tensor:
        return x.square()

    def sqrt(self, x: Tensor) -> Tensor:
        return x.sqrt()

    def relu(self, x: Tensor) -> Tensor:
        return F.relu(x)

    def exp(self, x: Tensor) -> Tensor:
        return x.exp()

    def log(self, x: Tensor) -> Tensor:
        return x.log()

    def log_softmax(self, x: Tensor) -> Tensor:
        return torch.log_softmax(x, dim=1)

    def softmax(self, x: Tensor) -> Tensor:
        return torch.softmax(x, dim=1)

    def stop_gradient(self, x: Tensor) -> Tensor:
        return x.detach()

    def neg(self, x: Tensor) -> Tensor:
        return -x

    def clip(self, x: Tensor, *, low: float, high: float) -> Tensor:
        return x.clamp(low, high)

    def smooth_l1(self, x: Tensor, *, beta: float) -> Tensor:
        size = x.abs()
        return torch.where(size < beta, x.square() / (2 * beta), size - beta / 2)

    def softplus(self, x: Tensor) -> Tensor:
        return F.relu(x) + torch.log1p(torch.exp(-x.abs()))

    def mean(self, x: Tensor) -> Tensor:
        return x.mean()

    def sum(self, x: Tensor) -> Tensor:
        return x.sum()

    def row_sum(self, x: Tensor) -> Tensor:
        return x.sum(dim=1)

    def row_mean(self, x: Tensor) -> Tensor:
        return x.mean(dim=1)

    def row_max(self, x: Tensor, *, without: Mask) -> Tensor:
        return _masked(x, without).amax(dim=1)

    def row_argmax(self, x: Tensor) -> Tensor:
        return x.argmax(dim=1)

    def row_top(self, x: Tensor, *, count: int) -> Tensor:
        return x.topk(count, dim=1).indices.flatten()

    def harden(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x).scatter(1, x.argmax(dim=1, keepdim=True), 1.0)

    def column_sum(self, x: Tensor) -> Tensor:
        return x.sum(dim=0)

    def column_mean(self, x: Tensor) -> Tensor:
        return x.mean(dim=0)

    def variance(self, x: Tensor) -> Tensor:
        return x.var(dim=0)

    def row_logsumexp(self, x: Tensor, *, without: Mask) -> Tensor:
        return torch.logsumexp(_masked(x, without), dim=1)

    def logmeanexp(self, x: Tensor, *, without: Mask) -> Tensor:
        count = count_kept(x.shape[0], x.shape[1], without)
        return torch.logsumexp(_masked(x, without).flatten(), dim=0) - log(count)

    def masked_mean(self, x: Tensor, *, without: Mask) -> Tensor:
        return self.zero(x, without=without).sum() / count_kept(x.shape[0], x.shape[1], without)

    def row_logmeanexp_others(self, x: Tensor) -> Tensor:
        # the sum without one entry is taken from both of its sides: a difference of sums would cancel
        end = x.new_full((x.shape[0], 1), float("-inf"))
        before = torch.cat([end, torch.logcumsumexp(x, dim=1)[:, :-1]], dim=1)
        after = torch.cat([torch.logcumsumexp(x.flip(1), dim=1).flip(1)[:, 1:], end], dim=1)
        return torch.logaddexp(before, after) - log(x.shape[1] - 1)

    def zero(self, x: Tensor, *, without: Mask) -> Tensor:
        return x if without == Mask.NONE else x.masked_fill(_left_out(x, without), 0.0)

    def epps_pulley(self, x: Tensor, *, knots: int, upper: float) -> Tensor:
        t = torch.linspace(0.0, upper, knots, dtype=x.dtype, device=x.device)
        normal = torch.exp(-t.square() / 2)
        step = upper / (knots - 1)
        inside = torch.arange(knots, device=x.device).clamp_max(1) * torch.arange(knots, device=x.device).flip(
            0
        ).clamp_max(1)
        weights = step * (1 + inside) * normal
        angles = x[:, :, None] * t
        error = (angles.cos().mean(dim=0) - normal).square() + angles.sin().mean(dim=0).square()
        return x.shape[0] * (error @ weights)

    def normal_wasserstein(self, x: Tensor) -> Tensor:
        ranks = torch.arange(1, x.shape[0] + 1, dtype=torch.float64, device=x.device) / (x.shape[0] + 1)
        quantiles = torch.special.ndtri(ranks).to(x.dtype)
        return (x.sort(dim=0).values - quantiles[:, None]).square().mean(dim=0)

    def ring_write(self, ring: Tensor, pointer: Tensor, rows: Tensor) -> Tensor:
        slots = (pointer.long() + torch.arange(rows.shape[0], device=rows.device)) % ring.shape[0]
        return ring.index_copy(0, slots, rows.detach())

    def ring_advance(self, pointer: Tensor, rows: Tensor, ring: Tensor) -> Tensor:
        return (pointer + rows.shape[0]) % ring.shape[0]

    def diagonal(self, x: Tensor) -> Tensor:
        return torch.diagonal(x)

    def off_diagonal(self, x: Tensor) -> Tensor:
        eye = torch.eye(x.shape[1], dtype=torch.bool, device=x.device)
        return x.masked_fill(eye.repeat(x.shape[0] // x.shape[1], 1), 0.0)

    def add_diagonal(self, x: Tensor, *, constant: float) -> Tensor:
        return x + constant * torch.eye(x.shape[0], dtype=x.dtype, device=x.device)

    def eigenvalues(self, x: Tensor) -> Tensor:
        return torch.linalg.eigvalsh(x)

    def logdet(self, x: Tensor) -> Tensor:
        factor = torch.linalg.cholesky_ex(x.double()).L
        return 2 * torch.diagonal(factor).log().sum().to(x.dtype)

    def nuclear_norm(self, x: Tensor) -> Tensor:
        return torch.linalg.svdvals(x).sum()


def _numbers(within: Tensor, group: int) -> Tensor:
    """Numbers of rows [N K] within their samples of `group` rows -> [N*K] among all rows."""
    first = group * torch.arange(within.shape[0], device=within.device)
    return (within + first[:, None]).flatten()


def count_kept(rows: int, columns: int, without: Mask) -> int:
    """How many entries of an [rows, columns] score matrix the mask leaves."""
    dropped = 0
    if Mask.DIAGONAL in without:
        dropped += min(rows, columns)
    if Mask.SHIFTED in without:
        dropped += rows
    if Mask.FIRST in without:
        dropped += rows
    if Mask.SAMPLE in without:
        dropped += rows
    return rows * columns - dropped


def _masked(x: Tensor, without: Mask) -> Tensor:
    return x if without == Mask.NONE else x.masked_fill(_left_out(x, without), float("-inf"))


def _left_out(x: Tensor, without: Mask) -> Tensor:
    rows = torch.arange(x.shape[0], device=x.device)[:, None]
    columns = torch.arange(x.shape[1], device=x.device)[None, :]
    left_out = torch.zeros(x.shape, dtype=torch.bool, device=x.device)
    if Mask.DIAGONAL in without:
        left_out = left_out | (rows == columns)
    if Mask.SHIFTED in without:
        left_out = left_out | ((rows - columns).abs() == x.shape[1] // 2)
    if Mask.FIRST in without:
        left_out = left_out | (columns == 0)
    if Mask.SAMPLE in without:
        left_out = left_out | (columns == rows // (x.shape[0] // x.shape[1]))
    return left_out
