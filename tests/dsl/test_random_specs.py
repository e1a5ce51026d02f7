"""Whatever is written, linting gives diagnostics inside the file and never a traceback."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document

TEXTS = {name: (specs_folder() / f"{name}.yaml").read_text() for name in bundled_names()}
WORDS = [
    "null",
    "[]",
    "{}",
    "-1",
    "0",
    "1e9",
    "yes",
    "ema",
    "none",
    "{of: online}",
    "[a, b]",
    "'",
    "*x",
    "&x",
    "<<",
    "\t",
    ": ",
    "- ",
    "#",
]


@given(seed=st.integers(0, 10**9), name=st.sampled_from(sorted(TEXTS)), count=st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_mutated_bundled_spec(seed: int, name: str, count: int) -> None:
    randomness = random.Random(seed)
    text = TEXTS[name]
    for _ in range(count):
        lines = text.split("\n")
        at = randomness.randrange(len(lines))
        kind = randomness.randrange(5)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines[at] = lines[at].split(":")[0] + ": " + randomness.choice(WORDS)
        elif kind == 2:
            lines[at] = randomness.choice(WORDS) + lines[at]
        elif kind == 3:
            lines.insert(at, lines[randomness.randrange(len(lines))])
        else:
            lines[at] = lines[at].replace(randomness.choice("aeiou:,{}[]") or "a", randomness.choice(WORDS), 1)
        text = "\n".join(lines) or "x"
    for found in check(read_document(text)):
        assert 0 <= found.span.start <= found.span.end <= len(text) + 1
        assert found.message


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.floats(allow_nan=False)
    | st.sampled_from(["a", "byol", "cosine", "true", "on-e-step"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["mlp", "ema", "cosine", "of", "momentum", "lr", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    "ssmi",
    "name",
    "paradigm",
    "views",
    "encoder",
    "branches",
    "objective",
    "optimize",
    "recipes",
    "claims",
    "lint",
    "extends",
    "other",
]


@given(spec=st.dictionaries(st.sampled_from(KEYS), values))
@settings(max_examples=100, deadline=None)
def test_random_document(spec: dict[str, object]) -> None:
    import json

    for found in check(read_document(json.dumps(spec))):
        assert found.message
