"""Changes of a tree as edits of its text, in block and in flow style. Comments, indentation, quotes and line endings of all else stay."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NoReturn

from ssmi_dsl.diagnostics import Change, Loc, Span, TextEdit, Value
from ssmi_dsl.document import Document
from ssmi_dsl.fixes.value_text import string_text, value_text
from ssmi_dsl.tree import Node

_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"(?:(?<=[ \t])|(?<=[\r\n])|^)#[^\r\n]*")


class RefusedError(Exception):
    """A change that cannot be made without harm; the text says why."""


def text_edits(document: Document, changes: Sequence[Change]) -> tuple[TextEdit, ...]:
    """Edits, sorted and free of overlap, that make all `changes`; none where the text says so already. Raises RefusedError."""
    layout = _Layout(document)
    inserts: dict[Loc, dict[str, Value]] = {}
    gone: set[Loc] = set()
    for change in changes:
        if not change.loc:
            _refuse("the whole spec cannot be replaced")
        if change.kind == "delete":
            gone.add(change.loc)
    edits: list[TextEdit] = []
    for change in changes:
        if change.kind == "delete":
            edits += layout.delete(change.loc)
        elif change.kind == "rename":
            edits += layout.rename(change.loc, change.key)
        else:
            edits += layout.put(change, inserts)
    for loc, pairs in inserts.items():
        edits += layout.insert(loc, pairs, gone)
    edits.sort(key=lambda edit: (edit.span.start, edit.span.end))
    for before, after in pairwise(edits):
        if before.span.end > after.span.start or before.span.start == after.span.start:
            _refuse("two of its changes meet in one place")
    return tuple(edits)


def comments_in(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Ranges of the comments that start in `[start, end)`."""
    found: list[tuple[int, int]] = []
    inside = [scalar for scalar in document.scalars if scalar[1] > start and scalar[0] < end]
    while (match := _COMMENT.search(document.text, start, end)) is not None:
        around = next((stop for first, stop in inside if first <= match.start() < stop), None)
        if around is not None:
            start = around
            continue
        stop = _BREAK.search(document.text, match.start())
        start = stop.start() if stop else len(document.text)
        found.append((match.start(), start))
    return found


