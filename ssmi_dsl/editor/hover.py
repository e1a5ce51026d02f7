"""What the key or word under a cursor means."""

import re
from dataclasses import dataclass

from ssmi_dsl.editor.cursor import locate
from ssmi_dsl.editor.references import names_at
from ssmi_dsl.editor.schema_tree import key_entry, words_at

_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about the text between two offsets."""

    markdown: str
    start: int
    end: int


def hover(text: str, offset: int) -> Hover | None:
    """The documentation of the key or choice word at `offset`; None where the language says nothing of it."""
    span = _word_at(text, offset)
    if span is None:
        return None
    start, end = span
    cursor = locate(text, end)
    if cursor is None or cursor.prefix != text[start:end]:
        return None
    word = cursor.prefix
    if cursor.kind == "key":
        entry = key_entry((*cursor.path, word))
    else:
        entries = (*words_at(cursor.path), *names_at(cursor.path, None))
        entry = next((entry for entry in entries if entry.text == word and entry.markdown), None)
    return Hover(f"{entry.markdown}", start, end) if entry is not None and entry.markdown else None


def _word_at(text: str, offset: int) -> tuple[int, int] | None:
    line_start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    for match in _WORD.finditer(text, line_start):
        if match.start() > offset or "\n" in text[line_start : match.start()]:
            return None
        if match.end() >= offset:
            return match.span()
    return None
