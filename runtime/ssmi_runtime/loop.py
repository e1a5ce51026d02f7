"""The training loop: a compiled step, data and numbers in, a run directory out.

runs/<name>/metrics.jsonl    one line for each step: loss terms, learning rate, monitors now and then
            checkpoint.pt    all state of the step
            results.json     what the run reached
            run.json         what was run: method, artifact key, data, recipe, seed, versions
            spec.yaml        the resolved spec
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ssmi_compiler.artifact import Artifact, StepFunction, load_step
from ssmi_compiler.compile import (
    draw_noise,
    draw_term_noise,
    example_inputs,
    make_augmentations,
    make_masks,
)
from ssmi_compiler.files import write_whole
from ssmi_compiler.refresh import refresh
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.networks import build_networks
from ssmi_dsl.components.datasets import DATASETS, DatasetInfo
from ssmi_dsl.load import dump
from ssmi_dsl.spec.method import Method
from ssmi_runtime.checkpoint import load_checkpoint, save_checkpoint
from ssmi_runtime.errors import RunError
from ssmi_runtime.feed import open_data
from ssmi_runtime.initial import fill_frozen

# steps between readings of the loss: a reading waits for a GPU, which then stands idle
READ_EVERY = {"cpu": 1, "cuda": 25}
NUM_MONITORS = 8

Report = Callable[[int, int, Mapping[str, float], float], None]


@dataclass(frozen=True)
class RunResult:
    """Where the run lies and what it reached; accuracies are fractions, information is in nats.

    `finished` is false where `stop` ended the run early; then `results` is empty, and the checkpoint holds `steps` steps.
    `rate` is in samples per second of training; `first_step` in seconds, from the call to the end of its first step.
    """

    folder: Path
    results: dict[str, float]
    steps: int
    num_steps: int
    rate: float
    first_step: float
    finished: bool


def train(
    artifact: Artifact,
    method: Method,
    folder: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    init: Path | None = None,
    save_every: int = 100,
    report: Report | None = None,
    step_function: StepFunction | None = None,
    root: Path | None = None,
    download: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Train with a compiled step, on the device it was compiled for, and evaluate.

    A checkpoint is written every `save_every` steps, and at the end; `resume` goes on from the last, to the same bits on a CPU. `stop` is asked
    after each step; a run that it ends is saved. `init` is the folder of a run whose networks the frozen branches take. `step_function`
    replaces the compiled step of the artifact, e.g. by one compiled just in time. Raises RunError on a loss that is not finite and on a
    folder that holds another run, DatasetError without data.
    """
    began = time.perf_counter()
    device = artifact.manifest["device"]
    _claim(folder, artifact, method, seed, resume=resume)
    info = DATASETS[artifact.manifest["data"]]
    recipe = method.recipe
    networks = build_networks(method, channels=3, size=info.size, text=info.text)
    augmentations = make_augmentations(method, info)
    feed, meter = open_data(method, networks, augmentations, info, device=device, root=root, download=download)
    steps_per_epoch = max(1, len(feed.samples) // recipe.batch_size)
    num_steps = steps_per_epoch * recipe.epochs
    masks = make_masks(method, networks, augmentations, info)

    def initial() -> dict[str, Tensor]:
        return example_inputs(method, networks, augmentations, info, seed=seed, device=device)

    inputs = initial()
    state = {name: value for name, value in inputs.items() if name.startswith("state/")}
    if init is not None:
        fill_frozen(method, state, init)
    first = load_checkpoint(folder, state) if resume else 0
    if step_function is None:
        step_function = load_step(artifact)
    names, metrics = artifact.manifest["inputs"], artifact.manifest["metrics"]

    def embed(branch: str) -> Tensor:
        return meter.embed(state, branch, feed.samples, upto="projector")

    monitor_every = steps_per_epoch * max(1, recipe.epochs // NUM_MONITORS)
    _forget_after(folder / "metrics.jsonl", first)
    pending: list[tuple[dict[str, float], Any]] = []
    started, first_step, done = time.perf_counter(), 0.0, first
    with (folder / "metrics.jsonl").open("a") as log:
        for step in range(first, num_steps):
            if stop():
                break
            refresh(method, state, step=step, steps_per_epoch=steps_per_epoch, seed=seed, embed=embed)
            inputs.update(feed.at(step, seed))
            noise = draw_noise(augmentations, recipe.batch_size, info.size, seed=seed, step=step, masks=masks)
            noise.update(draw_term_noise(method, networks, seed=seed, step=step))
            for name, value in noise.items():
                inputs[name] = value.to(device, non_blocking=True)
            numbers = numbers_at(method, step, num_steps=num_steps, steps_per_epoch=steps_per_epoch)
            for name, value in numbers.items():
                inputs[f"number/{name}"].fill_(value)
            values = step_function(*(inputs[name] for name in names))
            pending.append(({"step": step, "lr": numbers["lr"]}, values))
            done = step + 1
            is_last, saves, watches = done == num_steps, done % save_every == 0, done % monitor_every == 0
            if is_last or saves or watches or len(pending) >= READ_EVERY[device]:
                row = _write(log, pending, metrics, folder, meter.monitors(state) if watches and not is_last else {})
                rate = (done - first) * recipe.batch_size / (time.perf_counter() - started)
                if report is not None:
                    report(done, num_steps, row, rate)
            if done == first + 1:
                first_step = time.perf_counter() - began
            if saves or is_last:
                log.flush()
                save_checkpoint(folder, state, done)
        if pending:
            _write(log, pending, metrics, folder, {})
    rate = (done - first) * recipe.batch_size / max(time.perf_counter() - started, 1e-9)
    if done < num_steps:
        save_checkpoint(folder, state, done)
        return RunResult(folder, {}, done, num_steps, rate, first_step, finished=False)
    results = {**meter.accuracies(state), **meter.monitors(state), raw_key(info): meter.raw()}
    results.update({f"untrained/{name}": value for name, value in meter.accuracies(initial()).items()})
    write_whole(folder / "results.json", json.dumps(results, indent=1))
    return RunResult(folder, results, done, num_steps, rate, first_step, finished=True)


def raw_key(info: DatasetInfo) -> str:
    """Where results have the k-NN accuracy of samples that nothing encodes: `raw_pixels/knn` of images, `raw_features/knn` of nodes."""
    return f"{info.raw.replace(' ', '_')}/knn"


def read_metrics(folder: Path) -> list[dict[str, float]]:
    """The rows of a run's metrics.jsonl; a last line that a kill cut short is left out."""
    return list(_rows(folder / "metrics.jsonl"))


def _write(
    log: Any,
    pending: list[tuple[dict[str, float], Any]],
    metrics: list[str],
    folder: Path,
    monitors: Mapping[str, float],
) -> dict[str, float]:
    """Read the values of the pending steps, log them, and return the last row of loss terms."""
    terms: dict[str, float] = {}
    for index, (numbers, values) in enumerate(pending):
        terms = dict(zip(metrics, (float(value) for value in values), strict=True))
        if not all(value == value and abs(value) != float("inf") for value in terms.values()):
            raise RunError(
                f"step {numbers['step']:.0f}: the loss is not finite ({terms}); the last checkpoint in {folder} is intact; lower the learning rate"
            )
        extra = monitors if index == len(pending) - 1 else {}
        log.write(json.dumps({**numbers, **terms, **extra}) + "\n")
    pending.clear()
    return terms


def _claim(folder: Path, artifact: Artifact, method: Method, seed: int, *, resume: bool) -> None:
    """Make the folder of a run, or check that the one to resume is a run of the same step, data and seed."""
    path = folder / "run.json"
    record = {
        "method": method.spec.name,
        "key": artifact.manifest["key"],
        "data": artifact.manifest["data"],
        "device": artifact.manifest["device"],
        "recipe": method.recipe.name,
        "epochs": method.recipe.epochs,
        "seed": seed,
        "torch": torch.__version__,
    }
    if resume and path.is_file():
        try:
            found = json.loads(path.read_text())
        except ValueError as error:
            raise RunError(f"{path} is not whole ({error}); start again without --resume") from error
        for name in ("key", "data", "seed", "epochs"):
            if found.get(name) != record[name]:
                raise RunError(
                    f"{folder} is a run with {name} {found.get(name)}, not {record[name]}; choose another --out"
                )
        return
    if path.is_file():
        raise RunError(f"{folder} holds a run already; add --resume, or choose another --out")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "spec.yaml", dump(method.spec))
    write_whole(path, json.dumps(record, indent=1))


def _forget_after(path: Path, step: int) -> None:
    """Keep only the rows of steps before `step`, so that a resumed run writes each row once."""
    if path.is_file():
        write_whole(path, "".join(json.dumps(row) + "\n" for row in _rows(path) if row["step"] < step))


def _rows(path: Path) -> Iterator[dict[str, float]]:
    for line in path.read_text().splitlines():
        with suppress(json.JSONDecodeError):  # a kill may cut the last line short
            yield json.loads(line)


__all__ = ["RunResult", "read_metrics", "train"]
