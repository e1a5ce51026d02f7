"""Literals of one type: for Python `True == 1 == 1.0`, for a reader of YAML they are three different values."""

from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError


def exactly(*allowed: bool | int | str) -> BeforeValidator:
    """Annotation beside `Literal[...]`: the value has the type of the one that it equals."""
    expected = ", ".join(str(item).lower() if isinstance(item, bool) else f"'{item}'" for item in allowed)

    def check(value: Any) -> Any:
        if any(type(value) is type(item) and value == item for item in allowed):
            return value
        raise PydanticKnownError("literal_error", {"expected": expected})

    return BeforeValidator(check)
