"""What may be typed at a cursor, with what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.editor.cursor import locate
from ssmi_dsl.editor.references import names_at
from ssmi_dsl.editor.schema_tree import Entry, keys_at, words_at


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `insert` replaces what stands between offsets `start` and `end`."""

    label: str
    kind: Literal["key", "word", "name"]
    insert: str
    detail: str
    markdown: str
    start: int
    end: int


def completions(text: str, offset: int, data: Mapping[str, Any] | None) -> tuple[Completion, ...]:
    """Keys or words that fit at `offset`, keys that are required first; `data` is the spec as far as it can be read."""
    cursor = locate(text, offset)
    if cursor is None:
        return ()
    if cursor.kind == "key":
        present = _present(cursor.path, data) - {cursor.prefix}
        entries = [entry for entry in keys_at(cursor.path) if entry.text not in present]
        entries.sort(key=lambda entry: not entry.required)
        return tuple(_proposal(entry, "key", f"{entry.text}: ", cursor.start, offset) for entry in entries)
    words = [_proposal(entry, "word", entry.text, cursor.start, offset) for entry in words_at(cursor.path)]
    names = [_proposal(entry, "name", entry.text, cursor.start, offset) for entry in names_at(cursor.path, data)]
    return (*names, *words)


def _proposal(entry: Entry, kind: Literal["key", "word", "name"], insert: str, start: int, end: int) -> Completion:
    # a mapping starts on a line of its own or in braces: the user chooses which
    insert = insert.rstrip() if entry.takes == "mapping" else insert
    return Completion(entry.text, kind, insert, entry.detail, entry.markdown, start, end)


def _present(path: Loc, data: Mapping[str, Any] | None) -> set[str]:
    node: Any = data
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return set()
    return set(cast(Mapping[str, Any], node)) if isinstance(node, Mapping) else set()
