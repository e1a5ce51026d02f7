"""What every data set is once loaded."""

from dataclasses import dataclass

from torch import Tensor

from ssmi_dsl.components.datasets import DatasetInfo


@dataclass(frozen=True, slots=True)
class Dataset:
    """One split of a data set, in memory. Legend: N samples, C channels, H W pixels, D dimensions.

    `images`: uint8 [N C H W], or float32 pairs [N 2 D]. `labels`: int64 [N], zeros where there are none. `info` describes what was
    loaded: where parameters or the files on disk differ from the declaration, `info` follows them. `factors`: what generated each
    sample, by name, each with first dimension N; or, for pairs, the 0-dim `mutual_information` in nats. `texts`: int64 [N L] token ids.
    """

    images: Tensor
    labels: Tensor
    name: str
    info: DatasetInfo
    factors: dict[str, Tensor] | None = None
    texts: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def num_classes(self) -> int:
        return self.info.num_classes
