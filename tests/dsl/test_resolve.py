"""Merged data and the origins of its values agree, whatever is merged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssmi_dsl.bundled import bundled_names, bundled_path
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.document import Document, read_file
from ssmi_dsl.load import open_spec
from ssmi_dsl.resolve import Resolved, merge, resolved, subtree, without

KEYS = st.sampled_from(["a", "b", "critic", "predictor", "optimize", "views"])
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        st.none() | st.integers(0, 9) | st.just("word"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=12,
    ),
    max_size=4,
)


def written(name: str, data: dict[str, Any]) -> Resolved:
    return resolved(Document(name, "", data), data)


def places(value: Any, loc: Loc = ()) -> list[Loc]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [loc, *(place for key, item in inner for place in places(item, (*loc, key)))]


def value_at(data: Any, loc: Loc) -> Any:
    for step in loc:
        data = data[step]
    return data


def assert_origins_agree(whole: Resolved) -> None:
    for loc in places(whole.data):
        document, there = whole.origins[loc]
        if document.path.startswith("--set"):
            continue  # an override has no file
        value, original = value_at(whole.data, loc), value_at(document.data, there)
        # a mapping may hold more than the one file wrote; everything else stands there as it is
        assert value == original or (isinstance(value, dict) and isinstance(original, dict))
        assert loc in whole.origins
        for missing in ("never", 99):
            assert whole.origins.get((*loc, missing)) is None


@given(base=TREES, over=TREES, more=TREES)
def test_every_value_has_the_origin_that_wrote_it(
    base: dict[str, Any], over: dict[str, Any], more: dict[str, Any]
) -> None:
    document = Document("over", "", over)
    once = merge(written("base", base), written("over", over), document=document)
    assert_origins_agree(once)
    assert_origins_agree(merge(once, written("more", more), document=document))
    assert_origins_agree(without(once, ["a", "critic"]))
    for key, value in once.data.items():
        if isinstance(value, dict):
            assert_origins_agree(merge(once, subtree(once, (key,)), document=document))


@given(base=TREES, over=TREES)
def test_merging_changes_neither_side(base: dict[str, Any], over: dict[str, Any]) -> None:
    import copy

    before = copy.deepcopy((base, over))
    merge(written("base", base), written("over", over), document=Document("over", "", over))
    assert (base, over) == before


@given(tree=TREES)
def test_nothing_over_a_spec_is_the_spec(tree: dict[str, Any]) -> None:
    whole = merge(written("base", tree), written("over", {}), document=Document("over", "", {}))
    assert whole.data == tree


def test_null_removes_and_another_choice_replaces() -> None:
    base = written("base", {"a": {"x": 1, "y": 2}, "critic": {"dot": {}}, "b": 3})
    over = written("over", {"a": {"x": None, "z": 4}, "critic": {"rbf": {"normalize": True}}})
    whole = merge(base, over, document=over.document)
    assert whole.data == {"a": {"y": 2, "z": 4}, "critic": {"rbf": {"normalize": True}}, "b": 3}
    assert [whole.origins[loc][0].path for loc in [("a", "y"), ("a", "z"), ("critic",), ("b",), ("a",)]] == [
        "base",
        "over",
        "over",
        "base",
        "over",
    ]
    with pytest.raises(KeyError):
        whole.origins["a", "x"]


@pytest.mark.parametrize(
    ("base", "over"),
    [
        (
            {"objective": {"positive": {"matched": {"by": "map"}}}},
            {"objective": {"positive": {"rows-below": {"steps": 2}}}},
        ),
        ({"views": {"mask": {"random": {"ratio": 0.2}}}}, {"views": {"mask": {"block": {"count": 2}}}}),
        (
            {"backbone": {"patches": {"of": {"mlp": {"widths": [4]}}}}},
            {"backbone": {"patches": {"of": {"conv-small": {"width": 4}}}}},
        ),
    ],
)
def test_another_word_replaces_the_inherited_one(base: dict[str, Any], over: dict[str, Any]) -> None:
    child = written("over", over)
    assert merge(written("base", base), child, document=child.document).data == over


@pytest.mark.parametrize("name", bundled_names())
@pytest.mark.parametrize("recipe", ["default", "digits"])
def test_bundled_specs(name: str, recipe: str) -> None:
    path = bundled_path(name)
    assert path is not None
    whole = open_spec(read_file(path), recipe=recipe, overrides=["optimize.predictor.lr_multiplier=2.0"])
    assert isinstance(whole, Resolved)
    assert_origins_agree(whole)
