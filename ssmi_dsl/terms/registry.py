"""The words of each family, found by listing its folder: adding a term is adding a file, whose name is the word."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import TypeVar

from ssmi_dsl.terms import bounds, critics, marginals, positives
from ssmi_dsl.terms.base import Bound, Critic, Marginal, Positive, Term

T = TypeVar("T", bound=Term)


class Words(Mapping[str, type[T]]):
    """The terms of one family by their words. A term is imported when its word is looked up: a spec uses few of them."""

    def __init__(self, package: ModuleType, family: type[T]) -> None:
        self._family = family
        names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
        self._modules = {name.replace("_", "-"): f"{package.__name__}.{name}" for name in names}
        self._terms: dict[str, type[T]] = {}

    def __getitem__(self, word: str) -> type[T]:
        if word not in self._terms:
            self._terms[word] = self._term(word, importlib.import_module(self._modules[word]))
        return self._terms[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, word: object) -> bool:
        return word in self._modules

    def _term(self, word: str, module: ModuleType) -> type[T]:
        terms = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, self._family)
        ]
        assert [term.name for term in terms] == [word], f"{module.__name__} does not hold one term, named {word}"
        return terms[0]


CRITICS: Mapping[str, type[Critic]] = Words(critics, Critic)
BOUNDS: Mapping[str, type[Bound]] = Words(bounds, Bound)
MARGINALS: Mapping[str, type[Marginal]] = Words(marginals, Marginal)
POSITIVES: Mapping[str, type[Positive]] = Words(positives, Positive)


def term_name(term: Term) -> str:
    """The word that a spec writes for this term."""
    return type(term).name
