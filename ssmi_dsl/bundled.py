"""Bundled specs: one YAML file each, in the wheel beside this package, in a checkout at its top."""

from functools import cache
from pathlib import Path


@cache
def specs_folder() -> Path:
    """The folder that holds the bundled specs."""
    packaged = Path(__file__).parent / "specs"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "specs"


@cache
def bundled_names() -> tuple[str, ...]:
    """Names of the bundled methods, sorted."""
    return tuple(sorted(path.stem for path in specs_folder().glob("*.yaml")))


def bundled_path(name: str) -> Path | None:
    """The file of a bundled method, or None."""
    return specs_folder() / f"{name}.yaml" if name in bundled_names() else None
