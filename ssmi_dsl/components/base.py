"""The base of every parameter model of the language."""

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """Frozen, strict parameters of one component.

    Unknown keys are refused, strings are never turned into numbers; an integer is accepted where a float is declared (YAML writes `1`
    for `1.0`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
