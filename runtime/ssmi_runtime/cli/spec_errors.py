"""Errors of a light command as text and exit code, without torch: a spec that cannot be used, a recipe that is not there."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.errors import RecipeError, SpecError
from ssmi_dsl.load import find_source
from ssmi_dsl.render import full
from ssmi_runtime.cli.color import use_color


@contextmanager
def spec_errors(*, code: int) -> Iterator[None]:
    """Exit with `code` for a spec that cannot be used, its findings on standard error; with 2 for wrong use and a missing file."""
    try:
        yield
    except SpecError as error:
        show(error.diagnostics)
        # a finding in no file is one about the command line: a name that leads nowhere, or an override
        in_a_file = any(Path(item.path).is_file() for item in error.diagnostics)
        raise typer.Exit(code if in_a_file else 2) from error
    except BrokenPipeError as error:
        # the reader has seen enough; what Python still holds for it must not raise again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from error
    except (RecipeError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error


def show(diagnostics: Sequence[Diagnostic]) -> None:
    """The findings, with their lines where the file can be read, on standard error."""
    texts = {item.path: find_source(item.path).text for item in diagnostics if Path(item.path).is_file()}
    typer.echo(full.render(diagnostics, texts, color=use_color(sys.stderr)), err=True)
