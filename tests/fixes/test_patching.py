"""Where a proposal is written when the merged spec is not the file: bases, recipes, bare words; and what is refused."""

from pathlib import Path

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Applicability, Change
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.fixes import Fix, delete_key, rename_key, set_value
from ssmi_dsl.fixes.apply import fix_document
from ssmi_dsl.fixes.patching import edited, patch_for
from ssmi_dsl.load import open_spec
from ssmi_dsl.resolve import Resolved

HEAD = "extends: byol\nname: mine\n"


def fixed(text: str, *changes: Change, recipe: str = "default") -> str:
    """The text after the changes, or the reason why there are none."""
    document = read_document(text)
    source = open_spec(document, recipe=recipe)
    assert isinstance(source, Resolved)
    patch = patch_for(Fix("do it", Applicability.SAFE, changes), source)
    if patch.refused is not None:
        assert (patch.applicability, patch.edits) == (Applicability.MANUAL, ())
        return patch.refused
    assert patch.applicability is Applicability.SAFE
    return edited(document.text, patch.edits)


MOMENTUM = ("branches", "target", "update", "ema", "momentum")


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        # an inherited value is overridden in the file itself
        (HEAD, set_value(("paradigm",), "jmi"), HEAD + "paradigm: jmi\n"),
        (HEAD, set_value(MOMENTUM, 0.9), HEAD + "branches: {target: {update: {ema: {momentum: 0.9}}}}\n"),
        (
            HEAD + "branches:\n  target: {stop_gradient: false}\n",
            set_value(MOMENTUM, 0.9),
            HEAD + "branches:\n  target: {stop_gradient: false, update: {ema: {momentum: 0.9}}}\n",
        ),
        # what is inherited can be neither removed nor renamed here
        (HEAD, delete_key(("branches", "target")), "it is inherited"),
        (HEAD, rename_key(("branches", "target"), "slow"), "it is inherited"),
        (HEAD, delete_key(("branches", "third")), "there is no such key"),
        (HEAD, set_value(("name",), "mine"), "the file says so already"),
        # a bare word grows a mapping, an empty value becomes one
        (
            HEAD + "branches: {target: {update: ema}} # c\n",
            set_value(MOMENTUM, 0.9),
            HEAD + "branches: {target: {update: {ema: {momentum: 0.9}}}} # c\n",
        ),
        (HEAD + "recipes:\n", set_value(("recipes", "tiny", "epochs"), 1), HEAD + "recipes: {tiny: {epochs: 1}}\n"),
        (
            HEAD + "branches: *b\n".replace("*b", "{target: &t {}}"),
            set_value(MOMENTUM, 0.9),
            "an anchor or an alias shares it with another place",
        ),
    ],
)
def test_bases_and_words(text: str, change: Change, expected: str) -> None:
    assert fixed(text, change) == expected


RECIPE = (
    HEAD
    + "recipes:\n  digits:\n    method:\n      branches:\n        target: {update: {ema: {momentum: 0.5}}} # slow\n"
)


def test_what_the_file_says_already_is_left_out_of_a_fix() -> None:
    changes = (set_value(("name",), "mine"), set_value(("paradigm",), "jmi"))
    assert fixed(HEAD, *changes) == HEAD + "paradigm: jmi\n"


def test_what_a_recipe_overrides_is_changed_in_the_recipe() -> None:
    assert fixed(RECIPE, set_value(MOMENTUM, 0.9), recipe="digits") == RECIPE.replace("0.5", "0.9")
    # a key that is missing goes to the method itself, for all recipes
    text = RECIPE + "branches:\n  target: {stop_gradient: true}\n"
    assert fixed(text, set_value(("branches", "target", "predictor"), {"mlp": [8, 4]}), recipe="digits") == (
        RECIPE + "branches:\n  target: {stop_gradient: true, predictor: {mlp: [8, 4]}}\n"
    )


def test_a_recipe_that_removes_a_key_gets_it_back() -> None:
    byol = (specs_folder() / "byol.yaml").read_text()
    text = byol.replace("        target: {update", "        target: {stop_gradient: null, update")
    assert text != byol
    after = fixed(text, set_value(("branches", "target", "stop_gradient"), True), recipe="digits")
    assert after == text.replace("stop_gradient: null", "stop_gradient: true")


def test_one_recipe_can_be_named() -> None:
    place = ("recipes", "digits", "method", *MOMENTUM)
    assert fixed(HEAD, set_value(place, 0.9), recipe="digits") == (
        HEAD + "recipes: {digits: {method: {branches: {target: {update: {ema: {momentum: 0.9}}}}}}}\n"
    )


def test_a_base_in_a_file_is_never_edited(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text("extends: byol\nname: base\nparadigm: jmi\n")
    document: Document = read_document("extends: base.yaml\nname: mine\n", str(tmp_path / "mine.yaml"))
    source = open_spec(document)
    assert isinstance(source, Resolved)
    patch = patch_for(Fix("do it", Applicability.SAFE, (set_value(("paradigm",), "sdmi"),)), source)
    assert edited(document.text, patch.edits) == "extends: base.yaml\nname: mine\nparadigm: sdmi\n"


ONE = "{bound: donsker-varadhan, critic: {rbf: {per_feature: true}}, marginal: {variance-covariance: {variance: 0.0}}}"
OTHER = "{bound: infonce, critic: {cosine: {temperature: 0.2}}, marginal: in-batch} # the other"


@pytest.mark.parametrize("items", [[ONE], [OTHER, ONE], [ONE, OTHER]], ids=len)
def test_of_several_objectives_the_right_one_is_fixed(items: list[str]) -> None:
    whole = (specs_folder() / "vicreg.yaml").read_text()
    start, end = whole.index("objective:\n"), whole.index("optimize:")
    text = whole[:start] + "objective:\n" + "".join(f"  - {item}\n" for item in items) + "\n" + whole[end:]
    outcome = fix_document(read_document(text), check)
    assert "MT002" in [item.code for item in outcome.applied]
    assert outcome.document.text == text.replace("variance: 0.0", "variance: 25.0")
