import math
import time

import pytest

from ssmi_dsl.scalars import MAX_INTEGER_DIGITS, is_ambiguous, is_oversized, is_word, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-0.25", -0.25),
        ("42", 42),
        ("+7", 7),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("yes", "yes"),
        ("off", "off"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("0b11", "0b11"),
        ("nan", "nan"),
        ("e5", "e5"),
        (".", "."),
        ("٣", "٣"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = resolve(text, quoted=False)
    assert found == value
    assert type(found) is type(value)


def test_nan() -> None:
    found = resolve(".nan", quoted=False)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize("text", ["1", "true", "null", "", ".inf"])
def test_quoted_scalars_are_text(text: str) -> None:
    assert resolve(text, quoted=True) == text


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "ON", "off", "010", "-07", "0b1", "1_000", "1_0.5", "0xF_F", "1:30", "190:20:30", "2020-01-31"],
)
def test_ambiguous(text: str) -> None:
    assert is_ambiguous(text)


@pytest.mark.parametrize(
    "text", ["1e-3", "0", "00", "10", "0.5", "0o17", "0x1F", "true", "y", "a_b", "_", "09", "a:1", ""]
)
def test_not_ambiguous(text: str) -> None:
    assert not is_ambiguous(text)


@pytest.mark.parametrize("text", ["simclr", "branch.output", "a1", "é", "offline", "Nulls", "_1", "x" * 5000])
def test_a_word_is_text_in_every_version(text: str) -> None:
    assert is_word(text)
    assert resolve(text, quoted=False) == text
    assert not is_oversized(text)
    assert not is_ambiguous(text)


@pytest.mark.parametrize("text", ["", "~", "null", "True", "no", "ON", "1", "-x", ".inf", "+", "0b1", "2020-01-31"])
def test_what_may_be_a_value_is_no_word(text: str) -> None:
    assert not is_word(text)


def test_oversized_integers_stay_text() -> None:
    longest = "9" * MAX_INTEGER_DIGITS
    assert resolve(longest, quoted=False) == int(longest)
    for text in (longest + "9", "0x" + "f" * 4000, "0o" + "7" * 4000):
        assert is_oversized(text)
        assert resolve(text, quoted=False) == text


def test_a_float_beyond_the_double_range_is_oversized() -> None:
    assert is_oversized("1e999")
    assert is_oversized("1" * 400 + ".5")
    assert not is_oversized("1" * 299 + ".5")
    assert resolve("1e999", quoted=False) == "1e999"
    assert not is_oversized(".inf")


@pytest.mark.parametrize(
    "text", ["0" * 60_000 + "8", "7" * 60_000 + "x", "1:" * 30_000, "1" * 60_000 + ".", "0x" + "f" * 60_000 + "g"]
)
def test_long_scalars_are_judged_in_linear_time(text: str) -> None:
    def cpu_seconds() -> float:
        start = time.process_time()
        is_ambiguous(text)
        resolve(text, quoted=False)
        return time.process_time() - start

    # others on the machine lengthen CPU time as well: one run of five is enough
    assert any(cpu_seconds() < 1.0 for _ in range(5))
