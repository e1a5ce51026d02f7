"""What the objectives of a method read: the sizes that their numbers depend on, and whether they are symmetric."""

from ssmi_dsl.components.backbones import num_features
from ssmi_dsl.components.heads import Head, TransformerHead, output_width
from ssmi_dsl.spec.branches import Prototypes
from ssmi_dsl.spec.method import BranchView, ObjectiveView, OutputName


def parts_before(branch: BranchView, output: OutputName) -> tuple[str, ...]:
    """The parts of a branch that a value passes up to `output`, those that it has: encoder, projector, predictor, prototypes.

    Tokens pass heads of their own where the branch declares them; a transformer predicts tokens from the encoder's.
    """
    of_tokens = output in ("tokens", "hidden")
    behind = output != "map" and output != "features"
    if of_tokens and isinstance(branch.predictor, TransformerHead):
        return ("encoder", "predictor", *(("prototypes",) if branch.prototypes is not None else ()))
    projector = "token_projector" if of_tokens and branch.token_projector is not None else "projector"
    prototypes = "token_prototypes" if of_tokens and branch.token_prototypes is not None else "prototypes"
    has = {
        "encoder": True,
        projector: behind and head_of(branch, projector) is not None,
        "predictor": behind and output != "projection" and branch.predictor is not None,
        prototypes: (of_tokens or output == "output") and prototypes_of(branch, prototypes) is not None,
    }
    return tuple(part for part, present in has.items() if present)


def head_of(branch: BranchView, part: str) -> Head | None:
    """The head that a part of a branch is, None where it is none or the branch has none."""
    heads = {
        "projector": branch.projector,
        "predictor": branch.predictor,
        "token_projector": branch.token_projector,
    }
    return heads.get(part)


def prototypes_of(branch: BranchView, part: str) -> Prototypes | None:
    """The prototypes that a part of a branch is."""
    return {"prototypes": branch.prototypes, "token_prototypes": branch.token_prototypes}.get(part)


def width_of(branch: BranchView, output: OutputName) -> int | None:
    """D, the width of what a branch gives at `output`; None where only the library that builds the encoder knows."""
    last = parts_before(branch, output)[-1]
    prototypes = prototypes_of(branch, last)
    if prototypes is not None:
        return prototypes.count
    head = head_of(branch, last)
    return num_features(branch.encoder) if head is None or isinstance(head, TransformerHead) else output_width(head)


def has_predictor(view: ObjectiveView) -> bool:
    """Whether the anchor's side of an objective passes a predictor."""
    return "predictor" in parts_before(view.anchor, view.anchor_output)


def is_symmetric(view: ObjectiveView) -> bool:
    """Whether the loss of a pair stays the same when its two outputs are exchanged."""
    marginal = view.spec.marginal
    return marginal.facts.exchange_symmetric and (
        marginal.kind != "estimated" or view.spec.bound.facts.exchange_symmetric
    )
