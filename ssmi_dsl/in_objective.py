"""A spec with several objectives as a rule sees it that speaks of one: `objective.x` is `objective[index].x` of the file."""

from dataclasses import dataclass
from typing import Literal

from ssmi_dsl.diagnostics import Loc, Span
from ssmi_dsl.fixes.fix import Fix
from ssmi_dsl.resolve import Resolved


@dataclass(frozen=True)
class InObjective:
    """Places of the objective `index`, for a rule that speaks of one."""

    source: Resolved
    index: int

    @property
    def path(self) -> str:
        return self.source.path

    def span(self, loc: Loc, of: Literal["value", "key"] = "value") -> Span:
        return self.source.span(self.placed(loc), of)

    def placed(self, loc: Loc) -> Loc:
        """The path in the file."""
        return ("objective", self.index, *loc[1:]) if loc[:1] == ("objective",) else loc

    def relocated(self, fix: Fix) -> Fix:
        """The fix with the paths of the file."""
        return fix._replace(changes=tuple(change._replace(loc=self.placed(change.loc)) for change in fix.changes))
