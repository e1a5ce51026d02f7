"""Fixes that several rules propose: the anchor gets a predictor, which then stands for the marginal term, or a target loses its own."""

from ssmi_dsl.components.backbones import num_features
from ssmi_dsl.components.heads import output_width
from ssmi_dsl.diagnostics import Applicability
from ssmi_dsl.fixes.fix import Fix, delete_key, set_value
from ssmi_dsl.spec.method import Method


def add_predictor(method: Method, *, constant_rate: bool) -> Fix | None:
    """A bottleneck predictor of a quarter of the embedding (Chen & He 2021, section 4); None where the width is not known.

    `constant_rate` also keeps its learning rate from decaying, as tied branches need.
    """
    name, head = method.anchor.name, method.anchor.projector
    width = output_width(head) if head is not None else num_features(method.anchor.encoder)
    if width is None:
        return None
    changes = [set_value(("branches", name, "predictor"), {"mlp": [max(width // 4, 1), width]})]
    if type(method.objective.marginal).name != "predictor":
        changes.append(set_value(("objective", "marginal"), "predictor"))
    if constant_rate and method.spec.optimize.predictor.schedule != "constant":
        changes.append(set_value(("optimize", "predictor", "schedule"), "constant"))
    return Fix(f"give `{name}` a predictor as the marginal term", Applicability.UNSAFE, tuple(changes))


def remove_predictor(name: str) -> Fix:
    """The branch `name` loses a predictor that can stand for nothing there."""
    return Fix(f"remove the predictor of `{name}`", Applicability.SAFE, (delete_key(("branches", name, "predictor")),))
