"""Writing files so that a whole one is always on disk."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write to a temporary sibling, sync, rename; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
