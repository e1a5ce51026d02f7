"""What is measured on the networks of a run: accuracies, collapse, mutual information. Legend: N images, F features, D embedding."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.augment.color import Normalize
from ssmi_compiler.augment.geometry import Part
from ssmi_compiler.compile import draw_noise
from ssmi_compiler.step.networks import Networks, parameters_of
from ssmi_dsl.components.backbones import Text
from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_runtime.errors import RunError
from ssmi_runtime.evaluate import effective_rank, estimate_mi, feature_std, linear_probe, weighted_knn

# randomness of evaluation views, apart from that of training
EVALUATION_SEED = 990_017
# pairs on which information is estimated: its memory grows with the square
MAX_PAIRS = 2048
CHUNK = 512
DEFAULT_TEMPERATURE = 0.2

Labelled = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Meter:
    """Measures networks at a state of the step (`state/param/...`), with running statistics of batch norm.

    `data` holds uint8 images [N C S S] and labels [N] of `train` and `test`, on the device of the state; `texts` token ids [N L].
    """

    method: Method
    networks: Networks
    augmentations: tuple[Augmentation, ...]
    info: DatasetInfo
    data: Mapping[str, Labelled]
    texts: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])

    def monitors(self, state: Mapping[str, Tensor]) -> dict[str, float]:
        """Collapse and mutual information on test images, cheap enough to follow a run.

        `feature_std` (1 when spread over the sphere, 0 when collapsed) and `effective_rank` are of backbone features [N F];
        `mi/...` is in nats, on pairs of views, by a cosine critic at the temperature of the spec, or at 0.2 where its critic is another.
        """
        test, _ = self.data["test"]
        features = self.embed(state, self._seeing, test, upto="encoder")
        # features that are not finite have no singular values; their monitors say so instead of stopping the run
        finite = bool(torch.isfinite(features).all())
        return {
            "feature_std": feature_std(features),
            "effective_rank": effective_rank(features) if finite else float("nan"),
            **(self._information(state, test[:MAX_PAIRS]) if finite else {}),
        }

    def accuracies(self, state: Mapping[str, Tensor]) -> dict[str, float]:
        """Weighted k-NN and linear probe on backbone features, fractions of the test set."""
        (train, train_labels), (test, test_labels) = self.data["train"], self.data["test"]
        x, y = (self.embed(state, self._seeing, images, upto="encoder") for images in (train, test))
        if not bool(torch.isfinite(x).all() and torch.isfinite(y).all()):
            raise RunError("the features are not finite, so there is nothing to evaluate; lower the learning rate")
        return {
            "knn": weighted_knn(x, train_labels, y, test_labels),
            "linear": linear_probe(x, train_labels, y, test_labels, num_classes=self.info.num_classes or None),
        }

    def raw(self) -> float:
        """Accuracy of the same weighted k-NN on pixels, centred at mid-gray."""
        (train, train_labels), (test, test_labels) = self.data["train"], self.data["test"]
        x, y = (self._part(images).flatten(1).float() / 255 - 0.5 for images in (train, test))
        return weighted_knn(x, train_labels, y, test_labels)

    @torch.no_grad()
    def embed(self, state: Mapping[str, Tensor], branch: str, images: Tensor, *, upto: str) -> Tensor:
        """Features [N F] (upto `encoder`) or embeddings [N D] (`projector`) of a branch.

        images: uint8 [N C S S], normalised here as in training, or float views that are normalised already.
        """
        plain = {name.removeprefix("state/"): value for name, value in state.items()}
        owner = self.method.branch(branch).owner
        parts = [f"{owner}.encoder"]
        if upto == "projector" and f"{owner}.projector" in self.networks.modules:
            parts.append(f"{owner}.projector")
        mean, std = (torch.tensor(value, device=images.device)[None, :, None, None] for value in self._normalisation())
        chunks: list[Tensor] = []
        for chunk in self._part(images).split(CHUNK):
            x = (chunk.float() / 255 - mean) / std if chunk.dtype == torch.uint8 else chunk
            for part in parts:
                module = self.networks.modules[part].eval()
                x = functional_call(module, (parameters_of(plain, part), parameters_of(plain, part, "buffer")), (x,))
                module.train()
            chunks.append(x)
        return torch.cat(chunks)

    @property
    def _seeing(self) -> str:
        """The branch that is evaluated: the anchor, or, where that one reads texts, the target."""
        ends = (self.method.anchor, self.method.target)
        return next(end.name for end in ends if not isinstance(end.encoder.backbone, Text))

    def _normalisation(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation that views are normalised by; every augmentation of images has some (`make_augmentations`)."""
        found = next(op.params for op in self.augmentations[0].on_images if isinstance(op, Normalize))
        return found.mean, found.std

    def _part(self, images: Tensor) -> Tensor:
        """What the anchor sees of whole images, where its view is a fixed part of them; views pass as they are."""
        if images.dtype != torch.uint8:
            return images
        for operation in self.augmentations[0].on_images:
            if isinstance(operation, Part):
                rows, columns = operation.slices((images.shape[-2], images.shape[-1]))
                images = images[..., rows, columns]
        return images

    def _information(self, state: Mapping[str, Tensor], images: Tensor) -> dict[str, float]:
        pair = (*self.augmentations, *self.augmentations)[:2]  # a method of one view: two draws of it
        noise = draw_noise(pair, len(images), self.info.size, seed=EVALUATION_SEED, step=0)
        views: list[Tensor] = []
        for index, augmentation in enumerate(pair):
            prefix = f"noise/view{index}/"
            own = {
                name.removeprefix(prefix): value.to(images.device)
                for name, value in noise.items()
                if name.startswith(prefix)
            }
            is_text = self.method.spec.views.modality(index) == "text"
            views.append(self.texts["test"][: len(images)] if is_text else augmentation(images, own))
        ends = (self.method.anchor, self.method.target)
        if isinstance(ends[0].encoder.backbone, Text) != (self.method.spec.views.modality(0) == "text"):
            ends = (ends[1], ends[0])
        z_a, z_b = (self.embed(state, end.name, view, upto="projector") for end, view in zip(ends, views, strict=True))
        critic = self.method.objective.critic
        temperature = critic.temperature if isinstance(critic, Cosine) else DEFAULT_TEMPERATURE
        found = asdict(estimate_mi(z_a, z_b, temperature))
        return {f"mi/{name}": value for name, value in found.items() if isinstance(value, float)}


__all__ = ["EVALUATION_SEED", "Meter"]
