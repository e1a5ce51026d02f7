"""The base of every parameter model of the language."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """Frozen, strict parameters of one component.

    Unknown keys are refused, strings are never turned into numbers; an integer is accepted where a float is declared (YAML writes `1`
    for `1.0`), infinities and NaN are not. A model is built when it is first used: most of what a spec may name, it does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Forgets the annotations of class variables, once pydantic knows them: it reads all that a model inherits for every model."""
        for name in cls.__class_vars__.intersection(cls.__annotations__):
            del cls.__annotations__[name]

    @classmethod
    def usual(cls) -> Self:
        """All defaults: as `cls()`, but the model need not be built for it. For models whose fields all have one."""
        return cls.model_construct()
