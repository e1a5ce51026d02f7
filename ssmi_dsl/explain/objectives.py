"""What the objectives of a method read: one entry each, and the sizes that their numbers depend on."""

from dataclasses import dataclass

from ssmi_dsl.components.backbones import num_features
from ssmi_dsl.components.heads import output_width
from ssmi_dsl.spec.method import BranchView, Method, Pair
from ssmi_dsl.spec.objective import Objective


@dataclass(frozen=True, slots=True)
class Reads:
    """An objective with the branches whose outputs it compares, and the view pairs on which it does."""

    objective: Objective
    anchor: BranchView
    target: BranchView
    pairs: tuple[Pair, ...]


def reads_of(method: Method) -> tuple[Reads, ...]:
    """Every objective of the method, in the order of the spec."""
    return (Reads(method.objective, method.anchor, method.target, method.pairs),)


def width_of(branch: BranchView) -> int | None:
    """D, the width of a branch's output; None where only the library that builds the encoder knows."""
    head = branch.predictor or branch.projector
    return output_width(head) if head is not None else num_features(branch.encoder)


def is_symmetric(reads: Reads) -> bool:
    """Whether the loss of a pair stays the same when its two outputs are exchanged."""
    marginal = reads.objective.marginal
    return marginal.facts.exchange_symmetric and (
        marginal.kind != "estimated" or reads.objective.bound.facts.exchange_symmetric
    )
