"""YAML events to a tree of values with their places, without recursion and within budgets.

Budgets: 64 levels, 10,000 nodes (an alias counts as what it stands for), scalars of 64 KiB, keys of 1 KiB.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from ssmi_dsl import scalars
from ssmi_dsl.diagnostics import Diagnostic, Label, Span
from ssmi_dsl.positions import Positions
from ssmi_dsl.rules.base import Rule
from ssmi_dsl.rules.sy001_syntax_error import RULE as SYNTAX_ERROR
from ssmi_dsl.rules.sy003_duplicate_key import RULE as DUPLICATE_KEY
from ssmi_dsl.rules.sy004_wrong_type import RULE as WRONG_TYPE
from ssmi_dsl.rules.sy005_value_out_of_range import RULE as VALUE_OUT_OF_RANGE
from ssmi_dsl.rules.sy008_document_over_budget import RULE as DOCUMENT_OVER_BUDGET
from ssmi_dsl.rules.sy009_ambiguous_scalar import RULE as AMBIGUOUS_SCALAR
from ssmi_dsl.rules.sy010_unsupported_yaml import RULE as UNSUPPORTED_YAML
from ssmi_dsl.rules.sy013_invisible_character import RULE as INVISIBLE_CHARACTER
from ssmi_dsl.source_text import has_surrogate, refused_characters, without_refused
from ssmi_dsl.wording import quote

MAX_DEPTH = 64
MAX_NODES = 10_000
MAX_SCALAR_BYTES = 64 * 1024
MAX_KEY_BYTES = 1024

_LOADER = cast(Any, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@dataclass(eq=False)
class Node:
    """A value, its place, and for a collection its children: key or index to (place of the key, node).

    `size` counts the nodes in it with aliases expanded, `height` the levels of collections.
    """

    value: object
    span: Span
    children: dict[str | int, tuple[Span | None, "Node"]] = field(default_factory=dict[str | int, Any])
    size: int = 1
    height: int = 0


@dataclass(frozen=True)
class Tree:
    """What was read. `root` is None unless the file is one readable mapping; `scalars` are offset ranges in order."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]
    scalars: tuple[tuple[int, int], ...]


class _UnreadableError(Exception):
    """Reading stops; the reason is already reported."""


@dataclass
class _Frame:
    """A collection that is still open. `key` is the pending key of a mapping; a pending key without a text is skipped."""

    node: Node
    anchor: str | None
    flow: bool
    end: int
    pending: bool = False
    key: str | None = None
    key_span: Span | None = None


def read_tree(text: str, path: str, positions: Positions) -> Tree:
    """Reads `text`; every problem becomes a diagnostic."""
    reader = _Reader(path, text, positions)
    reader.diagnostics.extend(refused_characters(text, path, positions))
    try:
        root = reader.read()
    except _UnreadableError:
        root = None
    return Tree(root, tuple(reader.diagnostics), tuple(reader.scalars))


