"""YAML events to a tree of values with their places, without recursion and within budgets.

Budgets: 64 levels, 10,000 nodes and 8 MiB of text (an alias counts as what it stands for), scalars of 64 KiB, keys of 1 KiB, and
as many problems as anybody reads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ssmi_dsl import scalars
from ssmi_dsl.block_scalar import block_scalar_end
from ssmi_dsl.diagnostics import MAX_FINDINGS, Applicability, Diagnostic, Label, Patch, Span, TextEdit
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
from ssmi_dsl.source_text import has_surrogate, num_bytes, refused_characters, without_refused
from ssmi_dsl.tree import Node, Range, Style, Tree
from ssmi_dsl.wording import quote

MAX_DEPTH = 64
MAX_NODES = 10_000
MAX_SCALAR_BYTES = 64 * 1024
MAX_KEY_BYTES = 1024
MAX_EXPANDED_BYTES = 8 * 1024 * 1024

_TOO_DEEP = f"nesting over {MAX_DEPTH} levels"

_BLOCK_STYLES = ("|", ">")
_LOADER = cast(Any, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _UnreadableError(Exception):
    """Reading stops; the reason is already reported."""


@dataclass(eq=False, slots=True)
class _Frame:
    """A collection that is still open. `key` is the pending key of a mapping; a pending key without a text is skipped.

    `awaits_key`: the next node of a mapping is a key. `in_key`: all of this stands inside of a key. `nodes` and `weight` are what was counted
    before it.
    """

    value: dict[str, object] | list[object]
    start: int
    end: int
    anchor: str | None
    flow: bool
    awaits_key: bool
    in_key: bool
    nodes: int
    weight: int
    height: int = 1
    key: str | None = None
    key_range: Range | None = None
    children: dict[str | int, tuple[Range | None, Node]] = field(default_factory=dict[str | int, Any])


def read_tree(text: str, path: str, positions: Positions) -> Tree:
    """Reads `text`; every problem becomes a diagnostic."""
    refused = list(refused_characters(text, path, positions))
    reader = _Reader(path, text, positions, refused)
    try:
        root = reader.read()
    except _UnreadableError:
        root = None
    return Tree(root, tuple(reader.diagnostics), tuple(reader.scalars))


class _Reader:
    def __init__(self, path: str, text: str, positions: Positions, refused: list[Diagnostic]) -> None:
        self.diagnostics = refused
        self.scalars: list[tuple[int, int]] = []
        self._path = path
        self._text = text
        self._is_clean = not refused
        self._positions = positions
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._open_anchors: set[str] = set()
        self._documents = 0
        self._nodes = 0
        self._weight = 0
        self._root: Node | None = None

    def read(self) -> Node | None:
        readers: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._start_document,
        }
        for event in self._events():
            reader = readers.get(event.__class__)
            if reader is not None:
                reader(event)
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
        loader = _LOADER(self._text if self._is_clean else without_refused(self._text))
        try:
            yield from iter(loader.get_event, None)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self._syntax_error(error)
        finally:
            loader.dispose()

    def _syntax_error(self, error: Exception) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        start = min(mark.index, len(self._text)) if mark is not None else 0
        problem = getattr(error, "problem", None) or "it cannot be read as YAML"
        span = self._positions.span(start, start + 1)
        if "nesting" in str(problem):
            # libyaml looks ahead: it may meet its own limit before the events show how deep the text is
            self._stop(DOCUMENT_OVER_BUDGET, span, _TOO_DEEP)
        context = getattr(error, "context", None)
        help = None
        if self._text[start : start + 1] == "\t":
            problem, help = "a tab cannot stand here", "indent with spaces"
        self._report(SYNTAX_ERROR, span, str(problem), notes=(str(context),) if context else (), help=help)
        raise _UnreadableError from error

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                UNSUPPORTED_YAML,
                self._span(*self._range(event)),
                "a second document in the file",
                help="one file holds one spec",
            )
        if event.tags:
            self._report(UNSUPPORTED_YAML, self._span(*self._range(event)), "a %TAG directive")

    def _scalar(self, event: Any) -> None:
        start, end = self._node(event)
        if event.tag is not None:
            self._refuse_tag(event.tag, start, end)
        text: str = event.value
        written: str | None = event.style
        style: Style = "quoted" if written else "plain"
        if written in _BLOCK_STYLES:
            known_end = block_scalar_end(self._text, start, text)
            style, end = ("open", end) if known_end is None else ("literal", known_end)
        self.scalars.append((start, end))
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.awaits_key
        size = num_bytes(text)
        if size > (MAX_KEY_BYTES if is_key else MAX_SCALAR_BYTES):
            limit, what = (MAX_KEY_BYTES, "key") if is_key else (MAX_SCALAR_BYTES, "scalar")
            message = f"a {what} of {size:,} bytes; at most {limit:,} are read"
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), message)
        if size > len(text) and has_surrogate(text):
            self._report(INVISIBLE_CHARACTER, self._span(start, end), "an escape for half of a surrogate pair")
        value = text if written or scalars.is_word(text) else self._plain(text, start, end, is_key)
        self._weight += size
        if is_key:
            self._key(self._stack[-1], text, value, style, Range(start, end))
            if event.anchor is not None:
                self._anchors[event.anchor] = Node(value, start, end)
            return
        node = Node(value, start, end, style, event.anchor is not None, weight=size)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._deliver(node, end)

    def _refuse_tag(self, tag: str, start: int, end: int) -> None:
        help = "write the value without a tag; quote it if it is text"
        self._report(UNSUPPORTED_YAML, self._span(start, end), f"the tag {quote(tag)}", help=help)

    def _is_key_of_objective(self, text: str) -> bool:
        """Whether this is `on` of `objective`: YAML 1.1 reads it as a boolean, and it is a key of the language all the same."""
        return text == "on" and any(frame.key == "objective" for frame in self._stack[:-1])

    def _plain(self, text: str, start: int, end: int, is_key: bool) -> scalars.Scalar:
        """The value of plain text that may be a number or a word of YAML, and what is wrong with it."""
        value, is_oversized, is_ambiguous = scalars.judged(text)
        if is_key and self._is_key_of_objective(text):
            return value
        if is_oversized:
            message = f"the number {quote(text)} is too large"
            self._report(VALUE_OUT_OF_RANGE, self._span(start, end), message)
        if is_ambiguous:
            span = self._span(start, end)
            message = f"{quote(text)} means another value in YAML 1.1"
            read = "text" if isinstance(value, str) else f"the number {value}"
            self._report(
                AMBIGUOUS_SCALAR,
                span,
                message,
                label=f"read as {read}",
                help="quote it if it is text, else spell the value plainly",
                fix=_plainly(text, value, span) if self._text[start:end] == text else None,
            )
        return value

    def _key(self, frame: _Frame, text: str, value: scalars.Scalar, style: Style, place: Range) -> None:
        frame.awaits_key, frame.key, frame.key_range = False, None, place
        if text == "<<" and style == "plain":
            help = "write the keys out, or share them by `extends`"
            self._report(UNSUPPORTED_YAML, self._span(*place), "a merge key", help=help)
        elif not isinstance(value, str):
            message = f"the key {quote(text)} is not text" if text else "an empty key"
            self._report(UNSUPPORTED_YAML, self._span(*place), message, help="quote it" if text else None)
        elif value in frame.children:
            first = frame.children[value][0]
            labels = (Label(self._span(*first), "first written here"),) if first is not None else ()
            message = f"the key {quote(value)} stands twice in one mapping"
            self._report(DUPLICATE_KEY, self._span(*place), message, labels=labels)
        else:
            frame.key = value

    def _open(self, event: Any) -> None:
        nodes, weight = self._nodes, self._weight
        start, end = self._node(event)
        if event.tag is not None:
            self._refuse_tag(event.tag, start, end)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), _TOO_DEEP)
        is_mapping = isinstance(event, MappingStartEvent)
        is_key = self._expects_key()
        is_inside = bool(self._stack) and self._stack[-1].in_key
        if is_key and not is_inside:
            self._report(UNSUPPORTED_YAML, self._span(start, end), "a key that is a collection", help="keys are text")
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
            self._open_anchors.add(event.anchor)
        self._stack.append(
            _Frame(
                {} if is_mapping else [],
                start,
                end,
                event.anchor,
                bool(event.flow_style),
                awaits_key=is_mapping,
                in_key=is_key or is_inside,
                nodes=nodes,
                weight=weight,
            )
        )

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        node = Node(
            frame.value,
            frame.start,
            event.end_mark.index if frame.flow else frame.end,
            "flow" if frame.flow else "block",
            frame.anchor is not None,
            size=self._nodes - frame.nodes,
            weight=self._weight - frame.weight,
            height=frame.height,
            children=frame.children,
        )
        if frame.anchor is not None:
            self._open_anchors.discard(frame.anchor)
            self._anchors.setdefault(frame.anchor, node)
        self._deliver(node, node.end)

    def _alias(self, event: Any) -> None:
        start, end = self._range(event)
        anchor: str = event.anchor
        target = self._anchors.get(anchor)
        if target is None:
            recursive = anchor in self._open_anchors
            message = f"the alias {quote('*' + anchor)} " + (
                "stands inside of itself" if recursive else "has no anchor"
            )
            self._report(UNSUPPORTED_YAML, self._span(start, end), message)
            target = Node(None, start, end)
        if self._expects_key():
            self._report(UNSUPPORTED_YAML, self._span(start, end), "a key that is an alias", help="write the key out")
        if len(self._stack) + target.height > MAX_DEPTH:
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), _TOO_DEEP)
        self._count(target.size, target.weight, start, end)
        self._deliver(replace(target, start=start, end=end, shared=True), end)

    def _deliver(self, node: Node, end: int) -> None:
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        if end > frame.end:
            frame.end = end
        if node.height >= frame.height:
            frame.height = node.height + 1
        value = frame.value
        if isinstance(value, list):
            frame.children[len(value)] = (None, node)
            value.append(node.value)
        elif frame.awaits_key:
            frame.awaits_key, frame.key = False, None
        else:
            if frame.key is not None:
                value[frame.key] = node.value
                frame.children[frame.key] = (frame.key_range, node)
            frame.awaits_key, frame.key = True, None

    def _expects_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].awaits_key

    def _count(self, nodes: int, weight: int, start: int, end: int) -> None:
        self._nodes += nodes
        self._weight += weight
        if self._nodes > MAX_NODES:
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), f"over {MAX_NODES:,} nodes, aliases expanded")
        if self._weight > MAX_EXPANDED_BYTES:
            message = f"over {MAX_EXPANDED_BYTES:,} bytes, aliases expanded"
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), message)
        if len(self.diagnostics) > MAX_FINDINGS:
            message = f"over {MAX_FINDINGS} problems; the rest of the file is not read"
            self._stop(DOCUMENT_OVER_BUDGET, self._span(start, end), message)

    def _node(self, event: Any) -> tuple[int, int]:
        """The range of a node, which is counted."""
        start, end = self._range(event)
        self._count(1, 0, start, end)
        return start, end

    def _range(self, event: Any) -> tuple[int, int]:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if start < end and self._text[end - 1].isspace():
            # a block scalar ends where the next token starts
            end = start + len(self._text[start:end].rstrip())
        return start, end

    def _span(self, start: int, end: int) -> Span:
        return self._positions.span(start, end)

    def _report(self, rule: Rule, span: Span, message: str, **rest: Any) -> None:
        self.diagnostics.append(rule.at(self._path, span, message, **rest))

    def _stop(self, rule: Rule, span: Span, message: str, **rest: Any) -> None:
        self._report(rule, span, message, **rest)
        raise _UnreadableError


def _plainly(text: str, value: scalars.Scalar, span: Span) -> Patch:
    """The same value, spelt so that YAML 1.1 reads it too."""
    new = f'"{text}"' if isinstance(value, str) else str(value)
    return Patch(f"write `{new}`", Applicability.SAFE, (TextEdit(span, text, new),))
