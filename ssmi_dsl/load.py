"""Opening a spec: a file, a bundled name or text, with everything it extends, to a method that rules and compiler understand."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from ssmi_dsl.bundled import bundled_names, bundled_path
from ssmi_dsl.diagnostics import Diagnostic, Loc, Severity
from ssmi_dsl.document import Document, read_document, read_file
from ssmi_dsl.errors import SpecError
from ssmi_dsl.extends import find_base, read_base
from ssmi_dsl.guess import close_matches
from ssmi_dsl.resolve import Resolved, merge, resolved, subtree, without
from ssmi_dsl.spec.method import Method, understand
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.recipe import DEFAULT_RECIPE, recipe_of
from ssmi_dsl.structure import structure_findings
from ssmi_dsl.validation import Known, validate
from ssmi_dsl.wording import quote

Problems = tuple[Diagnostic, ...]

# words without a compiler whose meaning `understand` does not know either
_NOT_UNDERSTOOD: tuple[Loc, ...] = (("optimize", "blocks"),)
_BROKEN_BASE = "the spec that this one extends has errors: "


def load(source: str | Path, *, recipe: str = DEFAULT_RECIPE, overrides: Sequence[str] = ()) -> Method:
    """The method that `source` (a path or a bundled name) describes at the scale `recipe`.

    `overrides` are `key.path=value`, as of `--set`. Raises SpecError, which holds every finding, when the spec cannot be used.
    """
    whole = open_spec(find_source(source), recipe=recipe, overrides=overrides)
    method, problems = (None, whole) if isinstance(whole, tuple) else build_method(whole, recipe)
    if method is None or problems:
        raise SpecError(problems)
    return method


def find_source(source: str | Path) -> Document:
    """Read a file, or the bundled spec of this name. Raises SpecError when there is neither."""
    return read_file(locate_source(source))


def locate_source(source: str | Path) -> Path:
    """The file `source`, or the bundled spec of this name. Raises SpecError when there is neither."""
    path = Path(source)
    bundled = bundled_path(str(source)) if path.suffix == "" else None
    if bundled is not None and not os.path.isfile(path):
        path = bundled
    if not os.path.isfile(path):
        guess = close_matches(str(source), bundled_names())
        hint = (
            f"did you mean the bundled method `{guess[0]}`?"
            if guess
            else f"bundled methods: {', '.join(bundled_names())}"
        )
        empty = read_document("{}", str(source))
        message = f"there is no file and no bundled method {quote(str(source))}"
        raise SpecError([_error(empty, (), "SY012", "unresolved-reference", message, help=hint)])
    return path


def open_spec(document: Document, *, recipe: str | None = None, overrides: Sequence[str] = ()) -> Resolved | Problems:
    """Plain data of a document with what it extends, the recipe and the overrides merged, or the reasons why there is none.

    An override wins over everything, the changes that the recipe makes to the method included.
    """
    whole = _extended(document, ())
    if isinstance(whole, tuple):
        return whole
    patches = _overrides(overrides)
    if isinstance(patches, Diagnostic):
        return (patches,)
    for patch in patches:
        whole = merge(whole, patch, document=whole.document)
    return whole if recipe is None else with_recipe(whole, recipe, overrides)


def dump(spec: MethodSpec) -> str:
    """The spec as YAML that loads to the same spec; parameters of choices are written out, other defaults are not."""
    data = spec.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)


def with_recipe(whole: Resolved, recipe: str, overrides: Sequence[str] = ()) -> Resolved:
    """The spec that `open_spec` gave without a recipe, with the changes to the method that `recipe` names merged in, and the
    overrides over them; the spec itself where the recipe changes nothing."""
    named = whole.data.get("recipes")
    recipes: Mapping[str, Any] = cast(Mapping[str, Any], named) if isinstance(named, Mapping) else {}
    changes = recipes.get(recipe)
    if not isinstance(changes, Mapping) or not isinstance(cast(Mapping[str, Any], changes).get("method"), Mapping):
        return whole
    whole = merge(whole, subtree(whole, ("recipes", recipe, "method")), document=whole.document)
    patches = _overrides(overrides)
    for patch in patches if isinstance(patches, list) else []:
        if "recipes" not in patch.data:
            whole = merge(whole, patch, document=whole.document)
    return whole


def build_method(whole: Resolved, recipe: str, known: Known | None = None) -> tuple[Method | None, Problems]:
    """The method that a spec (see `with_recipe`) describes under one recipe, and every finding that prevents its compilation.

    A spec whose only problem is a word without a compiler is understood all the same, so that rules can speak of it. `known` is the
    same spec under another recipe.
    """
    spec = validate(whole, known)
    if not isinstance(spec, MethodSpec):
        return None, spec
    problems = structure_findings(spec, whole)
    is_understood = all(item.code == "SY011" and item.loc not in _NOT_UNDERSTOOD for item in problems)
    return understand(spec, recipe_of(spec, recipe)) if is_understood else None, problems


def _extended(document: Document, chain: tuple[str, ...]) -> Resolved | Problems:
    errors = tuple(d for d in document.diagnostics if d.severity is Severity.ERROR)
    if document.data is None or errors:
        return errors
    own = resolved(document, document.data)
    if own.data.get("extends") is None:
        return own
    base_path = find_base(document, own.data["extends"], chain)
    if isinstance(base_path, Diagnostic):
        return (base_path,)
    base = _extended(read_base(base_path), (*chain, str(base_path)))
    if isinstance(base, tuple):
        # of a chain of broken specs, the last one says what is wrong
        message = f"{_BROKEN_BASE}{base[0].message.removeprefix(_BROKEN_BASE)}"
        return (_error(document, ("extends",), "SY012", "unresolved-reference", message),)
    return merge(base, without(own, ("extends",)), document=document)


def _overrides(texts: Sequence[str]) -> list[Resolved] | Diagnostic:
    patches: list[Resolved] = []
    for text in texts:
        patch = _override(text)
        if isinstance(patch, Diagnostic):
            return patch
        patches.append(patch)
    return patches


def _override(text: str) -> Resolved | Diagnostic:
    path, equals, value = text.partition("=")
    keys = [key for key in path.strip().split(".") if key]
    if not equals or not keys:
        empty = read_document("{}", f"--set {text}")
        return _error(empty, (), "SY001", "syntax-error", f"`--set {text}` is not of the form key.path=value")
    document = read_document("x: " + value, f"--set {text}")
    errors = [item for item in document.diagnostics if item.severity is Severity.ERROR]
    if document.data is None or errors:
        return errors[0]
    value_read: Any = document.data["x"]
    data: dict[str, Any] = {keys[-1]: value_read}
    for key in reversed(keys[:-1]):
        data = {key: data}
    return resolved(read_document("{}", f"--set {text}"), data)


def _error(document: Document, loc: Loc, code: str, name: str, message: str, *, help: str | None = None) -> Diagnostic:
    return Diagnostic(code, name, Severity.ERROR, message, document.path, document.span(loc), help=help, loc=loc)
