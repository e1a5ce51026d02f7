"""The runtime: data, training loop, evaluation and the command line.

Names are imported when they are first used, so that commands which need no torch do not wait for it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ssmi_runtime.api import run
    from ssmi_runtime.loop import RunResult


def __getattr__(name: str) -> Any:
    if name == "run":
        from ssmi_runtime.api import run

        return run
    if name == "RunResult":
        from ssmi_runtime.loop import RunResult

        return RunResult
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["RunResult", "run"]
