"""`ssmi compile`, and what was compiled last."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import ssmi_compiler
from ssmi_compiler.api import embedded_data
from ssmi_compiler.artifact import Artifact
from ssmi_compiler.files import write_whole
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import find_source
from ssmi_dsl.render import full
from ssmi_runtime.cli.color import use_color
from ssmi_runtime.errors import RunError

TARGET = Path("target")


@dataclass(frozen=True)
class Request:
    """What a command line asks to be compiled."""

    spec: str
    data: str = "digits"
    recipe: str | None = None
    overrides: list[str] = field(default_factory=list[str])
    device: str = "auto"


def request_of(spec: str, data: str | None, recipe: str | None, overrides: list[str], device: str) -> Request:
    """A command line with its data set chosen. Raises SpecError."""
    return Request(spec, data or embedded_data(spec, overrides), recipe, overrides, device)


def default_spec() -> str:
    """./ssmi.yaml where there is one, else the bundled `jmi`; says which."""
    if Path("ssmi.yaml").is_file():
        say("no spec named: compiling ./ssmi.yaml")
        return "ssmi.yaml"
    say("no spec named: compiling the bundled method `jmi`")
    return "jmi"


def run_compile(request: Request, *, lint: bool, dump_ir: Path | None = None) -> Artifact:
    """The artifact of a spec, compiled now or found by its key, remembered as the last. Raises SsmiError."""
    artifact = ssmi_compiler.compile(
        request.spec,
        data=request.data,
        recipe=request.recipe,
        overrides=request.overrides,
        lint=lint,
        device=request.device,  # pyright: ignore[reportArgumentType]  # compile checks the word
        target=TARGET,
        dump_ir=dump_ir,
        progress=say,
    )
    remember(request)
    return artifact


def remember(request: Request) -> None:
    """Note what was compiled last."""
    write_whole(TARGET / "last.json", json.dumps(request.__dict__, indent=1))


def last_compiled() -> Request | None:
    """What was compiled last in this folder, None where nothing was. Raises RunError for a note that cannot be read."""
    path = TARGET / "last.json"
    if not path.is_file():
        return None
    try:
        return Request(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise RunError(f"{path} cannot be read ({error}); name a spec, or run `ssmi compile`") from error


def show_findings(error: SpecError) -> None:
    """Print the findings with their lines to standard error."""
    texts = {item.path: find_source(item.path).text for item in error.diagnostics if Path(item.path).is_file()}
    print(full.render(error.diagnostics, texts, color=use_color(sys.stderr)), file=sys.stderr)


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)
