"""A fix: two tied branches, one of them constant, under a symmetric loss, written as the one branch of a jmi spec."""

from types import NoneType

from ssmi_dsl.components.optimizers import AdamW, Lars, Sgd
from ssmi_dsl.diagnostics import Applicability, Change
from ssmi_dsl.fixes.fix import Fix, delete_key, set_value
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE


def as_one_branch(method: Method) -> Fix | None:
    """The target goes, and the joint step has twice the gradient: SGD gets half the rate and, for the same decay, twice the decay.

    AdamW divides by the gradient's scale, and so does LARS (but for its decay): their rates stay. None where the loss sums its two
    directions, where the target is named elsewhere, or where SGD is left to its defaults.
    """
    spec, target = method.spec, method.target.name
    named_elsewhere = any(item.on is not None for item in spec.objective) or spec.optimize.blocks is not None
    summed = any(item.directions != "mean" for item in spec.objective)
    if summed or named_elsewhere or DEFAULT_RECIPE not in spec.recipes:
        return None
    changes = [
        set_value(("paradigm",), "jmi"),
        delete_key(("branches", target)),
        set_value(("optimize", "schedule"), "joint"),
    ]
    for name, recipe in spec.recipes.items():
        if isinstance(recipe.optimizer, Sgd):
            changes += _half_rate(name, recipe.optimizer)
        elif not isinstance(recipe.optimizer, (AdamW, Lars, NoneType)):
            return None
    default = spec.recipes[DEFAULT_RECIPE].optimizer
    return Fix("write it as jmi with one branch", Applicability.UNSAFE, tuple(changes)) if default is not None else None


def _half_rate(recipe: str, sgd: Sgd) -> list[Change]:
    place = ("recipes", recipe, "optimizer", "sgd")
    decay = [set_value((*place, "weight_decay"), sgd.weight_decay * 2)] if sgd.weight_decay else []
    return [set_value((*place, "lr"), sgd.lr / 2), *decay]
