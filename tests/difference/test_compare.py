"""`diff`: every difference of meaning is found and named, and nothing else."""

import json

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.difference import Change, compare, json_format, text
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from ssmi_dsl.understood import load_understood


def _one(name: str, *overrides: str, recipe: str = "default") -> dict[str, Method]:
    return {recipe: load_understood(name, recipe=recipe, overrides=overrides)[0]}


def _changes(name: str, *overrides: str, recipe: str = "default") -> list[Change]:
    found = compare(_one(name, recipe=recipe), _one(name, *overrides, recipe=recipe), names=("a", "b"))
    return [change for changes in found.changes.values() for change in changes]


@pytest.mark.parametrize("name", bundled_names())
def test_a_method_does_not_differ_from_itself_under_another_name(name: str) -> None:
    assert _changes(name, "name=other", "title=Another", "paper=null", "lint={ignore: [SD010]}") == []


# method, override, section, path, what the meaning says
CASES = [
    ("vicreg", "objective.weights.joint=12.5", "objective", "weights.joint", "halved; the joint term weighs less"),
    ("jmi", "objective.weights.marginal=0", "objective", "weights.marginal", "switched off; the marginal term"),
    (
        "jmi",
        "objective.critic={cosine: {temperature: 0.1}}",
        "objective",
        "critic.temperature",
        "from 4.95 to 9.8 nats",
    ),
    (
        "moco-v2",
        "branches.key.update={ema: {momentum: 0.99}}",
        "branch key",
        "parameters.momentum",
        "from 693 to 69 steps",
    ),
    (
        "moco-v2",
        "objective.marginal={queue: {size: 1024}}",
        "objective",
        "marginal.size",
        "log M goes from 11.1 to 6.93",
    ),
    (
        "simclr",
        "recipes.default.batch_size=512",
        "optimisation",
        "recipe.batch_size",
        "doubled; log M goes from 6.24 to 6.93",
    ),
    (
        "byol",
        "branches.target.stop_gradient=false",
        "branch target",
        "stop_gradient",
        "a constant of the loss against receives",
    ),
    ("byol", "branches.online.predictor=null", "branch online", "predictor", "the predictor is gone"),
    ("jmi", "objective.marginal=none", "objective", "marginal", "against nothing"),
    ("barlow-twins", "objective.weight=0.2", "objective", "weight", "doubled; the whole loss is scaled"),
    ("sdmi", "optimize.updates=simultaneous", "optimisation", "updates", ""),
    ("byol", "optimize.swap=false", "objective", "pairs", ""),
    ("jmi", "views.augment=byol", "method", "views.augment", ""),
    ("jmi", "encoder.stem=standard", "branch shared", "encoder.stem", ""),
    ("jmi", "claims=[monotone-mi]", "method", "claims", ""),
    (
        "jmi",
        "recipes.default.optimizer={lars: {lr: 0.8, weight_decay: 1.0e-4}}",
        "optimisation",
        "optimizer.lr",
        "doubled",
    ),
    ("simsiam", "optimize.predictor={schedule: as-encoder}", "optimisation", "predictor.schedule", ""),
]


@pytest.mark.parametrize(("name", "override", "section", "path", "meaning"), CASES)
def test_one_change_is_found_where_it_is(name: str, override: str, section: str, path: str, meaning: str) -> None:
    found = {(change.section, change.path): change for change in _changes(name, override)}
    assert (section, path) in found
    assert meaning in found[section, path].meaning


def test_the_gradient_flow_changes_with_the_stop_gradient() -> None:
    found = [c for c in _changes("byol", "branches.target.stop_gradient=false") if c.section == "gradient flow"]
    assert [(c.path, c.a, c.b) for c in found] == [("step.constant", ["target"], [])]


def test_parameters_of_another_word_are_not_listed() -> None:
    paths = {change.path for change in _changes("jmi", "objective.critic={rbf: {normalize: true}}")}
    assert "critic" in paths
    assert "critic.normalize" not in paths
    assert "critic.temperature" in paths, "both critics have one, with another value"


def test_the_names_of_branches_do_not_count() -> None:
    renamed = [
        "branches={online: null, target: null, student: {projector: {mlp: [4096, 256]}, predictor: {mlp: [4096, 256]}}, "
        "teacher: {of: student, update: {ema: {momentum: 0.99, final: 1.0, schedule: cosine}}, stop_gradient: true}}"
    ]
    assert _changes("byol", *renamed) == []


def test_what_all_recipes_share_is_said_once_and_a_missing_recipe_is_a_difference() -> None:
    a = {recipe: load("jmi", recipe=recipe) for recipe in ("default", "digits")}
    b = {recipe: load("simclr", recipe=recipe) for recipe in ("default", "digits")}
    found = compare(a, b, names=("jmi", "simclr"))
    assert {change.path for change in found.changes[None]} >= {"bound", "marginal"}
    assert [change.path for change in found.changes["default"]] == ["recipe.epochs"]
    assert found.changes["digits"] == ()
    (only,) = compare(a, {"default": b["default"]}, names=("a", "b")).changes["digits"]
    assert (only.a, only.b) == ("digits", None)


def test_text_and_json_say_the_same_changes() -> None:
    a, b = _one("byol"), _one("simsiam")
    difference = compare(a, b, names=("byol", "simsiam"))
    written = text.render(difference)
    listed = json.loads(json_format.render(difference))
    assert listed["schema"] == "ssmi.diff/1"
    for change in listed["changes"]:
        assert f"  {change['path']}" in written
    assert text.render(compare(a, a, names=("byol", "byol"))) == "byol and byol are the same method"
