"""The machinery of the mutation study on two specs, and the verdicts of lint on all of them."""

import json
import math
from typing import Any

import pytest

import mutations as command
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import load
from study.matrix import disagreements, page
from study.mutate import MUTATIONS, mutated
from study.plain import flattened, recipe_of_data, text_of, understood
from study.shrink import BATCH, shrunk
from study.simulate import KNOWN_NATS, Outcome
from study.verdicts import Trial, judge, lint

TABLE = json.loads((command.RESULTS / "mutations.json").read_text())["methods"]
BASE = Outcome(std=1.0, rank=12.0, nats=1.5)


@pytest.mark.parametrize("name", bundled_names())
def test_flattened_data_is_the_method_under_its_recipe(name: str) -> None:
    for recipe in command.recipes_of(name):
        method, problems = understood(flattened(name, recipe))
        assert not problems
        assert method is not None
        loaded = load(name, recipe=recipe)
        assert (method.objectives, method.phases, method.branches) == (
            loaded.objectives,
            loaded.phases,
            loaded.branches,
        )
        assert method.recipe == loaded.recipe


@pytest.mark.parametrize("name", bundled_names())
def test_the_sizes_of_the_study_keep_the_structure(name: str) -> None:
    whole = flattened(name, command.recipes_of(name)[-1])
    small, problems = understood(shrunk(whole))
    method, _ = understood(whole)
    assert not problems
    assert small is not None
    assert method is not None
    assert small.recipe.batch_size == BATCH
    assert [(view.spec.marginal.name, view.spec.bound.name) for view in small.objectives] == [
        (view.spec.marginal.name, view.spec.bound.name) for view in method.objectives
    ]
    assert (small.phases, small.paradigm) == (method.phases, method.paradigm)
    assert [(b.sharing, b.owner, b.source, b.predictor is None) for b in small.branches] == [
        (b.sharing, b.owner, b.source, b.predictor is None) for b in method.branches
    ]


def test_at_least_25_mutations_change_every_spec_and_leave_the_given_data_alone() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    applied = set[str]()
    for name in bundled_names():
        data = flattened(name, "default")
        before = text_of(data)
        changed = {m.name for m in MUTATIONS if mutated(data, m) is not None}
        assert text_of(data) == before
        assert len(changed) >= 25, name
        applied |= changed
    assert applied == {mutation.name for mutation in MUTATIONS}


def test_two_specs_and_a_few_mutations(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("simulate", "verdicts"):
        monkeypatch.setattr(f"study.{module}.STEPS", 3)
    only = ("no-stop-gradient", "momentum-1", "temperature-0", "stop-one-view", "learning-rate-1e6")
    rows = {name: dict(command.study(name, {}, only=only)) for name in ("byol", "jmi")}

    assert set(rows["byol"]) == {"unmutated", "no-stop-gradient", "momentum-1", "temperature-0", "learning-rate-1e6"}
    assert set(rows["jmi"]) == {"unmutated", "stop-one-view", "temperature-0", "learning-rate-1e6"}
    for of_method in rows.values():
        assert not any(of_method["unmutated"]["lint"].values())
        assert of_method["unmutated"]["trial"]["certificate"] == "proven"
    assert rows["byol"]["no-stop-gradient"]["lint"]["error"] == ["SD001"]
    assert rows["byol"]["no-stop-gradient"]["trial"]["certificate"] == "refused"
    assert rows["byol"]["momentum-1"]["lint"]["error"] == ["EM001"]
    assert rows["byol"]["temperature-0"]["trial"]["certificate"] == "not reached"
    assert rows["jmi"]["stop-one-view"]["lint"]["error"] == ["SD013"]
    assert "no gradient passes" in rows["jmi"]["stop-one-view"]["trial"]["certificate_reason"]

    text = page(rows, "unmutated")
    assert "| stop-one-view |  | ER" in text
    again = {name: dict(command.study(name, rows[name], tries=False, only=only)) for name in rows}
    assert set(again["byol"]) == set(rows["byol"])


def test_what_is_known_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def tried_again(*given: object, **more: object) -> Trial:
        raise AssertionError("tried again")

    for module in ("simulate", "verdicts"):
        monkeypatch.setattr(f"study.{module}.STEPS", 2)
    rows = dict(command.study("jmi", {}, only=("no-swap",)))
    monkeypatch.setattr(command, "attempt", tried_again)
    assert dict(command.study("jmi", rows, only=("no-swap",))) == rows
    monkeypatch.setattr(command, "code_digest", lambda: "another")
    with pytest.raises(AssertionError, match="tried again"):
        dict(command.study("jmi", rows, only=("no-swap",)))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(1.0, 12.0, 1.5), "healthy"),
        (Outcome(0.2, 12.0, 1.5), "collapsed"),
        (Outcome(1.0, 2.9, 1.5), "collapsed"),
        (Outcome(1.0, 12.0, 0.49), "collapsed"),
        (Outcome(0.26, 3.1, 0.51), "healthy"),
        (Outcome(math.nan, math.nan, math.nan), "diverged"),
    ],
)
def test_thresholds(outcome: Outcome, expected: str) -> None:
    assert judge(Trial("proven", "", outcome), BASE) == expected
    assert judge(Trial("proven", "", None, "no step"), BASE) == "stopped"
    assert judge(Trial("not reached", "SY011", None), BASE) == "not reached"


def test_the_known_information_is_that_of_the_views() -> None:
    rho = 1 / (1 + 0.75**2)
    assert pytest.approx(-8 * math.log(1 - rho**2)) == KNOWN_NATS


def test_a_broken_row_without_an_error_is_a_disagreement() -> None:
    trial: dict[str, Any] = Trial("refused", "why", None).to_dict()
    row = {"lint": {"error": [], "warning": ["PR002"], "info": []}, "trial": trial, "simulation": "not reached"}
    caught = {**row, "lint": {"error": ["SD001"], "warning": [], "info": []}}
    assert list(disagreements({"byol": {"unmutated": row, "a": row, "b": caught}}, "unmutated")) == [("byol", "a")]


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_lint_is_what_the_committed_table_says(name: str) -> None:
    """No training: the verdicts of lint only, which change with the rules."""
    known = json.loads((command.RESULTS / "mutations.json").read_text())["methods"][name]
    for mutation, row in command.study(name, known, tries=False):
        assert row["lint"] == known[mutation]["lint"], mutation
    assert not any(lint(*(flattened(name, recipe) for recipe in command.recipes_of(name))).values())
    assert recipe_of_data(flattened(name, "default"))[0] == "default"
