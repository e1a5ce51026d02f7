"""The whole method spec."""

from typing import Annotated, Literal

from pydantic import Field

from ssmi_dsl.components.backbones import EncoderSpec
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOrMany
from ssmi_dsl.components.exact import exactly
from ssmi_dsl.spec.branches import Branch
from ssmi_dsl.spec.evaluate import Evaluate
from ssmi_dsl.spec.objective import Objective
from ssmi_dsl.spec.optimize import MAX_RECIPES, Optimize, RecipeSpec
from ssmi_dsl.spec.views import Views

NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
BranchName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Lint(Params):
    """Findings that this spec accepts."""

    ignore: tuple[str, ...] = Field(default=(), max_length=100, strict=False, description="rule codes or names")


class MethodSpec(Params):
    """What a self-supervised method is: views, branches, bound, critic, marginal, and how its blocks are optimised."""

    ssmi: Annotated[Literal[1], exactly(1)] = Field(description="version of the language")
    name: Name = Field(description="name of the method: lower case letters, digits and hyphens")
    title: str | None = Field(default=None, description="full title of the method")
    paper: str | None = Field(default=None, description="citation, e.g. `arXiv:2006.07733`")
    paradigm: Literal["sdmi", "jmi"] | None = Field(
        default=None, description="sdmi or jmi; default: inferred from the gradient flow"
    )
    views: Views = Field(description="the views of a sample")
    encoder: EncoderSpec = Field(description="the encoder of every branch that names none")
    branches: dict[BranchName, Branch] = Field(min_length=1, max_length=16, description="the branches, anchor first")
    objective: Annotated[tuple[Objective, ...], OneOrMany(Objective)] = Field(
        description="the objective: bound, critic and marginal; or a list of objectives, whose losses are added"
    )
    optimize: Optimize = Field(description="which blocks move when")
    recipes: dict[Name, RecipeSpec] = Field(
        default={}, max_length=MAX_RECIPES, description="optimisation settings by scale"
    )
    evaluate: Evaluate = Field(default=Evaluate.usual(), description="what a run measures")
    claims: tuple[Literal["monotone-mi"], ...] = Field(
        default=(), strict=False, description="properties that the spec promises"
    )
    lint: Lint = Field(default=Lint.usual(), description="findings that this spec accepts")
