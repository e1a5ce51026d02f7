"""Schedules: pure functions of the step, in float64."""

from math import cos, pi
from typing import Literal

from ssmi_dsl.spec.method import Method, Sharing
from ssmi_dsl.spec.parts import term_part, terms_of
from ssmi_dsl.terms import Ramp


def numbers_at(method: Method, step: int, *, num_steps: int, steps_per_epoch: int) -> dict[str, float]:
    """Every number that changes from step to step, by its name among the step's inputs (`number/<name>`).

    lr, lr/predictor, lr/prototypes   learning rates
    lr/terms                          where parameters of terms have one of their own
    weight_decay                      where it changes
    momentum/<branch>                 of the update of a target
    objective<i>.<name>               of a term (`Term.schedules`)
    """
    recipe, predictor = method.recipe, method.spec.optimize.predictor
    warmup = round(recipe.warmup_epochs * steps_per_epoch)

    def rate(kind: Literal["cosine", "constant"]) -> float:
        return learning_rate(step, base=recipe.optimizer.lr, num_steps=num_steps, warmup_steps=warmup, kind=kind)

    numbers = {"lr": rate(recipe.schedule)}
    constant = predictor.schedule == "constant"
    numbers["lr/predictor"] = predictor.lr_multiplier * rate("constant" if constant else recipe.schedule)
    owned = (p for b in method.branches if b.sharing is Sharing.OWN for p in (b.prototypes, b.token_prototypes))
    frozen = [prototypes.freeze_epochs for prototypes in owned if prototypes is not None]
    if frozen:
        numbers["lr/prototypes"] = 0.0 if step < max(frozen) * steps_per_epoch else numbers["lr"]
    terms = method.spec.optimize.terms
    if terms is not None:
        of_terms = recipe.optimizer if terms.optimizer is None else terms.optimizer
        numbers["lr/terms"] = terms.lr_multiplier * rate(recipe.schedule) * (of_terms.lr / recipe.optimizer.lr)
    optimizer = recipe.optimizer
    if optimizer.final_weight_decay is not None:
        decay = Ramp(optimizer.weight_decay, optimizer.final_weight_decay)
        numbers["weight_decay"] = ramp_value(decay, 0.0, progress=step / max(1, num_steps))
    for branch in method.branches:
        if branch.ema is not None:
            final = branch.ema.momentum if branch.ema.final is None else branch.ema.final
            numbers[f"momentum/{branch.name}"] = ema_momentum(
                step,
                base=branch.ema.momentum,
                final=final,
                num_steps=num_steps,
                kind=branch.ema.schedule,
                warmup_steps=round(branch.ema.warmup_epochs * steps_per_epoch),
            )
    for view in method.objectives:
        for term in terms_of(view):
            for name, ramp in term.schedules().items():
                epoch = step / steps_per_epoch
                numbers[f"{term_part(view)}.{name}"] = ramp_value(ramp, epoch, progress=step / max(1, num_steps))
    return numbers


def ramp_value(ramp: Ramp, epoch: float, *, progress: float) -> float:
    """The number at `epoch`, `progress` in [0, 1] of the whole run."""
    if ramp.epochs is None:
        return ramp.end - (ramp.end - ramp.start) * (cos(pi * min(1.0, progress)) + 1) / 2
    if epoch >= ramp.epochs:
        return ramp.end
    return ramp.start if ramp.jump else ramp.start + (ramp.end - ramp.start) * epoch / ramp.epochs


def learning_rate(
    step: int, *, base: float, num_steps: int, warmup_steps: int, kind: Literal["cosine", "constant"]
) -> float:
    """Linear from base/warmup_steps to base during warm-up, then constant or down to zero along half a cosine."""
    if step < warmup_steps:
        return base * (step + 1) / warmup_steps
    if kind == "constant":
        return base
    progress = (step - warmup_steps) / max(1, num_steps - warmup_steps)
    return base * 0.5 * (1 + cos(pi * min(1.0, progress)))


def ema_momentum(
    step: int,
    *,
    base: float,
    final: float,
    num_steps: int,
    kind: Literal["constant", "cosine", "linear"],
    warmup_steps: int = 0,
) -> float:
    """m_k = final - (final - base) (cos(π k/K) + 1)/2 for `cosine` (Grill et al. 2020, section 3.2); linear and constant as named.

    During warm-up m falls linearly from 1 to `base`; k and K count from its end.
    """
    if step < warmup_steps:
        return 1 - (1 - base) * step / warmup_steps
    progress = min(1.0, (step - warmup_steps) / max(1, num_steps - warmup_steps))
    if kind == "cosine":
        return final - (final - base) * (cos(pi * progress) + 1) / 2
    return base + (final - base) * progress if kind == "linear" else base
