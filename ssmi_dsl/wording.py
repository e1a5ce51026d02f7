"""Text from a user's file inside a message: shortened and escaped."""

import unicodedata
from collections.abc import Sequence

from ssmi_dsl.guess import close_matches

MAX_QUOTED = 60

# controls, formats, surrogates, private and unassigned characters, and spaces other than the plain one
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str) -> str:
    """`text` with every character that does not show, or that moves the cursor, written as an escape."""
    return text if text.isascii() and text.isprintable() else "".join(_escaped(character) for character in text)


def quote(value: object, limit: int = MAX_QUOTED) -> str:
    """A value in backticks, one line, at most `limit` characters of it."""
    if isinstance(value, str):
        text = value if len(value) <= limit else value[: limit - 1] + "…"
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    else:
        text = str(value)
        text = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"`{escape(text)}`"


def did_you_mean(word: object, choices: Sequence[str]) -> str | None:
    """`did you mean ...?` if one of `choices` is near `word`."""
    if not isinstance(word, str):
        return None
    near = close_matches(word, choices)
    return f"did you mean {quote(near[0])}?" if near else None


def listing(words: Sequence[str], limit: int = 30) -> str:
    """Quoted words, separated by commas; over `limit`, the rest is counted."""
    shown = ", ".join(quote(word) for word in words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character == " " or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"\\u{{{ord(character):x}}}"
