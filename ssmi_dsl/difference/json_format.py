"""Differences as one JSON object, schema `ssmi.diff/1`. Keys are only ever added to it."""

import json
from dataclasses import asdict

from ssmi_dsl.difference.compare import Difference

SCHEMA = "ssmi.diff/1"


def render(difference: Difference) -> str:
    """ASCII JSON. A change that every recipe shares has `recipe` null."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "a": difference.a,
            "b": difference.b,
            "changes": [
                {"recipe": recipe, **asdict(change)}
                for recipe, changes in difference.changes.items()
                for change in changes
            ],
        },
        indent=2,
        ensure_ascii=True,
    )
