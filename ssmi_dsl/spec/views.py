"""Views: how many, and how each is made."""

from typing import Annotated, Literal

from pydantic import Field

from ssmi_dsl.components.augment import AugmentChoice
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.spec.graph_views import GraphViews
from ssmi_dsl.spec.masks import MASKS, PatchMask


class LocalViews(Params):
    """Small crops beside the global views (multi-crop). They are anchors only, never targets."""

    count: int = Field(default=6, ge=1, le=32, description="local views of every sample")
    augment: AugmentChoice = Field(
        description="as `views.augment`; its crop gives the size and area of the local views"
    )


class Views(Params):
    """The views of a sample: `count` global ones and, with multi-crop, `local` ones after them."""

    count: int = Field(default=2, ge=1, le=64, description="global views of every sample")
    augment: AugmentChoice = Field(
        description="a preset, a preset with parameters, a list of operations, or `per-view`: a list for each view"
    )
    local: LocalViews | None = Field(default=None, description="small crops beside the global views (multi-crop)")
    encode: Literal["separately", "together"] = Field(
        default="separately",
        description="one encoder call for each view, or one for all views of a branch; with batch norm the statistics differ",
    )
    mask: Annotated[PatchMask, OneOf(MASKS)] | None = Field(
        default=None,
        description="patches of the global views that branches with `input: visible` or `masked` do not see",
    )
    split: object | None = Field(default=None, description="views from halves or channels of a sample")
    modalities: tuple[Literal["image", "text"], ...] | None = Field(
        default=None,
        strict=False,
        min_length=2,
        description="the modality of each of the `count` views; default: all are images. The first branch then encodes the first view, and so on",
    )
    graph: GraphViews | None = Field(
        default=None,
        description="the samples are the nodes of one graph, with its edges in every view; the batch is the whole graph",
    )

    @property
    def total(self) -> int:
        """V, all views of a sample, global ones first, a corrupted one last."""
        corrupted = self.graph is not None and self.graph.corrupt != "none"
        return self.count + (0 if self.local is None else self.local.count) + int(corrupted)

    def modality(self, view: int) -> Literal["image", "text"]:
        """What a view is made of."""
        return "image" if self.modalities is None else self.modalities[view]

    def augment_of(self, view: int) -> tuple[AugmentChoice, int]:
        """The augmentation of a view, and the view's number among those that share it."""
        if self.local is not None and view >= self.count:
            return self.local.augment, view - self.count
        return self.augment, view
