"""One mistake, one finding: what else is reported beside it, and what is not."""

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document

STOP = "    stop_gradient: true\n"

# spec, replacements, expected `line code`
CASES = [
    # a slip with one meaning: the rules read what was meant, and nothing follows from the slip
    ("byol", [(STOP, "    stop-gradient: true\n")], ["17 SY002"]),
    ("byol", [(STOP, "    stop_gradient: yes\n")], ["17 SY006"]),
    ("simsiam", [("marginal: predictor", "marginal: predictr")], ["21 SY006"]),
    ("byol", [("of: online", "of: onlin")], ["15 SY012"]),
    ("byol", [("momentum: 0.99,", 'momentum: "0.99",')], ["16 SY004"]),
    # and it hides nothing
    ("byol", [(STOP, ""), ("bound: donsker", "bond: donsker")], ["14 SD001", "19 SY002"]),
    (
        "byol",
        [("title: Bootstrap Your Own Latent", "title: 3"), ("momentum: 0.99,", "momentum: 1.0,")],
        ["3 SY004", "16 EM001"],
    ),
    ("byol", [("batch_size: 64", "batch_size: -64"), (STOP, "")], ["14 SD001", "45 SY005"]),
    # what could mean several things, or nothing, silences the rules on the method
    ("byol", [(STOP, "    stop_it: true\n")], ["17 SY002"]),
    ("byol", [(STOP, "    stop_gradient: maybe\n")], ["17 SY006"]),
    ("byol", [("marginal: predictor", "marginal: [predictor]")], ["22 SY004"]),
    ("jmi", [("marginal: in-batch", "marginal: shuffled")], ["15 SY006"]),
]


@pytest.mark.parametrize(("name", "replaced", "expected"), CASES)
def test_findings_beside_a_mistake(name: str, replaced: list[tuple[str, str]], expected: list[str]) -> None:
    text = (specs_folder() / f"{name}.yaml").read_text()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    found = [f"{d.span.line} {d.code}" for d in check(read_document(text))]
    assert found == expected


def test_a_suppression_holds_and_is_not_judged_while_the_spec_is_not_understood() -> None:
    text = (specs_folder() / "jmi.yaml").read_text()
    broken = text.replace("name: jmi", "name: jmi # ssmi: ignore[SD001] soon").replace(
        "paradigm: jmi", "paradigm: both"
    )
    assert [d.code for d in check(read_document(broken))] == ["SY006"]
    quiet = text.replace("title: Joint", "seed: 010 # ssmi: ignore[SY009] by another tool\ntitle: Joint")
    assert [d.code for d in check(read_document(quiet))] == ["SY002"]


def test_what_is_wrong_under_every_recipe_is_reported_once() -> None:
    text = (specs_folder() / "byol.yaml").read_text().replace(STOP, "")
    assert [f"{d.span.line} {d.code}" for d in check(read_document(text))] == ["14 SD001"]
