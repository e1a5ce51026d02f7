"""The artifact: a directory with every stage of a compilation as text, the certificate, the compiled step, versions and key.

Written to a temporary sibling, synced and renamed, so that an artifact is whole or absent.
"""

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ssmi_compiler.compile import InPlaceStep, Lowered, example_inputs, metric_names
from ssmi_compiler.errors import ArtifactError, CompileError
from ssmi_compiler.ir.graph import Graph
from ssmi_compiler.ir.text import print_graph
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.load import dump
from ssmi_dsl.spec.method import Method

FORMAT = 1

StepFunction = Callable[..., Sequence[Tensor]]


@dataclass(frozen=True)
class Artifact:
    """A compiled step on disk. `manifest` names inputs and metrics in the order of the package."""

    path: Path
    manifest: Mapping[str, Any]


def artifact_key(method: Method, data: str, device: str) -> str:
    """What a compiled step depends on, as 16 hexadecimal digits: spec, recipe, data set, device, versions, processor."""
    parts = {
        "format": FORMAT,
        "spec": method.spec.model_dump(mode="json", exclude={"recipes", "lint", "title", "paper"}),
        "recipe": [method.recipe.name, method.recipe.batch_size, method.recipe.precision, method.recipe.channels_last],
        "optimizer": [type(method.recipe.optimizer).name, method.recipe.optimizer.model_dump(mode="json")],
        # the step normalises by the pixel statistics of its data set
        "data": [data, DATASETS[data].size, DATASETS[data].mean, DATASETS[data].std],
        "device": [device, torch.cuda.get_device_name() if device == "cuda" else platform.machine()],
        "torch": torch.__version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def write_artifact(lowered: Lowered, folder: Path, *, seed: int = 0) -> Artifact:
    """Compile ahead of time (AOTInductor) and write the artifact; an existing one of the same key is replaced as a whole."""
    method = lowered.method
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write_stages(lowered.stages, building)
        (building / "step.py").write_text(lowered.step.module.code)
        (building / "certificate.json").write_text(json.dumps(lowered.certificate.to_dict(), indent=1))
        (building / "spec.yaml").write_text(dump(method.spec))
        inputs = example_inputs(
            method, lowered.networks, lowered.augmentations, lowered.data, seed=seed, device=lowered.device
        )
        examples = tuple(inputs[name] for name in lowered.step.inputs)
        exported = torch.export.export(InPlaceStep(lowered.step), examples, strict=False)
        package = building / "step.pt2"
        _package(exported, package)
        manifest = {**manifest_of(lowered), "sha256": hashlib.sha256(package.read_bytes()).hexdigest()}
        with (building / "manifest.json").open("w") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    finally:
        if building.exists():
            shutil.rmtree(building)
    return Artifact(folder, manifest)


def write_stages(stages: Sequence[tuple[str, Graph]], folder: Path) -> None:
    """The MI graph after every pass, as `<index>-<pass>.mi`."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, (name, graph) in enumerate(stages):
        (folder / f"{index:02d}-{name}.mi").write_text(print_graph(graph))


def _package(exported: torch.export.ExportedProgram, path: Path) -> None:
    """Compile ahead of time. Raises CompileError where PyTorch's compiler fails on a step that is proven and exported."""
    from torch._inductor.exc import InductorError  # the whole compiler: opening an artifact does without it

    try:
        torch._inductor.aoti_compile_and_package(exported, package_path=str(path))
    except InductorError as error:
        raise CompileError(
            f"PyTorch {torch.__version__} fails to compile this step ({str(error).strip().splitlines()[0]}): a fault of its compiler, not of the spec. "
            "Another number of views or prototypes, `optimize.swap`, or another version of PyTorch often gets around it"
        ) from error


def open_artifact(folder: Path) -> Artifact:
    """Read an artifact and check that it is whole and made for this torch. Raises ArtifactError with the remedy."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        content = (folder / "step.pt2").read_bytes()
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder} is not a whole artifact ({error}); run `ssmi compile` again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtifactError(f"{folder} was written by another version of ssmi; run `ssmi compile` again")
    if hashlib.sha256(content).hexdigest() != manifest.get("sha256"):
        raise ArtifactError(f"{folder}/step.pt2 is corrupted; run `ssmi compile` again")
    if manifest.get("torch") != torch.__version__:
        raise ArtifactError(
            f"{folder} was compiled by torch {manifest.get('torch')}, this is {torch.__version__}; run `ssmi compile` again"
        )
    return Artifact(folder, manifest)


def load_step(artifact: Artifact) -> StepFunction:
    """The compiled step: tensors in the order of `manifest["inputs"]` -> metrics; the state tensors are updated in place."""
    # torch's own loader, without torch._inductor.aoti_load_package around it, which imports the whole compiler (one second, or seven
    # where it must first find out what the processor can do) and parses the call's structure again at every step
    # arguments by place, all of them: their names and defaults differ between versions of torch (threads, runners, any device)
    native: Any = torch._C
    loader = native._aoti.AOTIModelPackageLoader(str(artifact.path / "step.pt2"), "model", False, 1, -1)

    def step(*inputs: Tensor) -> Sequence[Tensor]:
        return loader.boxed_run(list(inputs))

    return step


def jit_step(lowered: Lowered) -> StepFunction:
    """The same step compiled just in time by torch.compile, at its first call."""
    return torch.compile(InPlaceStep(lowered.step), fullgraph=True)


def manifest_of(lowered: Lowered) -> dict[str, Any]:
    """What a run must know of a step: key, names of inputs and metrics, data set."""
    return {
        "format": FORMAT,
        "key": artifact_key(lowered.method, lowered.data.name, lowered.device),
        "name": lowered.method.spec.name,
        "recipe": lowered.method.recipe.name,
        "data": lowered.data.name,
        "device": lowered.device,
        "torch": torch.__version__,
        "inputs": list(lowered.step.inputs),
        "metrics": list(metric_names(lowered.step)),
    }
