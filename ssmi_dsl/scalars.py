"""Plain scalars by the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2), not by the 1.1 rules that PyYAML applies."""

import math
import re
from functools import lru_cache
from typing import NamedTuple

Scalar = str | int | float | bool | None

# below CPython's own limit of 4300 digits, so that every integer of a document can be printed
MAX_INTEGER_DIGITS = 4000
# 3300 hexadecimal digits are at most 3974 decimal ones
MAX_RADIX_DIGITS = 3300
# so few digits without an exponent make no number that is too large
_SHORT = 300

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# how everything starts that is neither text nor one of the words
_NUMERIC = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})

_BOOL_11 = frozenset(spelling for word in ("yes", "no", "on", "off") for spelling in (word, word.title(), word.upper()))
_NUMBER_11 = re.compile(
    r"""[-+]?0(?=[0-7]*[1-7])[0-7]+                             # 010 is eight
    |   [-+]?0b[01_]+                                           # 0b101 is five
    |   [-+]?0x(?=[0-9a-fA-F_]*_)[0-9a-fA-F_]+                  # 0xFF_FF
    |   [-+]?(?=[0-9.]*_)[0-9][0-9_]*(?:\.[0-9_]*)?             # 1_000
    |   [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?        # 1:30 is ninety
    |   [0-9]{4}-[0-9]{2}-[0-9]{2}                              # a date
    """,
    re.VERBOSE,
)


def resolve(text: str, quoted: bool) -> Scalar:
    """The value of a scalar. Quoted text stays text; so does an integer with too many digits (see `is_oversized`)."""
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMERIC else text


class Judged(NamedTuple):
    """What plain text means, and what `is_oversized` and `is_ambiguous` say of it."""

    value: Scalar
    is_oversized: bool
    is_ambiguous: bool


@lru_cache(maxsize=512)  # the same numbers stand in many specs
def judged(text: str) -> Judged:
    """All that is to be known of plain text which may be a number or a word of YAML."""
    return Judged(resolve(text, quoted=False), is_oversized(text), is_ambiguous(text))


def is_word(text: str) -> bool:
    """Whether plain `text` is text in every version of YAML, as most of it is: neither a number nor a word for a value."""
    return text not in _WORDS and text not in _BOOL_11 and text[0] not in _NUMERIC


def is_oversized(text: str) -> bool:
    """Whether plain `text` is a number too large to hold: an integer with too many digits, or a float beyond the double range."""
    if text[:1] not in _NUMERIC or (len(text) < _SHORT and "e" not in text and "E" not in text):
        return False
    if _DECIMAL.fullmatch(text):
        return len(text.lstrip("+-")) > MAX_INTEGER_DIGITS
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return len(text) - 2 > MAX_RADIX_DIGITS
    return _FLOAT.fullmatch(text) is not None and math.isinf(float(text))


def is_ambiguous(text: str) -> bool:
    """Whether YAML 1.1 reads plain `text` as another value: yes/no/on/off, 010, 0b1, 1_000, 1:30, 2020-01-31.

    Numbers that only 1.2 knows (`1e-3`, `0o17`) are not counted: nobody means anything else by them.
    """
    return text in _BOOL_11 or (text[:1] in _NUMERIC and _NUMBER_11.fullmatch(text) is not None)


def _number(text: str) -> str | int | float:
    if is_oversized(text):
        return text
    if _FLOAT.fullmatch(text):
        return int(text) if _DECIMAL.fullmatch(text) else float(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if _INFINITE.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NAN else text
