"""What the loss of an objective reads, by its emission."""

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.explain import explain, text
from ssmi_dsl.explain.reads import Reads, reads_of
from ssmi_dsl.load import load

ALL = Reads(bound=True, critic=True, joint=True, derived_from_bound=True)
NO_CRITIC = Reads(bound=False, critic=False, joint=True, derived_from_bound=False)
CASES = {
    ("simclr", 0): ALL,
    ("supcon", 0): ALL,
    ("deep-infomax", 0): ALL,
    ("byol", 0): Reads(bound=False, critic=True, joint=True, derived_from_bound=True),
    ("barlow-twins", 0): Reads(bound=False, critic=True, joint=True, derived_from_bound=True),
    ("dino", 0): Reads(bound=False, critic=True, joint=True, derived_from_bound=False),
    ("ressl", 0): Reads(bound=False, critic=True, joint=True, derived_from_bound=False),
    ("mec", 0): NO_CRITIC,
    ("mmcr", 0): NO_CRITIC,
    ("dinov2", 2): Reads(bound=False, critic=False, joint=False, derived_from_bound=False),
}


@pytest.mark.parametrize(("name", "index"), CASES)
def test_what_is_read(name: str, index: int) -> None:
    assert reads_of(load(name).objectives[index]) == CASES[name, index]


@pytest.mark.parametrize("name", bundled_names())
def test_no_bound_is_derived_for_a_loss_that_has_nothing_of_it(name: str) -> None:
    method = load(name)
    for view, objective in zip(method.objectives, explain(method).objectives, strict=True):
        reads = reads_of(view)
        bound, critic, *_ = objective.terms
        assert (bound.read, critic.read) == (reads.bound or reads.derived_from_bound, reads.critic)
        assert bool(bound.stands_for) == (reads.bound or reads.derived_from_bound)
        assert reads.critic or all("critic" not in number.text for number in objective.numbers)


def test_the_page_says_what_is_not_read() -> None:
    page = text.render(explain(load("mec")))
    assert "not read by the loss: the surrogate gives both of its terms" in page
    assert "not read by the loss: the surrogate scores no pairs" in page
    assert "largest DV value" not in page
