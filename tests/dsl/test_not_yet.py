"""What the language describes and the runtime does not do is refused where it stands, and the rules speak of it all the same."""

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import load

REFUSED = [
    ("recipes: {default: {hardware: {devices: 8}}}", "2:31", "several devices"),
    ("recipes: {default: {hardware: {gradient_accumulation: 4}}}", "2:31", "micro-batches"),
    ("evaluate: {mutual_information: {samples: 512}}", "2:42", "another `samples` than `2048`"),
    ("evaluate: {mutual_information: {estimators: [nwj, infonce]}}", "2:45", "another `estimators`"),
    ("evaluate: {monitors: [feature-std]}", "2:22", "another `monitors`"),
    ("evaluate: {probe: {reads: embedding}}", "2:27", "another `reads` than `features`"),
    (
        "branches: {shared: {predictor: {mlp: [512, 256]}}}\noptimize: {predictor: {direct: {}}}",
        "2:32",
        "`direct` with a predictor that is not `linear`",
    ),
]
ACCEPTED = [
    "recipes: {default: {hardware: {devices: 1, gather: none}}}",
    "evaluate: {mutual_information: {report: estimate, select: last}, probe: {reads: features}}",
    "evaluate: {monitors: [feature-std, effective-rank]}",
]


@pytest.mark.parametrize(("line", "place", "words"), REFUSED)
def test_it_is_refused_where_it_stands(line: str, place: str, words: str) -> None:
    (found,) = (d for d in check(read_document(f"extends: jmi\n{line}\n")) if d.code == "SY011")
    assert f"{found.span.line}:{found.span.column}" == place
    assert words in found.message


HIDDEN = [
    ("objective: {critic: dot}", "critic", "needs the critic `prototypes`"),
    ("objective: {on: {b: teacher.features}}", "marginal", "needs `on: {a: BRANCH.hidden, b: BRANCH.map}`"),
    ("objective: {views: other}\nviews: {count: 2}", "views", "`random-resized-crop` moves the places"),
    ("branches: {student: {input: masked}}", "input", "needs them all; leave `predicted` of the mask at 1"),
]


@pytest.mark.parametrize(("lines", "key", "words"), HIDDEN)
def test_what_predicts_hidden_tokens_needs_them_to_correspond(lines: str, key: str, words: str) -> None:
    found = [d for d in check(read_document(f"extends: capi\n{lines}\n")) if d.code == "SY011"]
    assert any(d.loc[-1] == key and words in d.message for d in found), [d.message for d in found]


@pytest.mark.parametrize("line", ACCEPTED)
def test_saying_what_is_done_anyway_is_accepted(line: str) -> None:
    assert check(read_document(f"extends: jmi\n{line}\n")) == ()


def test_a_spec_that_is_refused_does_not_load() -> None:
    with pytest.raises(SpecError, match="several devices"):
        load("jmi", overrides=["recipes.default.hardware={devices: 2}"])


def test_hardware_is_inherited_from_the_default_recipe() -> None:
    method = load("jmi", recipe="digits", overrides=["recipes.default.hardware={gather: none}"])
    assert method.recipe.hardware.gather == "none"
    assert method.recipe.batch_of_objective == method.recipe.batch_size == 64
