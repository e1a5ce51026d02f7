"""What follows from the facts of a method together: what prevents collapse, what a stop-gradient does, when a step is monotone."""

from collections.abc import Iterator
from dataclasses import dataclass

from ssmi_dsl.explain.objectives import has_predictor, is_symmetric, width_of
from ssmi_dsl.spec.method import Method, ObjectiveView
from ssmi_dsl.terms import Assignment
from ssmi_dsl.terms.reading import Origin


@dataclass(frozen=True, slots=True)
class Note:
    """One consequence, and whose statement it is."""

    text: str
    origin: Origin


def notes_of(method: Method) -> tuple[Note, ...]:
    """Every consequence, those of the objectives first."""
    found = [note for reads in method.objectives for note in _of_objective(method, reads)]
    return tuple(dict.fromkeys([*found, *_of_steps(method), *_of_predictor(method), *_of_terms(method)]))


def _of_objective(method: Method, reads: ObjectiveView) -> Iterator[Note]:
    marginal = reads.spec.marginal
    predicts = has_predictor(reads)
    stopped = method.is_stopped(reads.target.name) or method.is_stopped(reads.anchor.name)
    tied = reads.anchor.owner == reads.target.owner
    if _is_true(reads) and marginal.kind == "estimated":
        yield Note(
            "the marginal term is estimated: the loss itself keeps the representation from collapsing", Origin.PROJECT
        )
    elif _is_true(reads) and isinstance(marginal, Assignment):
        yield Note(
            "how targets are assigned carries the marginal term, which adds no value to the loss: its cross-entropy alone would collapse",
            Origin.PROJECT,
        )
    elif _is_true(reads) and marginal.learns_alone:
        yield Note(
            "balanced assignments carry the marginal term: the value of its part trains the centroids and nothing else",
            Origin.PROJECT,
        )
    elif _is_true(reads):
        yield Note(
            "a statistic of the embeddings carries the marginal term: the loss itself keeps them from collapsing",
            Origin.PROJECT,
        )
    elif predicts and stopped:
        yield Note(
            "no term of the loss prevents collapse: predictor and stop-gradient do so together, neither alone, and an EMA "
            "target does not replace them (truth table of the linear model)",
            Origin.PROJECT,
        )
    elif not method.has_true_marginal:
        yield Note("nothing here prevents collapse: a constant representation minimises the loss", Origin.PROJECT)
    if predicts and method.has_true_marginal:
        yield Note("two mechanisms carry the marginal term: the predictor, and a true marginal", Origin.PROJECT)
    if stopped and tied and not predicts and is_symmetric(reads) and len(reads.pairs) > 1:
        yield Note(
            "the stop-gradient halves the gradient and changes nothing else: tied weights, symmetric loss, both directions",
            Origin.PROJECT,
        )


def _is_true(view: ObjectiveView) -> bool:
    """Whether this objective's own marginal is estimated or carried by a statistic."""
    marginal = view.spec.marginal
    structural = marginal.kind == "surrogate" and type(marginal).name == "predictor"
    return marginal.facts.prevents_collapse and not structural and view.spec.weights.marginal > 0


def _of_steps(method: Method) -> Iterator[Note]:
    if len(method.phases) > 1:
        yield Note(
            "alternating gradient steps raise the bound approximately monotonically where J is concave and M is smooth with "
            "bounded gradients; neither is given for a ReLU network",
            Origin.REPORTED,
        )
        for reads in method.objectives:
            width = width_of(reads.anchor, reads.anchor_output)
            tau = None if width is None else reads.spec.critic.sphere_temperature(width)
            if tau is not None:
                text = f"the gradient of M in each unit embedding is bounded by 1/τ = {1 / tau:g}"
                yield Note(text, Origin.PROJECT)
    elif method.paradigm == "sdmi":
        yield Note("the E-step alone is a gradient step: monotone growth of the bound is not promised", Origin.PROJECT)


def _of_predictor(method: Method) -> Iterator[Note]:
    if all(branch.predictor is None for branch in method.branches):
        return
    update = method.spec.optimize.predictor
    factor = f", times {update.lr_multiplier:g}" if update.lr_multiplier != 1 else ""
    constant = update.schedule == "constant"
    rate = "keeps its base learning rate after warm-up" if constant else "follows the encoder's learning rate"
    text = "the predictor keeps its initial weights" if update.frozen else f"the predictor {rate}{factor}"
    yield Note(text, Origin.CITED)


def _of_terms(method: Method) -> Iterator[Note]:
    update = method.spec.optimize.terms
    if update is None:
        return
    own = update.optimizer
    rate = (
        "the encoder's learning rate"
        if own is None
        else f"a learning rate of {own.lr:g} by an `{type(own).name}` of its own"
    )
    factor = f", times {update.lr_multiplier:g}" if update.lr_multiplier != 1 else ""
    yield Note(f"what terms learn follows {rate}{factor}", Origin.CITED)
