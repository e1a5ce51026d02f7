"""The LaTeX reader: a term as mathematics for a paper. The same operations as `PrintBuilder`, another notation.

ρ_β is the smooth absolute value: x² / (2 β) where |x| < β, else |x| - β / 2.
"""

from math import inf

from ssmi_dsl.builders.printing import Formula
from ssmi_dsl.builders.protocol import Mask

_WITHOUT = {
    Mask.NONE: "j",
    Mask.DIAGONAL: r"j \ne i",
    Mask.SHIFTED: r"j \ne i \pm N",
    Mask.DIAGONAL | Mask.SHIFTED: r"j \notin \{i, i \pm N\}",
    Mask.FIRST: "j > 0",
    Mask.SAMPLE: r"j \ne \lfloor i/P \rfloor",
}


class LatexBuilder:
    """Writes what a term computes, e.g. `-\\tfrac1N \\sum_i 5\\,\\langle \\hat a, \\hat b\\rangle_{i}`."""

    def normalize(self, x: Formula) -> Formula:
        return Formula(rf"\hat{{{x}}}" if len(str(x)) == 1 else rf"\operatorname{{unit}}({x})")

    def standardize(self, x: Formula, *, eps: float) -> Formula:
        return Formula(rf"\tilde{{{x}}}" if len(str(x)) == 1 else rf"\operatorname{{std}}({x})")

    def concat(self, xs: tuple[Formula, ...]) -> Formula:
        return Formula("[" + ";\\, ".join(str(x) for x in xs) + "]")

    def row_dot(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"\langle {x}, {y} \rangle_{{i}}")

    def matmul_t(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"\langle {x}, {y} \rangle_{{ij}}")

    def squared_distances(self, x: Formula, y: Formula, *, per_feature: bool) -> Formula:
        return Formula(rf"\|{x} - {y}\|^2_{{ij}}" + ("/D" if per_feature else ""))

    def cross_moment(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"\tfrac1N {_tight(x)}^{{\top}} {_tight(y)}")

    def covariance(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{Cov}}({x})")

    def covariances(self, x: Formula, *, group: int) -> Formula:
        return Formula(rf"\operatorname{{Cov}}_p({x})")

    def prepend(self, column: Formula, x: Formula) -> Formula:
        return Formula(rf"[{column},\, {x}]")

    def roll_half(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{other}}({x})")

    def group_first(self, x: Formula, *, group: int) -> Formula:
        return Formula(rf"\operatorname{{first}}({x})")

    def take_places(self, x: Formula, places: Formula) -> Formula:
        return Formula(rf"{{{_tight(x)}}}_{{{places}}}")

    def prepend_rows(self, x: Formula, y: Formula, *, group: int) -> Formula:
        return Formula(rf"[{x};\, {y}]")

    def add_positions(self, x: Formula, *, group: int) -> Formula:
        return Formula(rf"{x} + \mathrm{{places}}", tight=False)

    def transformer_layer(self, x: Formula, *weights: Formula, group: int, heads: int) -> Formula:
        return Formula(rf"\operatorname{{layer}}({x})")

    def matmul(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"{_tight(x)}\,{_tight(y)}")

    def transpose(self, x: Formula) -> Formula:
        return Formula(rf"{_tight(x)}^{{\top}}")

    def add_column(self, x: Formula, column: Formula) -> Formula:
        return self.add(x, column)

    def add_row(self, x: Formula, row: Formula) -> Formula:
        return self.add(x, row)

    def mul_column(self, x: Formula, column: Formula) -> Formula:
        return Formula(rf"{_tight(column)}\,{_tight(x)}")

    def put_rows(self, x: Formula, index: Formula, rows: Formula) -> Formula:
        return Formula(rf"{x}_{{{index}}} \leftarrow {rows}", tight=False)

    def one_hot(self, index: Formula, *, count: int) -> Formula:
        return Formula(rf"\operatorname{{onehot}}({index})")

    def take_rows(self, x: Formula, index: Formula) -> Formula:
        return Formula(rf"{{{_tight(x)}}}_{{{index}}}")

    def match_rows(self, x: Formula, y: Formula, values: Formula, *, group: int) -> Formula:
        return Formula(rf"{{{_tight(values)}}}_{{\operatorname{{argmax}}_j \langle {x}, {y} \rangle_{{ij}}}}")

    def nearest_rows(self, x: Formula, y: Formula, *, group: int, among: int) -> Formula:
        return Formula(rf"\operatorname{{argmin}}_j \|{_indexed(x, 'i')} - {_indexed(y, 'j')}\|")

    def least_rows(self, x: Formula, *, group: int, keep: int) -> Formula:
        return Formula(rf"\operatorname{{least}}_{{{keep}}}({x})")

    def slice_rows(self, x: Formula, *, group: int, start: int, stop: int) -> Formula:
        which = r"\mathrm{first}" if start == 0 else r"\mathrm{last}" if stop == group else f"{start}:{stop}"
        return Formula(rf"{{{_tight(x)}}}_{{{which}}}")

    def join_rows(self, x: Formula, *, group: int) -> Formula:
        return Formula(rf"\operatorname{{join}}_p({x})")

    def repeat_rows(self, x: Formula, *, times: int) -> Formula:
        return Formula(rf"{{{_tight(x)}}}_{{\lfloor i/P \rfloor}}")

    def group_mean(self, x: Formula, *, group: int) -> Formula:
        return Formula(rf"\tfrac1P \sum\nolimits_p {_bracket(x)}")

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
            return Formula(rf"\operatorname{{SK}}_p({x})")
        stacked = x if past is None else Formula(rf"[{x};\, {past}]")
        return Formula(rf"\operatorname{{SK}}({stacked})" + ("" if past is None else "_i"))

    def columns(self, xs: tuple[Formula, ...]) -> Formula:
        if len(set(xs)) == 1:
            return Formula(rf"[{xs[0]}]_{{ik}}")
        return Formula("[" + r",\, ".join(str(x) for x in xs) + "]")

    def concat_columns(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"[{x},\, {y}]")

    def equal(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"\mathbb{{1}}[{x}_i = {y}_j]")

    def limit_norm(self, x: Formula, *, most: float) -> Formula:
        return Formula(rf"{_tight(x)} \min(1, {most:.6g} / \|{x}\|)")

    def mul_row(self, x: Formula, row: Formula) -> Formula:
        return Formula(rf"{_tight(x)} \operatorname{{diag}}({row})")

    def relu_pairs(self, x: Formula, y: Formula, weights: Formula) -> Formula:
        return Formula(rf"\sum\nolimits_h {{{_tight(weights)}}}_h \max(0, {_indexed(x, 'ih')} + {_indexed(y, 'jh')})")

    def smooth_l1_distances(self, x: Formula, y: Formula, *, beta: float, per_feature: bool) -> Formula:
        total = r"\tfrac1D \sum\nolimits_d" if per_feature else r"\sum\nolimits_d"
        return Formula(rf"{total} \rho_{{{beta:.6g}}}({_indexed(x, 'id')} - {_indexed(y, 'jd')})")

    def successor(self, x: Formula, without: Formula | None = None) -> Formula:
        more = "" if without is None else rf";\, \neg {without}"
        return Formula(rf"\operatorname{{next}}({x}{more})")

    def whiten(self, x: Formula, *, size: int, eps: float, symmetric: bool) -> Formula:
        return Formula(rf"\operatorname{{white}}({x})")

    def width(self, x: Formula) -> Formula:
        return Formula("D")

    def add(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{x} {y}" if y.text.startswith("-") else f"{x} + {y}", tight=False)

    def sub(self, x: Formula, y: Formula) -> Formula:
        return Formula(f"{x} - {_tight(y)}", tight=False)

    def mul(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"{_tight(x)}\,{_tight(y)}")

    def div(self, x: Formula, y: Formula) -> Formula:
        return Formula(rf"\frac{{{x}}}{{{y}}}")

    def scale(self, x: Formula, factor: float) -> Formula:
        if factor == -1:
            return self.neg(x)
        return x if factor == 1 else Formula(rf"{factor:.6g}\,{_tight(x)}")

    def shift(self, x: Formula, constant: float) -> Formula:
        text = str(x)
        return Formula(f"{constant:.6g} " + (f"- {text[1:]}" if text.startswith("-") else f"+ {text}"), tight=False)

    def square(self, x: Formula) -> Formula:
        return Formula(rf"\left({x}\right)^2")

    def sqrt(self, x: Formula) -> Formula:
        return Formula(rf"\sqrt{{{x}}}")

    def relu(self, x: Formula) -> Formula:
        return Formula(rf"\max(0, {x})")

    def neg(self, x: Formula) -> Formula:
        return Formula(f"-{_tight(x)}")

    def exp(self, x: Formula) -> Formula:
        return Formula(rf"\exp\left({x}\right)")

    def log(self, x: Formula) -> Formula:
        return Formula(rf"\log\left({x}\right)")

    def log_softmax(self, x: Formula) -> Formula:
        return Formula(rf"\log \operatorname{{softmax}}\left({x}\right)")

    def softmax(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{softmax}}\left({x}\right)")

    def stop_gradient(self, x: Formula) -> Formula:
        return Formula(rf"\mathrm{{sg}}[{x}]")

    def clip(self, x: Formula, *, low: float, high: float) -> Formula:
        return Formula(rf"\min({_number(high)}, \max({_number(low)}, {x}))")

    def smooth_l1(self, x: Formula, *, beta: float) -> Formula:
        return Formula(rf"\rho_{{{beta:.6g}}}\left({x}\right)")

    def softplus(self, x: Formula) -> Formula:
        return Formula(rf"\log\left(1 + e^{{{x}}}\right)")

    def mean(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{mean}}\left({x}\right)")

    def sum(self, x: Formula) -> Formula:
        return Formula(rf"\sum \left({x}\right)")

    def row_sum(self, x: Formula) -> Formula:
        return Formula(rf"\sum\nolimits_d {_bracket(x)}")

    def row_mean(self, x: Formula) -> Formula:
        return Formula(rf"\tfrac1D \sum\nolimits_d {_bracket(x)}")

    def row_max(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(rf"\max_{{{_WITHOUT[without]}}} {_bracket(x)}")

    def row_argmax(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{argmax}}_j {_bracket(x)}")

    def row_top(self, x: Formula, *, count: int) -> Formula:
        return Formula(rf"\operatorname{{top}}_{{{count}}}\, {_tight(x)}")

    def harden(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{onehot}} \operatorname{{argmax}}_j {_bracket(x)}")

    def column_sum(self, x: Formula) -> Formula:
        return Formula(rf"\sum\nolimits_i {_bracket(x)}")

    def column_mean(self, x: Formula) -> Formula:
        return Formula(rf"\tfrac1N \sum\nolimits_i {_bracket(x)}")

    def variance(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{Var}}({x})")

    def row_logsumexp(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(rf"\log \sum_{{{_WITHOUT[without]}}} \exp\left({x}\right)")

    def logmeanexp(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(rf"\log \operatorname*{{mean}}_{{i,\, {_WITHOUT[without]}}} \exp\left({x}\right)")

    def masked_mean(self, x: Formula, *, without: Mask) -> Formula:
        return Formula(rf"\operatorname*{{mean}}_{{i,\, {_WITHOUT[without]}}} \left({x}\right)")

    def row_logmeanexp_others(self, x: Formula) -> Formula:
        return Formula(rf"\log \operatorname*{{mean}}_{{k \ne j}} \exp\left({x}\right)_{{ik}}")

    def zero(self, x: Formula, *, without: Mask) -> Formula:
        return x if without == Mask.NONE else Formula(rf"\mathbb{{1}}[{_WITHOUT[without]}]\,{_tight(x)}")

    def epps_pulley(self, x: Formula, *, knots: int, upper: float) -> Formula:
        return Formula(
            rf"N \int_{{-{upper:.6g}}}^{{{upper:.6g}}} |\hat\varphi_{{{x}}}(t) - e^{{-t^2/2}}|^2 e^{{-t^2/2}}\, dt"
        )

    def normal_wasserstein(self, x: Formula) -> Formula:
        return Formula(rf"W_2^2\left({x},\, \mathcal{{N}}(0, 1)\right)")

    def diagonal(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{diag}}\left({x}\right)")

    def off_diagonal(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{off}}\left({x}\right)")

    def add_diagonal(self, x: Formula, *, constant: float) -> Formula:
        return x if constant == 0 else Formula(f"{x} + {constant:.6g} I", tight=False)

    def eigenvalues(self, x: Formula) -> Formula:
        return Formula(rf"\operatorname{{eig}}\left({x}\right)")

    def logdet(self, x: Formula) -> Formula:
        return Formula(rf"\log \det\left({x}\right)")

    def nuclear_norm(self, x: Formula) -> Formula:
        return Formula(rf"\|{x}\|_*")

    def ring_write(self, ring: Formula, pointer: Formula, rows: Formula) -> Formula:
        return Formula(rf"\operatorname{{enqueue}}({ring}, {rows})")

    def ring_advance(self, pointer: Formula, rows: Formula, ring: Formula) -> Formula:
        return Formula(rf"{pointer} + N \bmod K", tight=False)


def _tight(x: Formula) -> str:
    return x.text if x.tight else rf"\left({x.text}\right)"


def _bracket(x: Formula) -> str:
    return x.text if x.text.startswith(r"\left(") else rf"\left({x.text}\right)"


def _indexed(x: Formula, index: str) -> str:
    return rf"{{{_tight(x)}}}_{{{index}}}"


def _number(value: float) -> str:
    return r"\infty" if value == inf else f"{value:.6g}"
