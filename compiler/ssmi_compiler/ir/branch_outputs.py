"""What branches give of the views of a step. Legend: N batch, F backbone features, T tokens, G groups of hidden patches, K patches in a group."""

from collections.abc import Mapping
from math import prod

from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.emit import IRBuilder, Value
from ssmi_compiler.ir.graph import Attr
from ssmi_compiler.ir.sizes import Sizes, mask_grid
from ssmi_dsl.components.backbones import Gcn, Patches
from ssmi_dsl.components.heads import MaskedConvolutionsHead, TransformerHead, output_width
from ssmi_dsl.spec.masks import Counts
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, BranchView, Method, OutputName, Sharing


class BranchOutputs:
    """Calls of encoders and heads. `views` and `adjacency` are set before the first call."""

    def __init__(self, method: Method, sizes: Sizes, b: IRBuilder) -> None:
        self.method = method
        self.sizes = sizes
        self.b = b
        self.views: list[Value] = []
        self.adjacency: Value | None = None
        # how often a parameter group has been updated so far in this step
        self.version: dict[str, int] = {}
        # an embedding that is read twice is one call: a second would enter the running statistics twice
        self.called: dict[tuple[object, ...], Value] = {}
        self.token_owners = {
            branch.owner
            for view in method.objectives
            for branch, output in ((view.anchor, view.anchor_output), (view.target, view.target_output))
            if output in TOKEN_OUTPUTS
        }

    def of(self, branch: BranchView, output: OutputName, image: Value, *, masked: Value | None = None) -> Value:
        """[N D] of an image or a text, or rows [N*P D] of its places, in front of any stop-gradient. `hidden` are the places that the mask of
        the view `masked` (default: the image) hides."""
        if output in TOKEN_OUTPUTS:
            return self._token_rows(branch, output, image, masked or image)
        z = self._features(branch, image)
        if output == "features":
            return z
        if branch.projector is not None:
            z = self._apply("project", f"{branch.owner}.projector", z, output_width(branch.projector))
        if output != "projection" and branch.predictor is not None:
            z = self._apply("predict", f"{branch.name}.predictor", z, output_width(branch.predictor))
        if output == "output" and branch.prototypes is not None:
            z = self._apply("assign", f"{branch.prototype_owner}.prototypes", z, branch.prototypes.count)
        return z

    def mask(self, image: Value, part: str) -> Value:
        """Places of a view: `visible` [N C], `hidden` [N G K]."""
        counts, view = self._counts(image), self.views.index(image)
        return self._drawn(view, part, (counts.visible,) if part == "visible" else (counts.groups, counts.hidden))

    def place(self, branch: BranchView, view: int) -> Value:
        """Where the tokens of a view lie in the source image [N*P 2]."""
        grid = self.sizes.grids[branch.owner][view]
        key = ("places", view, *grid)
        if key not in self.called:
            self.called[key] = self.b.op("places", shape=(self.sizes.batch * prod(grid), 2), view=view, grid=grid)
        return self.called[key]

    def _features(self, branch: BranchView, image: Value) -> Value:
        """[N F]; from the same call as the tokens where some objective reads those of this encoder."""
        if branch.owner in self.token_owners:
            return self._part_of("pooled", self._all_tokens(branch, image))
        return self._encode(branch, image, self.sizes.features[branch.owner])

    def _token_rows(self, branch: BranchView, output: OutputName, image: Value, masked: Value) -> Value:
        """Rows for places of the images: of the feature map, or tokens behind the heads that `branch` has for them."""
        x = self._all_tokens(branch, image)
        if output == "map":
            return self._part_of("tokens", x)
        if isinstance(branch.predictor, TransformerHead):
            return self._predicted(branch, x, image)
        taken = output == "hidden"
        z = self._part_of("take_tokens", x, self.mask(masked, "hidden")) if taken else self._part_of("tokens", x)
        own, head = branch.token_projector is not None, branch.token_projector or branch.projector
        if head is not None:
            part = f"{branch.owner}.{'token_projector' if own else 'projector'}"
            of_map = isinstance(head, MaskedConvolutionsHead)
            attrs = {"grid": self.sizes.grids[branch.owner][self.views.index(image)]} if of_map else {}
            z = self._apply("project", part, z, output_width(head), attrs=attrs)
        if branch.predictor is not None:
            z = self._apply("predict", f"{branch.name}.predictor", z, output_width(branch.predictor))
        own, prototypes = branch.token_prototypes is not None, branch.token_prototypes or branch.prototypes
        if prototypes is not None:
            part = f"{branch.prototype_owner}.{'token_prototypes' if own else 'prototypes'}"
            z = self._apply("assign", part, z, prototypes.count)
        return z

    def _all_tokens(self, branch: BranchView, image: Value) -> Value:
        """[N 1+T F]: the features of the whole image, then those of its places, visible ones only if the branch sees no others."""
        rows, columns = self.sizes.grids[branch.owner][self.views.index(image)]
        sees = self._sees(branch, image)
        number = self._counts(image).visible if sees == "visible" else rows * columns
        return self._encode(branch, image, 1 + number, self.sizes.features[branch.owner], tokens=True)

    def _encode(self, branch: BranchView, image: Value, *shape: int, tokens: bool = False) -> Value:
        attrs: dict[str, Attr] = {}
        declared = branch.spec.tokens
        if tokens:
            attrs["tokens"] = True
            if declared is not None and declared.blocks is not None:
                attrs["blocks"] = declared.blocks
            elif declared is not None and declared.norm == "layer":
                attrs["blocks"] = 0
        places: tuple[Value, ...] = ()
        sees = self._sees(branch, image)
        if sees != "whole":
            attrs["sees"] = "hidden" if sees == "masked" else "visible"
            places = (self.mask(image, str(attrs["sees"])),)
        if isinstance(branch.encoder.backbone, Gcn) and self.adjacency is not None:
            attrs["sees"], places = "adjacency", (self.adjacency,)
        if isinstance(branch.encoder.backbone, Patches) and branch.encoder.backbone.crop is not None:
            attrs["sees"] = "windows"
            grid = self.sizes.grids[branch.owner][self.views.index(image)]
            places = (self._drawn(self.views.index(image), "windows", (prod(grid), 2)),)
        return self._apply("encode", f"{branch.owner}.encoder", image, *shape, places=places, attrs=attrs)

    def _predicted(self, branch: BranchView, x: Value, image: Value) -> Value:
        """Tokens of hidden patches [N*G*K F], predicted from the visible ones, or their scores where the branch has prototypes."""
        counts = self._counts(image)
        z = self._apply(
            "predict_tokens",
            f"{branch.name}.predictor",
            x,
            self.sizes.features[branch.owner],
            rows=self.sizes.batch * counts.groups * counts.hidden,
            places=(self.mask(image, "visible"), self.mask(image, "hidden")),
            attrs={"grid": self.sizes.grids[branch.owner][self.views.index(image)]},
        )
        if branch.prototypes is None:
            return z
        return self._apply("assign", f"{branch.prototype_owner}.prototypes", z, branch.prototypes.count)

    def _sees(self, branch: BranchView, image: Value) -> str:
        """What a branch sees of a view; only global views are masked."""
        return branch.spec.input if self.views.index(image) < self.method.spec.views.count else "whole"

    def _counts(self, image: Value) -> Counts:
        mask, index = self.method.spec.views.mask, self.views.index(image)
        assert mask is not None, "the structure of the spec was checked"
        try:
            return mask.counts(mask_grid(self.method, self.sizes.grids)[index])
        except ValueError as error:
            raise CompileError(f"`views.mask` does not fit view {index}: {error}") from error

    def _drawn(self, view: int, part: str, shape: tuple[int, ...]) -> Value:
        """Whole numbers [N *shape] that are drawn anew for a view in each step."""
        key = ("mask", view, part)
        if key not in self.called:
            self.called[key] = self.b.op("mask", shape=(self.sizes.batch, *shape), dtype="i64", view=view, part=part)
        return self.called[key]

    def _part_of(self, op: str, *operands: Value) -> Value:
        """What is taken of tokens, once: heads on two equal values would be two calls."""
        key = (op, *(operand.index for operand in operands))
        if key not in self.called:
            self.called[key] = self.b.op(op, *operands)
        return self.called[key]

    def _apply(
        self,
        op: str,
        part: str,
        x: Value,
        *shape: int,
        rows: int | None = None,
        places: tuple[Value, ...] = (),
        attrs: Mapping[str, Attr] | None = None,
    ) -> Value:
        """A network: x and places -> [rows *shape], `rows` by default those of x."""
        version, more = self.version.get(part, 0), dict(attrs or {})
        key = (op, part, version, x.index, *sorted(more.items()))
        if key in self.called:
            return self.called[key]
        # running statistics follow the first forward pass of a step; a target's are set by its update
        track = version == 0 and self.method.branch(part.split(".")[0]).sharing is Sharing.OWN
        size = (x.shape[0] if rows is None else rows, *shape)
        y = self.b.op(op, x, *places, shape=size, dtype="f32", params=part, version=version, track=track, **more)
        self.called[key] = y
        return y
