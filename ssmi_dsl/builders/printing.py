"""The printing reader: a term as mathematics in plain text."""

from dataclasses import dataclass

from ssmi_dsl.builders.protocol import Mask

_WITHOUT = {
    Mask.NONE: "",
    Mask.DIAGONAL: " j≠i",
    Mask.SHIFTED: " j≠i±N",
    Mask.DIAGONAL | Mask.SHIFTED: " j∉{i, i±N}",
    Mask.FIRST: " j>0",
    Mask.SAMPLE: " j≠⌊i/P⌋",
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A piece of mathematics; `tight` pieces need no parentheses inside a product."""

    text: str
    tight: bool = True

    def __str__(self) -> str:
        return self.text


class PrintBuilder:
    """Writes what a term computes, e.g. `-mean_i(âᵢᵀb̂ᵢ/0.2)`."""

    def normalize(self, x: Formula) -> Formula:
        return Formula(f"unit({x})")

    def standardize(self, x: Formula, *, eps: float) -> Formula:
        return Formula(f"std({x})")

    def concat(self, xs: tuple[Formula, ...]) -> Formula:
        return Formula("[" + "; ".join(str(x) for x in xs) + "]")

    def row_dot(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"⟨{x}, {y}⟩ᵢ")

    def matmul_t(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"⟨{x}, {y}⟩ᵢⱼ")

    def squared_distances(self, x: Formula, y: Formula, *, per_feature: bool) -> Formula:
        return Formula(f"‖{x} - {y}‖²ᵢⱼ" + ("/D" if per_feature else ""))

    def matmul(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{_tight(x)} {_tight(y)}")

    def transpose(self, x: Formula) -> Formula:
        return Formula(f"({x})ᵀ" if " " in x.text else f"{x}ᵀ")

    def add_column(self, x: Formula, column: Formula) -> Formula:
        return Formula(f"{x} + {column}", tight=False)

    def add_row(self, x: Formula, row: Formula) -> Formula:
        return Formula(f"{x} - {str(row)[1:]}" if str(row).startswith("-") else f"{x} + {row}", tight=False)

    def mul_column(self, x: Formula, column: Formula) -> Formula:
        return Formula(f"{_tight(column)} {_tight(x)}")

    def put_rows(self, x: Formula, index: Formula, rows: Formula) -> Formula:
        return Formula(f"{x}[{index}] <- {rows}")

    def one_hot(self, index: Formula, *, count: int) -> Formula:
        return Formula(f"onehot({index})")

    def take_rows(self, x: Formula, index: Formula) -> Formula:
        return Formula(f"{x}[{index}]")

    def match_rows(self, x: Formula, y: Formula, values: Formula, *, group: int) -> Formula:
        return Formula(f"match({x}, {y}; {values})")

    def nearest_rows(self, x: Formula, y: Formula, *, group: int, among: int) -> Formula:
        return Formula(f"nearest({x}, {y})")

    def least_rows(self, x: Formula, *, group: int, keep: int) -> Formula:
        return Formula(f"least_{keep}({x})")

    def slice_rows(self, x: Formula, *, group: int, start: int, stop: int) -> Formula:
        return Formula(f"{'first' if start == 0 else 'last' if stop == group else f'{start}:{stop}'}({x})")

    def join_rows(self, x: Formula, *, group: int) -> Formula:
        return Formula(f"join({x})")

    def repeat_rows(self, x: Formula, *, times: int) -> Formula:
        return Formula(f"each({x})")

    def group_mean(self, x: Formula, *, group: int) -> Formula:
        return Formula(f"mean_p({x})")

    def group_first(self, x: Formula, *, group: int) -> Formula:
        return Formula(f"first({x})")

    def take_places(self, x: Formula, places: Formula) -> Formula:
        return Formula(f"{_tight(x)}[{places}]")

    def prepend_rows(self, x: Formula, y: Formula, *, group: int) -> Formula:
        return Formula(f"[{x}; {y}]")

    def add_positions(self, x: Formula, *, group: int) -> Formula:
        return Formula(f"{x} + places", tight=False)

    def transformer_layer(self, x: Formula, *weights: Formula, group: int, heads: int) -> Formula:
        return Formula(f"layer({x})")

    def cross_moment(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"corr({x}, {y})")

    def covariance(self, x: Formula) -> Formula:
        return Formula(f"cov({x})")

    def covariances(self, x: Formula, *, group: int) -> Formula:
        return Formula(f"cov_p({x})")

    def prepend(self, column: Formula, x: Formula) -> Formula:
        return Formula(f"[{column}, {x}]")

    def roll_half(self, x: Formula) -> Formula:
        return Formula(f"other({x})")

    def sinkhorn(
        self,
        x: Formula,
        past: Formula | None = None,
        share: Formula | None = None,
        *,
        iterations: int,
        group: int = 1,
    ) -> Formula:
        if group > 1:
            return Formula(f"SK_p({x})")
        return Formula(f"SK({x})" if past is None else f"SK([{x}; {past}])ᵢ")

    def columns(self, xs: tuple[Formula, ...]) -> Formula:
        if len(set(xs)) == 1:
            return Formula(f"[{xs[0]}]ᵢₖ")
        return Formula("[" + ", ".join(str(x) for x in xs) + "]")

    def concat_columns(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"[{x}, {y}]")

    def equal(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"[{x}ᵢ = {y}ⱼ]")

    def limit_norm(self, x: Formula, *, most: float) -> Formula:
        return Formula(f"limit({x}, {most:.6g})")

    def mul_row(self, x: Formula, row: Formula) -> Formula:
        return Formula(f"{_tight(x)} {_tight(row)}_d")

    def relu_pairs(self, x: Formula, y: Formula, weights: Formula) -> Formula:
        return Formula(f"Σ_h {weights}_h max(0, {x}ᵢ + {y}ⱼ)", tight=False)

    def smooth_l1_distances(self, x: Formula, y: Formula, *, beta: float, per_feature: bool) -> Formula:
        return Formula(f"smooth‖{x} - {y}‖₁ᵢⱼ" + ("/D" if per_feature else ""))

    def successor(self, x: Formula, without: Formula | None = None) -> Formula:
        return Formula(f"next({x})" if without is None else f"next({x}; not {without})")

    def whiten(self, x: Formula, *, size: int, eps: float, symmetric: bool) -> Formula:
        return Formula(f"white({x})")

    def width(self, x: Formula) -> Formula:
        return Formula("D")

    def add(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{x} + {y}", tight=False)

    def sub(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{x} - {_tight(y)}", tight=False)

    def mul(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{_tight(x)} {_tight(y)}")

    def div(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{_tight(x)}/{_tight(y)}")

    def scale(self, x: Formula, factor: float) -> Formula:
        if factor == -1:
            return self.neg(x)
        return x if factor == 1 else Formula(f"{factor:.6g} {_tight(x)}")

    def shift(self, x: Formula, constant: float) -> Formula:
        return Formula(
            f"{constant:.6g} + {x}" if not str(x).startswith("-") else f"{constant:.6g} - {str(x)[1:]}", tight=False
        )

    def square(self, x: Formula) -> Formula:
        return Formula(f"({x})²")

    def sqrt(self, x: Formula) -> Formula:
        return Formula(f"√({x})")

    def relu(self, x: Formula) -> Formula:
        return Formula(f"max(0, {x})")

    def exp(self, x: Formula) -> Formula:
        return Formula(f"exp({x})")

    def log(self, x: Formula) -> Formula:
        return Formula(f"log({x})")

    def log_softmax(self, x: Formula) -> Formula:
        return Formula(f"log softmax({x})")

    def softmax(self, x: Formula) -> Formula:
        return Formula(f"softmax({x})")

    def stop_gradient(self, x: Formula) -> Formula:
        return Formula(f"sg({x})")

    def neg(self, x: Formula) -> Formula:
        return Formula(f"-{_tight(x)}")

    def clip(self, x: Formula, *, low: float, high: float) -> Formula:
        return Formula(f"clip({x}, {low:.6g}, {high:.6g})")

    def smooth_l1(self, x: Formula, *, beta: float) -> Formula:
        return Formula(f"smooth|{x}|")

    def softplus(self, x: Formula) -> Formula:
        return Formula(f"softplus({x})")

    def mean(self, x: Formula) -> Formula:
        return Formula(f"mean({x})")

    def sum(self, x: Formula) -> Formula:
        return Formula(f"Σ({x})")

    def row_sum(self, x: Formula) -> Formula:
        return Formula(f"Σ_d({x})")

    def row_mean(self, x: Formula) -> Formula:
        return Formula(f"mean_d({x})")

    def row_max(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(f"maxⱼ{_WITHOUT[without]}({x})")

    def row_argmax(self, x: Formula) -> Formula:
        return Formula(f"argmaxⱼ({x})")

    def row_top(self, x: Formula, *, count: int) -> Formula:
        return Formula(f"top{count}_j({x})")

    def harden(self, x: Formula) -> Formula:
        return Formula(f"onehot argmaxⱼ({x})")

    def column_sum(self, x: Formula) -> Formula:
        return Formula(f"Σᵢ({x})")

    def column_mean(self, x: Formula) -> Formula:
        return Formula(f"meanᵢ({x})")

    def variance(self, x: Formula) -> Formula:
        return Formula(f"var({x})")

    def row_logsumexp(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(f"log Σⱼ{_WITHOUT[without]} exp({x})")

    def logmeanexp(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(f"log mean_ij{_WITHOUT[without]} exp({x})")

    def masked_mean(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(f"mean_ij{_WITHOUT[without]}({x})")

    def row_logmeanexp_others(self, x: Formula) -> Formula:
        return Formula(f"log mean_k k≠j exp({x})")

    def zero(self, x: Formula, *, without: Mask) -> Formula:
        return x if without == Mask.NONE else Formula(f"({x} if{_WITHOUT[without]})")

    def epps_pulley(self, x: Formula, *, knots: int, upper: float) -> Formula:
        return Formula(f"N∫|φ̂({x}) - φ|²φ")

    def normal_wasserstein(self, x: Formula) -> Formula:
        return Formula(f"W₂²({x}, N(0, 1))")

    def ring_write(self, ring: Formula, pointer: Formula, rows: Formula) -> Formula:
        return Formula(f"enqueue({ring}, {rows})")

    def ring_advance(self, pointer: Formula, rows: Formula, ring: Formula) -> Formula:
        return Formula(f"{pointer} + N mod K", tight=False)

    def diagonal(self, x: Formula) -> Formula:
        return Formula(f"diag({x})")

    def off_diagonal(self, x: Formula) -> Formula:
        return Formula(f"off({x})")

    def add_diagonal(self, x: Formula, *, constant: float) -> Formula:
        return x if constant == 0 else Formula(f"{x} + {constant:.6g} I", tight=False)

    def eigenvalues(self, x: Formula) -> Formula:
        return Formula(f"eig({x})")

    def logdet(self, x: Formula) -> Formula:
        return Formula(f"log det({x})")

    def nuclear_norm(self, x: Formula) -> Formula:
        return Formula(f"‖{x}‖_*")


def _tight(x: Formula) -> str:
    return x.text if x.tight else f"({x.text})"
