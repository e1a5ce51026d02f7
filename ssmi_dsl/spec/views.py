"""Views: how many, and how each is made."""

from typing import Literal

from pydantic import Field

from ssmi_dsl.components.augment import AugmentChoice
from ssmi_dsl.components.base import Params


class Views(Params):
    """The views of a sample."""

    count: int = Field(default=2, ge=1, description="V, views of every sample")
    augment: AugmentChoice = Field(description="a preset, a preset with parameters, or a list of operations")
    encode: Literal["separately", "together"] = Field(
        default="separately",
        description="one encoder call for each view, or one for all views of a branch; with batch norm the statistics differ",
    )
    crops: object | None = Field(default=None, description="multi-crop groups")
    mask: object | None = Field(default=None, description="masked views of token encoders")
    split: object | None = Field(default=None, description="views from halves or channels of a sample")
    modalities: object | None = Field(default=None, description="views from different modalities")
    graph: object | None = Field(default=None, description="views of graphs")
