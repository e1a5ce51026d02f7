"""What the objectives of a method read: the sizes that their numbers depend on, and whether they are symmetric."""

from ssmi_dsl.components.backbones import num_features
from ssmi_dsl.components.heads import output_width
from ssmi_dsl.spec.method import BranchView, ObjectiveView, OutputName


def parts_before(branch: BranchView, output: OutputName) -> tuple[str, ...]:
    """The parts of a branch that a value passes up to `output`: encoder, projector, predictor, prototypes, those that it has."""
    has = {
        "encoder": True,
        "projector": branch.projector is not None and output != "features",
        "predictor": branch.predictor is not None and output in ("prediction", "output"),
        "prototypes": branch.prototypes is not None and output == "output",
    }
    return tuple(part for part, present in has.items() if present)


def width_of(branch: BranchView, output: OutputName) -> int | None:
    """D, the width of what a branch gives at `output`; None where only the library that builds the encoder knows."""
    last = parts_before(branch, output)[-1]
    if last == "prototypes" and branch.prototypes is not None:
        return branch.prototypes.count
    head = {"predictor": branch.predictor, "projector": branch.projector}.get(last)
    return output_width(head) if head is not None else num_features(branch.encoder)


def has_predictor(view: ObjectiveView) -> bool:
    """Whether the anchor's side of an objective passes a predictor."""
    return "predictor" in parts_before(view.anchor, view.anchor_output)


def is_symmetric(view: ObjectiveView) -> bool:
    """Whether the loss of a pair stays the same when its two outputs are exchanged."""
    marginal = view.spec.marginal
    return marginal.facts.exchange_symmetric and (
        marginal.kind != "estimated" or view.spec.bound.facts.exchange_symmetric
    )
