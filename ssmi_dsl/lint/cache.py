"""What was found before in the same bytes, by the same rules, under the same settings.

A file of its own for each spec in `.ssmi_cache/<version>/`. The key holds the bytes of the spec, the settings and the rules; the record
holds a hash of every file that the spec extends. A cache that cannot be read or written is as good as none.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ssmi_dsl.bundled import bundled_path, specs_folder
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import Document, read_file
from ssmi_dsl.engine import Settings
from ssmi_dsl.extends import place_beside
from ssmi_dsl.lint.record import from_record, to_record
from ssmi_dsl.real_path import real_path
from ssmi_dsl.resolve import MAX_EXTENDS
from ssmi_dsl.version import VERSION

FOLDER = ".ssmi_cache"
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file is a cache directory tag of ssmi; see https://bford.info/cachedir/\n"
)


class Cache:
    """Findings on the disk. `folder` is made when something is first stored."""

    def __init__(self, folder: Path) -> None:
        self._top = folder
        self._folder = folder / VERSION
        self._ready = False

    def find(self, path: str, data: bytes, settings: Settings) -> tuple[Diagnostic, ...] | None:
        """What was found in the file `path` that holds `data`, or None."""
        try:
            record: Any = json.loads((self._folder / _key(path, data, settings)).read_bytes())
            for file, expected in record["extends"]:
                if _hash_of(Path(file)) != expected:
                    return None
            return tuple(from_record(item) for item in record["diagnostics"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def store(self, document: Document, data: bytes, settings: Settings, diagnostics: Sequence[Diagnostic]) -> None:
        """Remember what was found in `document`, which was read from `data`."""
        record = {
            "extends": [[str(file), _hash_of(file)] for file in extended_files(document)],
            "diagnostics": [to_record(item) for item in diagnostics],
        }
        try:
            self._prepare()
            place = self._folder / _key(document.path, data, settings)
            temporary = place.with_name(f"{place.name}.{os.getpid()}")
            temporary.write_text(json.dumps(record, separators=(",", ":")), encoding="utf-8")
            os.replace(temporary, place)
        except (OSError, ValueError):
            return  # a full or read-only disk, text that no encoding can write: nothing is remembered

    def _prepare(self) -> None:
        if self._ready:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
            if not (self._top / name).exists():
                (self._top / name).write_text(text, encoding="utf-8")
        self._ready = True


def extended_files(document: Document) -> list[Path]:
    """The files that a spec extends, nearest first, bundled ones left out; a file that is missing is the last."""
    found: list[Path] = []
    while len(found) <= MAX_EXTENDS:
        parent = document.data.get("extends") if document.data is not None else None
        if not isinstance(parent, str) or bundled_path(parent) is not None:
            break
        file = place_beside(document, parent)
        if file is None or file in found:
            break
        found.append(file)
        if _hash_of(file) is None:
            break
        document = read_file(file)
    return found


def _key(path: str, data: bytes, settings: Settings) -> str:
    options = (settings.select, settings.ignore, settings.extend, sorted(settings.severity.items()))
    whole = hashlib.sha256(_rules_hash())
    for part in (path, str(real_path(path).parent), repr(options)):
        whole.update(part.encode("utf-8", "surrogatepass") + b"\0")
    whole.update(data)
    return whole.hexdigest() + ".json"


@cache
def _rules_hash() -> bytes:
    """Of the sizes and times of the language's files and of the bundled specs: they are many, and their text need not be read."""
    whole = hashlib.sha256(VERSION.encode())
    for entry in sorted(_files(Path(__file__).parents[1], ".py")) + sorted(_files(specs_folder(), ".yaml")):
        whole.update(repr(entry).encode())
    return whole.digest()


def _files(folder: Path, suffix: str) -> Iterable[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _files(Path(entry.path), suffix)
            elif entry.name.endswith(suffix):
                info = entry.stat()
                yield entry.path, info.st_size, info.st_mtime_ns


def _hash_of(file: Path) -> str | None:
    """None for what is not a regular file that can be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    except (OSError, ValueError):
        return None


def cache_folder(root: Path, given: str | None) -> Path:
    """Where the cache of a project lies: as given by option, by SSMI_CACHE_DIR, or in its root."""
    named = given or os.environ.get("SSMI_CACHE_DIR")
    return Path(named) if named else root / FOLDER
