"""Where a view shows what: an image whose colours are its coordinates tells by its view. Legend: N batch, S, T size of the view."""

import pytest
import torch
from torch import Tensor

from ssmi_compiler.augment import Augmentation
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.augment_operations import (
    Grayscale,
    HorizontalFlip,
    Part,
    RandomAffine,
    RandomResizedCrop,
    Solarize,
)
from ssmi_dsl.components.base import Params

N, SIZE = 16, (32, 32)
AFFINE = RandomAffine(degrees=20, translate=0.05, scale=(1.2, 1.4), shear=10)
RECIPES: dict[str, tuple[Params, ...]] = {
    "crop": (RandomResizedCrop(size=16, scale=(0.3, 0.8)),),
    "crop and flip": (RandomResizedCrop(scale=(0.3, 0.8)), HorizontalFlip(p=0.5)),
    "flip": (HorizontalFlip(p=0.5),),
    "affine": (AFFINE,),
    "affine, crop and flip": (AFFINE, RandomResizedCrop(size=24, scale=(0.3, 0.8)), HorizontalFlip(p=0.5)),
    "flip and affine": (HorizontalFlip(p=0.5), AFFINE),
    "part": (Part(rows=(0.5, 1.0), columns=(0.25, 1.0)), RandomResizedCrop(size=8, scale=(0.5, 1.0))),
}


def _augmentation(recipe: tuple[Params, ...]) -> Augmentation:
    return Augmentation([(op.name, op) for op in recipe])  # pyright: ignore[reportAttributeAccessIssue] - operations have names


def _sources(augmentation: Augmentation, noise: dict[str, Tensor]) -> Tensor:
    return augmentation.sources(noise, N, SIZE, torch.device("cpu"))


@pytest.mark.parametrize("name", RECIPES)
def test_a_view_shows_what_its_map_says(name: str) -> None:
    augmentation = _augmentation(RECIPES[name])
    noise = augmentation.draw(torch.Generator().manual_seed(0), N, SIZE)
    x, y = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="xy")
    image = (7 * torch.stack([x, y, x])).to(torch.uint8).expand(N, -1, -1, -1)

    view = augmentation(image, noise) * (255 / 7) + 0.5

    height, width = augmentation.output_size(SIZE)
    places = torch.meshgrid(torch.arange(width) + 0.5, torch.arange(height) + 0.5, indexing="xy")
    linear, shift = _sources(augmentation, noise).split([2, 1], dim=2)
    shown = torch.stack(places, dim=-1).flatten(0, 1) @ linear.mT + shift.mT
    shown = shown.unflatten(1, (height, width)).permute(0, 3, 1, 2)
    # borders are repeated by an affine map, and a resize has less to average there
    inside = ((shown > 1) & (shown < 31)).all(dim=1)
    inside[:, [0, -1]] = False
    inside[:, :, [0, -1]] = False
    assert inside.float().mean() > 0.4
    # a triangle on few pixels is not quite symmetric
    torch.testing.assert_close(view[:, 0][inside], shown[:, 0][inside], atol=0.1, rtol=0)
    torch.testing.assert_close(view[:, 1][inside], shown[:, 1][inside], atol=0.1, rtol=0)


@pytest.mark.parametrize("recipe", [(), (Grayscale(p=1.0), Solarize(p=1.0))])
def test_what_moves_no_pixels_is_the_identity(recipe: tuple[Params, ...]) -> None:
    augmentation = _augmentation(recipe)
    noise = augmentation.draw(torch.Generator().manual_seed(0), N, SIZE)
    assert torch.equal(_sources(augmentation, noise), torch.eye(2, 3).expand(N, 2, 3))


def test_a_flip_folded_into_a_crop_is_the_flip_behind_it() -> None:
    folded = Augmentation(resolve_augment((RandomResizedCrop(scale=(0.3, 0.8)), HorizontalFlip(p=1.0)), 0))
    plain = Augmentation(resolve_augment((RandomResizedCrop(scale=(0.3, 0.8)),), 0))
    noise = plain.draw(torch.Generator().manual_seed(0), N, SIZE)
    flipped = {**noise, "0.flip": torch.ones(N, dtype=torch.bool)}
    left = _sources(plain, noise) @ torch.tensor([[-1.0, 0, 32.0], [0, 1.0, 0], [0, 0, 1.0]])
    torch.testing.assert_close(_sources(folded, flipped), left)
