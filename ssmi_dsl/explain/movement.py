"""Who moves when, who is held constant, how targets follow, and what the certificate will prove of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ssmi_dsl.spec.method import BranchView, Method, Phase, Sharing
from ssmi_dsl.spec.parts import lone_learners, owned_parts, trained_parts


@dataclass(frozen=True, slots=True)
class Move:
    """One gradient step: parameter groups (`branch.part`) that move, and branches that are constants of the loss."""

    phase: str
    moves: tuple[str, ...]
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Follower:
    """How a branch that no gradient moves comes by its parameters."""

    branch: str
    kind: Literal["ema", "frozen", "copy"]
    source: str | None
    text: str
    latex: str


def moves_of(method: Method) -> tuple[Move, ...]:
    """Every phase in order."""
    return tuple(
        Move(phase.name, trained_parts(method, phase), tuple(sorted(phase.stopped))) for phase in method.phases
    )


def followers_of(method: Method) -> tuple[Follower, ...]:
    """EMA and frozen targets, and constant branches that share the parameters of a branch that moves."""
    return tuple(follower for branch in method.branches for follower in _follower(method, branch))


def claims_of(method: Method) -> tuple[str, ...]:
    """What `ssmi compile` will prove on the traced graph of this method, phase by phase (docs/certificate.md)."""
    return (*(claim for phase in method.phases for claim in _phase_claims(method, phase)), *_targets(method))


def _follower(method: Method, branch: BranchView) -> Iterator[Follower]:
    if branch.ema is not None and branch.source is not None:
        m, last = branch.ema.momentum, branch.ema.final
        goes = (
            f", m from {m:g} to {last:g} ({branch.ema.schedule})" if last is not None and last != m else f", m = {m:g}"
        )
        parts = " and ".join(owned_parts(branch))
        text = f"{parts}: ξ ← m ξ + (1 - m) θ of `{branch.source}` after every step{goes}: a damped M-step"
        yield Follower(branch.name, "ema", branch.source, text, r"\xi \leftarrow m\,\xi + (1 - m)\,\theta")
    elif branch.sharing is Sharing.FROZEN:
        yield Follower(branch.name, "frozen", branch.source, "never moves after its initial copy", r"\xi = \xi_0")
    elif branch.sharing is Sharing.TIED and method.is_stopped(branch.name):
        text = f"applies the parameters of `{branch.owner}`: the implicit M-step is the copy ξ = θ"
        yield Follower(branch.name, "copy", branch.owner, text, r"\xi = \theta")


def _phase_claims(method: Method, phase: Phase) -> Iterator[str]:
    moved = trained_parts(method, phase)
    yield f"{phase.name}: every parameter of {_names(moved)} depends on the loss"
    if phase.stopped:
        yield f"{phase.name}: no gradient passes the output of {_names(sorted(phase.stopped))}"
    held = [part for part in _all_parts(method) if part not in moved and _is_held(method, part)]
    if held:
        yield f"{phase.name}: no loss term reaches {_names(held)}"
    for part, term in lone_learners(method):
        yield f"{phase.name}: `{part}` learns from {term} alone, which reaches nothing else"
    if method.paradigm == "sdmi":
        yield f"{phase.name}: sdmi, some branch output passes no gradient"
    else:
        plain = [branch.name for branch in method.branches if not owned_parts(method.branch(branch.owner))]
        but = f" but that of {_names(plain)}, which has no parameters" if plain else ""
        yield f"{phase.name}: jmi, every branch output{but} passes a gradient"


def _targets(method: Method) -> Iterator[str]:
    for branch in method.branches:
        if branch.sharing in (Sharing.EMA, Sharing.FROZEN):
            yield f"`{branch.name}` after the step depends on nothing but itself, the new `{branch.source}` and the momentum"


def _is_held(method: Method, part: str) -> bool:
    owner = method.branch(part.split(".")[0])
    return owner.sharing in (Sharing.EMA, Sharing.FROZEN) or len(method.phases) > 1


def _all_parts(method: Method) -> tuple[str, ...]:
    parts = [
        f"{branch.name}.{part}"
        for branch in method.branches
        if branch.owner == branch.name
        for part in owned_parts(branch)
    ]
    parts += [f"{branch.name}.predictor" for branch in method.branches if branch.predictor is not None]
    return tuple(parts)


def _names(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
