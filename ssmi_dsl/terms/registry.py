"""The words of each family, found by listing its folder: adding a term is adding a file."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

from ssmi_dsl.terms import bounds, critics, marginals, positives
from ssmi_dsl.terms.base import Bound, Critic, Marginal, Positive, Term

T = TypeVar("T", bound=Term)


def _discover(package: ModuleType, family: type[T]) -> dict[str, type[T]]:
    found: dict[str, type[T]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            word = _as_word(value, family, module)
            if word is not None:
                assert word.name not in found, f"two terms are named {word.name}"
                found[word.name] = word
    return found


def _as_word(value: object, family: type[T], module: ModuleType) -> type[T] | None:
    if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, family):
        return value
    return None


CRITICS: dict[str, type[Critic]] = _discover(critics, Critic)
BOUNDS: dict[str, type[Bound]] = _discover(bounds, Bound)
MARGINALS: dict[str, type[Marginal]] = _discover(marginals, Marginal)
POSITIVES: dict[str, type[Positive]] = _discover(positives, Positive)


def term_name(term: Term) -> str:
    """The word that a spec writes for this term."""
    return type(term).name
