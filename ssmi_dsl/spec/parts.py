"""Parameter groups: which parts a branch owns, which hold tensors of the terms, and which of them a phase moves."""

from ssmi_dsl.components.backbones import Identity
from ssmi_dsl.components.heads import SliceHead
from ssmi_dsl.components.optimizers import Optimizer
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, Phase, Sharing
from ssmi_dsl.terms import Shapes, Term


def trained_parts(method: Method, phase: Phase) -> tuple[str, ...]:
    """Parameter groups (`branch.part`, `objective<i>`) that a phase moves, in order of first use."""
    parts: list[str] = []
    for name in phase.moves:
        branch = method.branch(name)
        if branch.sharing in (Sharing.OWN, Sharing.TIED):
            parts.extend(f"{branch.owner}.{part}" for part in owned_parts(method.branch(branch.owner)))
        if branch.predictor is not None and method.spec.optimize.predictor.is_trained:
            parts.append(f"{name}.predictor")
    parts.extend(
        term_part(view) for view in method.objectives if any(term.learned(Shapes(2, 2)) for term in terms_of(view))
    )
    return tuple(dict.fromkeys(parts))


def owned_parts(branch: BranchView) -> tuple[str, ...]:
    """Parts with parameters that an owner has, without the predictor, which is never shared."""
    has = {
        "encoder": not isinstance(branch.encoder.backbone, Identity),
        "projector": branch.projector is not None and not isinstance(branch.projector, SliceHead),
        "prototypes": branch.prototypes is not None and branch.prototype_owner == branch.owner,
        "token_projector": branch.token_projector is not None,
        "token_prototypes": branch.token_prototypes is not None and branch.prototype_owner == branch.owner,
    }
    return tuple(part for part, present in has.items() if present)


def terms_of(view: ObjectiveView) -> tuple[Term, ...]:
    """The terms of an objective that may hold tensors."""
    return (view.spec.bound, view.spec.critic, view.spec.marginal, view.spec.positive)


def is_of_terms(part: str) -> bool:
    """Whether a parameter group holds the learned tensors of an objective."""
    return part.startswith("objective") and "." not in part


def optimizer_of(method: Method, part: str) -> Optimizer:
    """The optimiser that moves a parameter group."""
    terms = method.spec.optimize.terms
    own = terms.optimizer if terms is not None and is_of_terms(part) else None
    return method.recipe.optimizer if own is None else own


def term_part(view: ObjectiveView) -> str:
    """The parameter group of an objective's learned tensors, and the first part of the names of its state."""
    return f"objective{view.index}"


def lone_learners(method: Method) -> tuple[tuple[str, str], ...]:
    """Parameter groups of terms that learn alone, each with the loss term that trains it."""
    return tuple(
        (term_part(view), f"{view.name}.marginal" if view.name else "marginal")
        for view in method.objectives
        if view.spec.marginal.learns_alone
    )
