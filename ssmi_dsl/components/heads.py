"""Heads: projectors and predictors."""

from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from ssmi_dsl.components.base import Params


class Head(Params):
    """Base of the heads."""

    name: ClassVar[str]


class MlpHead(Head):
    """Linear layers; hidden ones with norm and ReLU. `{mlp: [4096, 256]}` is short for `{mlp: {widths: [4096, 256]}}`."""

    name: ClassVar[str] = "mlp"

    widths: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        min_length=1, strict=False, description="layer widths, the last one the output"
    )
    activation: Literal["relu", "gelu"] = Field(default="relu", description="activation of hidden layers")
    norm: Literal["batch", "none"] = Field(default="batch", description="norm of hidden layers")
    last_norm: Literal["none", "batch", "batch-no-affine", "iterative-whitening"] = Field(
        default="none",
        description="norm of the output; iterative whitening is that of IterNorm, in groups of 64 features",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        short = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}
        return {"anyOf": [short, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"widths": cast(Any, value)} if isinstance(value, (list, tuple)) else value


class LinearHead(Head):
    """One linear layer. `{linear: 128}` is short for `{linear: {width: 128}}`."""

    name: ClassVar[str] = "linear"

    width: int = Field(ge=1, description="output width")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer", "minimum": 1}, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"width": value} if isinstance(value, int) else value


class SliceHead(Head):
    """The first `width` features as they are, without parameters. `{slice: 64}` is short for `{slice: {width: 64}}`."""

    name: ClassVar[str] = "slice"

    width: int = Field(ge=1, description="features that are kept")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer", "minimum": 1}, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"width": value} if isinstance(value, int) else value


class TransformerHead(Head):
    """A narrow transformer that predicts the tokens of hidden patches from those of visible ones; each query is a position.

    Predictors only. The output has the width of the encoder's tokens.
    """

    name: ClassVar[str] = "transformer"

    width: int = Field(default=384, ge=8, le=4096, multiple_of=4, description="features inside the predictor")
    depth: int = Field(default=6, ge=1, le=64, description="transformer blocks")
    heads: int = Field(default=6, ge=1, le=64, description="attention heads; they divide the width")

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> Self:
        if self.width % self.heads:
            raise PydanticCustomError(
                "heads_do_not_divide",
                "{heads} heads do not divide a width of {width}",
                {"heads": self.heads, "width": self.width},
            )
        return self


class MaskedConvolutionsHead(Head):
    """A context for each token from the rows of the map above and its own: residual blocks of masked convolutions.

    For heads of tokens only. A block is 1x1, ReLU, 1x3, 2x1 upwards, ReLU, 1x1, as in Hénaff et al. 2020, appendix A.
    """

    name: ClassVar[str] = "masked-convolutions"

    width: int = Field(ge=1, description="output width: that of the encoder's features, since blocks are residual")
    hidden: int = Field(default=256, ge=1, description="channels inside a block")
    depth: int = Field(default=5, ge=1, le=64, description="blocks; a context reaches as many rows up")


HEADS: dict[str, type[Params]] = {MlpHead.name: MlpHead, LinearHead.name: LinearHead, SliceHead.name: SliceHead}
PREDICTORS: dict[str, type[Params]] = {**HEADS, TransformerHead.name: TransformerHead}

TOKEN_HEADS: dict[str, type[Params]] = {**HEADS, MaskedConvolutionsHead.name: MaskedConvolutionsHead}


def output_width(head: Head) -> int:
    """D, the width of what the head returns; a transformer's is that of its encoder, which only the encoder knows."""
    if isinstance(head, (LinearHead, SliceHead, MaskedConvolutionsHead)):
        return head.width
    assert isinstance(head, MlpHead)
    return head.widths[-1]
