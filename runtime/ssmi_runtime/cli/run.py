"""`ssmi run`."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime import run
from ssmi_runtime.cli.compile import TARGET, Request, default_spec, last_compiled, remember, request_of, say
from ssmi_runtime.cli.progress import Progress
from ssmi_runtime.cli.table import results_table
from ssmi_runtime.loop import RunResult


class Interrupts:
    """Notes the first SIGINT or SIGTERM, so that the run ends after its step; a second one ends it at once."""

    def __init__(self) -> None:
        self.received: int | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number

    @property
    def exit_code(self) -> int:
        return 0 if self.received is None else 128 + self.received

    @contextmanager
    def listening(self) -> Iterator[None]:
        before = {number: signal.signal(number, self) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_run(
    request: Request | None,
    *,
    lint: bool,
    seed: int,
    resume: bool,
    init: Path | None,
    out: Path | None,
    jit: bool,
    root: Path | None,
    download: bool,
    json_output: bool,
) -> int:
    """Compile if needed, train, print where the run lies and what it reached; the exit code. Raises SsmiError.

    `request` None stands for what was compiled last, or for the default spec.
    """
    if request is None:
        request = last_compiled()
        if request is not None:
            say(f"no spec named: running what was compiled last, `{request.spec}` on {request.data}")
        else:
            request = request_of(default_spec(), None, None, [], "auto")
    interrupts = Interrupts()
    with interrupts.listening(), Progress(DATASETS[request.data].samples) as progress:
        result = run(
            request.spec,
            data=request.data,
            recipe=request.recipe,
            overrides=request.overrides,
            lint=lint,
            device=request.device,  # pyright: ignore[reportArgumentType]  # checked by choose_device
            seed=seed,
            resume=resume,
            init=init,
            out=out,
            jit=jit,
            root=root,
            download=download,
            target=TARGET,
            report=progress.report,
            progress=say,
            stop=lambda: interrupts.received is not None,
        )
    if not jit:
        remember(request)
    if not result.finished:
        say(f"stopped after step {result.steps} of {result.num_steps}; go on with --resume --out {result.folder}")
        return interrupts.exit_code
    print_result(result, request, json_output=json_output)
    return 0


def print_result(result: RunResult, request: Request, *, json_output: bool) -> None:
    """The table of a run, or one JSON object."""
    info = DATASETS[request.data]
    if json_output:
        row = {"run": str(result.folder), "steps": result.steps, f"{info.samples}_per_second": round(result.rate, 1)}
        print(json.dumps({**row, "first_step_seconds": round(result.first_step, 2), **result.results}, indent=1))
        return
    sys.stdout.write(results_table(result, info))
