"""Published augmentations, and what a spec may change in each."""

from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from ssmi_dsl.components.augment_operations import (
    ColorJitter,
    Fraction,
    GaussianBlur,
    Grayscale,
    HorizontalFlip,
    Part,
    RandomResizedCrop,
    Recipe,
    Solarize,
)
from ssmi_dsl.components.base import Params


class PresetOptions(Params):
    """What a spec may change in a preset."""

    name: ClassVar[str]


class ImageOptions(PresetOptions):
    """What a spec may change in a preset for images. At 32 x 32, SimCLR (B.9) takes no blur and half the jitter."""

    blur: bool = Field(default=True, description="false: no Gaussian blur")
    flip: bool = Field(default=True, description="false: no horizontal flip")
    min_scale: Fraction | None = Field(default=None, description="smallest area of a crop; default: the preset's")
    jitter_strength: float = Field(
        default=1.0, ge=0.0, le=2.5, description="factor on the preset's ranges of colour jitter"
    )


class SimclrOptions(ImageOptions):
    """SimCLR: strong colour jitter, blur of every other view."""

    name: ClassVar[str] = "simclr"


class ByolOptions(ImageOptions):
    """BYOL: the first view always blurred, the second seldom blurred and sometimes solarised."""

    name: ClassVar[str] = "byol"


class MocoOptions(ImageOptions):
    """MoCo v2: as SimCLR with weaker jitter and larger crops."""

    name: ClassVar[str] = "moco"


class DinoGlobalOptions(ImageOptions):
    """DINO's two global views: as BYOL with larger crops."""

    name: ClassVar[str] = "dino-global"


class DinoLocalOptions(ImageOptions):
    """DINO's local views: small crops of small size, blurred half of the time."""

    name: ClassVar[str] = "dino-local"

    size: int = Field(default=96, ge=1, description="height and width of a local view, pixels")


class ResslOptions(ImageOptions):
    """ReSSL: the first view strongly augmented, the second, for the teacher, only cropped and flipped."""

    name: ClassVar[str] = "ressl"


class HalvesOptions(PresetOptions):
    """Two views from one image: its two halves. The branches then see different parts, and need encoders of their own."""

    name: ClassVar[str] = "halves"
    axis: Literal["rows", "columns"] = Field(
        default="rows", description="rows: top and bottom; columns: left and right"
    )


class NoneOptions(PresetOptions):
    """No augmentation: images become float in [0, 1], vectors stay as they are."""

    name: ClassVar[str] = "none"


class Preset(NamedTuple):
    """A published augmentation: one recipe for each view; with more views than recipes, they take turns."""

    options: type[PresetOptions]
    source: str
    views: tuple[Recipe, ...]


def _byol_views(min_scale: float) -> tuple[Recipe, Recipe]:
    """The two recipes of Grill et al. 2020, table 6, which Caron et al. 2021 follow with larger crops."""

    def view(*, blur_p: float, solarize_p: float) -> Recipe:
        return (
            RandomResizedCrop(scale=(min_scale, 1.0)),
            HorizontalFlip(p=0.5),
            ColorJitter(brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1, p=0.8),
            Grayscale(p=0.2),
            GaussianBlur(p=blur_p, sigma=(0.1, 2.0)),
            Solarize(p=solarize_p, threshold=0.5),
        )

    return view(blur_p=1.0, solarize_p=0.0), view(blur_p=0.1, solarize_p=0.2)


PRESETS: dict[str, Preset] = {
    "simclr": Preset(
        options=SimclrOptions,
        source=(
            "Chen et al. 2020 (arXiv:2002.05709), appendix A, and google-research/simclr data_util.py: area 0.08 to 1; "
            "jitter (0.8, 0.8, 0.8, 0.2) s, s = 1, p = 0.8; gray 0.2; blur p = 0.5, sigma 0.1 to 2, kernel 10 % of the "
            "image. B.9: s = 0.5 and no blur on CIFAR-10"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.08, 1.0)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
        ),
    ),
    "byol": Preset(
        options=ByolOptions,
        source=(
            "Grill et al. 2020 (arXiv:2006.07733), appendix B and table 6, and deepmind-research byol/utils/"
            "augmentations.py: area 0.08 to 1; jitter (0.4, 0.4, 0.2, 0.1), p = 0.8; gray 0.2; blur p = 1 / 0.1, sigma "
            "0.1 to 2, kernel 10 % of the image (23 at 224 pixels); solarize p = 0 / 0.2, threshold 0.5. Brightness is "
            "multiplied here, added there"
        ),
        views=_byol_views(0.08),
    ),
    "moco": Preset(
        options=MocoOptions,
        source=(
            "Chen et al. 2020 (arXiv:2003.04297) and facebookresearch/moco main_moco.py --aug-plus: area 0.2 to 1; "
            "jitter (0.4, 0.4, 0.4, 0.1), p = 0.8; gray 0.2; blur p = 0.5, sigma 0.1 to 2"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.2, 1.0)),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
                HorizontalFlip(p=0.5),
            ),
        ),
    ),
    "dino-global": Preset(
        options=DinoGlobalOptions,
        source=(
            "Caron et al. 2021 (arXiv:2104.14294) and facebookresearch/dino main_dino.py: area 0.4 to 1; jitter "
            "(0.4, 0.4, 0.2, 0.1), p = 0.8; gray 0.2; blur p = 1 / 0.1, sigma 0.1 to 2; solarize p = 0 / 0.2. Resized "
            "bilinearly here, bicubically there"
        ),
        views=_byol_views(0.4),
    ),
    "dino-local": Preset(
        options=DinoLocalOptions,
        source=(
            "Caron et al. 2021 (arXiv:2104.14294) and facebookresearch/dino main_dino.py: 96 pixels at 224, area 0.05 to "
            "0.4; jitter and gray as in the global views, blur p = 0.5, no solarization"
        ),
        views=(
            (
                RandomResizedCrop(size=96, scale=(0.05, 0.4)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
        ),
    ),
    "ressl": Preset(
        options=ResslOptions,
        source=(
            "Zheng et al. 2021 (arXiv:2107.09282), section 4: contrastive augmentation of MoCo v2 for the student, area "
            "0.2 to 1 and flip for the teacher"
        ),
        views=(
            (
                RandomResizedCrop(scale=(0.2, 1.0)),
                HorizontalFlip(p=0.5),
                ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1, p=0.8),
                Grayscale(p=0.2),
                GaussianBlur(p=0.5, sigma=(0.1, 2.0)),
            ),
            (RandomResizedCrop(scale=(0.2, 1.0)), HorizontalFlip(p=0.5)),
        ),
    ),
    "halves": Preset(
        options=HalvesOptions,
        source="Tschannen et al. 2020 (arXiv:1907.13625), section 3: top and bottom halves of an image, not augmented",
        views=((Part(rows=(0.0, 0.5)),), (Part(rows=(0.5, 1.0)),)),
    ),
    "none": Preset(options=NoneOptions, source="", views=((),)),
}
