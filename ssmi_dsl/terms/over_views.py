"""Sums and means of values of several views, all of one shape."""

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import V


def sum_over(b: Builder[V], values: tuple[V, ...]) -> V:
    """The sum of at least one value."""
    total = values[0]
    for value in values[1:]:
        total = b.add(total, value)
    return total


def mean_over(b: Builder[V], values: tuple[V, ...]) -> V:
    """The mean of at least one value."""
    return b.scale(sum_over(b, values), 1 / len(values))
