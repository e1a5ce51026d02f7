"""The objective of a method as a plain loss, for one's own training loop. Legend: N batch, D embedding, K queue."""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms import pair_loss
from ssmi_dsl.terms.marginals.queue import Queue


@dataclass(frozen=True)
class Loss:
    """A scalar loss and its parts, each weighted as in the spec. `marginal` is None where a predictor carries that term."""

    total: Tensor
    joint: Tensor
    marginal: Tensor | None

    def backward(self) -> None:
        """Gradients of `total`."""
        self.total.backward()


@dataclass(frozen=True)
class Objective:
    """A callable loss on branch outputs; see `objective`."""

    method: Method

    def __call__(self, z_a: Tensor, z_b: Tensor, *, queue: Tensor | None = None) -> Loss:
        """One direction of the loss: anchor z_a [N D], target z_b [N D], past targets queue [K D] where the method has them.

        Where the spec holds the target constant, z_b is detached here. A loss with two directions is the mean (or sum, as
        `objective.directions` says) of a call for each. Raises ValueError on shapes that do not fit.
        """
        if z_a.dim() != 2 or z_a.shape != z_b.shape:
            raise ValueError(
                f"z_a and z_b are matrices of one shape [N D], not {tuple(z_a.shape)} and {tuple(z_b.shape)}"
            )
        spec = self.method.objective
        needs_queue = isinstance(spec.marginal, Queue)
        if needs_queue != (queue is not None):
            raise ValueError(f"`{self.method.spec.name}` {'needs' if needs_queue else 'has no'} queue")
        target = z_b.detach() if self.method.is_stopped(self.method.target.name) else z_b
        parts = pair_loss(
            TorchBuilder(), bound=spec.bound, critic=spec.critic, marginal=spec.marginal, x=z_a, y=target, queue=queue
        )
        joint = parts.joint * (spec.weight * spec.weights.joint)
        if parts.marginal is None:
            return Loss(joint, joint, None)
        marginal = parts.marginal * (spec.weight * spec.weights.marginal)
        return Loss(joint + marginal, joint, marginal)


def objective(source: str | Path | Method, *, recipe: str = "default") -> Objective:
    """The loss of a method, by bundled name, path or loaded method: `objective("simclr")(z_a, z_b).total`. Raises SpecError."""
    return Objective(source if isinstance(source, Method) else load(source, recipe=recipe))
