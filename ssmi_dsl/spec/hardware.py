"""Hardware: how many devices share a batch, and what the objective then sees of it."""

from typing import Literal

from pydantic import Field

from ssmi_dsl.components.base import Params


class Hardware(Params):
    """The devices that share a batch. It changes no mathematics: it says which part of the batch each statistic sees."""

    devices: int = Field(
        default=1, ge=1, description="processes that share the batch: each encodes batch_size / devices images"
    )
    gather: Literal["all", "none"] = Field(
        default="all",
        description="all: negatives and statistics of the objective are those of the whole batch; none: of each device's share",
    )
    gradient_accumulation: int = Field(
        default=1,
        ge=1,
        description="micro-batches of an optimiser step, each of batch_size / gradient_accumulation images",
    )
    cached_gradients: bool = Field(
        default=False,
        description="with micro-batches: embed all of them first, so that the objective sees the whole batch",
    )
    batch_norm: Literal["local", "synchronized", "shuffled"] = Field(
        default="local",
        description="statistics of batch norm: of a device's share, of the whole batch, or of a share shuffled for the target",
    )

    @property
    def is_single(self) -> bool:
        """Whether one device takes the whole batch at once."""
        return self.devices == 1 and self.gradient_accumulation == 1
