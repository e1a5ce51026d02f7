"""An explanation as one JSON object, schema `ssmi.explain/1`. Keys are only ever added to it."""

import json
from dataclasses import asdict
from math import isinf
from typing import Any, cast

from ssmi_dsl.explain.explanation import Explanation

SCHEMA = "ssmi.explain/1"


def render(explanation: Explanation) -> str:
    """ASCII JSON; a number that never ends (a half-life of a target that stands still) is null."""
    return json.dumps({"schema": SCHEMA, **_finite(asdict(explanation))}, indent=2, ensure_ascii=True, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in cast(dict[str, Any], value).items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in cast(list[Any], value)]
    return None if isinstance(value, float) and isinf(value) else value
