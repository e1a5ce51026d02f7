"""`compile`: from a spec to an artifact, or to the one that exists already."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch

from ssmi_compiler.artifact import Artifact, artifact_key, open_artifact, write_artifact, write_stages
from ssmi_compiler.compile import Device, lower
from ssmi_compiler.errors import ArtifactError, CompileError
from ssmi_dsl.check import check
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import find_source, load, open_spec
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.recipe import recipe_of


def compile(
    source: str | Path,
    *,
    data: str | None = None,
    recipe: str | None = None,
    overrides: Sequence[str] = (),
    lint: bool = True,
    device: Device | Literal["auto"] = "auto",
    target: Path = Path("target"),
    dump_ir: Path | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Artifact:
    """The artifact of a spec (a path or a bundled name) for the data set `data`, under `target/<method>/<key>`.

    `data` is by default the embedded data set that fits the spec (`embedded_data`). `device` is `cpu`, `cuda`, or `auto`: a GPU where torch
    sees one. `recipe` is by default the one that fits the data. An artifact with the same key is reused. `dump_ir` names a folder for the
    MI graph after every pass, written before the proof. Raises SpecError when the linter finds errors, CertificateError when the traced
    graph contradicts the spec, CompileError otherwise.
    """
    data = data or embedded_data(source, overrides)
    check_data(data)
    place = choose_device(device)
    wanted = recipe or DATASETS[data].recipe
    if lint:
        found = require_clean(source, recipe=wanted, overrides=overrides)
        if found:
            progress(f"{len(found)} findings of the linter that are not errors; `ssmi lint {source}` shows them")
    method = load_recipe(source, recipe, data=data, overrides=overrides)
    folder = target / method.spec.name / artifact_key(method, data, place)
    if folder.exists() and dump_ir is None:
        try:
            artifact = open_artifact(folder)
        except ArtifactError as error:
            progress(f"{error}: compiling again")
        else:
            progress(f"{folder} is up to date")
            return artifact
    lowered = lower(
        method,
        data=data,
        device=place,
        inspect=lambda stages: None if dump_ir is None else write_stages(stages, dump_ir),
    )
    certificate = lowered.certificate
    progress(f"certificate: {len(certificate.flows)} gradient flows proven on {certificate.num_operations} operations")
    progress("compiling ahead of time, about half a minute ...")
    return write_artifact(lowered, folder)


def load_recipe(source: str | Path, recipe: str | None, *, data: str, overrides: Sequence[str]) -> Method:
    """The method under `recipe`, or under the recipe that fits `data`. Raises SpecError, and CompileError for a recipe that the spec lacks.

    A spec without a recipe for this data set is used with its default recipe. The number of training images is that of the data set, where it
    is known without reading it.
    """
    method = load(source, recipe=recipe or DATASETS[data].recipe, overrides=overrides)
    names = list(dict.fromkeys(("default", *method.spec.recipes)))
    if recipe is not None and recipe not in names:
        raise CompileError(f"`{method.spec.name}` has no recipe `{recipe}`; it has: {', '.join(names)}")
    num_train = DATASETS[data].num_train
    return replace(method, recipe=recipe_of(method.spec, method.recipe.name, num_train=num_train))


def choose_device(device: str) -> Device:
    """`auto`, `cpu` or `cuda` as a device of this machine. Raises CompileError for others, and for `cuda` where torch sees no GPU."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise CompileError("torch sees no CUDA GPU here; choose --device cpu")
    if device in ("cpu", "cuda"):
        return device
    raise CompileError(f"there is no device `{device}`; choose auto, cpu or cuda")


def embedded_data(source: str | Path, overrides: Sequence[str] = ()) -> str:
    """The data set that needs no download and has what a spec reads: `digits`; `shapes` where a view is text; `digits-graph` where the samples
    are nodes of a graph; `digits-sheets` where patches are masked, for others must tell what they show. Raises SpecError."""
    whole = open_spec(find_source(source), overrides=overrides)
    if isinstance(whole, tuple):
        raise SpecError(whole)
    views: object = whole.data.get("views")
    if not isinstance(views, dict):
        return "digits"
    if views.get("graph") is not None:
        return "digits-graph"
    modalities: object = views.get("modalities")
    if isinstance(modalities, list) and "text" in modalities:
        return "shapes"
    return "digits" if views.get("mask") is None else "digits-sheets"


def check_data(name: str) -> None:
    """Raise CompileError unless `name` is a data set of images, or a graph."""
    if name not in DATASETS:
        raise CompileError(f"there is no data set `{name}`; known: {', '.join(DATASETS)}")
    if DATASETS[name].kind == "pairs":
        raise CompileError(f"`{name}` holds pairs of vectors, and the step takes images or a graph")


def require_clean(source: str | Path, *, recipe: str, overrides: Sequence[str]) -> tuple[Diagnostic, ...]:
    """The linter's findings under one recipe; raises SpecError when there is an error among them."""
    found = check(source, recipe=recipe, overrides=overrides)
    if any(item.severity is Severity.ERROR for item in found):
        raise SpecError(found)
    return found
