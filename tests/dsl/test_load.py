"""Opening specs: bundled names, inheritance, overrides, recipes, and back to text."""

from pathlib import Path

import pytest

from ssmi_dsl import SpecError, load
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.components.heads import LinearHead
from ssmi_dsl.document import read_document
from ssmi_dsl.load import build_method, dump, open_spec
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.branches import Ema


@pytest.mark.parametrize("name", bundled_names())
@pytest.mark.parametrize("recipe", ["default", "digits"])
def test_a_resolved_spec_loads_to_itself(name: str, recipe: str) -> None:
    method = load(name, recipe=recipe)
    again = open_spec(read_document(dump(method.spec)))
    assert isinstance(again, Resolved)
    rebuilt, problems = build_method(again, recipe)
    assert problems == ()
    assert rebuilt is not None
    assert rebuilt.spec == method.spec


def test_extends_merges_replaces_choices_and_removes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: byol\nname: mine\npaper: null\nobjective: {critic: {cosine: {temperature: 0.5}}}\n")
    method = load(path)
    assert method.spec.name == "mine"
    assert method.spec.paper is None
    assert type(method.objective.critic).name == "cosine"
    assert isinstance(method.target.spec.update, Ema)


def test_settings_of_the_predictors_update_are_kept_beside_an_override() -> None:
    predictor = load("simsiam", overrides=["optimize.predictor.lr_multiplier=7"]).spec.optimize.predictor
    assert (predictor.schedule, predictor.lr_multiplier) == ("constant", 7.0)
    head = load("simsiam", overrides=["branches.online.predictor={linear: 8}"]).anchor.predictor
    assert head == LinearHead(width=8)


def test_a_file_beside_the_spec_can_be_extended_and_a_cycle_is_found(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("extends: jmi\nname: base\n")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\nname: mine\n")
    assert load(tmp_path / "mine.yaml").paradigm == "jmi"
    (tmp_path / "base.yaml").write_text("extends: mine.yaml\nname: base\n")
    with pytest.raises(SpecError, match=r"leads back|extends has errors"):
        load(tmp_path / "mine.yaml")


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside.yaml", "byoll", "http://x/y.yaml"])
def test_extends_reaches_neither_outside_nor_the_network(target: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"extends: {target}\nname: mine\n")
    with pytest.raises(SpecError, match="neither a bundled method nor a file beside this spec"):
        load(tmp_path / "mine.yaml")


def test_overrides_and_recipes() -> None:
    method = load(
        "byol", recipe="digits", overrides=["recipes.digits.epochs=7", "branches.target.update.ema.momentum=0.5"]
    )
    assert method.recipe.epochs == 7
    assert method.target.ema is not None
    assert method.target.ema.momentum == 0.5
    assert method.recipe.num_steps == 7 * (1437 // method.recipe.batch_size)


@pytest.mark.parametrize(
    "override", ["epochs", "=3", "recipes.digits.epochs=x", "objective.critic.cosine.temprature=1"]
)
def test_a_wrong_override_is_a_spec_error(override: str) -> None:
    with pytest.raises(SpecError):
        load("jmi", recipe="digits", overrides=[override])


def test_inherited_findings_stand_in_the_file_that_the_user_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: byol\nname: mine\nbranches: {target: {of: onlin}}\n")
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "mine.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.span.line, found.path) == ("SY012", 3, str(tmp_path / "mine.yaml"))
