"""Sums over many views are shortened, others are left alone."""

import pytest

from ssmi_dsl.explain.abbreviate import abbreviated

CASES = [
    ("z1 + z2 + z3", "z1 + z2 + z3"),
    ("z1 + z2 + z3 + z4", "z1 + … + z4"),
    ("0.25 (unit(z1) + unit(z2) + unit(z3) + unit(z4))", "0.25 (unit(z1) + … + unit(z4))"),
    ("a + b + c + d + e", "a + b + c + d + e"),
    ("x + z1 + z2 + z3 + z4 + y", "x + z1 + … + z4 + y"),
    (
        "mean(z1, (z1 + z2 + z3 + z4)) + mean(z2, (z1 + z2 + z3 + z4)) + mean(z3, (z1 + z2 + z3 + z4)) + mean(z4, (z1 + z2 + z3 + z4))",
        "mean(z1, (z1 + … + z4)) + … + mean(z4, (z1 + … + z4))",
    ),
    (r"\left(z_{1} + z_{2} + z_{3} + z_{4}\right)", r"\left(z_{1} + \dots + z_{4}\right)"),
    ("(z1 + 2 z2 + z3 + z4 + z5", "(z1 + 2 z2 + z3 + z4 + z5"),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_long_sums_over_views(formula: str, expected: str) -> None:
    assert abbreviated(formula) == expected
    assert abbreviated(expected) == expected
