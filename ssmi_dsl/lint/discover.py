"""Which project a linted file belongs to: the nearest folder above it with settings, up to the root of its repository."""

import os
from pathlib import Path

from ssmi_dsl.errors import UsageError
from ssmi_dsl.lint.config import Config, read_config
from ssmi_dsl.wording import escape

NAMES = ("ssmi.toml", ".ssmi.toml", "pyproject.toml")
# a folder with one of these is the root of a repository: settings above it are another project's
_ROOTS = (".git", ".hg", ".svn")


class Projects:
    """Finds the settings of files, each folder looked at once. `isolated`: there are none, everywhere the defaults."""

    def __init__(self, *, isolated: bool = False, given: Path | None = None) -> None:
        self._isolated = isolated
        self._given = given
        self._known: dict[str, Config] = {}

    def of(self, file: str) -> Config:
        """The settings for a file (`<stdin>` counts as a file of the current folder). Raises UsageError."""
        # a link belongs to where it stands, not to where it leads
        folder = os.path.dirname(os.path.abspath(file)) if not file.startswith("<") else os.getcwd()
        found = self._known.get(folder)
        if found is None:
            found = self._known[folder] = self._find(Path(folder))
        return found

    def _find(self, folder: Path) -> Config:
        if self._isolated:
            return Config(root=folder)
        if self._given is not None:
            if not self._given.is_file():
                raise UsageError(f"--config: there is no file `{escape(str(self._given))}`")
            return read_config(self._given) or Config(root=self._given.parent)
        for place in (folder, *folder.parents):
            config = _config_in(place)
            if config is not None:
                return config
            if any((place / name).exists() for name in _ROOTS):
                return Config(root=place)
        return Config(root=folder)


def _config_in(folder: Path) -> Config | None:
    found = [
        (name, config)
        for name in NAMES
        if (folder / name).is_file() and (config := read_config(folder / name)) is not None
    ]
    if len(found) > 1:
        names = " and ".join(f"`{name}`" for name, _ in found)
        raise UsageError(f"{escape(str(folder))}: settings stand in {names}; keep one of them")
    return found[0][1] if found else None
