"""Exceptions of the runtime.

SsmiError
└── RunError                a run cannot start or go on
    ├── DatasetError        a data set is unknown, missing or unreadable
    └── MissingExtraError   an optional dependency is not installed
"""

from ssmi_dsl.errors import SsmiError


class RunError(SsmiError):
    """A run cannot start or go on; the text names the step, the path and the remedy."""


class DatasetError(RunError):
    """A data set is unknown, missing or unreadable."""


class MissingExtraError(RunError):
    """Something needs an optional dependency that is not installed; the text names the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        self.what, self.extra = what, extra
        super().__init__(f"{what} needs the extra `{extra}`, which is not installed: pip install 'ssmi[{extra}]'")
