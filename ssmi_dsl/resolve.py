"""From a document to plain data: `extends`, overrides and a recipe's changes merged, with the origin of every value kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ssmi_dsl.diagnostics import Diagnostic, Loc, Span
from ssmi_dsl.document import Document

# keys whose value is a choice: another word replaces the inherited one instead of standing beside it
CHOICE_KEYS = frozenset(
    {"bound", "critic", "marginal", "update", "optimizer", "projector", "predictor", "backbone", "augment"}
)
# at most this many files in a chain of `extends`
MAX_EXTENDS = 16

Origin = tuple[Document, Loc]


@dataclass(frozen=True)
class Resolved:
    """Merged data of a spec. `document` is the file that the user named; `origins` says where each value was written."""

    document: Document
    data: dict[str, Any]
    origins: Mapping[Loc, Origin] = field(repr=False)

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.document.diagnostics

    def has(self, loc: Loc) -> bool:
        return loc in self.origins

    def span(self, loc: Loc, of: Literal["value", "key"] = "value") -> Span:
        """Where `loc` stands in the user's file; an inherited value is shown at `extends`, or at the nearest key that is there."""
        for end in range(len(loc), -1, -1):
            origin = self.origins.get(loc[:end])
            if origin is not None and origin[0] is self.document:
                return self.document.span(origin[1], of if end == len(loc) else "key")
            if origin is not None and self.document.has(("extends",)):
                return self.document.span(("extends",))
        return self.document.span(())


def resolved(document: Document, data: Mapping[str, Any]) -> Resolved:
    """A document that extends nothing."""
    return Resolved(document, dict(data), dict(_origins(document, data, ())))


def merge(base: Resolved, over: Resolved, *, document: Document) -> Resolved:
    """`over` laid over `base`: mappings merge key by key, `null` removes, a different choice replaces, all else replaces."""
    origins: dict[Loc, Origin] = {}
    data = _merge(base, base.data, over, over.data, (), origins)
    return Resolved(document, data, {(): (over.document, over.origins[()][1]), **origins})


def subtree(whole: Resolved, loc: Loc) -> Resolved:
    """The mapping at `loc` as a spec of its own, its origins kept."""
    data = cast(Any, whole.data)
    for key in loc:
        data = data[key]
    origins = {key[len(loc) :]: origin for key, origin in whole.origins.items() if key[: len(loc)] == loc}
    return Resolved(whole.document, data, origins)


def without(whole: Resolved, keys: Sequence[str]) -> Resolved:
    """The spec without some of its top-level keys."""
    data = {key: value for key, value in whole.data.items() if key not in keys}
    origins = {loc: origin for loc, origin in whole.origins.items() if not loc or loc[0] not in keys}
    return Resolved(whole.document, data, origins)


def _merge(
    base: Resolved,
    base_data: Mapping[str, Any],
    over: Resolved,
    over_data: Mapping[str, Any],
    loc: Loc,
    origins: dict[Loc, Origin],
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key in [*base_data, *(key for key in over_data if key not in base_data)]:
        here = (*loc, key)
        if key not in over_data:
            out[key] = base_data[key]
            _copy_origins(base, here, origins)
            continue
        theirs, ours = over_data[key], base_data.get(key)
        if theirs is None:
            continue
        if (
            isinstance(theirs, Mapping)
            and isinstance(ours, Mapping)
            and not _other_choice(here, cast(Any, ours), cast(Any, theirs))
        ):
            origins[here] = over.origins[here]
            theirs_typed, ours_typed = cast(Mapping[str, Any], theirs), cast(Mapping[str, Any], ours)
            out[key] = _merge(base, ours_typed, over, theirs_typed, here, origins)
        else:
            out[key] = theirs
            _copy_origins(over, here, origins)
    return out


def _other_choice(loc: Loc, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    # the predictor of `optimize` holds settings of its update; that of a branch is a choice of head
    return loc[-1] in CHOICE_KEYS and loc[-2:] != ("optimize", "predictor") and set(ours) != set(theirs)


def _copy_origins(source: Resolved, loc: Loc, origins: dict[Loc, Origin]) -> None:
    origins.update({key: origin for key, origin in source.origins.items() if key[: len(loc)] == loc})


def _origins(document: Document, value: Any, loc: Loc) -> Iterator[tuple[Loc, Origin]]:
    yield loc, (document, loc)
    if isinstance(value, Mapping):
        for key, inner in cast(Mapping[str, Any], value).items():
            yield from _origins(document, inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast(list[Any], value)):
            yield from _origins(document, inner, (*loc, index))
