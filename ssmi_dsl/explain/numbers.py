"""Caps, biases and half-lives of a method at its temperature, batch and width."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite

from ssmi_dsl.candidates import candidates_of
from ssmi_dsl.caps import cosine_cap, half_life, horizon, infonce_cap, relative_variance
from ssmi_dsl.explain.objectives import has_predictor, parts_before, width_of
from ssmi_dsl.explain.reads import reads_of
from ssmi_dsl.spec.branches import Ema
from ssmi_dsl.spec.method import Method, ObjectiveView
from ssmi_dsl.terms.reading import Origin

# below it the series over the sphere is long, and no float32 holds exp(1/τ)
_SMALLEST_TEMPERATURE = 1e-6


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its unit and what it says. `key` never changes; `of` names the branch, if it is about one."""

    key: str
    value: float
    unit: str
    text: str
    origin: Origin
    of: str | None = None


def numbers_of_objective(reads: ObjectiveView, batch: int) -> tuple[Number, ...]:
    """What the terms say about themselves at this batch size, in the order critic, bound, marginal."""
    width = width_of(reads.anchor, reads.anchor_output)
    # a critic that the loss does not read has no caps to speak of
    critic = _critic(reads, batch, width) if reads_of(reads).critic else ()
    return (*critic, *_bound(reads, batch, width), *_marginal(reads, batch, width))


def numbers_of_targets(method: Method) -> tuple[Number, ...]:
    """Half-life and horizon of every EMA target."""
    return tuple(
        number
        for branch in method.branches
        if branch.ema is not None
        for number in _momentum(branch.name, branch.ema, method.recipe.num_steps)
    )


def _critic(reads: ObjectiveView, batch: int, width: int | None) -> Iterator[Number]:
    objective = reads.spec
    tau = None if width is None else objective.critic.sphere_temperature(width)
    if tau is None or width is None or tau < _SMALLEST_TEMPERATURE:
        return
    tied = reads.anchor.owner == reads.target.owner and (
        parts_before(reads.anchor, reads.anchor_output) == parts_before(reads.target, reads.target_output)
    )
    tied = tied and not has_predictor(reads)
    known = "the branches share their distribution" if tied else "the branches differ"
    yield Number(
        "dv-cap",
        (1 if tied else 2) / tau,
        "nats",
        f"largest DV value of this critic, {'1' if tied else '2'}/τ: {known}",
        Origin.PROJECT,
    )
    cap = cosine_cap(tau, width)
    yield Number(
        "attainable-cap",
        cap,
        "nats",
        f"attainable DV value: embeddings aligned and uniform on the sphere in D = {width}",
        Origin.PROJECT,
    )
    bias = (
        objective.bound.upward_bias(relative_variance(tau, width), batch)
        if objective.marginal.kind == "estimated"
        else None
    )
    if bias is not None and isfinite(bias):
        text = f"how far a batch's DV value lies too high at those embeddings, N = {batch} independent negatives"
        yield Number("minibatch-bias", bias, "nats", text, Origin.PROJECT)


def _bound(reads: ObjectiveView, batch: int, width: int | None) -> Iterator[Number]:
    objective = reads.spec
    candidates = candidates_of(reads, batch)
    cap = None if candidates is None else objective.bound.cap(candidates)
    if cap is None or candidates is None:
        return
    yield Number("candidates-cap", cap, "nats", f"largest value with M = {candidates} candidates, log M", Origin.CITED)
    tau = None if width is None else objective.critic.sphere_temperature(width)
    # only where the candidates are the batch itself do all of them lie on one simplex
    from_batch = candidates != objective.marginal.candidates(batch + 1)
    if tau is not None and from_batch and batch > 1 and tau >= _SMALLEST_TEMPERATURE:
        text = f"largest value with this critic too: N = {batch} samples at the corners of a simplex"
        yield Number(
            "infonce-cap", infonce_cap(tau, candidates=candidates, samples=batch), "nats", text, Origin.PROJECT
        )


def _marginal(reads: ObjectiveView, batch: int, width: int | None) -> Iterator[Number]:
    objective = reads.spec
    if width is None:
        return
    floor = objective.marginal.noise_floor(batch, width)
    if floor is not None:
        text = f"noise floor of the marginal part before weights: independent features, N = {batch}, D = {width}"
        yield Number("noise-floor", floor, "loss", text, Origin.PROJECT)
    if objective.marginal.second_order:
        if batch - 1 < width:
            text = f"largest rank of a batch's covariance, N - 1, of D = {width} features"
            yield Number("covariance-rank", batch - 1, "features", text, Origin.PROJECT)
        variance = objective.critic.independent_variance(width)
        if variance is not None:
            far = "holds" if variance <= 1 else "is left far behind: an objective, not a value of mutual information"
            text = f"Var_q T of independent features; the second-order expansion needs about 1 or less and {far}"
            yield Number("expansion-variance", variance, "nats²", text, Origin.PROJECT)


def _momentum(name: str, ema: Ema, num_steps: int | None) -> Iterator[Number]:
    first = half_life(ema.momentum)
    share = f", {first / num_steps:.1%} of the run's {num_steps} steps" if num_steps and first < inf else ""
    text = f"half-life of target `{name}` at momentum {ema.momentum:g}{share}"
    yield Number("half-life", first, "steps", text, Origin.PROJECT, name)
    yield Number(
        "horizon",
        horizon(ema.momentum),
        "steps",
        f"steps over which `{name}` averages, 1/(1 - m)",
        Origin.PROJECT,
        name,
    )
    if ema.final is not None and ema.schedule != "constant":
        last = half_life(ema.final)
        text = f"half-life at the end, momentum {ema.final:g} ({ema.schedule})" + (
            ": it stands still" if last == inf else ""
        )
        yield Number("half-life-end", last, "steps", text, Origin.PROJECT, name)
