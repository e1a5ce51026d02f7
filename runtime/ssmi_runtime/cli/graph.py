"""`ssmi graph`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ssmi_dsl.graph import mermaid, panels_of, svg
from ssmi_dsl.spec.method import Method
from ssmi_dsl.understood import load_understood
from ssmi_runtime.cli.files import write_whole
from ssmi_runtime.cli.spec_errors import show


def run_graph(
    spec: str, *, recipe: str, overrides: Sequence[str], output: Literal["svg", "mermaid"], to: Path | None
) -> None:
    """Draw the method to a file or to standard output. Raises SpecError, RecipeError, OSError."""
    method, problems = load_understood(spec, recipe=recipe, overrides=overrides)
    if problems:
        show(problems)
    text = draw(method, output)
    if to is None:
        sys.stdout.write(text)
    else:
        write_whole(to, text)


def draw(method: Method, output: Literal["svg", "mermaid"]) -> str:
    """The picture of a method as text."""
    panels = panels_of(method)
    spec = method.spec
    title = f"{spec.name}: {spec.title}" if spec.title else spec.name
    if output == "mermaid":
        return mermaid.render(panels, title=title)
    about = [method.paradigm, *([spec.paper] if spec.paper else []), f"recipe {method.recipe.name}"]
    return svg.render(panels, title=title, subtitle=", ".join(about))
