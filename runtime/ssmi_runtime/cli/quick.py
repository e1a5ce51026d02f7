"""The arguments of a command, read from its signature without Typer, where they are plain; all else is left to Typer.

The signature stays the one place where options are declared: the same `typer.Option` lines are read here with a stand-in that
only remembers what was written. Help texts, usage errors, environment variables and anything unusual are Typer's alone.
"""

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

# with these, a value may come from elsewhere than the arguments
_ELSEWHERE = frozenset({"envvar", "default_factory", "callback", "prompt"})
# with these, a value is more than its text
_CHECKED = frozenset({"parser", "click_type", "count", "exists", "file_okay", "dir_okay", "resolve_path", "readable"})


class _Declared(NamedTuple):
    """What stood in `typer.Option(...)` or `typer.Argument(...)`."""

    is_option: bool
    names: tuple[str, ...]
    settings: dict[str, Any]


class _Parameter(NamedTuple):
    """`convert` is None for a switch; `repeats` if the values are a list."""

    name: str
    convert: type[str] | type[Path] | None
    repeats: bool


class _Signature(NamedTuple):
    options: dict[str, _Parameter]
    positional: list[_Parameter]
    defaults: dict[str, Any]


def quick_arguments(function: Callable[..., Any], arguments: Sequence[str]) -> dict[str, Any] | None:
    """Keyword arguments for `function`, as Typer would pass them; None where only Typer can tell."""
    declared = _signature(function)
    if declared is None:
        return None
    values, words, rest = dict(declared.defaults), list[str](), list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            words += rest
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, equals, value = word.partition("=")
        parameter = declared.options.get(name)
        if parameter is None or (equals and parameter.convert is None):
            return None
        if parameter.convert is None:
            values[parameter.name] = True
            continue
        if not equals and (not rest or rest[0].startswith("-")):
            return None
        read = parameter.convert(value if equals else rest.pop(0))
        values[parameter.name] = [*(values[parameter.name] or []), read] if parameter.repeats else read
    for parameter in declared.positional:
        taken = len(words) if parameter.repeats else min(len(words), 1)
        read = [parameter.convert(word) for word in words[:taken] if parameter.convert is not None]
        if read:
            values[parameter.name] = read if parameter.repeats else read[0]
        words = words[taken:]
    return None if words or Parameter.empty in values.values() else values


def _signature(function: Callable[..., Any]) -> _Signature | None:
    stand_in = SimpleNamespace(
        Option=lambda *names, **settings: _Declared(True, names, settings),
        Argument=lambda *names, **settings: _Declared(False, names, settings),
    )
    hints = get_type_hints(function, {**function.__globals__, "typer": stand_in}, include_extras=True)
    found = _Signature({}, [], {})
    for name, parameter in signature(function).parameters.items():
        found.defaults[name] = parameter.default
        annotation, declared = _split(hints.get(name))
        if declared is None or _ELSEWHERE & set(declared.settings):
            return None
        plain = None if _CHECKED & set(declared.settings) else _plain(name, annotation, declared)
        if declared.is_option and plain is not None:
            found.options.update(dict.fromkeys(declared.names or (f"--{name.replace('_', '-')}",), plain))
        elif plain is not None and plain.convert is not None:
            found.positional.append(plain)
        elif not declared.is_option:
            return None
    return found


def _split(hint: Any) -> tuple[Any, _Declared | None]:
    if get_origin(hint) is not Annotated:
        return hint, None
    annotation, *extras = get_args(hint)
    return annotation, next((extra for extra in extras if isinstance(extra, _Declared)), None)


def _plain(name: str, annotation: Any, declared: _Declared) -> _Parameter | None:
    """The parameter if it is a switch, a text, a path, or a list of these; None if Typer does more with it."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not NoneType]
        annotation = inner[0] if len(inner) == 1 else None
    if annotation is bool:
        is_switch = bool(declared.names) and not any("/" in word for word in declared.names)
        return _Parameter(name, None, False) if is_switch else None
    repeats = get_origin(annotation) is list
    item = get_args(annotation)[0] if repeats else annotation
    return _Parameter(name, item, repeats) if item in (str, Path) else None
