"""How a term is read as mutual information: what it stands for, and by which steps, each with its origin."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Origin(StrEnum):
    """Whose statement it is.

    CITED     the source that the term cites
    REPORTED  arXiv 2510.01345, as its public summaries and reviews report it; its full text was not available
    PROJECT   this project's own derivation, in docs/theory.md
    """

    CITED = "cited"
    REPORTED = "reported"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation, as plain text and in LaTeX."""

    text: str
    latex: str
    origin: Origin


class Reading(NamedTuple):
    """`stands_for` completes "this term stands for ..."; `section` is a heading of docs/theory.md."""

    stands_for: str
    steps: tuple[Step, ...]
    section: str


# how every loss over assignments to prototypes begins
CROSS_ENTROPY = Step(
    "the loss is a cross-entropy: -E Σ_k q_k log p_k = E H(q) + E KL(q ‖ p); J alone would be largest for one shared prototype",
    r"-\mathbb{E} \sum_k q_k \log p_k = \mathbb{E} H(q) + \mathbb{E}\, \mathrm{KL}(q\,\|\,p)",
    Origin.PROJECT,
)
