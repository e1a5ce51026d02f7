"""Names that a value may be: branches of the spec, bundled methods, rules. The schema knows them as text only."""

from collections.abc import Mapping
from typing import Any, cast

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.editor.schema_tree import Entry
from ssmi_dsl.rules import all_rules


def names_at(loc: Loc, data: Mapping[str, Any] | None) -> tuple[Entry, ...]:
    """Names that fit at `loc`; `data` is the spec as far as it can be read."""
    # the changes of a recipe speak of the same names
    inner = loc[3:] if loc[:1] == ("recipes",) and loc[2:3] == ("method",) else loc
    if inner == ("extends",):
        return tuple(Entry(name, "a bundled method", f"the bundled method `{name}`") for name in bundled_names())
    if _names_a_branch(inner):
        branches = data.get("branches") if data is not None else None
        names = list(cast(Mapping[str, Any], branches)) if isinstance(branches, Mapping) else []
        own = inner[1] if len(inner) == 3 and inner[0] == "branches" else None
        return tuple(Entry(name, "a branch", f"the branch `{name}`") for name in names if name != own)
    if inner[:2] == ("lint", "ignore"):
        return tuple(
            Entry(m.rule.name, f"{m.rule.code} {m.rule.summary}", m.page) for m in all_rules() if m.rule.suppressible
        )
    return ()


def _names_a_branch(loc: Loc) -> bool:
    is_source = len(loc) == 3 and loc[0] == "branches" and loc[2] == "of"
    is_block = loc[:2] == ("optimize", "blocks")
    # one objective, or a list of them
    is_end = loc[:1] == ("objective",) and loc[-2:-1] == ("on",) and loc[-1:] in (("a",), ("b",))
    return is_source or is_block or is_end
