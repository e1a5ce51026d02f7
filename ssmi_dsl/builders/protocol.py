"""The vocabulary in which terms are written.

Legend: N, M rows (samples), D features. Every operation is pure and differentiable unless it says otherwise.
"""

from enum import Flag
from typing import Protocol, TypeVar

V = TypeVar("V")


class Mask(Flag):
    """Entries of a score matrix `[N M]` that an operation leaves out, named by structure so that their number is known.

    NONE            nothing
    DIAGONAL        (i, i): a sample and itself, or a positive pair of two views
    SHIFTED         (i, i ± M/2): the positives of stacked views `[z_1; z_2]`
    FIRST           (i, 0): the positive in front of a queue
    SAMPLE          (i, i // (N/M)): a token and its own sample, where the N/M tokens of a sample follow each other
    """

    NONE = 0
    DIAGONAL = 1
    SHIFTED = 2
    FIRST = 4
    SAMPLE = 8


class Builder(Protocol[V]):
    """What a term may compute. `V` is the reader's value: an IR value, an array, a tensor or a formula."""

    # rows of samples
    def normalize(self, x: V) -> V:
        """x [N D] -> [N D], every row divided by its Euclidean norm."""
        ...

    def standardize(self, x: V, *, eps: float) -> V:
        """x [N D] -> [N D], every column to mean 0 and (biased) variance 1; `eps` is added to the variance."""
        ...

    def concat(self, xs: tuple[V, ...]) -> V:
        """[N_k D] ... -> [sum N_k, D], rows stacked."""
        ...

    def row_dot(self, x: V, y: V) -> V:
        """x, y [N D] -> [N], inner products of corresponding rows."""
        ...

    def matmul_t(self, x: V, y: V) -> V:
        """x [N D], y [M D] -> [N M], all inner products of rows."""
        ...

    def squared_distances(self, x: V, y: V, *, per_feature: bool) -> V:
        """x [N D], y [M D] -> [N M], squared Euclidean distances of rows, summed over features or averaged."""
        ...

    def matmul(self, x: V, y: V) -> V:
        """x [N K], y [K D] -> [N D]."""
        ...

    def transpose(self, x: V) -> V:
        """x [N M] -> [M N]."""
        ...

    def add_column(self, x: V, column: V) -> V:
        """x [N M], column [N] -> [N M], every column of x plus `column`."""
        ...

    def add_row(self, x: V, row: V) -> V:
        """x [N D], row [D] -> [N D], every row of x plus `row`."""
        ...

    def mul_column(self, x: V, column: V) -> V:
        """x [N M], column [N] -> [N M], every column of x times `column`."""
        ...

    def take_rows(self, x: V, index: V) -> V:
        """x [M D] or [M], index [N] -> [N D] or [N], row index_i of x."""
        ...

    def put_rows(self, x: V, index: V, rows: V) -> V:
        """x [M D], index [N], rows [N D] -> [M D], row index_i of x replaced by row i; no gradient."""
        ...

    def one_hot(self, index: V, *, count: int) -> V:
        """index [N] -> [N count], 1 at (i, index_i) and 0 elsewhere; no gradient."""
        ...

    def match_rows(self, x: V, y: V, values: V, *, group: int) -> V:
        """x, y [N*P F], values [N*P D], P = `group` -> [N*P D]: for each row of x the row of values whose row of y, among the P of the
        same sample, has the largest inner product with it, the first of equals; no gradient through the choice."""
        ...

    def nearest_rows(self, x: V, y: V, *, group: int, among: int) -> V:
        """x [N*P F], y [N*Q F], P = `group`, Q = `among` -> [N*P], for each row of x the number of the nearest row of y of the same sample,
        the first of equals; no gradient."""
        ...

    def least_rows(self, x: V, *, group: int, keep: int) -> V:
        """x [N*P], P = `group` -> [N*K], K = `keep`, the numbers of the K smallest entries of each sample, in order of the rows; the first
        of equals; no gradient."""
        ...

    def slice_rows(self, x: V, *, group: int, start: int, stop: int) -> V:
        """x [N*P D], P = `group` -> [N*(stop - start) D], rows `start` to `stop` of each sample."""
        ...

    def join_rows(self, x: V, *, group: int) -> V:
        """x [N*P D], P = `group` -> [N, P*D], the rows of a sample side by side."""
        ...

    def repeat_rows(self, x: V, *, times: int) -> V:
        """x [N D] -> [N*P D], P = `times`, every row P times in a row."""
        ...

    def group_mean(self, x: V, *, group: int) -> V:
        """x [N*P D], P = `group` -> [N D], means of P rows that follow each other."""
        ...

    def group_first(self, x: V, *, group: int) -> V:
        """x [N*P D], P = `group` -> [N D], the first of every P rows that follow each other."""
        ...

    def take_places(self, x: V, places: V) -> V:
        """x [N*P D], places [N G K], whole numbers below P -> [N*G*K D], the named rows of each sample's P."""
        ...

    def prepend_rows(self, x: V, y: V, *, group: int) -> V:
        """x [N D], y [N*P D], P = `group` -> [N*(1+P) D], row i of x in front of the P rows of y that belong to it."""
        ...

    def add_positions(self, x: V, *, group: int) -> V:
        """x [N*P D], P = `group` -> [N*P D], a fixed code added that tells the P rows of a sample apart.

        Row p, feature d: sin(d ω_p) for even p and cos(d ω_p) for odd p, ω_p = 10000^(-⌊p/2⌋ / ⌈P/2⌉).
        """
        ...

    def transformer_layer(self, x: V, *weights: V, group: int, heads: int) -> V:
        """x [N*P D], P = `group` -> [N*P D], one encoder layer on the P rows of each sample (Vaswani et al. 2017, section 3).

        z = norm(x + attention(x)), then norm(z + contract(relu(expand(z)))). `weights`, H the hidden width: qkv [3D D] and its bias [3D], out [D D]
        [D], scale and shift of the first norm [D] [D], expand [H D] [H], contract [D H] [D], scale and shift of the second norm [D] [D]; the
        norms add 1e-5 to the variance. `heads` divide D.
        """
        ...

    def cross_moment(self, x: V, y: V) -> V:
        """x [N D], y [N E] -> xᵀ y / N [D E]."""
        ...

    def covariance(self, x: V) -> V:
        """x [N D] -> [D D], unbiased covariance (columns centred, divided by N - 1)."""
        ...

    def covariances(self, x: V, *, group: int) -> V:
        """x [N*P D], P = `group` -> [P*D D], the unbiased covariances of the first rows of all samples, of the second and so on, stacked."""
        ...

    def prepend(self, column: V, x: V) -> V:
        """column [N], x [N M] -> [N, 1+M]."""
        ...

    def roll_half(self, x: V) -> V:
        """x [2N D] -> [2N D], the two halves exchanged: row i meets its other view."""
        ...

    def sinkhorn(self, x: V, past: V | None = None, share: V | None = None, *, iterations: int, group: int = 1) -> V:
        """x, logarithms [N K] -> [N K], exp x scaled so that columns share the rows equally and every row sums to 1, columns first.

        `past` [M K] are more rows, of mass `share` (a scalar, 0 to 1) each: they take part and are not returned. With `group` = P, the rows
        of a sample follow each other and those p, P + p, 2P + p … are scaled among themselves, for each p.
        """
        ...

    def columns(self, xs: tuple[V, ...]) -> V:
        """[N] K times -> [N K], side by side."""
        ...

    def concat_columns(self, x: V, y: V) -> V:
        """x [N D], y [N E] -> [N, D+E]."""
        ...

    def equal(self, x: V, y: V) -> V:
        """x [N], y [M], classes -> [N M], 1 where they are the same and 0 elsewhere; no gradient."""
        ...

    def limit_norm(self, x: V, *, most: float) -> V:
        """x [N D] -> [N D], rows longer than `most` cut down to it."""
        ...

    def mul_row(self, x: V, row: V) -> V:
        """x [N D], row [D] -> [N D], every row of x times `row`."""
        ...

    def relu_pairs(self, x: V, y: V, weights: V) -> V:
        """x [N H], y [M H], weights [H] -> [N M], Σ_h weights_h max(0, x_ih + y_jh): the last layers of a network on pairs."""
        ...

    def smooth_l1_distances(self, x: V, y: V, *, beta: float, per_feature: bool) -> V:
        """x [N D], y [M D] -> [N M], smooth absolute differences of rows, summed over features or averaged: see `smooth_l1`."""
        ...

    def successor(self, x: V, without: V | None = None) -> V:
        """x [N] -> [N], the row whose entry follows that of row i in ascending order, and after the greatest the least: one cycle through
        all rows. Rows j where `without` [N N] is not 0 at (i, j) are passed over, as long as there are others; no gradient."""
        ...

    def whiten(self, x: V, *, size: int, eps: float, symmetric: bool) -> V:
        """x [N D] -> [N D]: each group of `size` rows centred and multiplied by the inverse Cholesky factor of its covariance, or, `symmetric`, by
        the inverse root Σ^-½.

        Rows follow each other in groups, N a multiple of `size`; 0 stands for N. The covariance Σ is unbiased and enters as (1 - eps) Σ + eps I.
        """
        ...

    def width(self, x: V) -> V:
        """x [N D] -> D, a constant."""
        ...

    # elementwise
    def add(self, x: V, y: V) -> V:
        """x + y; y may be a scalar."""
        ...

    def sub(self, x: V, y: V) -> V:
        """x - y; y may be a scalar."""
        ...

    def mul(self, x: V, y: V) -> V:
        """Elementwise; y may be a scalar."""
        ...

    def div(self, x: V, y: V) -> V:
        """Elementwise; y may be a scalar."""
        ...

    def scale(self, x: V, factor: float) -> V:
        """factor * x."""
        ...

    def shift(self, x: V, constant: float) -> V:
        """x + constant."""
        ...

    def square(self, x: V) -> V: ...
    def sqrt(self, x: V) -> V: ...
    def relu(self, x: V) -> V: ...
    def exp(self, x: V) -> V: ...
    def log(self, x: V) -> V:
        """Natural logarithm; -inf at 0."""
        ...

    def log_softmax(self, x: V) -> V:
        """x [N M] -> [N M], log of the softmax of every row."""
        ...

    def softmax(self, x: V) -> V:
        """x [N M] -> [N M], softmax of every row."""
        ...

    def stop_gradient(self, x: V) -> V:
        """x, as a constant."""
        ...

    def neg(self, x: V) -> V: ...
    def clip(self, x: V, *, low: float, high: float) -> V:
        """min(high, max(low, x)); no gradient outside."""
        ...

    def smooth_l1(self, x: V, *, beta: float) -> V:
        """x² / (2 beta) where |x| < beta, else |x| - beta / 2."""
        ...

    def softplus(self, x: V) -> V:
        """log(1 + exp x)."""
        ...

    # reductions
    def mean(self, x: V) -> V:
        """Any shape -> scalar mean."""
        ...

    def sum(self, x: V) -> V:
        """Any shape -> scalar sum."""
        ...

    def row_sum(self, x: V) -> V:
        """x [N D] -> [N]."""
        ...

    def row_mean(self, x: V) -> V:
        """x [N D] -> [N]."""
        ...

    def row_max(self, x: V, *, without: Mask) -> V:
        """x [N M] -> [N], the greatest entry of every row, masked entries left out."""
        ...

    def row_argmax(self, x: V) -> V:
        """x [N M] -> [N], the column of the greatest entry of every row, the first of equals; no gradient."""
        ...

    def row_top(self, x: V, *, count: int) -> V:
        """x [N M] -> [N*count], the columns of the `count` greatest entries of every row, greatest first, row by row; no gradient."""
        ...

    def harden(self, x: V) -> V:
        """x [N M] -> [N M], 1 at the greatest entry of every row, the first of equals, and 0 elsewhere; no gradient."""
        ...

    def column_sum(self, x: V) -> V:
        """x [N D] -> [D]."""
        ...

    def column_mean(self, x: V) -> V:
        """x [N D] -> [D]."""
        ...

    def variance(self, x: V) -> V:
        """x [N D] -> [D], unbiased (divided by N - 1) variance of every column."""
        ...

    def row_logsumexp(self, x: V, *, without: Mask) -> V:
        """x [N M] -> [N], log of the sum of exponentials of every row, masked entries left out."""
        ...

    def logmeanexp(self, x: V, *, without: Mask) -> V:
        """x [N M] -> scalar, log of the mean of exponentials of all entries that are not masked."""
        ...

    def masked_mean(self, x: V, *, without: Mask) -> V:
        """x [N M] -> scalar, mean of all entries that are not masked."""
        ...

    def row_logmeanexp_others(self, x: V) -> V:
        """x [N M] -> [N M], entry (i, j) is log of the mean of exp x_ik over all k ≠ j."""
        ...

    def zero(self, x: V, *, without: Mask) -> V:
        """x [N M] -> [N M], masked entries 0."""
        ...

    # distances of columns to the standard normal distribution
    def epps_pulley(self, x: V, *, knots: int, upper: float) -> V:
        """x [N M] -> [M], N ∫ |φ̂(t) - exp(-t²/2)|² exp(-t²/2) dt over |t| <= `upper`, φ̂ the characteristic function of the N samples.

        Trapezoid rule with `knots` points on [0, upper], doubled.
        """
        ...

    def normal_wasserstein(self, x: V) -> V:
        """x [N M] -> [M], mean squared difference of the sorted samples and the normal quantiles at i / (N + 1)."""
        ...

    # memory
    def ring_write(self, ring: V, pointer: V, rows: V) -> V:
        """ring [K D], pointer scalar, rows [N D] -> [K D], rows written from `pointer` on, past the end from the start; no gradient."""
        ...

    def ring_advance(self, pointer: V, rows: V, ring: V) -> V:
        """pointer scalar, rows [N D], ring [K D] -> (pointer + N) mod K."""
        ...

    # square matrices
    def diagonal(self, x: V) -> V:
        """x [D D] -> [D]."""
        ...

    def off_diagonal(self, x: V) -> V:
        """x [D D] -> [D D] with zeros on the diagonal; of stacked matrices [P*D D], on the diagonal of each."""
        ...

    def add_diagonal(self, x: V, *, constant: float) -> V:
        """x [D D] -> x + constant I."""
        ...

    def eigenvalues(self, x: V) -> V:
        """x [D D], symmetric -> [D], ascending."""
        ...

    def logdet(self, x: V) -> V:
        """x [D D], symmetric and positive definite -> log det x; computed in float64, small eigenvalues would drown in rounding."""
        ...

    def nuclear_norm(self, x: V) -> V:
        """x [N D] -> sum of its singular values."""
        ...
