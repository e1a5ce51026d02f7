"""What the study says of single mutations beyond its table: causes that pages of rules and notes name, each tried."""

from collections.abc import Callable
from math import nan

import numpy as np
import pytest
import torch

import mutations as command
from study.mutate import MUTATIONS, mutated
from study.plain import Data, flattened, understood
from study.shrink import EMBEDDING, shrunk
from study.simulate import Outcome, Traced, simulate, trace, train
from study.verdicts import LEAST_NATS, Base, Memory, Trial, attempt, judge

BASE = Outcome(std=1.0, rank=12.0, nats=1.5)
POOR = Outcome(std=1.0, rank=12.0, nats=0.1)
NOT_FINITE = Outcome(nan, nan, nan)


def _small(name: str, change: str | Callable[[Data], None] | None = None) -> Data:
    data = shrunk(flattened(name, command.recipes_of(name)[-1]))
    if callable(change):
        change(data)
    for mutation in MUTATIONS:
        if mutation.name == change:
            data = mutated(data, mutation) or data
    return data


def _traced(name: str, change: str | Callable[[Data], None] | None = None) -> Traced:
    method, problems = understood(_small(name, change))
    assert method is not None, problems
    return trace(method)


def _growth(k: float, teacher: float, centre: float) -> float:
    """The largest growth rate of e' = u/T_teacher - e/T_centre, u' = k e - u/T_teacher (EM012)."""
    flow = np.array([[-1 / centre, 1 / teacher], [k, -1 / teacher]])
    return float(np.linalg.eigvals(flow).real.max())


def test_what_targets_have_in_common_grows_with_a_slow_centre_and_a_fast_teacher() -> None:
    for teacher in (1.0, 10.0, 1000.0):
        assert _growth(0.4, teacher, centre=2.0) < 0 < _growth(0.4, teacher, centre=10.0)
    rates = [_growth(0.4, teacher, centre=10.0) for teacher in (1e-3, 1.0, 10.0, 100.0, 1000.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == pytest.approx(0.4 - 1 / 10, rel=1e-2)
    assert rates[-1] < 0.01


def _teacher_and_centre(teacher: float, centre: float) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["branches"]["teacher"]["update"] = {"ema": {"momentum": teacher}}
        data["objective"]["marginal"]["center-sharpen"]["momentum"] = centre

    return change


@pytest.mark.slow
@pytest.mark.parametrize("teacher", [0.0, 0.7])
def test_a_centre_that_is_slower_than_its_teacher_loses_the_rank(teacher: float) -> None:
    lagging = simulate(_traced("dino", _teacher_and_centre(teacher, 0.9)), steps=400)
    following = simulate(_traced("dino", _teacher_and_centre(teacher, 0.0)), steps=400)
    assert lagging.rank < 0.4 * following.rank
    assert lagging.nats < LEAST_NATS * following.nats


@pytest.mark.slow
def test_a_frozen_target_teaches_what_it_knows() -> None:
    """A random one little, so that the study gives it what the unmutated method learned before it calls a run broken."""
    unmutated, frozen = _traced("capi"), _traced("capi", "target-frozen")
    reached, random = simulate(unmutated), simulate(frozen)
    trained = simulate(frozen, taught=train(unmutated))
    assert random.nats < 0.5 * reached.nats
    assert trained.nats > 0.75 * reached.nats


def test_weights_are_given_to_frozen_branches_alone() -> None:
    frozen = _traced("byol", lambda data: data["branches"]["target"].update(update="frozen"))
    given = {
        name: torch.full_like(value, 0.25) for name, value in frozen.inputs.items() if name.startswith("state/param/")
    }
    after = train(frozen, steps=0, taught=given)
    taught = {name for name in given if bool((after[name] == 0.25).all())}
    assert taught
    assert taught == {name for name in given if name.startswith("state/param/target.")}


def test_a_sum_over_features_keeps_its_ratio_to_the_joint_term() -> None:
    whole = flattened("emp-ssl", "default")
    width = whole["branches"]["shared"]["projector"]["mlp"][-1]
    weights = whole["objective"]["weights"], shrunk(whole)["objective"]["weights"]
    assert weights[1]["joint"] / EMBEDDING == weights[0]["joint"] / width


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ((), "collapsed"),
        ((BASE, POOR, BASE), "healthy"),
        ((POOR, POOR, BASE), "collapsed"),
        ((NOT_FINITE, POOR, NOT_FINITE), "diverged"),
        ((NOT_FINITE, POOR, BASE), "collapsed"),
    ],
)
def test_the_majority_of_long_runs_decides(again: tuple[Outcome, ...], expected: str) -> None:
    trial = Trial("proven", "", POOR, again=again, reached=(BASE,) * len(again))
    assert judge(trial, BASE) == expected
    assert Trial.from_dict(trial.to_dict()) == trial or NOT_FINITE in again


def test_only_a_broken_run_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, float]] = []

    def quick(traced: Traced, *, steps: int | None = None, seed: int = 0, rate: float = 1.0) -> Outcome:
        ran.append((seed, rate))
        return POOR if steps is None else BASE

    monkeypatch.setattr("study.verdicts.simulate", quick)
    data = _small("jmi")
    healthy = attempt(data, Memory(), Base(data, POOR))
    assert (healthy.again, ran) == ((), [(0, 1.0)])
    ran.clear()
    broken = attempt(_small("jmi", "critic-rbf"), Memory(), Base(data, BASE))
    assert broken.again == broken.reached == (BASE,) * 3
    assert ran[0] == (0, 1.0)
    assert sorted(ran[1:]) == sorted([(0, 0.3), (1, 0.3), (2, 0.3)] * 2)
    assert judge(broken, BASE) == "healthy"


def test_a_seed_draws_the_start_and_a_rate_of_zero_keeps_it() -> None:
    traced = _traced("jmi")
    first, same, other = (simulate(traced, steps=2, seed=seed, rate=0.0) for seed in (0, 0, 1))
    assert first == same
    assert first != other
    assert simulate(traced, steps=20, rate=0.0).nats < simulate(traced, steps=20).nats