class _Layout:
    """The text of one document, asked where things stand."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        first = _BREAK.search(self.text)
        self.newline = first.group() if first else "\n"

    def put(self, change: Change, inserts: dict[Loc, dict[str, Value]]) -> list[TextEdit]:
        """Replace a value; a missing key is noted in `inserts`."""
        loc = change.loc
        node = self._root()
        in_flow = False
        for depth, step in enumerate(loc):
            self._only_here(node)
            in_flow = in_flow or node.style == "flow"
            child = node.children.get(step)
            if child is not None:
                node = child[1]
                continue
            rest = loc[depth + 1 :]
            if _is_mapping(node) and isinstance(step, str):
                pairs = inserts.setdefault(loc[:depth], {})
                pairs[step] = _laid_over(pairs.get(step), _nested(rest, change.value))
                return []
            is_empty = node.value is None
            is_word = isinstance(node.value, str) and node.value == step
            if depth > 0 and (is_empty or is_word):
                return self._replace(loc[:depth], node, _nested(loc[depth:], change.value), in_flow)
            _refuse("there is no place for it")
        if change.kind == "insert":
            _refuse(f"the key `{loc[-1]}` is there already")
        self._only_here(node)
        return self._replace(loc, node, change.value, in_flow)

    def insert(self, loc: Loc, pairs: dict[str, Value], gone: set[Loc]) -> list[TextEdit]:
        """`pairs` at the end of the mapping at `loc`."""
        node, in_flow = self._find(loc)
        if not node.children:
            if node.style != "flow" or self.text[node.start + 1 : node.end - 1].strip():
                _refuse("the mapping cannot be extended")
            return [self._edit(node.start, node.end, value_text(pairs))]
        kept = [(key, child) for key, child in node.children.items() if (*loc, key) not in gone]
        if not kept:
            _refuse("nothing of the mapping is left")
        last = kept[-1][1][1]
        if node.style == "flow":
            at = last.end
            return [self._edit(at, at, "".join(f", {string_text(k)}: {value_text(v)}" for k, v in pairs.items()))]
        self._known_end(last)
        indent = self._indent(node)
        at = self._line_end(max(last.end, last.start))
        lines = (f"{indent}{string_text(k)}: {value_text(v, flow=in_flow)}" for k, v in pairs.items())
        return [self._edit(at, at, "".join(self.newline + line for line in lines))]

    def rename(self, loc: Loc, new: str) -> list[TextEdit]:
        parent, _ = self._find(loc[:-1])
        if new in parent.children:
            _refuse(f"the key `{new}` is there already")
        child = parent.children.get(loc[-1])
        if child is None or child[0] is None:
            _refuse("there is no such key")
        return [self._edit(child[0].start, child[0].end, string_text(new))]

    def delete(self, loc: Loc) -> list[TextEdit]:
        parent, _ = self._find(loc[:-1])
        keys = list(parent.children)
        if loc[-1] not in parent.children:
            _refuse("there is no such key")
        key_range, node = parent.children[loc[-1]]
        self._unshared(node)
        self._known_end(node)
        start = key_range.start if key_range is not None else node.start
        index = keys.index(loc[-1])
        if parent.style == "flow":
            return self._delete_flow(parent, keys, index, start, node)
        if key_range is None:
            return self._delete_item(parent, keys, node)
        return self._delete_pair(loc, parent, keys, index, start, node)

    def _delete_flow(self, parent: Node, keys: list[Any], index: int, start: int, node: Node) -> list[TextEdit]:
        end = node.end
        if index > 0:
            start = parent.children[keys[index - 1]][1].end
        elif len(keys) > 1:
            following = parent.children[keys[1]]
            end = (following[0] or following[1]).start
        if comments_in(self.document, start, end):
            _refuse("a comment stands inside of it")
        return [self._edit(start, end, "")]

    def _delete_item(self, parent: Node, keys: list[Any], node: Node) -> list[TextEdit]:
        first = self._line_start(node.start)
        if len(keys) == 1 or re.fullmatch(r"[ ]*-[ ]+", self.text[first : node.start]) is None:
            _refuse("the item does not stand on lines of its own")
        return [self._without(first, node, first)]

    def _delete_pair(
        self, loc: Loc, parent: Node, keys: list[Any], index: int, start: int, node: Node
    ) -> list[TextEdit]:
        first = self._line_start(start)
        before = self.text[first:start]
        if len(keys) == 1:
            if len(loc) < 2:
                _refuse("it is all that the spec says")
            return self._empty(loc[:-1], first, before, node)
        if before.strip() == "":
            return [self._without(first, node, start)]
        if index > 0:
            _refuse("the key does not stand on a line of its own")
        # the first key of an item, behind the dash: the second takes its place
        following = parent.children[keys[1]][0]
        assert following is not None
        if comments_in(self.document, start, following.start):
            _refuse("a comment stands inside of it")
        return [self._edit(start, following.start, "")]

    def _empty(self, loc: Loc, first: int, before: str, node: Node) -> list[TextEdit]:
        """The only key of the mapping at `loc` goes: what is left is `{}`."""
        key_range = self._find(loc[:-1])[0].children[loc[-1]][0]
        if before.strip() or key_range is None:
            _refuse("the key does not stand on a line of its own")
        colon = self.text.index(":", key_range.end) + 1
        return [self._edit(colon, colon, " {}"), self._without(first, node, first + len(before))]

    def _without(self, first: int, node: Node, start: int) -> TextEdit:
        """The lines from `first` to the end of `node` removed, the comments among them kept, each on a line of its own."""
        end = self._line_end(max(node.end, start))
        following = _BREAK.match(self.text, end)
        indent = " " * (start - first)
        kept = [self.text[a:b] for a, b in comments_in(self.document, start, end)]
        if kept:
            return self._edit(first, end, self.newline.join(indent + comment for comment in kept))
        if following is not None:
            return self._edit(first, following.end(), "")
        # the last line of a file without a final line break: the break before it goes
        previous = list(_BREAK.finditer(self.text, 0, first))
        return self._edit(previous[-1].start() if previous else first, end, "")

    def _replace(self, loc: Loc, node: Node, value: Value, in_flow: bool) -> list[TextEdit]:
        self._unshared(node)
        start, end = node.start, node.end
        if node.style == "open":
            _refuse("a block of text of its own indentation stands there")
        if node.style == "literal" and "#" in self.text[start : self._line_end(start)]:
            _refuse("a comment stands inside of it")
        if comments_in(self.document, start, end):
            _refuse("a comment stands inside of it")
        text = value_text(value, flow=in_flow)
        if node.style == "block":
            key_range = self._find(loc[:-1])[0].children[loc[-1]][0]
            if key_range is None:
                _refuse("it stands in a list")
            start = self.text.index(":", key_range.end) + 1
            if comments_in(self.document, start, end):
                _refuse("a comment stands inside of it")
            text = " " + text
        elif start == end and not self.text[start - 1 : start].isspace():
            text = " " + text
        return [self._edit(start, end, text)] if self.text[start:end] != text else []

    def _root(self) -> Node:
        assert self.document.root is not None, "a document that was read has a root"
        return self.document.root

    def _find(self, loc: Loc) -> tuple[Node, bool]:
        """The node at `loc`, and whether it is inside of a flow collection. Refuses what other places share."""
        node = self._root()
        in_flow = False
        self._only_here(node)
        for step in loc:
            in_flow = in_flow or node.style == "flow"
            child = node.children.get(step)
            if child is None:
                _refuse("there is no such key")
            node = child[1]
            self._only_here(node)
        return node, in_flow

    def _only_here(self, node: Node) -> None:
        if node.shared:
            _refuse("an anchor or an alias shares it with another place")

    def _unshared(self, node: Node) -> None:
        pending = [node]
        while pending:
            item = pending.pop()
            self._only_here(item)
            pending.extend(child for _, child in item.children.values())

    def _known_end(self, node: Node) -> None:
        while node.children:
            node = list(node.children.values())[-1][1]
        if node.style == "open":
            _refuse("a block of text of its own indentation ends it")

    def _indent(self, mapping: Node) -> str:
        key = next(iter(mapping.children.values()))[0]
        assert key is not None, "a mapping has keys"
        return " " * (key.start - self._line_start(key.start))

    def _line_start(self, offset: int) -> int:
        return self.document.positions.line(self.document.positions.span(offset, offset).line).start

    def _line_end(self, offset: int) -> int:
        return self.document.positions.line(self.document.positions.span(offset, offset).line).end

    def _edit(self, start: int, end: int, new: str) -> TextEdit:
        span: Span = self.document.positions.span(start, end)
        return TextEdit(span, self.text[start:end], new)


def _is_mapping(node: Node) -> bool:
    return isinstance(node.value, dict)


def _nested(loc: Loc, value: Value) -> Value:
    for step in reversed(loc):
        if not isinstance(step, str):
            _refuse("there is no such item")
        value = {step: value}
    return value


def _laid_over(first: Value, second: Value) -> Value:
    if isinstance(first, dict) and isinstance(second, dict):
        return {**first, **{key: _laid_over(first.get(key), value) for key, value in second.items()}}
    return second


def _refuse(reason: str) -> NoReturn:
    raise RefusedError(reason)
