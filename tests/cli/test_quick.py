"""`lint` reads its arguments without Typer: as Typer would, or not at all."""

# the commands are written this way too: it is what lets their signatures be read without Typer
from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from ssmi_runtime.cli import app
from ssmi_runtime.cli.lazy_app import LazyApp, defer_functions
from ssmi_runtime.cli.quick import quick_arguments

Arguments = dict[str, Any]


def everything(
    paths: Annotated[list[str] | None, typer.Argument(help="paths")] = None,
    select: Annotated[list[str] | None, typer.Option(help="repeats")] = None,
    output_format: Annotated[str, typer.Option(help="a text")] = "full",
    baseline: Annotated[Path | None, typer.Option("--baseline", "-b", help="a path")] = None,
    report: Annotated[list[Path] | None, typer.Option(help="paths")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="a switch")] = False,
    limit: Annotated[int, typer.Option(min=1, help="a number")] = 3,
    color: Annotated[bool, typer.Option("--color/--no-color", help="both")] = True,
) -> None:
    """Every kind of parameter."""


def required(
    first: Annotated[str, typer.Argument(help="one")], second: Annotated[str, typer.Option(help="two")]
) -> None:
    """Nothing has a default."""


def from_environment(level: Annotated[str, typer.Option(envvar="LEVEL", help="not an argument")] = "x") -> None:
    """A value that may come from elsewhere."""


def as_typer(function: Callable[..., Any], arguments: list[str]) -> Arguments | None:
    """What Typer passes to `function`; None if it refuses the arguments or shows help."""
    from functools import wraps

    passed: list[Arguments] = []

    @wraps(function)
    def record(**values: Any) -> None:
        passed.append(values)

    application = typer.Typer(add_completion=False)
    application.command()(record)
    with (
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        application(arguments)
    return passed[0] if passed else None


WORDS = ["a.yaml", "-", "--", "--select", "--select=SD", "SD001", "--output-format", "json", "--output-format=", "--fix", "--fix=1",
         "-b", "x", "-bx", "--baseline=y", "--report", "--limit", "5", "--no-color", "--color", "--help", "--sel", "", "-x", "--ignore", "dir/"]  # fmt: skip


@pytest.mark.parametrize("function", [everything, required, from_environment, app.commands["lint"]])
@given(arguments=st.lists(st.sampled_from(WORDS), max_size=6))
def test_either_as_typer_or_left_to_typer(function: Callable[..., Any], arguments: list[str]) -> None:
    quick = quick_arguments(function, arguments)
    assert quick is None or quick == as_typer(function, arguments)


def test_usual_arguments_are_read() -> None:
    assert quick_arguments(everything, ["a", "--select", "SD", "b", "--select=EM", "-b", "c", "--fix", "--", "-d"]) == {
        "paths": ["a", "b", "-d"],
        "select": ["SD", "EM"],
        "output_format": "full",
        "baseline": Path("c"),
        "report": None,
        "fix": True,
        "limit": 3,
        "color": True,
    }
    assert quick_arguments(required, ["a", "--second", "b"]) == {"first": "a", "second": "b"}


@pytest.mark.parametrize("arguments", [["--help"], ["--limit", "4"], ["--no-color"], ["--selct", "x"], ["--select"]])
def test_the_rest_is_left_to_typer(arguments: list[str]) -> None:
    assert quick_arguments(everything, arguments) is None
    assert quick_arguments(from_environment, []) is None


def test_lint_itself_is_read_without_typer() -> None:
    read = quick_arguments(app.commands["lint"], ["specs", "--select", "SD", "--output-format", "json"])
    assert read is not None
    assert (read["paths"], read["select"], read["output_format"]) == (["specs"], ["SD"], "json")


def test_a_lazy_app_is_the_application_that_it_stands_for() -> None:
    lazy = LazyApp(add_completion=False, help="two commands")

    @lazy.command()
    def first_one() -> None:
        """The first."""

    @lazy.command(name="other", hidden=True)
    def second() -> None:
        """The second."""

    assert lazy.commands == {"first-one": first_one, "other": second}
    assert [(c.name, c.callback, c.hidden) for c in lazy.registered_commands] == [
        (None, first_one, False),
        ("other", second, True),
    ]
    output = io.StringIO()
    with contextlib.redirect_stdout(output), pytest.raises(SystemExit) as ended:
        lazy(["--help"])
    assert ended.value.code == 0
    assert "first-one" in output.getvalue()


def test_a_deferred_module_is_imported_when_one_of_its_functions_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    defer_functions("colorsys")
    from colorsys import rgb_to_hsv

    assert not hasattr(sys.modules["colorsys"], "__file__")
    assert rgb_to_hsv(0.0, 0.0, 1.0) == (2 / 3, 1.0, 1.0)
    assert hasattr(sys.modules["colorsys"], "__file__")
    assert rgb_to_hsv(0.0, 0.0, 0.5) == (2 / 3, 1.0, 0.5)
