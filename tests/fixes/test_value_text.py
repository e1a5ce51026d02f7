"""Values on one line: read back by this reader, by YAML 1.1 and by hand."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ssmi_dsl.document import read_document
from ssmi_dsl.fixes.tree import same_tree
from ssmi_dsl.fixes.value_text import string_text, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        (3, "3"),
        (25.0, "25.0"),
        (1e-5, "1.0e-05"),
        (1.5e300, "1.5e+300"),
        (float("inf"), ".inf"),
        ("plain", "plain"),
        ("yes", "'yes'"),
        ("1e-3", "'1e-3'"),
        ("it's", "it's"),
        ("=", "'='"),
        ("<<", "'<<'"),
        ("'a'", "'''a'''"),
        ("a\nb", '"a\\nb"'),
        ("\u202e", '"\\u202e"'),
        ({"cosine": {"temperature": 0.2}}, "{cosine: {temperature: 0.2}}"),
        ([1, "a, b"], "[1, 'a, b']"),
    ],
)
def test_spelling(value: Any, text: str) -> None:
    assert value_text(value) == text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES, st.booleans())
def test_values_are_read_back(value: Any, flow: bool) -> None:
    text = f"{{k: {value_text(value)}}}" if flow else f"k: {value_text(value, flow=False)}\n"
    document = read_document(text)
    assert document.data is not None, text
    assert same_tree(document.data["k"], value), text


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=12))
def test_text_is_text_for_yaml_1_1_too(text: str) -> None:
    assert yaml.safe_load(f"k: {string_text(text, flow=False)}\n") == {"k": text}
