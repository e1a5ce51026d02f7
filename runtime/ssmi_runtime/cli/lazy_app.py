"""Modules, and a Typer application, that are only there when they are needed: importing and building Typer costs a third of a lint."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from typer import Typer

P = ParamSpec("P")
R = TypeVar("R")


def lazy_import(name: str) -> ModuleType:
    """The module `name`, whose code runs at the first use of one of its attributes (recipe of importlib's documentation)."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def defer_functions(name: str) -> None:
    """Lets others import `name`, a module of functions, without its code: it is imported when one of its functions is called.

    For what a library imports and does not use. Unlike a lazy module it survives `from name import function`.
    """
    sys.modules.setdefault(name, _Functions(name))


class _Functions(ModuleType):
    def __getattr__(self, attribute: str) -> Callable[..., Any]:
        if attribute.startswith("__"):
            raise AttributeError(attribute)

        def call(*args: Any, **kwargs: Any) -> Any:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), attribute)(*args, **kwargs)

        return call


class LazyApp:
    """Stands for `typer.Typer(**settings)`: remembers commands, and is that application as soon as anything else is asked of it.

    `commands` maps the name of each command to its function.
    """

    def __init__(self, **settings: Any) -> None:
        self.commands: dict[str, Callable[..., Any]] = {}
        self._settings = settings
        self._recorded: list[tuple[Callable[..., Any], str | None, dict[str, Any]]] = []

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """As `typer.Typer.command`."""

        def register(function: Callable[P, R]) -> Callable[P, R]:
            self.commands[name or function.__name__.replace("_", "-")] = function
            self._recorded.append((function, name, settings))
            return function

        return register

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._app(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    @cached_property
    def _app(self) -> "Typer":
        import typer

        app = typer.Typer(**self._settings)
        for function, name, settings in self._recorded:
            app.command(name, **settings)(function)
        return app