class _Reader:
    def __init__(self, path: str, text: str, positions: Positions) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.scalars: list[tuple[int, int]] = []
        self._path = path
        self._text = text
        self._positions = positions
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._open_anchors: set[str] = set()
        self._nodes = 0
        self._root: Node | None = None

    def read(self) -> Node | None:
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                self._start_document(event, documents)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
        root = self._root
        if root is None or root.value is None:
            self._report(
                WRONG_TYPE, self._positions.line(1), "the file is empty", help="write a mapping of keys to values"
            )
            return None
        if not isinstance(root.value, dict):
            kind = "a list" if isinstance(root.value, list) else "a single value"
            self._report(WRONG_TYPE, self._positions.line(1), f"the top level is {kind}, not a mapping")
            return None
        return root

    def _events(self) -> Iterator[Any]:
        loader = _LOADER(without_refused(self._text))
        try:
            while loader.check_event():
                yield loader.get_event()
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self._syntax_error(error)
        finally:
            loader.dispose()

    def _syntax_error(self, error: Exception) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        start = min(mark.index, len(self._text)) if mark is not None else 0
        problem = getattr(error, "problem", None) or "it cannot be read as YAML"
        context = getattr(error, "context", None)
        help = None
        if self._text[start : start + 1] == "\t":
            problem, help = "a tab cannot stand here", "indent with spaces"
        span = self._positions.span(start, start + 1)
        if "nesting" in str(
            problem
        ):  # newer libyaml has a limit of its own, which a scanner meets before our count does
            self._stop(DOCUMENT_OVER_BUDGET, span, f"nesting over {MAX_DEPTH} levels")
        self._report(SYNTAX_ERROR, span, str(problem), notes=(str(context),) if context else (), help=help)
        raise _UnreadableError from error

    def _start_document(self, event: Any, number: int) -> None:
        if number > 1:
            self._stop(
                UNSUPPORTED_YAML, self._span(event), "a second document in the file", help="one file holds one spec"
            )
        if event.tags:
            self._report(UNSUPPORTED_YAML, self._span(event), "a %TAG directive")

    def _node(self, event: Any) -> None:
        span = self._span(event)
        if isinstance(event, yaml.AliasEvent):
            assert event.anchor is not None
            self._alias(event.anchor, span)
            return
        self._count(1, span)
        if event.tag is not None:
            message = f"the tag {quote(event.tag)}"
            self._report(UNSUPPORTED_YAML, span, message, help="write the value without a tag; quote it if it is text")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, span)
        else:
            self._open(event, span)

    def _scalar(self, event: Any, span: Span) -> None:
        text, quoted = cast(str, event.value), bool(event.style)
        self.scalars.append((span.start, span.end))
        is_key = self._expects_key()
        limit, what = (MAX_KEY_BYTES, "key") if is_key else (MAX_SCALAR_BYTES, "scalar")
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > limit:
            self._stop(DOCUMENT_OVER_BUDGET, span, f"a {what} of {size:,} bytes; at most {limit:,} are read")
        if has_surrogate(text):
            self._report(INVISIBLE_CHARACTER, span, "an escape for half of a surrogate pair")
        if not quoted:
            self._plain(text, span)
        value = scalars.resolve(text, quoted)
        if is_key:
            self._key(text, value, quoted, span)
            if event.anchor is not None:
                self._anchors[event.anchor] = Node(value, span)
            return
        node = Node(value, span)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._deliver(node, span.end)

    def _plain(self, text: str, span: Span) -> None:
        if scalars.is_oversized(text):
            self._report(VALUE_OUT_OF_RANGE, span, f"the number {quote(text)} is too large")
        if scalars.is_ambiguous(text):
            message = f"{quote(text)} means another value in YAML 1.1"
            value = scalars.resolve(text, quoted=False)
            read = "text" if isinstance(value, str) else f"the number {value}"
            self._report(
                AMBIGUOUS_SCALAR,
                span,
                message,
                label=f"read as {read}",
                help="quote it if it is text, else spell the value plainly",
            )

    def _key(self, text: str, value: scalars.Scalar, quoted: bool, span: Span) -> None:
        frame = self._stack[-1]
        frame.pending, frame.key, frame.key_span = True, None, span
        frame.node.size += 1
        if text == "<<" and not quoted:
            help = "write the keys out, or share them by `extends`"
            self._report(UNSUPPORTED_YAML, span, "a merge key", help=help)
        elif not isinstance(value, str):
            message = f"the key {quote(text)} is not text" if text else "an empty key"
            self._report(UNSUPPORTED_YAML, span, message, help="quote it" if text else None)
        elif value in frame.node.children:
            first = frame.node.children[value][0]
            labels = (Label(first, "first written here"),) if first is not None else ()
            self._report(DUPLICATE_KEY, span, f"the key {quote(value)} stands twice in one mapping", labels=labels)
        else:
            frame.key = value

    def _open(self, event: Any, span: Span) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stop(DOCUMENT_OVER_BUDGET, span, f"nesting over {MAX_DEPTH} levels")
        if self._expects_key():
            self._report(UNSUPPORTED_YAML, span, "a key that is a collection", help="keys are text")
        value: object = {} if isinstance(event, yaml.MappingStartEvent) else []
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
            self._open_anchors.add(event.anchor)
        node = Node(value, span, height=1)
        self._stack.append(_Frame(node, event.anchor, bool(event.flow_style), span.end))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        end = event.end_mark.index if frame.flow else frame.end
        frame.node.span = self._positions.span(frame.node.span.start, end)
        if frame.anchor is not None:
            self._open_anchors.discard(frame.anchor)
            self._anchors.setdefault(frame.anchor, frame.node)
        self._deliver(frame.node, end)

    def _alias(self, anchor: str, span: Span) -> None:
        target = self._anchors.get(anchor)
        if target is None:
            recursive = anchor in self._open_anchors
            message = f"the alias {quote('*' + anchor)} " + (
                "stands inside of itself" if recursive else "has no anchor"
            )
            self._report(UNSUPPORTED_YAML, span, message)
            target = Node(None, span)
        if self._expects_key():
            self._report(UNSUPPORTED_YAML, span, "a key that is an alias", help="write the key out")
        if len(self._stack) + target.height > MAX_DEPTH:
            self._stop(DOCUMENT_OVER_BUDGET, span, f"nesting over {MAX_DEPTH} levels")
        self._count(target.size, span)
        self._deliver(Node(target.value, span, target.children, target.size, target.height), span.end)

    def _deliver(self, node: Node, end: int) -> None:
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        parent = frame.node
        frame.end = max(frame.end, end)
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        value = parent.value
        if isinstance(value, list):
            items = cast(list[object], value)
            parent.children[len(items)] = (None, node)
            items.append(node.value)
        elif not frame.pending:
            frame.pending, frame.key = True, None
        else:
            if frame.key is not None:
                cast(dict[str, object], value)[frame.key] = node.value
                parent.children[frame.key] = (frame.key_span, node)
            frame.pending, frame.key, frame.key_span = False, None, None

    def _expects_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].node.value, dict) and not self._stack[-1].pending

    def _count(self, nodes: int, span: Span) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(DOCUMENT_OVER_BUDGET, span, f"over {MAX_NODES:,} nodes, aliases expanded")

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark.index, event.end_mark.index
        return self._positions.span(start, start + len(self._text[start:end].rstrip()))

    def _report(self, rule: Rule, span: Span, message: str, **rest: Any) -> None:
        self.diagnostics.append(rule.at(self._path, span, message, **rest))

    def _stop(self, rule: Rule, span: Span, message: str, **rest: Any) -> None:
        self._report(rule, span, message, **rest)
        raise _UnreadableError
