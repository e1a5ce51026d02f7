"""Pydantic's errors as diagnostics: position, value received, what is allowed, a guess."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ssmi_dsl.components.base import Params
from ssmi_dsl.components.choice import OneOf
from ssmi_dsl.diagnostics import MAX_FINDINGS, Diagnostic, Loc, Patch, Severity
from ssmi_dsl.fixes.fix import Fix
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.rules.sy008_document_over_budget import RULE as DOCUMENT_OVER_BUDGET
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.wording import quote

_RANGE = (
    "greater_than",
    "less_than",
    "string_pattern_mismatch",
    "string_too",
    "too_short",
    "too_long",
    "value_error",
    "finite_number",
)


def validate(resolved: Resolved, known: "Known | None" = None) -> MethodSpec | tuple[Diagnostic, ...]:
    """The spec, or every reason why it is not one. What it shares with a `known` one is not looked at again."""
    try:
        return MethodSpec.model_validate(resolved.data if known is None else _with_known(resolved.data, known))
    except ValidationError as error:
        found = [_diagnostic(dict(item), resolved) for item in error.errors(include_url=False)[:MAX_FINDINGS]]
        if error.error_count() > MAX_FINDINGS:
            message = f"{error.error_count():,} values are not as they should be; {MAX_FINDINGS} are shown"
            found.append(DOCUMENT_OVER_BUDGET.at(resolved.path, resolved.span(()), message))
        return tuple(_without_echoes(dict.fromkeys(found)))


class Known(NamedTuple):
    """Data, and the spec that it is."""

    data: Mapping[str, Any]
    spec: MethodSpec


def _with_known(data: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """`data`, with the known models in place of the sections that are the very same objects: merging copies only what it changes."""
    return {
        key: getattr(known.spec, key)
        if isinstance(section, (dict, list)) and section is known.data.get(key)
        else section
        for key, section in data.items()
    }


def _without_echoes(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """A mistyped key that is required is one mistake: it is not reported as missing as well."""
    items = list(found)
    meant = {
        (*item.loc[:-1], change.key)
        for item in items
        if item.code == "SY002" and item.fix is not None
        for change in item.fix.changes
    }
    return (item for item in items if item.code != "SY007" or item.loc not in meant)


def _diagnostic(error: Mapping[str, Any], resolved: Resolved) -> Diagnostic:
    loc: Loc = tuple(error["loc"])
    parents = list(loc[:-1])
    kind: str = error["type"]
    key = quote(str(loc[-1])) if loc else "the spec"
    value = _shown(error.get("input"))

    def made(
        code: str,
        name: str,
        message: str,
        of: str = "value",
        help: str | None = None,
        notes: tuple[str, ...] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        span = resolved.span(loc, "key" if of == "key" else "value")
        patch = _patch(fix, resolved)
        return Diagnostic(
            code, name, Severity.ERROR, message, resolved.path, span, notes=notes, help=help, loc=loc, fix=patch
        )

    if kind == "extra_forbidden":
        allowed = allowed_keys(loc[:-1])
        section = quote(str(parents[-1])) if parents else "a spec"
        notes = (f"allowed here: {', '.join(f'`{word}`' for word in allowed)}",) if allowed else ()
        notes = (*_foreign_letters(str(loc[-1])), *notes)
        from ssmi_dsl.misplaced import explain_unknown_key  # only specs with mistakes pay for it

        help_text, fix = explain_unknown_key(loc, allowed, _keys_at(resolved.data, loc[:-1]))
        return made("SY002", "unknown-key", f"unknown key {key} in {section}", "key", help_text, notes, fix)
    if kind == "missing":
        parent = quote(str(parents[-1])) if parents else "the spec"
        return made("SY007", "missing-key", f"{parent} lacks the key {key}", "key")
    if kind in ("union_tag_invalid", "union_tag_not_found", "literal_error"):
        expected: str = error.get("ctx", {}).get("expected_tags") or error.get("ctx", {}).get("expected") or ""
        words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",") if word.strip(" '")]
        if not words:
            words = _choices(loc)
        received: object = error.get("input")
        if kind == "union_tag_invalid" and isinstance(received, Mapping):
            word = str(error.get("ctx", {}).get("tag"))
            received, value = {word: None}, quote(word)
        from ssmi_dsl.respelling import respell_boolean, respell_word  # only specs with mistakes pay for it

        guess, fix = respell_word(loc, received, words)
        if "True" in words or "true" in words:
            fix = respell_boolean(loc, received) or fix
        notes = (f"allowed: {', '.join(f'`{word}`' for word in words)}",) if words else ()
        help_text = f"did you mean `{guess}`?" if guess else None
        if kind == "union_tag_not_found":
            return made(
                "SY004",
                "wrong-type",
                f"{key} takes a word or a mapping with one key, not {value}",
                help=help_text,
                notes=notes,
            )
        return made("SY006", "unknown-value", f"{key} cannot be {value}", help=help_text, notes=notes, fix=fix)
    if kind in ("too_long", "too_short"):
        limit = error["ctx"].get("max_length") or error["ctx"].get("min_length")
        bound = "most" if kind == "too_long" else "least"
        message = f"{key} has {len(error['input'])} items, where at {bound} {limit} are needed"
        return made("SY005", "value-out-of-range", message)
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ").rstrip(".")
    message = message[:1].lower() + message[1:]
    if kind.startswith(_RANGE):
        return made("SY005", "value-out-of-range", f"{key} is {value}: {message}")
    fix = _respelt(kind, loc, error.get("input"))
    return made("SY004", "wrong-type", f"{key} is {value}, where {message.removeprefix('valid ')} is needed", fix=fix)


def _patch(fix: Fix | None, resolved: Resolved) -> Patch | None:
    if fix is None:
        return None
    from ssmi_dsl.fixes.patching import patch_for  # only findings with a fix pay for it

    return patch_for(fix, resolved)


def _respelt(kind: str, loc: Loc, value: object) -> Fix | None:
    from ssmi_dsl.respelling import respell_boolean, respell_number  # only specs with mistakes pay for it

    if kind.startswith("bool_"):
        return respell_boolean(loc, value)
    if kind.startswith(("int_", "float_")):
        return respell_number(loc, value, whole=kind.startswith("int_"))
    return None


def _keys_at(data: Any, loc: Loc) -> Collection[str]:
    for step in loc:
        data = data[step]
    return cast(Mapping[str, object], data) if isinstance(data, Mapping) else ()


def allowed_keys(loc: Loc) -> tuple[str, ...]:
    """Keys that the mapping at `loc` may have; empty where any name is allowed or the place is unknown."""
    models = _models_at(loc)
    return tuple(dict.fromkeys(key for model in models for key in model.model_fields))


def _models_at(loc: Loc) -> tuple[type[BaseModel], ...]:
    models: tuple[type[BaseModel], ...] = (MethodSpec,)
    tables: list[OneOf] = []
    inside_names = False
    for step in loc:
        if isinstance(step, int):
            continue
        if tables:
            models = tuple(table.table[step] for table in tables if step in table.table)
            tables = []
            continue
        if inside_names:
            inside_names = False
            continue
        fields = [model.model_fields[step] for model in models if step in model.model_fields]
        tables = [item for field in fields for item in _annotations(field) if isinstance(item, OneOf)]
        models = tuple(model for field in fields for model in _field_models(field))
        inside_names = any(get_origin(field.annotation) is dict for field in fields)
    return () if tables or inside_names else models


def _choices(loc: Loc) -> list[str]:
    if not loc or not isinstance(loc[-1], str):
        return []
    fields = [model.model_fields[loc[-1]] for model in _models_at(loc[:-1]) if loc[-1] in model.model_fields]
    return [word for field in fields for item in _annotations(field) if isinstance(item, OneOf) for word in item.table]


def _annotations(field: FieldInfo) -> Iterator[object]:
    yield from field.metadata
    yield from _nested(field.annotation)


def _nested(annotation: object) -> Iterator[object]:
    for argument in get_args(annotation):
        yield argument
        yield from _nested(argument)


def _field_models(field: FieldInfo) -> Sequence[type[BaseModel]]:
    candidates = [field.annotation, *_nested(field.annotation)]
    return [item for item in candidates if isinstance(item, type) and issubclass(item, Params)]


def _foreign_letters(key: str) -> Iterator[str]:
    """Letters that may look like those of the language; the words of the language are ASCII."""
    foreign = [f"{quote(letter)} is U+{ord(letter):04X}" for letter in key[:100] if not letter.isascii()]
    if foreign:
        yield f"not an ASCII letter: {', '.join(foreign[:3])}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value[:60] if isinstance(value, str) else value)
    text = {"True": "true", "False": "false", "None": "null"}.get(text, text)
    return text if len(text) <= 60 else text[:57] + "..."
