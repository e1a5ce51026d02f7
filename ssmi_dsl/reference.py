"""The language reference and the JSON schema, generated from the models so that they cannot differ from them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args, get_origin

from pydantic.fields import FieldInfo

from ssmi_dsl.components.backbones import BACKBONES, EncoderSpec
from ssmi_dsl.components.base import Params
from ssmi_dsl.components.heads import PREDICTORS, TOKEN_HEADS
from ssmi_dsl.components.optimizers import OPTIMIZERS
from ssmi_dsl.schema import json_schema
from ssmi_dsl.spec.branches import UPDATES, Branch, Prototypes
from ssmi_dsl.spec.evaluate import Evaluate, MutualInformation, Probe
from ssmi_dsl.spec.hardware import Hardware
from ssmi_dsl.spec.method_spec import Lint, MethodSpec
from ssmi_dsl.spec.objective import Objective, Weights
from ssmi_dsl.spec.optimize import DirectPred, Optimize, PredictorUpdate, RecipeSpec
from ssmi_dsl.spec.views import LocalViews, Views
from ssmi_dsl.terms import BOUNDS, CRITICS, MARGINALS, POSITIVES, Term

__all__ = ["json_schema", "language_reference"]

SECTIONS: tuple[tuple[str, type[Params]], ...] = (
    ("A spec", MethodSpec),
    ("views", Views),
    ("views.local", LocalViews),
    ("encoder", EncoderSpec),
    ("branches.NAME", Branch),
    ("branches.NAME.prototypes", Prototypes),
    ("objective", Objective),
    ("objective.weights", Weights),
    ("optimize", Optimize),
    ("optimize.predictor", PredictorUpdate),
    ("optimize.predictor.direct", DirectPred),
    ("recipes.NAME", RecipeSpec),
    ("recipes.NAME.hardware", Hardware),
    ("evaluate", Evaluate),
    ("evaluate.mutual_information", MutualInformation),
    ("evaluate.probe", Probe),
    ("lint", Lint),
)
CHOICES: tuple[tuple[str, Mapping[str, type[Params]]], ...] = (
    ("bound", BOUNDS),
    ("critic", CRITICS),
    ("marginal", MARGINALS),
    ("positive", POSITIVES),
    ("backbone", BACKBONES),
    ("projector and predictor", {**TOKEN_HEADS, **PREDICTORS}),
    ("update", UPDATES),
    ("optimizer", OPTIMIZERS),
)


def language_reference() -> str:
    """The reference page in Markdown."""
    lines = [
        "# Language reference",
        "",
        "Generated from the models by `python -m ssmi_dsl.reference`; a test keeps this page current.",
        "",
        "A choice is a bare word (`critic: dot`) or a one-key mapping with its parameters (`critic: {cosine: {temperature: 0.1}}`).",
        "`extends: NAME` inherits a bundled spec or a file; keys merge, `null` removes, another choice replaces.",
        "",
    ]
    for title, model in SECTIONS:
        lines += [f"## {title}", "", _summary(model), "", *_fields(model), ""]
    for title, table in CHOICES:
        lines += [f"## {title}", ""]
        for name, model in sorted(table.items()):
            lines += [f"### `{name}`", "", _summary(model), ""]
            if issubclass(model, Term):
                state = "" if model.implemented else " *Not compiled yet: a spec that uses it is refused (SY011).*"
                lines += [f"`{model.formula}` ({model.source}).{state}", ""]
            lines += [*_fields(model), ""] if model.model_fields else []
    return "\n".join(lines).rstrip() + "\n"


def _summary(model: type[Params]) -> str:
    return (model.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _fields(model: type[Params]) -> Iterator[str]:
    yield "| key | value | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in model.model_fields.items():
        yield f"| `{name}` | {_kind(field)} | {_default(field)} | {field.description or ''} |".replace("|τ|", "abs(τ)")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None:
        return ""
    if isinstance(value, Params):
        return "see below"
    return f"`{ {True: 'true', False: 'false'}.get(value, value) if isinstance(value, bool) else value }`"


def _kind(field: FieldInfo) -> str:
    return _type(field.annotation).replace("|", "or")


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is None or annotation is type(None):
        return ""
    if origin is dict:
        return "mapping"
    if origin is tuple:
        return "list"
    if origin is not None and all(isinstance(item, (str, bool, int)) for item in arguments):
        return ", ".join(f"`{str(item).lower() if isinstance(item, bool) else item}`" for item in arguments)
    if arguments:
        return " | ".join(dict.fromkeys(text for item in arguments if (text := _type(item))))
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return (
            "choice"
            if annotation is Params or not annotation.model_fields or hasattr(annotation, "formula")
            else "mapping"
        )
    names = {"str": "text", "int": "integer", "float": "number", "bool": "true or false", "object": "mapping"}
    return names.get(str(getattr(cast(object, annotation), "__name__", "")), "choice")


if __name__ == "__main__":
    print(language_reference(), end="")
