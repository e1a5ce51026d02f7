"""What a rule proposes: a title, how sure it is, and changes of the spec as a tree of keys and values.

A rule never touches text. Its changes are turned into edits of the user's file by `ssmi_dsl.fixes.patching`, which keeps comments and layout
and refuses what it cannot do without harm.
"""

from typing import NamedTuple

from ssmi_dsl.diagnostics import Applicability, Change, Loc, Value


class Fix(NamedTuple):
    """A proposal: `title` says what it does (``set `swap: true` ``), in lower case and without a full stop.

    All changes are made, or none. `safe` means that it is what the spec must have meant, `unsafe` that it chooses a method, `manual` that
    it is only shown.
    """

    title: str
    applicability: Applicability
    changes: tuple[Change, ...]


def set_value(loc: Loc, value: Value) -> Change:
    """Let the value at `loc` be `value`. A key that is missing is inserted, with the mappings that it stands in.

    `update: ema` is taken for `update: {ema: {}}` where `loc` goes on below `ema`.
    """
    return Change("set", loc, value)


def insert_key(loc: Loc, key: str, value: Value) -> Change:
    """Insert `key: value` at the end of the mapping at `loc`; the fix is refused if it has that key."""
    return Change("insert", (*loc, key), value)


def delete_key(loc: Loc) -> Change:
    """Remove the key, or the item of a list, at `loc`."""
    return Change("delete", loc)


def rename_key(loc: Loc, new: str) -> Change:
    """Call the key at `loc` `new`; the fix is refused if there is such a key beside it."""
    return Change("rename", loc, key=new)
