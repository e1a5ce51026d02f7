"""From what a rule proposes to edits of the user's file, or to the reason why there are none."""

from collections.abc import Iterator, Sequence
from typing import Any

from ssmi_dsl.diagnostics import Applicability, Change, Loc, Patch, TextEdit
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.fixes.fix import Fix
from ssmi_dsl.fixes.layout import RefusedError, text_edits
from ssmi_dsl.fixes.tree import changed, same_tree
from ssmi_dsl.resolve import Resolved


def patch_for(fix: Fix, source: Resolved) -> Patch:
    """The patch that makes `fix` in the file of `source`; a manual one with the reason if the file cannot be edited so."""
    document = source.document
    try:
        placed = (_placed(change, source) for change in fix.changes)
        changes = tuple(change for change in placed if change is not None)
        edits = text_edits(document, changes)
        _verify(document, edits, changes)
    except RefusedError as refusal:
        return Patch(fix.title, Applicability.MANUAL, refused=str(refusal))
    return Patch(fix.title, fix.applicability, edits, changes=changes)


def edited(text: str, edits: Sequence[TextEdit]) -> str:
    """`text` with `edits`, which do not overlap, made. Raises ValueError where another text stands than an edit expects."""
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        if text[edit.span.start : edit.span.end] != edit.old:
            raise ValueError(f"the text at line {edit.span.line} is not the one that the edit was made for")
        text = text[: edit.span.start] + edit.new + text[edit.span.end :]
    return text


def reads_as_meant(document: Document, text: str, changes: Sequence[Change]) -> bool:
    """Whether `text` reads as the tree of `document` with `changes` made, and as nothing else."""
    result = read_document(text, document.path)
    try:
        expected = None if document.data is None else changed(document.data, changes)
    except (KeyError, IndexError, TypeError):
        return False
    return result.data is not None and same_tree(result.data, expected)


def _verify(document: Document, edits: Sequence[TextEdit], changes: Sequence[Change]) -> None:
    if not edits:
        raise RefusedError("the file says so already")
    if not reads_as_meant(document, edited(document.text, edits), changes):
        raise RefusedError("the edited text would not read as meant")


def _placed(change: Change, source: Resolved) -> Change | None:
    """`change` at a path of the user's own file; None where that says so already."""
    if change.kind in ("delete", "rename"):
        origin = source.origins.get(change.loc)
        if origin is None or origin[0] is not source.document:
            raise RefusedError("it is inherited" if origin is not None else "there is no such key")
        return change._replace(loc=origin[1])
    places = list(_places(change.loc, source))
    for place in places:
        if not _says(source.document, place, change):
            return change._replace(loc=place)
    return None


def _places(loc: Loc, source: Resolved) -> Iterator[Loc]:
    """Where a value at `loc` of the merged spec may be written: where it is, at its own path, or in the recipe that changes what it is in."""
    origin = source.origins.get(loc)
    if origin is not None and origin[0] is source.document:
        yield origin[1]
        return
    yield loc
    for end in range(len(loc) - 1, 0, -1):
        origin = source.origins.get(loc[:end])
        if origin is not None and origin[0] is source.document and origin[1] != loc[:end]:
            yield (*origin[1], *loc[end:])
            return


def _says(document: Document, loc: Loc, change: Change) -> bool:
    value: Any = document.data
    try:
        for step in loc:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return False
    return same_tree(value, change.value)
