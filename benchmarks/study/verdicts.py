"""What lint, certificate and simulation say about one mutated spec."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import nan
from typing import Any, Literal

from ssmi_compiler.errors import CertificateError, CompileError
from ssmi_compiler.step.certificate import certify
from ssmi_compiler.step.trace import TracedStep
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.spec.method import Method
from study.plain import Data, recipe_of_data, text_of, understood
from study.shrink import BATCH
from study.simulate import STEPS, Outcome, Traced, frozen_branches, simulate, trace, train

# shares of what the unmutated method reaches under the same budget: below one of them a run has collapsed
LEAST_STD, LEAST_RANK, LEAST_NATS = 0.25, 0.25, 1 / 3
# steps of a run of small batches, at most, over those of a full one
MOST_TIMES = 16
# what a run that is broken is tried again under: slow training is told from collapse by its length, and a rate that is too high for a network
# from a loss that is wrong by a lower one
SEEDS, LONG_STEPS, LOW_RATE = (0, 1, 2), 1000, 0.3

Certified = Literal["proven", "refused", "not reached"]
Simulated = Literal["healthy", "collapsed", "diverged", "stopped", "not reached"]


@dataclass(frozen=True)
class Trial:
    """Certificate and simulation of one spec at the sizes of the study; `reason` of a verdict other than `proven` and `healthy`.

    `again` are the long runs of a spec whose short one was broken, one for each seed, and `reached` those of the unmutated method beside them.
    """

    certificate: Certified
    certificate_reason: str
    outcome: Outcome | None
    stopped: str = ""
    again: tuple[Outcome, ...] = ()
    reached: tuple[Outcome, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Trial":
        outcome = None if data["outcome"] is None else Outcome(**data["outcome"])
        again, reached = (tuple(Outcome(**each) for each in data.get(key, ())) for key in ("again", "reached"))
        return Trial(data["certificate"], data["certificate_reason"], outcome, data["stopped"], again, reached)


# EM004 compares the layers of a spec, its default recipe and another one, which flattened data does not keep apart
OF_LAYERS = frozenset({"EM004"})


def lint(*texts: Data) -> dict[str, list[str]]:
    """Codes of every finding, by severity, of flattened data: usually the same method under several recipes."""
    found: dict[Severity, set[str]] = {severity: set() for severity in Severity}
    for data in texts:
        for item in check(read_document(text_of(data)), recipe=recipe_of_data(data)[0]):
            if item.code not in OF_LAYERS:
                found[item.severity].add(item.code)
    return {severity.value: sorted(codes) for severity, codes in found.items()}


@dataclass(frozen=True)
class Memory:
    """What was traced and simulated before, of one method: many mutations change nothing that the step computes."""

    steps: dict[str, TracedStep] = field(default_factory=dict[str, TracedStep])
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    long: dict[str, tuple[Outcome, ...]] = field(default_factory=dict[str, tuple[Outcome, ...]])


@dataclass(frozen=True)
class Base:
    """The unmutated method: its shrunk data, and what it reached in the short run."""

    data: Data
    outcome: Outcome


def attempt(data: Data, memory: Memory, base: Base | None = None, *, passed: bool = True) -> Trial:
    """Lower, certify and, where lint and certificate let it pass, simulate shrunk data with every rule off.

    A run of smaller batches that has collapsed, next to what the unmutated method reached, is trained anew on as many samples as that one saw: it
    had fewer. A run that is broken after that is tried again: long, slowly, from several seeds, next to the unmutated method under the same. What is
    frozen then has the weights that the unmutated method reached: a frozen target teaches what it knows.
    """
    method, problems = understood(data)
    if method is None or problems:
        return Trial("not reached", problems[0] if problems else "", None)
    try:
        traced = trace(method, memory.steps)
    except (CompileError, ValueError, RuntimeError, ZeroDivisionError) as error:
        return Trial("not reached", _first_line(error), None, _first_line(error))
    certificate: Certified = "proven"
    reason = ""
    try:
        certify(traced.step, method)
    except CertificateError as error:
        certificate, reason = "refused", _first_problem(error)
    if certificate == "refused" or not passed:
        return Trial(certificate, reason, None)
    key = _key(traced)
    if key not in memory.outcomes:
        try:
            memory.outcomes[key] = simulate(traced)
            short = (
                _times(method) > 1 and base is not None and _verdict(memory.outcomes[key], base.outcome) == "collapsed"
            )
            if short:
                memory.outcomes[key] = simulate(traced, steps=STEPS * _times(method))
        except (CompileError, ValueError, RuntimeError) as error:
            return Trial(certificate, reason, None, _first_line(error))
    outcome = memory.outcomes[key]
    if base is None or _verdict(outcome, base.outcome) == "healthy":
        return Trial(certificate, reason, outcome)
    unmutated, _ = understood(base.data)
    assert unmutated is not None
    whole = trace(unmutated, memory.steps)
    again, reached = _long(traced, memory, teacher=whole), _long(whole, memory)
    return Trial(certificate, reason, outcome, again=again, reached=reached)


def _long(traced: Traced, memory: Memory, *, teacher: Traced | None = None) -> tuple[Outcome, ...]:
    """The long runs, one for each seed; one that cannot go on has diverged. Frozen branches take their weights from runs of `teacher`."""
    teacher = teacher if frozen_branches(traced.method) else None
    key = _key(traced) + ("" if teacher is None else _key(teacher))
    if key not in memory.long:
        steps = LONG_STEPS * _times(traced.method)
        memory.long[key] = tuple(_simulated(traced, steps, seed, teacher) for seed in SEEDS)
    return memory.long[key]


def _simulated(traced: Traced, steps: int, seed: int, teacher: Traced | None) -> Outcome:
    try:
        if teacher is None:
            return simulate(traced, steps=steps, seed=seed, rate=LOW_RATE)
        taught = train(teacher, steps=LONG_STEPS, seed=seed, rate=LOW_RATE)
        return simulate(traced, steps=steps, seed=seed, rate=LOW_RATE, taught=taught)
    except (ValueError, RuntimeError):
        return Outcome(nan, nan, nan)


def _times(method: Method) -> int:
    """How many steps see as many samples as one of a full batch, within limits."""
    return max(1, min(MOST_TIMES, BATCH // method.recipe.batch_size))


def judge(trial: Trial, base: Outcome) -> Simulated:
    """The verdict of the simulation, against what the unmutated method reached; of long runs that of the majority."""
    if trial.stopped:
        return "stopped"
    if trial.outcome is None:
        return "not reached"
    if not trial.again:
        return _verdict(trial.outcome, base)
    verdicts = [_verdict(outcome, reached) for outcome, reached in zip(trial.again, trial.reached, strict=True)]
    if 2 * verdicts.count("healthy") > len(verdicts):
        return "healthy"
    return "collapsed" if verdicts.count("collapsed") >= verdicts.count("diverged") else "diverged"


def _verdict(outcome: Outcome, base: Outcome) -> Literal["healthy", "collapsed", "diverged"]:
    if not outcome.finite:
        return "diverged"
    shares = (
        (outcome.std, base.std, LEAST_STD),
        (outcome.rank, base.rank, LEAST_RANK),
        (outcome.nats, base.nats, LEAST_NATS),
    )
    return "collapsed" if any(value < least * reached for value, reached, least in shares) else "healthy"


def _key(traced: Traced) -> str:
    """Equal for traced steps that compute the same on the same inputs."""
    method, step = traced.method, traced.step
    sizes = [(name, tuple(value.shape)) for name, value in traced.inputs.items()]
    numbers = [(name, float(value)) for name, value in traced.inputs.items() if name.startswith("number/")]
    finals = [(b.name, b.ema) for b in method.branches if b.ema is not None]
    ends = (method.anchor.owner, method.target.owner)
    return repr(
        (step.module.code, step.inputs, step.outputs, sizes, numbers, finals, ends, method.recipe, method.spec.views)
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _first_problem(error: CertificateError) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line.removeprefix("- ") for line in lines if line.startswith("- ")), lines[0])
