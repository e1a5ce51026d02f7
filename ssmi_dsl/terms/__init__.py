"""Terms: critics, bounds and marginals, one file each. A new file in a family's folder is a new word."""

from ssmi_dsl.terms.base import (
    Assignment,
    Bound,
    Critic,
    Facts,
    Initial,
    Inputs,
    Marginal,
    Positive,
    Ramp,
    Scores,
    Shapes,
    Surrogate,
    Term,
    TermPair,
    pair_loss,
)
from ssmi_dsl.terms.registry import BOUNDS, CRITICS, MARGINALS, POSITIVES, term_name

__all__ = [
    "BOUNDS",
    "CRITICS",
    "MARGINALS",
    "POSITIVES",
    "Assignment",
    "Bound",
    "Critic",
    "Facts",
    "Initial",
    "Inputs",
    "Marginal",
    "Positive",
    "Ramp",
    "Scores",
    "Shapes",
    "Surrogate",
    "Term",
    "TermPair",
    "pair_loss",
    "term_name",
]
