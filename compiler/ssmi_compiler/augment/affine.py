"""Random affine map: rotation, shear, scaling and translation about the image's centre, with bilinear sampling.

Legend: N batch, H height, W width. Coordinates are pixels from the image's centre, (x, y) with y downwards.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ssmi_compiler.augment.operation import Noise, Planes, Size, about_center, uniform
from ssmi_dsl.components.augment_operations import RandomAffine


@dataclass(frozen=True, slots=True)
class Affine:
    """Random affine map. Noise: `inverse` float32 [N 2 3], from a place in the result to the place in the image that is read there."""

    params: RandomAffine

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        params, (height, width) = self.params, size
        angle = uniform(generator, num, -params.degrees, params.degrees) * (math.pi / 180)
        shear = uniform(generator, num, -params.shear, params.shear) * (math.pi / 180)
        scale = uniform(generator, num, *params.scale)
        right = uniform(generator, num, -params.translate, params.translate) * width
        down = uniform(generator, num, -params.translate, params.translate) * height
        return {"inverse": inverse_affine(angle=angle, shear=shear, scale=scale, right=right, down=down)}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        height, width = planes[0].shape[1:]
        inverse = noise["inverse"]
        x = torch.arange(width, device=inverse.device, dtype=torch.float32) - (width - 1) / 2
        y = torch.arange(height, device=inverse.device, dtype=torch.float32) - (height - 1) / 2
        a = inverse[:, :, :, None, None]
        # [N 2 H W]: where each pixel of the result is read
        place = a[:, :, 0] * x[None, None, None, :] + a[:, :, 1] * y[None, None, :, None] + a[:, :, 2]
        # grid_sample counts from -1 to 1 between the outer edges of the image
        grid = torch.stack((place[:, 0] * (2 / width), place[:, 1] * (2 / height)), dim=-1)
        moved = F.grid_sample(torch.stack(planes, dim=1), grid, padding_mode="border", align_corners=False)
        return moved.unbind(1)

    def sources(self, noise: Noise, size: Size) -> Tensor:
        return about_center(size, noise["inverse"][:, :, :2], noise["inverse"][:, :, 2])


def inverse_affine(*, angle: Tensor, shear: Tensor, scale: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Angles in radians [N], shifts in pixels [N] -> [N 2 3], the inverse of p -> scale R(angle) S(shear) p + (right, down).

    R = [cos -sin; sin cos] turns clockwise on the screen, S = [1 -tan; 0 1]: torchvision's convention, with a shear of x only.
    """
    cos, sin, tan = angle.cos(), angle.sin(), shear.tan()
    # (R S)⁻¹ = S⁻¹ Rᵀ
    linear = (
        torch.stack((torch.stack((cos - tan * sin, sin + tan * cos), dim=1), torch.stack((-sin, cos), dim=1)), dim=1)
        / scale[:, None, None]
    )
    shift = torch.stack((right, down), dim=1)[:, :, None]
    return torch.cat((linear, -linear @ shift), dim=2)
