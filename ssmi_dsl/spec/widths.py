"""How wide the outputs of a branch are, as far as a spec says it."""

from ssmi_dsl.components.heads import TransformerHead, output_width
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, BranchView, OutputName


def width_at(branch: BranchView, output: OutputName, features: int | None) -> int | None:
    """Numbers of a vector that the branch gives at `output`; `features` are those of its backbone. None where they decide and are not known."""
    if output in ("features", "map"):
        return features
    if output in TOKEN_OUTPUTS:
        prototypes = branch.token_prototypes or branch.prototypes
        return token_width(branch, features) if prototypes is None else prototypes.count
    width = features if branch.projector is None else output_width(branch.projector)
    if output != "projection" and branch.predictor is not None and not isinstance(branch.predictor, TransformerHead):
        width = output_width(branch.predictor)  # a transformer's is that of its encoder
    return branch.prototypes.count if output == "output" and branch.prototypes is not None else width


def token_width(branch: BranchView, features: int | None) -> int | None:
    """Numbers of a branch's tokens in front of prototypes."""
    head = branch.token_projector or branch.projector
    if branch.predictor is not None and not isinstance(branch.predictor, TransformerHead):
        head = branch.predictor
    return features if head is None else output_width(head)
