"""`ssmi explain`."""

import sys
from collections.abc import Sequence
from typing import Literal

from ssmi_dsl.explain import explain, json_format, latex, text
from ssmi_dsl.understood import load_understood
from ssmi_runtime.cli.color import use_color
from ssmi_runtime.cli.spec_errors import show


def run_explain(spec: str, *, recipe: str, overrides: Sequence[str], output: Literal["text", "latex", "json"]) -> None:
    """Print the explanation; what keeps the spec from being compiled goes to standard error. Raises SpecError, RecipeError."""
    method, problems = load_understood(spec, recipe=recipe, overrides=overrides)
    if problems:
        show(problems)
    explanation = explain(method)
    if output == "text":
        print(text.render(explanation, color=use_color(sys.stdout)))
    else:
        print(latex.render(explanation) if output == "latex" else json_format.render(explanation))
