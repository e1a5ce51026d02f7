"""SimCLR training speed side by side: our compiled step, a hand-written eager loop, and the eager recipe of lightly.

    python benchmarks/step_speed.py [--rounds 3] [--steps 6]

The same encoder (conv-small), projector, batch, augmentation family and optimiser (SGD with momentum), float32, on the embedded digits. Rounds are
interleaved; figures are medians of images/s over rounds, ratios are against ours.

  step     forward, backward and optimiser on views that lie ready. Ours cannot leave its augmentation out, so its step includes it.
  whole    from stored images to updated weights, augmentation and data included. The eager loop augments each image by torchvision's
           operations on tensors; lightly's recipe is its SimCLRTransform on PIL images through a DataLoader with two workers.
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from ssmi_compiler.artifact import load_step, write_artifact
from ssmi_compiler.compile import draw_noise, draw_term_noise, example_inputs, lower
from ssmi_compiler.nn import build_backbone, build_head
from ssmi_dsl.load import load
from ssmi_runtime.data import load_images

RESULTS = Path(__file__).parent / "results"
# what all contenders share: the optimiser, the encoder, and the crops and jitter that torchvision and lightly have, too
OVERRIDES = (
    "recipes.digits.optimizer={sgd: {lr: 0.05, weight_decay: 1.0e-4}}",
    "encoder.backbone={conv-small: {width: 16, strides: [1, 2, 2, 2]}}",
    "views.augment=[{random-resized-crop: {scale: [0.7, 1.0]}}, {color-jitter: {brightness: 0.4, contrast: 0.4, saturation: 0, hue: 0}}]",
    "branches.shared.projector={mlp: [512, 128]}",
)
Step = Callable[[], None]


class Images(Dataset[tuple[Tensor, Tensor]]):
    """Two augmented views of each image, made one image at a time."""

    def __init__(self, images: Tensor, transform: Callable[[Any], Any]) -> None:
        self.images, self.transform = images, transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        first, second = self.transform(self.images[index])
        return first, second


def ours(batch: int) -> tuple[Step, Step]:
    """(step on prepared inputs, whole step)."""
    method = load("simclr", recipe="digits", overrides=[*OVERRIDES, f"recipes.digits.batch_size={batch}"])
    lowered = lower(method)
    with tempfile.TemporaryDirectory() as folder:
        artifact = write_artifact(lowered, Path(folder) / "simclr")
        compiled = load_step(artifact)
    images, _ = load_images("digits", "train")
    inputs = example_inputs(method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
    inputs["batch"], inputs["number/lr"] = images[:batch], torch.tensor(0.05)
    counter = iter(range(10**9))

    def step() -> None:
        compiled(*(inputs[name] for name in lowered.step.inputs))

    def whole() -> None:
        index = next(counter)
        inputs["batch"] = images[torch.randint(len(images), (batch,))]
        inputs.update(
            draw_noise(lowered.augmentations, batch, lowered.data.size, seed=0, step=index, masks=lowered.masks)
        )
        inputs.update(draw_term_noise(lowered.method, lowered.networks, seed=0, step=index))
        step()

    return step, whole


def eager(
    batch: int,
    *,
    views: Iterator[tuple[Tensor, Tensor]],
    criterion: Callable[[Tensor, Tensor], Tensor],
    compiled: bool = False,
) -> tuple[Step, Step]:
    """The loop that a user writes: encoder on both views, loss, backward, SGD; `compiled` by torch.compile on the model."""
    method = load("simclr", recipe="digits", overrides=OVERRIDES)
    head = method.anchor.projector
    assert head is not None
    backbone = build_backbone(method.anchor.encoder, channels=3, size=(32, 32))
    model: nn.Module = nn.Sequential(backbone, build_head(head, 128))
    if compiled:
        model.compile()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    ready = next(views)

    def train(first: Tensor, second: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        z = model(torch.cat([first, second]))
        criterion(z[: len(first)], z[len(first) :]).backward()
        optimizer.step()

    return (lambda: train(*ready)), (lambda: train(*next(views)))


def nt_xent(z1: Tensor, z2: Tensor) -> Tensor:
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    scores = (z @ z.T / 0.1).fill_diagonal_(float("-inf"))
    target = torch.arange(len(z)).roll(len(z1))
    return F.cross_entropy(scores, target)


def endless(loader: DataLoader[Any]) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from loader


def torchvision_views(images: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    from torchvision.transforms import v2

    one = v2.Compose(
        [
            v2.RandomResizedCrop(32, scale=(0.7, 1.0), antialias=True),
            v2.RandomApply([v2.ColorJitter(0.4, 0.4)], p=0.8),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize([0.5] * 3, [0.25] * 3),
        ]
    )
    return endless(
        DataLoader(Images(images, lambda image: (one(image), one(image))), batch, shuffle=True, drop_last=True)
    )


def lightly_views(images: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    from lightly.transforms.simclr_transform import SimCLRTransform  # pyright: ignore[reportMissingImports] - in the extra `bench`
    from torchvision.transforms.functional import to_pil_image

    transform = SimCLRTransform(
        input_size=32,
        cj_bright=0.4,
        cj_contrast=0.4,
        cj_sat=0.0,
        cj_hue=0.0,
        min_scale=0.7,
        random_gray_scale=0.0,
        gaussian_blur=0.0,
        hf_prob=0.0,
    )
    data = Images(images, lambda image: transform(to_pil_image(image)))
    return endless(DataLoader(data, batch, shuffle=True, drop_last=True, num_workers=2, persistent_workers=True))


def rate(step: Step, batch: int, steps: int) -> float:
    """Images/s of `steps` calls."""
    started = time.perf_counter()
    for _ in range(steps):
        step()
    return batch * steps / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--batch", type=int, default=256)
    options = parser.parse_args()
    from lightly.loss import NTXentLoss  # pyright: ignore[reportMissingImports] - in the extra `bench`

    images, _ = load_images("digits", "train")
    contenders = {
        "ssmi": ours(options.batch),
        "eager": eager(options.batch, views=torchvision_views(images, options.batch), criterion=nt_xent),
        "eager, model compiled": eager(
            options.batch, views=torchvision_views(images, options.batch), criterion=nt_xent, compiled=True
        ),
        "lightly": eager(
            options.batch, views=lightly_views(images, options.batch), criterion=NTXentLoss(temperature=0.1)
        ),
    }
    rates: dict[str, dict[str, list[float]]] = {name: {"step": [], "whole": []} for name in contenders}
    for pair in contenders.values():
        for step in pair:
            rate(step, options.batch, 2)
    for _ in range(options.rounds):
        for name, (step, whole) in contenders.items():
            rates[name]["step"].append(rate(step, options.batch, options.steps))
            rates[name]["whole"].append(rate(whole, options.batch, options.steps))
    medians = {
        name: {kind: statistics.median(values) for kind, values in kinds.items()} for name, kinds in rates.items()
    }
    lines = [
        "| | step, images/s | ours / theirs | whole, images/s | ours / theirs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, row in medians.items():
        ratios = {kind: medians["ssmi"][kind] / row[kind] for kind in row}
        lines.append(
            f"| {name} | {row['step']:.0f} | {ratios['step']:.2f} | {row['whole']:.0f} | {ratios['whole']:.2f} |"
        )
    machine = {"processor": platform.machine(), "threads": torch.get_num_threads(), "torch": torch.__version__}
    RESULTS.mkdir(exist_ok=True)
    record = {
        "command": "python benchmarks/step_speed.py",
        "options": vars(options),
        "machine": machine,
        "images_per_second": rates,
    }
    (RESULTS / "step_speed.json").write_text(json.dumps(record, indent=1))
    (RESULTS / "step_speed.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
