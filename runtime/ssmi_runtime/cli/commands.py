"""The commands and their options. Each command lives in its own module and imports what it needs when it runs, so that `lint` stays light.

Typer itself is imported when it is first used: annotations are not evaluated here, and `lint` reads its arguments without it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ssmi_runtime.cli.lazy_app import LazyApp, lazy_import

if TYPE_CHECKING:
    import typer
else:
    typer = lazy_import("typer")

app = LazyApp(
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
    select: Annotated[
        list[str] | None, typer.Option(help="Only these rules: code, prefix or name; ALL for all.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Not these rules: code, prefix or name.")] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(help="These rules too, where the project selects few or ignores their group.")
    ] = None,
    severity: Annotated[
        list[str] | None, typer.Option(help="CODE=LEVEL: error, warning or info for these rules.")
    ] = None,
    fail_on: Annotated[str | None, typer.Option(help="Least severity that exits 1; default error.")] = None,
    output_format: Annotated[
        str, typer.Option(help="auto, full, concise, json, github, gitlab, sarif or junit.")
    ] = "auto",
    report: Annotated[list[str] | None, typer.Option(help="FORMAT=PATH: write a report too; repeatable.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes.")] = False,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Apply fixes that choose a method too.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print what would be changed; exit 1 if anything.")] = False,
    add_ignore: Annotated[
        bool, typer.Option("--add-ignore", help="Write a suppression for every finding; =REASON gives the reason.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Reason that --add-ignore writes.")] = "",
    baseline: Annotated[Path | None, typer.Option(help="File of findings that are accepted.")] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Accept every finding in the baseline.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Print a count for each rule.")] = False,
    show_files: Annotated[bool, typer.Option("--show-files", help="Print which files would be linted.")] = False,
    show_settings: Annotated[bool, typer.Option("--show-settings", help="Print the settings of each file.")] = False,
    stdin_filename: Annotated[
        str | None, typer.Option(help="Name of standard input, for settings and messages.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings instead of the nearest ssmi.toml or pyproject.toml.")
    ] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="Exit 0 if there is nothing to check.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    cache_dir: Annotated[
        str | None, typer.Option(help="Folder of the cache; default .ssmi_cache in the project.")
    ] = None,
) -> None:
    """Find what breaks the paradigm of a spec, and fix it. Exit 0: no errors, 1: errors, 2: wrong use, 3: nothing to check."""
    from ssmi_runtime.cli.lint import run_lint
    from ssmi_runtime.cli.lint_options import LintOptions

    options = LintOptions(
        extend_select=extend_select or [],
        severity=severity or [],
        fail_on=fail_on,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        add_ignore=add_ignore,
        reason=reason,
        reports=report or [],
        stdin_filename=stdin_filename,
        config=config,
        isolated=isolated,
        baseline=baseline,
        write_baseline=write_baseline,
        statistics=statistics,
        show_files=show_files,
        show_settings=show_settings,
        exit_zero=exit_zero,
        allow_empty=allow_empty,
        no_cache=no_cache,
        cache_dir=cache_dir,
    )
    sys.exit(
        run_lint(paths or ["."], select=select or [], ignore=ignore or [], output_format=output_format, options=options)
    )


@app.command()
def rule(
    query: Annotated[list[str] | None, typer.Argument(help="Code, name, or words to search for in all pages.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every page.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object, with the pages.")] = False,
) -> None:
    """Show the page of a rule, the rules that have some words, or the list of all. Exit 2: nothing found."""
    from ssmi_runtime.cli.rule import run_rule

    raise typer.Exit(run_rule(" ".join(query) if query else None, everything=everything, json_output=json_output))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new method.")],
    paradigm: Annotated[str | None, typer.Option(help="sdmi or jmi: start from its canonical form.")] = None,
    source: Annotated[str | None, typer.Option("--from", help="Bundled method to start from.")] = None,
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: NAME.yaml here.", metavar="FILE")
    ] = None,
) -> None:
    """Write a starter spec; a file that exists is never overwritten."""
    from ssmi_runtime.cli.new import run_new

    raise typer.Exit(run_new(name, paradigm=paradigm, source=source, to=to))


@app.command(name="list")
def list_methods(json_output: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False) -> None:
    """List the bundled methods: paradigm, bound, critic, marginal term, paper, what each needs, k-NN measured on embedded data."""
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


@app.command(name="explain")
def explain_spec(
    spec: Annotated[str, typer.Argument(help="A spec or a bundled name.")],
    latex: Annotated[bool, typer.Option("--latex", help="LaTeX, to paste into a paper.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    recipe: Annotated[str, typer.Option(help="Recipe whose temperature, batch and widths count.")] = "default",
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key.path=value")] = None,
) -> None:
    """Write a method as mathematics: bound, terms, derivation, caps, who moves when, what will be proven."""
    from ssmi_runtime.cli.explain import run_explain
    from ssmi_runtime.cli.spec_errors import spec_errors

    if latex and json_output:
        typer.echo("error: --latex and --json exclude each other", err=True)
        raise typer.Exit(2)
    output = "latex" if latex else "json" if json_output else "text"
    with spec_errors(code=1):
        run_explain(spec, recipe=recipe, overrides=overrides or [], output=output)


@app.command()
def graph(
    spec: Annotated[str, typer.Argument(help="A spec or a bundled name.")],
    svg: Annotated[bool, typer.Option("--svg", help="SVG, which is the default.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="A Mermaid flowchart.")] = False,
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: standard output.", metavar="FILE")
    ] = None,
    recipe: Annotated[str, typer.Option(help="Recipe whose networks are drawn.")] = "default",
    overrides: Annotated[list[str] | None, typer.Option("--set", help="key.path=value")] = None,
) -> None:
    """Draw views, branches, critic and terms: gradient paths solid, stopped ones dashed, EMA targets dotted."""
    from ssmi_runtime.cli.graph import run_graph
    from ssmi_runtime.cli.spec_errors import spec_errors

    if svg and mermaid:
        typer.echo("error: --svg and --mermaid exclude each other", err=True)
        raise typer.Exit(2)
    with spec_errors(code=1):
        run_graph(spec, recipe=recipe, overrides=overrides or [], output="mermaid" if mermaid else "svg", to=to)


@app.command()
def diff(
    a: Annotated[str, typer.Argument(help="A spec or a bundled name.")],
    b: Annotated[str, typer.Argument(help="A spec or a bundled name.")],
    recipe: Annotated[str | None, typer.Option(help="Compare under this recipe only; default: under all.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare what two specs mean, names and comments aside. Exit 0: the same method, 1: they differ, 2: an error."""
    from ssmi_runtime.cli.diff import run_diff
    from ssmi_runtime.cli.spec_errors import spec_errors

    with spec_errors(code=2):
        code = run_diff(a, b, recipe=recipe, json_output=json_output)
    raise typer.Exit(code)


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

    from ssmi_runtime.cli.run_errors import run_errors

    with run_errors():
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
    init: Annotated[Path | None, typer.Option(help="Folder of a run whose encoder the frozen branches take.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; default: a new one under runs/.")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder of a data set that lies on disk.")] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Let torchvision download a data set that is missing.")
    ] = False,
    jit: Annotated[bool, typer.Option("--jit", help="Compile just in time, without an artifact.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Train with a compiled step and evaluate. Ctrl-C ends it after a step, with a checkpoint to --resume from."""
    from ssmi_runtime.cli.run_errors import run_errors

    with run_errors():
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
            init=init,
            out=out,
            jit=jit,
            root=root,
            download=download,
            json_output=json_output,
        )
    raise typer.Exit(code)


@app.command()
def schema() -> None:
    """Print the JSON schema of a spec, for editors."""
    import json

    from ssmi_dsl.reference import json_schema

    typer.echo(json.dumps(json_schema(), indent=1))


@app.command()
def lsp() -> None:
    """Serve editors over standard input and output (Language Server Protocol); needs the extra `lsp`."""
    from ssmi_runtime.cli.lsp import run_lsp

    raise typer.Exit(run_lsp())


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
