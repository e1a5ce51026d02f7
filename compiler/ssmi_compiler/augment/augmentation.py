"""One view's augmentation: a chain of operations, its noise, and the conversion from and to image tensors.

Legend: N batch, C channels (1 or 3), H, W input size, S, T output height and width, D features of a vector.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ssmi_compiler.augment import color
from ssmi_compiler.augment.affine import Affine
from ssmi_compiler.augment.blur import Blur
from ssmi_compiler.augment.geometry import Crop, Flip, Part
from ssmi_compiler.augment.jitter import Jitter
from ssmi_compiler.augment.operation import Geometry, Operation, Planes, Size, chain
from ssmi_compiler.augment.vectors import VectorNoise
from ssmi_dsl.components import augment_operations as declared
from ssmi_dsl.components.base import Params

# every declared operation and what carries it out; parameters of one kind go to their own operation only
OPERATIONS: Mapping[str, Callable[[Any], Operation | VectorNoise]] = {
    declared.RandomResizedCrop.name: Crop,
    declared.Part.name: Part,
    declared.RandomAffine.name: Affine,
    declared.HorizontalFlip.name: Flip,
    declared.ColorJitter.name: Jitter,
    declared.Grayscale.name: color.Grayscale,
    declared.GaussianBlur.name: Blur,
    declared.Solarize.name: color.Solarize,
    declared.Normalize.name: color.Normalize,
    declared.GaussianNoise.name: VectorNoise,
}


class Augmentation:
    """The operations of one view, from `resolve_augment`. Operations that can change nothing (p = 0) are left out.

    Views are independent: draw once for each view. One instance may serve several views.
    """

    def __init__(self, recipe: Sequence[tuple[str, Params]]) -> None:
        built = [OPERATIONS[name](params) for name, params in recipe if is_active(params)]
        self.on_vectors = tuple(op for op in built if isinstance(op, VectorNoise))
        self.on_images = fold_flips(tuple(op for op in built if not isinstance(op, VectorNoise)))
        assert not (self.on_vectors and self.on_images), "a recipe is for vectors or for images"

    def output_size(self, size: Size) -> Size:
        """Height and width of the augmented images, pixels."""
        for op in self.on_images:
            size = op.output_size(size)
        return size

    def draw(self, generator: torch.Generator, num: int, size: tuple[int, ...]) -> dict[str, Tensor]:
        """Noise for `num` samples on the CPU, first dim N; `size` is (H, W) of the input images, or (D,) of vectors.

        The keys and shapes depend on the recipe and on the arguments only. Equal generator states give equal noise.
        """
        if len(size) == 1:
            drawn = [op.draw(generator, num, size[0]) for op in self.on_vectors]
        else:
            drawn = list(self._draw_images(generator, num, (size[0], size[1])))
        return {f"{index}.{key}": value for index, noise in enumerate(drawn) for key, value in noise.items()}

    def __call__(self, images: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """images uint8 [N C H W] -> float32 [N 3 S T], in [0, 1] unless normalised; vectors [N D] -> float32 [N D].

        Pure and traceable; float32 under autocast too. A single channel is repeated.
        """
        with torch.autocast(images.device.type, enabled=False):
            if images.dim() == 2:
                return self._augment_vectors(images, noise)
            return self._augment_images(images, noise)

    def sources(self, noise: Mapping[str, Tensor], num: int, size: Size, device: torch.device) -> Tensor:
        """[N 2 3], N = `num`: from a place (x, y) of the view to the place of the image of `size` pixels that is shown there.

        Both in pixels from the upper left corner; the identity where no operation moves pixels. Places beyond the border of the image
        are where an affine map repeats it.
        """
        found = torch.eye(2, 3, device=device).expand(num, 2, 3)
        for index, op in enumerate(self.on_images):
            if isinstance(op, Geometry):
                found = chain(found, op.sources(_part(noise, index), size).to(device))
            size = op.output_size(size)
        return found

    def _draw_images(self, generator: torch.Generator, num: int, size: Size) -> Iterator[dict[str, Tensor]]:
        for op in self.on_images:
            yield op.draw(generator, num, size)
            size = op.output_size(size)

    def _augment_images(self, images: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        if images.dim() != 4 or images.shape[1] not in (1, 3) or images.dtype != torch.uint8:
            raise ValueError(
                f"images are {images.dtype} {list(images.shape)}; augmentation takes uint8 [N C H W], C = 1 or 3"
            )
        assert not self.on_vectors, "this recipe is for vectors [N D]"
        planes: Planes = (images.to(torch.float32) * (1.0 / 255.0)).unbind(1)
        for index, op in enumerate(self.on_images):
            planes = op(planes, _part(noise, index))
        return torch.stack(planes * (3 // len(planes)), dim=1)

    def _augment_vectors(self, vectors: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        assert not self.on_images, "this recipe is for images [N C H W]"
        vectors = vectors.to(torch.float32)
        for index, op in enumerate(self.on_vectors):
            vectors = op(vectors, _part(noise, index))
        return vectors


def is_active(params: Params) -> bool:
    """Whether the operation can change a sample at all."""
    match params:
        case declared.ColorJitter():
            return params.p > 0 and max(params.brightness, params.contrast, params.saturation, params.hue) > 0
        case declared.GaussianNoise():
            return params.std > 0
        case declared.RandomAffine():
            return params != declared.RandomAffine()
        case _:
            return getattr(params, "p", 1.0) > 0


def fold_flips(ops: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Moves each flip into the crop before it: crop, a ..., flip -> crop with flip, a ...

    Exact, since a flip commutes with every operation but a crop, an affine map and a part.
    """
    folded: list[Operation] = []
    for op in ops:
        fixed = (place for place, earlier in enumerate(folded) if isinstance(earlier, Crop | Affine | Part))
        moves = max(fixed, default=None)
        if isinstance(op, Flip) and moves is not None:
            earlier = folded[moves]
            if isinstance(earlier, Crop) and earlier.flip is None:
                folded[moves] = Crop(earlier.params, flip=op.params)
                continue
        folded.append(op)
    return tuple(folded)


def _part(noise: Mapping[str, Tensor], index: int) -> dict[str, Tensor]:
    prefix = f"{index}."
    return {key.removeprefix(prefix): value for key, value in noise.items() if key.startswith(prefix)}
