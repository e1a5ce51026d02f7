"""From the arguments of the process to a command: `ssmi lint` without Typer where that can be, everything else by it."""

import sys

from ssmi_runtime.cli.commands import app


def main() -> None:
    """Entry point of `ssmi`: runs the command that `sys.argv` names and ends the process."""
    from ssmi_runtime.cli.streams import end_at_once

    try:
        run_command()
    except SystemExit as ended:
        if sys.argv[1:2] == ["lint"]:
            end_at_once(ended)
        raise


def run_command() -> None:
    """The command that `sys.argv` names; raises SystemExit with its exit code."""
    from ssmi_runtime.cli.streams import well_behaved

    sys.argv = [part for word in sys.argv for part in spelt_out(word)]
    with well_behaved():
        arguments = _quick_lint_arguments(sys.argv[1:])
        if arguments is not None:
            app.commands["lint"](**arguments)
        else:
            app()


def spelt_out(word: str) -> tuple[str, ...]:
    """`--add-ignore=REASON` as two options: Typer has none whose value may be left out."""
    option, equals, reason = word.partition("=")
    return ("--add-ignore", f"--reason={reason}") if option == "--add-ignore" and equals else (word,)


def _quick_lint_arguments(arguments: list[str]) -> dict[str, object] | None:
    """The arguments of `ssmi lint`, read without Typer; None for other commands and for what only Typer can read."""
    if arguments[:1] != ["lint"]:
        return None
    import gc
    import os

    from ssmi_runtime.cli.lazy_app import defer_functions
    from ssmi_runtime.cli.quick import quick_arguments

    # what imports and specs allocate lives until the process ends: looking for garbage takes a tenth of the time and finds none
    gc.set_threshold(200_000)
    # plugins watch the models of an application: to look for them pydantic reads the metadata of every installed package
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    found = quick_arguments(app.commands["lint"], arguments[1:])
    if found is not None:
        # imported by pydantic, and not used without plugins and secrets: a fifteenth of the time
        for name in ("importlib.metadata", "secrets"):
            defer_functions(name)
    return found
