"""What a rule's check reads."""

from typing import NamedTuple

from ssmi_dsl.diagnostics import Loc
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE


class RuleContext(NamedTuple):
    """The method under one recipe, and where its parts are written."""

    method: Method
    source: Resolved

    def recipe_loc(self, *keys: str) -> Loc:
        """Where the recipe says `keys`: in its own layer, or in `recipes.default`, from which it inherits."""
        own: Loc = ("recipes", self.method.recipe.name, *keys)
        return own if self.source.has(own) else ("recipes", DEFAULT_RECIPE, *keys)
