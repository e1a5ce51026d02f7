"""The command line. Each command lives in its own module and imports what it needs when it runs, so that `lint` stays light."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Compile self-supervised methods from YAML.",
)


@app.command()
def lint(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Specs, folders of specs, bundled names, or - for standard input.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(help="Only these rules: code, prefix or name.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Not these rules: code, prefix or name.")] = None,
    output_format: Annotated[str, typer.Option(help="full, concise or json.")] = "full",
) -> None:
    """Find what breaks the paradigm of a spec. Exit 0: no errors, 1: errors, 2: wrong use, 3: nothing to check."""
    from ssmi_runtime.cli.lint import run_lint

    raise typer.Exit(run_lint(paths or ["."], select=select or [], ignore=ignore or [], output_format=output_format))


@app.command()
def rule(code: Annotated[str, typer.Argument(help="Code or name, e.g. SD001.")]) -> None:
    """Show the page of a rule."""
    from ssmi_dsl.rules import find_rule, suggest_rules

    found = find_rule(code)
    if found is None:
        guesses = suggest_rules(code)
        typer.echo(
            f"error: there is no rule `{code}`" + (f"; did you mean {', '.join(guesses)}?" if guesses else ""), err=True
        )
        raise typer.Exit(2)
    typer.echo(f"{found.rule.code} {found.rule.name} ({found.rule.severity})\n\n{found.page}")


@app.command(name="list")
def list_methods(json_output: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False) -> None:
    """List the bundled methods: paradigm, bound, critic, marginal term, paper, what each needs, k-NN measured on digits."""
    from ssmi_runtime.cli.methods import print_methods

    print_methods(json_output=json_output)


@app.command()
def show(
    spec: Annotated[str, typer.Argument(help="A spec or a bundled name.")],
    resolved: Annotated[
        bool, typer.Option("--resolved", help="With everything that it extends and defaults of its choices.")
    ] = False,
    recipe: Annotated[str, typer.Option(help="Recipe whose changes to the method are merged in.")] = "default",
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key.path=value")] = None,
) -> None:
    """Print a spec: its text, or what it resolves to under a recipe."""
    from ssmi_dsl.errors import SpecError
    from ssmi_dsl.load import dump, find_source, load

    try:
        if resolved or overrides:
            sys.stdout.write(dump(load(spec, recipe=recipe, overrides=overrides or []).spec))
        else:
            sys.stdout.write(find_source(spec).text)
    except SpecError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command(name="compile")
def compile_spec(
    spec: Annotated[
        str | None, typer.Argument(help="A spec or a bundled name; default ./ssmi.yaml, else the bundled jmi.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Data set that the step takes; default: the embedded one that fits the spec.")
    ] = None,
    recipe: Annotated[str | None, typer.Option(help="Recipe of the spec; default: the one for the data set.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key.path=value")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Leave the verdict to the certificate.")] = False,
    dump_ir: Annotated[Path | None, typer.Option(help="Folder for the MI graph after every pass.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the manifest of the artifact as JSON.")] = False,
) -> None:
    """Lint, lower, prove and compile a spec ahead of time; prints where the artifact lies. Exit 1: refused."""
    import json

    with _errors_to_exit_codes():
        from ssmi_runtime.cli.compile import default_spec, request_of, run_compile

        request = request_of(spec or default_spec(), data, recipe, overrides or [], device)
        artifact = run_compile(request, lint=not no_lint, dump_ir=dump_ir)
        typer.echo(
            json.dumps({"path": str(artifact.path), **artifact.manifest}, indent=1)
            if json_output
            else str(artifact.path)
        )


@app.command()
def run(
    spec: Annotated[
        str | None, typer.Argument(help="A spec or a bundled name; default: what was compiled last, else jmi.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Data set to train on; default: the embedded one that fits the spec.")
    ] = None,
    recipe: Annotated[str | None, typer.Option(help="Recipe of the spec; default: the one for the data set.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key.path=value")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Leave the verdict to the certificate.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights, batches and augmentation.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; default: a new one under runs/.")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder of a data set that lies on disk.")] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Let torchvision download a data set that is missing.")
    ] = False,
    jit: Annotated[bool, typer.Option("--jit", help="Compile just in time, without an artifact.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Train with a compiled step and evaluate. Ctrl-C ends it after a step, with a checkpoint to --resume from."""
    with _errors_to_exit_codes():
        from ssmi_runtime.cli.compile import request_of
        from ssmi_runtime.cli.run import run_run

        changed = data is not None or recipe is not None or overrides or device != "auto"
        if spec is None and changed:
            from ssmi_runtime.cli.compile import default_spec

            spec = default_spec()
        code = run_run(
            None if spec is None else request_of(spec, data, recipe, overrides or [], device),
            lint=not no_lint,
            seed=seed,
            resume=resume,
            out=out,
            jit=jit,
            root=root,
            download=download,
            json_output=json_output,
        )
    raise typer.Exit(code)


@contextmanager
def _errors_to_exit_codes() -> Iterator[None]:
    """Errors that ssmi raises on purpose as text and exit code 1; a refused spec with its lines and carets."""
    from ssmi_dsl.errors import SpecError, SsmiError

    try:
        yield
    except SpecError as error:
        from ssmi_runtime.cli.compile import show_findings

        show_findings(error)
        typer.echo(f"refused: {len(error.diagnostics)} finding{'' if len(error.diagnostics) == 1 else 's'}", err=True)
        raise typer.Exit(1) from error
    except SsmiError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def schema() -> None:
    """Print the JSON schema of a spec, for editors."""
    import json

    from ssmi_dsl.reference import json_schema

    typer.echo(json.dumps(json_schema(), indent=1))


@app.command()
def version(
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object, with torch and Python.")] = False,
) -> None:
    """Print the version."""
    import json
    import platform
    from importlib.metadata import version as installed

    if json_output:
        typer.echo(
            json.dumps({"ssmi": installed("ssmi"), "torch": installed("torch"), "python": platform.python_version()})
        )
    else:
        typer.echo(f"ssmi {installed('ssmi')}")


def main() -> None:
    """Entry point of `ssmi`."""
    app()


__all__ = ["app", "main"]
