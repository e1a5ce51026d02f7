"""Where a cursor stands in a text that need not be readable yet: the path of the mapping around it, and what is being typed.

The text before the cursor is scanned once. Block mappings and lists go by indentation, flow collections by their brackets; quotes and comments
are skipped, and so are the lines of block scalars. Anchors, tags and complex keys are taken for text.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from ssmi_dsl.diagnostics import Loc

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#\[\]{},'"&*!|>%@`-][^#\[\]{},]*?|-[^\s#\[\]{},:]+)[ \t]*:(?=[ \t]|$)"""
)
_ITEM = re.compile(r"-(?:[ \t]+|$)")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`path` leads to the mapping or list around a key or item, or to the key of a value. `prefix` starts at offset `start`.

    `kind` "key" means that a key of the mapping at `path` is typed, "value" that the value at `path` is.
    """

    path: Loc
    kind: Literal["key", "value"]
    prefix: str
    start: int


@dataclass
class _Level:
    """An open key or list item of block style, and the column where it starts."""

    indent: int
    step: str | int


@dataclass
class _Flow:
    """An open flow collection; `token` is the offset at which the key or value that is typed began."""

    is_mapping: bool
    token: int
    key: str | None = None
    index: int = 0


@dataclass
class _State:
    text: str
    levels: list[_Level] = field(default_factory=list[_Level])
    flows: list[_Flow] = field(default_factory=list[_Flow])
    scalar_indent: int | None = None
    quote: str = ""


def locate(text: str, offset: int) -> Cursor | None:
    """The cursor at `offset` of `text`; None inside of a comment, a block scalar, or after a value that is complete."""
    before = text[:offset]
    starts = [0, *(match.end() for match in _BREAK.finditer(before))]
    state = _State(before)
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        end = len(before) if following is None else _line_end(before, start)
        is_last = following is None
        if state.flows:
            if not _scan_flow(state, start, end) and is_last:
                return None
            if is_last:
                return _flow_cursor(state) if state.flows else None
            continue
        found = _block_line(state, start, end, is_last=is_last)
        if is_last:
            return found
    return None


def _line_end(text: str, start: int) -> int:
    match = _BREAK.search(text, start)
    return match.start() if match else len(text)


def _block_line(state: _State, start: int, end: int, *, is_last: bool) -> Cursor | None:
    line = state.text[start:end]
    stripped = line.lstrip(" ")
    indent = len(line) - len(stripped)
    if state.scalar_indent is not None:
        if not stripped or indent > state.scalar_indent:
            return None
        state.scalar_indent = None
    if stripped.startswith("#") or (not stripped and not is_last):
        return None
    while (match := _ITEM.match(stripped)) is not None:
        _enter_item(state, indent)
        indent += match.end()
        stripped = stripped[match.end() :]
    key = _KEY.match(stripped)
    if key is None:
        return _open_end(state, start, end, indent, stripped, is_last=is_last)
    _enter(state, _Level(indent, _plain(key.group(1))))
    value_start = start + indent + key.end()
    value = state.text[value_start:end]
    lead = len(value) - len(value.lstrip(" \t"))
    if _BLOCK_SCALAR.match(value.strip()):
        state.scalar_indent = indent
        return None
    if value.strip()[:1] in ("{", "["):
        return _flow_value(state, value_start + lead, end, is_last=is_last)
    if not is_last or _has_comment(value) or not lead:
        return None
    return Cursor(_path(state), "value", value[lead:], value_start + lead)


def _open_end(state: _State, start: int, end: int, indent: int, text: str, *, is_last: bool) -> Cursor | None:
    """A line without a complete key: an item that is typed, or a key."""
    if text[:1] in ("{", "["):
        return _flow_value(state, start + indent, end, is_last=is_last)
    if not is_last or _has_comment(text):
        return None
    in_item = bool(state.levels) and isinstance(state.levels[-1].step, int) and state.levels[-1].indent < indent
    line_indent = len(state.text[start:end]) - len(state.text[start:end].lstrip(" "))
    if in_item and line_indent < indent:
        return Cursor(_path(state), "value", text, start + indent)
    _leave(state, indent)
    return Cursor(_path(state), "key", text, start + indent)


def _flow_value(state: _State, start: int, end: int, *, is_last: bool) -> Cursor | None:
    alive = _scan_flow(state, start, end)
    if not is_last or not alive:
        return None
    return _flow_cursor(state) if state.flows else None


def _scan_flow(state: _State, start: int, end: int) -> bool:
    """Reads a stretch of flow style; False if it ends inside of a comment."""
    text, position = state.text, start
    while position < end:
        character = text[position]
        if state.quote:
            if character == "\\" and state.quote == '"':
                position += 1
            elif character == state.quote:
                state.quote = ""
        elif character in "\"'" and not text[state.flows[-1].token : position].strip():
            state.quote = character
        elif character == "#" and (position == 0 or text[position - 1] in " \t\r\n"):
            if not text[state.flows[-1].token : position].strip():
                state.flows[-1].token = end
            return False
        elif character in "{[":
            state.flows.append(_Flow(character == "{", position + 1))
        elif character in "}]":
            state.flows.pop()
            if not state.flows:
                return True
            state.flows[-1].token = position + 1
        elif character == ",":
            flow = state.flows[-1]
            flow.key, flow.index, flow.token = None, flow.index + 1, position + 1
        elif character == ":" and state.flows[-1].is_mapping and state.flows[-1].key is None:
            if position + 1 == len(text) or text[position + 1] in " \t\r\n,}]{[":
                flow = state.flows[-1]
                flow.key, flow.token = _plain(text[flow.token : position].strip()), position + 1
        position += 1
    return True


def _flow_cursor(state: _State) -> Cursor | None:
    path = [*_path(state)]
    for flow in state.flows:
        if not flow.is_mapping:
            path.append(flow.index)
        elif flow.key is not None:
            path.append(flow.key)
    last = state.flows[-1]
    typed = state.text[last.token :]
    prefix = typed.lstrip()
    kind: Literal["key", "value"] = "key" if last.is_mapping and last.key is None else "value"
    return Cursor(tuple(path), kind, prefix, len(state.text) - len(prefix))


def _enter(state: _State, level: _Level) -> None:
    _leave(state, level.indent)
    state.levels.append(level)


def _enter_item(state: _State, indent: int) -> None:
    """A list may stand at the column of the key that it belongs to."""
    index = 0
    while state.levels and state.levels[-1].indent >= indent:
        top = state.levels[-1]
        if top.indent == indent and isinstance(top.step, str):
            break
        if top.indent == indent and isinstance(top.step, int):
            index = top.step + 1
        state.levels.pop()
    state.levels.append(_Level(indent, index))


def _leave(state: _State, indent: int) -> None:
    while state.levels and state.levels[-1].indent >= indent:
        state.levels.pop()


def _path(state: _State) -> Loc:
    return tuple(level.step for level in state.levels)


def _plain(key: str) -> str:
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'" else key


def _has_comment(text: str) -> bool:
    return text.startswith("#") or " #" in text or "\t#" in text
