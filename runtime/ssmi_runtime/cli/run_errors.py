"""Errors of a command that compiles or trains as text and exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ssmi_dsl.errors import SpecError, SsmiError
from ssmi_runtime.cli.compile import show_findings


@contextmanager
def run_errors() -> Iterator[None]:
    """Errors that ssmi raises on purpose as text and exit code 1; a refused spec with its lines and carets."""
    try:
        yield
    except SpecError as error:
        show_findings(error)
        typer.echo(f"refused: {len(error.diagnostics)} finding{'' if len(error.diagnostics) == 1 else 's'}", err=True)
        raise typer.Exit(1) from error
    except SsmiError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
