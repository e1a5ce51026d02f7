"""How far a row of a feature map sees: the receptive fields of backbones that give one."""

from typing import NamedTuple

from ssmi_dsl.components.backbones import ConvSmall, EncoderSpec, Patches, ResNet18, Vit

# kernel and stride of a layer
Layer = tuple[int, int]
STEMS: dict[str, tuple[Layer, ...]] = {"small": ((3, 1),), "standard": ((7, 2), (3, 2))}
# two blocks of two convolutions in each of four stages, of which the first keeps the size
STAGES: tuple[Layer, ...] = ((3, 1),) * 4 + ((3, 2), *((3, 1),) * 3) * 3


class RowField(NamedTuple):
    """Rows of pixels that a row of the map sees, all of them where `size` is None, and from the middle of one row to that of the next."""

    size: int | None
    stride: int

    def shared(self, rows: int) -> float:
        """The share of its pixels that a row of the map has in common with the row that lies `rows` below."""
        return 1.0 if self.size is None else max(0.0, 1 - rows * self.stride / self.size)


def row_field(encoder: EncoderSpec) -> RowField | None:
    """The field of a row in the map of `encoder`; None for backbones that give no map."""
    backbone = encoder.backbone
    if isinstance(backbone, Patches):
        return RowField(backbone.size, backbone.stride)
    if isinstance(backbone, Vit):
        # attention in every block
        return RowField(None, backbone.patch)
    if isinstance(backbone, ConvSmall):
        return _of_layers(tuple((3, stride) for stride in backbone.strides))
    return _of_layers((*STEMS[encoder.stem], *STAGES)) if isinstance(backbone, ResNet18) else None


def _of_layers(layers: tuple[Layer, ...]) -> RowField:
    size, stride = 1, 1
    for kernel, step in layers:
        size += (kernel - 1) * stride
        stride *= step
    return RowField(size, stride)
