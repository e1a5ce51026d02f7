"""Random resized crop and horizontal flip.

A crop followed by a separable resize is linear in the rows and in the columns: out = W_y x W_xᵀ with one pair of small
matrices for each sample, built in the graph from its box; a flip reverses the rows of W_x and costs nothing.
Legend: N batch, C channels, H, W input size, S, T output height and width.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ssmi_compiler.augment.operation import Noise, Planes, Size, happens, per_sample, scale_and_shift
from ssmi_dsl.components import augment_operations as declared
from ssmi_dsl.components.augment_operations import HorizontalFlip, RandomResizedCrop

# torchvision draws a box anew up to ten times before it takes the central crop
TRIES = 10


@dataclass(frozen=True, slots=True)
class Crop:
    """Random resized crop, with the flip that follows it, if any.

    Noise: `box` float32 [N 4] (top, left, height, width in pixels, whole numbers), and `flip` bool [N].
    """

    params: RandomResizedCrop
    flip: HorizontalFlip | None = None

    def output_size(self, size: Size) -> Size:
        return size if self.params.size is None else (self.params.size, self.params.size)

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        noise = {"box": draw_boxes(generator, num, size, scale=self.params.scale, ratio=self.params.ratio)}
        if self.flip is not None:
            noise["flip"] = happens(generator, num, self.flip.p)
        return noise

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        num, height, width = planes[0].shape
        out_height, out_width = self.output_size((height, width))
        box = noise["box"]
        rows = resize_weights(box[:, 0], box[:, 2], num_in=height, num_out=out_height)
        columns = resize_weights(box[:, 1], box[:, 3], num_in=width, num_out=out_width, flip=noise.get("flip"))
        # rows of all channels side by side [N H C W]: both products are plain batched matmuls without a copy between
        image = torch.stack(planes, dim=2)
        image = rows @ image.reshape(num, height, len(planes) * width)
        image = image.reshape(num, out_height * len(planes), width) @ columns.transpose(1, 2)
        return image.reshape(num, out_height, len(planes), out_width).unbind(2)

    def sources(self, noise: Noise, size: Size) -> Tensor:
        top, left, height, width = noise["box"].unbind(1)
        out_height, out_width = self.output_size(size)
        right = width / out_width
        if self.flip is not None:
            flipped = noise["flip"]
            left, right = torch.where(flipped, left + width, left), torch.where(flipped, -right, right)
        return scale_and_shift(torch.stack((right, height / out_height), dim=1), torch.stack((left, top), dim=1))


@dataclass(frozen=True, slots=True)
class Flip:
    """Horizontal flip where no crop comes before it. Noise: `flip` bool [N]."""

    params: HorizontalFlip

    def output_size(self, size: Size) -> Size:
        return size

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        return {"flip": happens(generator, num, self.params.p)}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        flipped = per_sample(noise["flip"])
        return tuple(torch.where(flipped, plane.flip(2), plane) for plane in planes)

    def sources(self, noise: Noise, size: Size) -> Tensor:
        flipped = noise["flip"].to(torch.float32)
        one, zero = torch.ones_like(flipped), torch.zeros_like(flipped)
        return scale_and_shift(
            torch.stack((1 - 2 * flipped, one), dim=1), torch.stack((size[1] * flipped, zero), dim=1)
        )


def resize_weights(start: Tensor, length: Tensor, *, num_in: int, num_out: int, flip: Tensor | None = None) -> Tensor:
    """start, length [N] of intervals within `num_in` pixels -> [N num_out num_in], rows that sum to 1.

    The triangle filter of antialiased bilinear resizing, as torch.nn.functional.interpolate(antialias=True): with
    s = length / num_out, the support is max(s, 1) around the centre (i + 1/2) s, cut at the borders of the interval.
    """
    scale = (length / num_out)[:, None, None]
    out = torch.arange(num_out, device=start.device, dtype=torch.float32)[None, :, None]
    if flip is not None:
        out = torch.where(per_sample(flip), num_out - 1 - out, out)
    inside = torch.arange(num_in, device=start.device, dtype=torch.float32) - per_sample(start)
    distance = (inside + 0.5 - (out + 0.5) * scale).abs() / scale.clamp(min=1.0)
    covered = (inside >= 0) & (inside < per_sample(length))
    weights = torch.where(covered, (1.0 - distance).clamp(min=0.0), 0.0)
    return weights / weights.sum(2, keepdim=True)


def draw_boxes(
    generator: torch.Generator, num: int, size: Size, *, scale: tuple[float, float], ratio: tuple[float, float]
) -> Tensor:
    """Float32 [N 4] (top, left, height, width), distributed as torchvision's RandomResizedCrop.

    Area uniform, aspect ratio log-uniform, the first of ten boxes that fits, else the central crop of an allowed ratio.
    """
    rows, columns = size
    u = torch.rand(num, TRIES, 2, generator=generator, dtype=torch.float64)
    area = rows * columns * (scale[0] + (scale[1] - scale[0]) * u[..., 0])
    log_low, log_high = math.log(ratio[0]), math.log(ratio[1])
    aspect = torch.exp(log_low + (log_high - log_low) * u[..., 1])
    width, height = torch.sqrt(area * aspect).round(), torch.sqrt(area / aspect).round()
    fits = (width > 0) & (width <= columns) & (height > 0) & (height <= rows)
    # argmax of a boolean's integers is the first true
    first = fits.to(torch.uint8).argmax(1, keepdim=True)
    found = fits.gather(1, first)[:, 0]
    central_height, central_width = central_crop(size, ratio=ratio)
    height = torch.where(found, height.gather(1, first)[:, 0], central_height)
    width = torch.where(found, width.gather(1, first)[:, 0], central_width)
    place = torch.rand(num, 2, generator=generator, dtype=torch.float64)
    top = torch.where(found, (place[:, 0] * (rows - height + 1)).floor(), (rows - central_height) // 2)
    left = torch.where(found, (place[:, 1] * (columns - width + 1)).floor(), (columns - central_width) // 2)
    return torch.stack((top, left, height, width), dim=1).to(torch.float32)


def central_crop(size: Size, *, ratio: tuple[float, float]) -> Size:
    """Height and width of the largest box of an allowed ratio."""
    rows, columns = size
    if columns / rows < ratio[0]:
        return max(round(columns / ratio[0]), 1), columns
    if columns / rows > ratio[1]:
        return rows, max(round(rows * ratio[1]), 1)
    return rows, columns


@dataclass(frozen=True, slots=True)
class Part:
    """A fixed part of the image; nothing is random. Fractions are rounded to whole pixels, at least one."""

    params: declared.Part

    def output_size(self, size: Size) -> Size:
        rows, columns = self.slices(size)
        return rows.stop - rows.start, columns.stop - columns.start

    def draw(self, generator: torch.Generator, num: int, size: Size) -> dict[str, Tensor]:
        return {}

    def __call__(self, planes: Planes, noise: Noise) -> Planes:
        height, width = planes[0].shape[-2:]
        rows, columns = self.slices((height, width))
        return tuple(plane[..., rows, columns] for plane in planes)

    def sources(self, noise: Noise, size: Size) -> Tensor:
        rows, columns = self.slices(size)
        left, top = (torch.full((1,), float(part.start)) for part in (columns, rows))
        return scale_and_shift(torch.ones(1, 2), torch.stack((left, top), dim=1))

    def slices(self, size: Size) -> tuple[slice, slice]:
        """Rows and columns of an image of `size` pixels."""
        bounds = ((self.params.rows, size[0]), (self.params.columns, size[1]))
        found = [(round(low * pixels), round(high * pixels)) for (low, high), pixels in bounds]
        rows, columns = (slice(low, max(high, low + 1)) for low, high in found)
        return rows, columns
