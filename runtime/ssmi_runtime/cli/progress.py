"""Progress of a run on standard error: a live line in a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

# seconds between plain lines where there is no terminal
INTERVAL = 5.0


class Progress:
    """Context manager whose `report` shows the step, the loss terms and `samples`, such as images, per second."""

    def __init__(self, samples: str) -> None:
        self.samples = samples
        self.live = sys.stderr.isatty()
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        self.bar = Bar(*columns, console=Console(stderr=True), disable=not self.live)
        self.task = self.bar.add_task("starting", total=None)
        self.last = 0.0

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def report(self, step: int, num_steps: int, terms: Mapping[str, float], rate: float) -> None:
        """Called after every step; `rate` in samples per second."""
        text = "  ".join([*(f"{name} {value:.3f}" for name, value in terms.items()), f"{rate:.0f} {self.samples}/s"])
        self.bar.update(self.task, total=num_steps, completed=step, description=text)
        now = time.monotonic()
        if not self.live and (now - self.last > INTERVAL or step == num_steps):
            self.last = now
            print(f"step {step}/{num_steps}  {text}", file=sys.stderr, flush=True)
