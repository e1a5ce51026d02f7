"""From a document to plain data: `extends`, overrides and a recipe's changes merged, with the origin of every value kept."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ssmi_dsl.diagnostics import Diagnostic, Loc, Span
from ssmi_dsl.document import Document

# keys whose value is a choice: another word replaces the inherited one instead of standing beside it
CHOICE_KEYS = frozenset(
    {"bound", "critic", "marginal", "positive", "update", "optimizer", "projector", "predictor", "backbone", "augment"}
    | {"mask", "of"}  # `of` is the network on patches; of a branch it is a name
)
# at most this many files in a chain of `extends`
MAX_EXTENDS = 16

Origin = tuple[Document, Loc]


class Origins(ABC):
    """Where each value was written. It is looked up when asked for: most specs have nothing to report."""

    @abstractmethod
    def get(self, loc: Loc) -> Origin | None:
        """The document that wrote the value at `loc` and its place there; None where there is no value."""

    def __contains__(self, loc: Loc) -> bool:
        return self.get(loc) is not None

    def __getitem__(self, loc: Loc) -> Origin:
        found = self.get(loc)
        if found is None:
            raise KeyError(loc)
        return found


@dataclass(frozen=True)
class Resolved:
    """Merged data of a spec. `document` is the file that the user named; `origins` says where each value was written."""

    document: Document
    data: dict[str, Any]
    origins: Origins = field(repr=False)

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.document.diagnostics

    def has(self, loc: Loc) -> bool:
        return loc in self.origins

    def is_inherited(self, loc: Loc) -> bool:
        """Whether `loc`, or the nearest key above it that is there, was written in a file that this one extends."""
        for end in range(len(loc), -1, -1):
            origin = self.origins.get(loc[:end])
            if origin is not None:
                return origin[0] is not self.document
        return False

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
    return Resolved(document, dict(data), _Written(document, data))


def merge(base: Resolved, over: Resolved, *, document: Document) -> Resolved:
    """`over` laid over `base`: mappings merge key by key, `null` removes, a different choice replaces, all else replaces."""
    return Resolved(document, _merge(base.data, over.data, ()), _Merged(base, over))


def subtree(whole: Resolved, loc: Loc) -> Resolved:
    """The mapping at `loc` as a spec of its own, its origins kept."""
    data = cast(Any, whole.data)
    for key in loc:
        data = data[key]
    return Resolved(whole.document, data, _Inside(whole.origins, loc))


def without(whole: Resolved, keys: Sequence[str]) -> Resolved:
    """The spec without some of its top-level keys."""
    data = {key: value for key, value in whole.data.items() if key not in keys}
    return Resolved(whole.document, data, _Without(whole.origins, frozenset(keys)))


@dataclass(frozen=True, eq=False)
class _Written(Origins):
    """Origins of a document that extends nothing."""

    document: Document
    data: Mapping[str, Any]

    def get(self, loc: Loc) -> Origin | None:
        here: object = self.data
        for step in loc:
            if isinstance(here, dict) and step in here:
                here = cast(dict[str | int, object], here)[step]
            elif isinstance(here, list) and isinstance(step, int) and 0 <= step < len(cast(list[object], here)):
                here = cast(list[object], here)[step]
            else:
                return None
        return self.document, loc


@dataclass(frozen=True, eq=False)
class _Merged(Origins):
    """Origins of `over` laid over `base`; takes the same decisions as `_merge`."""

    base: Resolved
    over: Resolved

    def get(self, loc: Loc) -> Origin | None:
        base, over = self.base.data, self.over.data
        for depth, key in enumerate(loc):
            if key not in over:
                return self.base.origins.get(loc)
            ours, theirs = base.get(key), over[key]
            if theirs is None:
                return None
            if not _is_merged(loc[: depth + 1], ours, theirs):
                break
            base, over = cast(dict[str, Any], ours), cast(dict[str, Any], theirs)
        return self.over.origins.get(loc)


@dataclass(frozen=True, eq=False)
class _Inside(Origins):
    """Origins of the subtree at `root`."""

    whole: Origins
    root: Loc

    def get(self, loc: Loc) -> Origin | None:
        return self.whole.get((*self.root, *loc))


@dataclass(frozen=True, eq=False)
class _Without(Origins):
    """Origins without those of some top-level keys."""

    whole: Origins
    keys: frozenset[str]

    def get(self, loc: Loc) -> Origin | None:
        return None if loc and loc[0] in self.keys else self.whole.get(loc)


def _merge(base: dict[str, Any], over: dict[str, Any], loc: Loc) -> dict[str, Any]:
    out = dict(base)
    for key, theirs in over.items():
        ours, here = base.get(key), (*loc, key)
        if theirs is None:
            out.pop(key, None)
        else:
            out[key] = _merge(cast(Any, ours), theirs, here) if _is_merged(here, ours, theirs) else theirs
    return out


def _is_merged(loc: Loc, ours: Any, theirs: Any) -> bool:
    """Whether the values at `loc` are mappings that merge key by key, not choices of different words."""
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return False
    # `optimize.predictor` says how a predictor is updated; it is no choice of a head
    is_choice = loc[-1] in CHOICE_KEYS and loc[-2:] != ("optimize", "predictor")
    return not is_choice or set(cast(Any, ours)) == set(cast(Any, theirs))
