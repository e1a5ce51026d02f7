"""Where a path leads, links followed."""

import os
from pathlib import Path


def real_path(path: str | Path) -> Path:
    """As `Path.resolve`, which before Python 3.13 raises where a link leads to itself. Raises ValueError for a name with a NUL."""
    return Path(os.path.realpath(path))
