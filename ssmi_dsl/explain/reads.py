"""What the loss of an objective reads: some surrogates take the place of both terms of the bound, and some leave out the critic.

It is asked of the emission itself: a part that is not read can be changed without a change of the formula.
"""

from dataclasses import dataclass

from ssmi_dsl.builders.printing import Formula, PrintBuilder
from ssmi_dsl.spec.method import TOKEN_OUTPUTS, ObjectiveView
from ssmi_dsl.spec.parts import terms_of
from ssmi_dsl.terms import Critic, Inputs, Shapes, Term, pair_loss, term_name

# rows and columns of a map whose size does not matter to a formula: more than any spec keeps or skips
MANY = 1000
# surrogates that are derived from the marginal term of Donsker-Varadhan; the others stand in its place for reasons of their own
_EXPAND_THE_BOUND = frozenset(
    {
        "covariance-contrast",
        "cross-correlation",
        "predictor",
        "taylor",
        "uniformity",
        "variance-covariance",
        "whitening",
    }
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Whether the loss reads the bound and the critic, has a joint term, and whether the bound belongs to its derivation."""

    bound: bool
    critic: bool
    joint: bool
    derived_from_bound: bool


def reads_of(view: ObjectiveView) -> Reads:
    """What the loss of an objective reads."""
    marginal, critic = view.spec.marginal, view.spec.critic
    if marginal.kind != "surrogate" or not all(type(term).implemented for term in terms_of(view)):
        return Reads(bound=marginal.kind != "none", critic=True, joint=True, derived_from_bound=True)
    joint, text = _emitted(view, critic)
    return Reads(
        bound=False,
        critic=all(_emitted(view, other)[1] != text for other in _others(critic)),
        joint=joint,
        derived_from_bound=term_name(marginal) in _EXPAND_THE_BOUND,
    )


def memory_names(term: Term) -> tuple[str, ...]:
    """Names of the tensors and numbers that a term's emission may read; their shapes do not matter to a formula."""
    shapes = Shapes(2, 2, num_train=2, embedding=2, anchor=2)
    return (*term.learned(shapes), *term.state(shapes), *term.schedules(), *term.noise(shapes))


def _others(critic: Critic) -> tuple[Critic, ...]:
    """The critic at another temperature; none for one that has no temperature, which then counts as read."""
    temperature = getattr(critic, "temperature", None)
    return (critic.model_copy(update={"temperature": 2 * temperature}),) if isinstance(temperature, float) else ()


def _emitted(view: ObjectiveView, critic: Critic) -> tuple[bool, str]:
    """Whether there is a joint term, and the formulas of both parts."""
    names = [name for term in terms_of(view) for name in memory_names(term)]
    a, b = Formula("a"), Formula("b")
    side = MANY if view.anchor_output in TOKEN_OUTPUTS else 1
    at = Inputs(
        a,
        b,
        (Formula("z1"), Formula("z2")),
        {name: Formula(name) for name in names},
        labels=Formula("labels"),
        index=Formula("index"),
        embedding=Formula("embedding"),
        prototypes=Formula("prototypes"),
        targets=(b,),
        pairs=((a, b),),
        maps=(Formula("f"), Formula("f'")),
        projection=Formula("projection"),
        rows=side * side,
        target_rows=side * side,
        places=(Formula("s"), Formula("s'")),
        grid=(side, side),
        own=Formula("b'"),
        hidden=Formula("hidden"),
        adjacency=Formula("A"),
    )
    spec = view.spec
    found = pair_loss(
        PrintBuilder(), bound=spec.bound, critic=critic, marginal=spec.marginal, positive=spec.positive, at=at
    )
    return found.joint is not None, f"{found.joint} {found.marginal}"
