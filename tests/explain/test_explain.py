"""`explain`: the page of every bundled spec, and that what it says agrees with the compiler. `--update-golden` rewrites the pages."""

import json
import re
from pathlib import Path

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.explain import explain, json_format, latex, text
from ssmi_dsl.explain.notes import notes_of
from ssmi_dsl.load import load
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS, POSITIVES, term_name
from ssmi_dsl.understood import load_understood

HERE = Path(__file__).parent
HEADINGS = re.findall(r"^## (.*)$", (HERE.parents[1] / "docs" / "theory.md").read_text(), re.MULTILINE)


def _check(path: Path, actual: str, *, update: bool) -> None:
    if update:
        path.write_text(actual + "\n")
    assert path.is_file(), f"{path.name} is missing; run pytest with --update-golden"
    assert actual + "\n" == path.read_text()


@pytest.mark.parametrize("name", bundled_names())
def test_the_page_of_a_bundled_method(name: str, update_golden: bool) -> None:
    explanation = explain(load(name))
    _check(HERE / "golden" / f"{name}.txt", text.render(explanation), update=update_golden)
    _check(HERE / "golden" / f"{name}.tex", latex.render(explanation), update=update_golden)


@pytest.mark.parametrize("name", bundled_names())
def test_lines_fit_and_brackets_close(name: str) -> None:
    explanation = explain(load(name, recipe="digits"))
    assert max(len(line) for line in text.render(explanation).splitlines()) <= text.WIDTH
    written = latex.render(explanation)
    without_escapes = re.sub(r"\\[{}]", "", written)
    assert without_escapes.count("{") == without_escapes.count("}")
    assert len(re.findall(r"\\left\b", written)) == len(re.findall(r"\\right\b", written))


@pytest.mark.parametrize("name", bundled_names())
def test_json_is_strict_and_has_every_part(name: str) -> None:
    found = json.loads(json_format.render(explain(load(name))))
    assert found["schema"] == "ssmi.explain/1"
    for objective, view in zip(found["objectives"], load(name).objectives, strict=True):
        beyond = [] if term_name(view.spec.positive) == "paired" else ["positive"]
        assert [term["role"] for term in objective["terms"]] == ["bound", "critic", "marginal", *beyond]
    assert found["claims"]


@pytest.mark.parametrize("name", bundled_names())
def test_a_missing_part_of_a_loss_is_not_printed_as_a_value(name: str) -> None:
    explanation = explain(load(name))
    assert "None" not in text.render(explanation) + latex.render(explanation)


def test_numbers_follow_the_recipe() -> None:
    values = {
        recipe: {n.key: n.value for n in explain(load("jmi", recipe=recipe)).objectives[0].numbers}
        for recipe in ("default", "digits")
    }
    assert values["default"]["dv-cap"] == pytest.approx(5.0)
    assert values["digits"]["dv-cap"] == pytest.approx(10.0)
    assert values["digits"]["attainable-cap"] == pytest.approx(9.61, abs=0.005)


def test_a_share_of_the_run_is_given_where_its_length_is_known() -> None:
    method = load("moco-v2", recipe="digits")
    assert method.recipe.num_steps is not None
    assert f"of the run's {method.recipe.num_steps} steps" in explain(method).target_numbers[0].text


def test_an_untied_critic_has_the_larger_cap() -> None:
    (number,) = [n for n in explain(load("sdmi")).objectives[0].numbers if n.key == "dv-cap"]
    assert number.value == pytest.approx(2 / 0.2)


def test_nothing_prevents_collapse_without_a_marginal() -> None:
    method, problems = load_understood("byol", overrides=["branches.online.predictor=null", "objective.marginal=none"])
    assert problems == ()
    assert any("nothing here prevents collapse" in note.text for note in notes_of(method))


def test_the_lemma_is_named_where_it_holds() -> None:
    overrides = ["branches.online.predictor=null", "objective.marginal=in-batch"]
    method, _ = load_understood("simsiam", overrides=overrides)
    assert any("halves the gradient" in note.text for note in notes_of(method))
    one_sided, _ = load_understood("simsiam", overrides=[*overrides, "objective.bound=infonce"])
    assert not any("halves the gradient" in note.text for note in notes_of(one_sided))


def test_a_word_without_a_compiler_is_explained_by_its_formula() -> None:
    method, problems = load_understood("jmi", overrides=["objective.bound=leave-one-out"])
    assert [item.code for item in problems] == ["SY011"]
    assert "leave-one-out" in text.render(explain(method))


def test_every_compiled_word_has_a_reading_that_leads_to_a_section() -> None:
    for table in (BOUNDS, MARGINALS, POSITIVES):
        for name, term in table.items():
            if term.implemented and name != "paired":
                assert term.reading is not None, name
                assert term.reading.steps, name
                assert term.reading.section in HEADINGS, f"{name}: {term.reading.section}"


@pytest.mark.parametrize("width", [8, 64])
def test_a_sphere_temperature_is_that_of_the_critic(width: int) -> None:
    import numpy as np

    from ssmi_dsl.builders.numpy_reference import NumpyBuilder

    x, y = np.random.default_rng(0).normal(size=(2, 20, width))
    cos = (x * y).sum(axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    critics = [
        CRITICS["cosine"].model_validate({"temperature": 0.3}),
        CRITICS["rbf"].model_validate({"temperature": 0.7, "normalize": True}),
        CRITICS["rbf"].model_validate({"temperature": 0.7, "normalize": True, "per_feature": True}),
    ]
    for critic in critics:
        tau = critic.sphere_temperature(width)
        assert tau is not None
        constant = critic.pair(NumpyBuilder(), x, y, {}) - cos / tau
        np.testing.assert_allclose(constant, constant[0], atol=1e-12)
    assert CRITICS["rbf"]().sphere_temperature(width) is None
    assert CRITICS["dot"]().sphere_temperature(width) is None
