"""`run`: from a spec to a trained encoder."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Literal

import ssmi_compiler
from ssmi_compiler.api import check_data, choose_device, embedded_data, load_recipe, require_clean
from ssmi_compiler.artifact import Artifact, StepFunction, jit_step, manifest_of
from ssmi_compiler.compile import lower
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.spec.method import Method
from ssmi_runtime.checkpoint import NAME as CHECKPOINT
from ssmi_runtime.loop import Report, RunResult, train


def run(
    source: str | Path,
    *,
    data: str | None = None,
    recipe: str | None = None,
    overrides: Sequence[str] = (),
    lint: bool = True,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    seed: int = 0,
    resume: bool = False,
    init: Path | None = None,
    out: Path | None = None,
    jit: bool = False,
    root: Path | None = None,
    download: bool = False,
    target: Path = Path("target"),
    runs: Path = Path("runs"),
    report: Report | None = None,
    progress: Callable[[str], None] = lambda text: None,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Compile a spec (a path or a bundled name) for the data set `data` if that was not done yet, train with it and evaluate.

        run("jmi", overrides=["recipes.digits.epochs=5"]).results["knn"]

    `data` is by default the embedded data set that fits the spec. The run lies in `out`, by default in a new folder of `runs`; `resume`
    goes on in `out`, by default in the last folder of this artifact and seed. `init` is the folder of a run whose
    networks the frozen branches take. `jit` compiles by torch.compile at the first step and writes
    no artifact. Raises SpecError, CompileError, CertificateError, DatasetError and RunError, all of them SsmiError.
    """
    data = data or embedded_data(source, overrides)
    check_data(data)
    step_function: StepFunction | None = None
    if jit:
        method, artifact, step_function = _just_in_time(source, data, recipe, overrides, lint, device)
    else:
        artifact = ssmi_compiler.compile(
            source,
            data=data,
            recipe=recipe,
            overrides=overrides,
            lint=lint,
            device=device,
            target=target,
            progress=progress,
        )
        method = load_recipe(source, recipe, data=data, overrides=overrides)
    folder = out or _folder(runs, f"{method.spec.name}-{artifact.manifest['key'][:8]}-{seed}", resume=resume)
    if resume and not (folder / CHECKPOINT).is_file():
        progress(f"{folder} has no checkpoint: starting from the first step")
    return train(
        artifact,
        method,
        folder,
        seed=seed,
        resume=resume,
        init=init,
        report=report,
        step_function=step_function,
        root=root,
        download=download,
        stop=stop,
    )


def _just_in_time(
    source: str | Path, data: str, recipe: str | None, overrides: Sequence[str], lint: bool, device: str
) -> tuple[Method, Artifact, StepFunction]:
    if lint:
        require_clean(source, recipe=recipe or DATASETS[data].recipe, overrides=overrides)
    method = load_recipe(source, recipe, data=data, overrides=overrides)
    lowered = lower(method, data=data, device=choose_device(device))
    return method, Artifact(Path(), manifest_of(lowered)), jit_step(lowered)


def _folder(runs: Path, name: str, *, resume: bool) -> Path:
    """runs/name, runs/name-2, ...: the first that is free, or, to resume, the last that is not."""
    candidates = (runs / (name if index == 1 else f"{name}-{index}") for index in count(1))
    last = runs / name
    for folder in candidates:
        if not folder.exists():
            return last if resume else folder
        last = folder
    raise AssertionError("count does not end")
