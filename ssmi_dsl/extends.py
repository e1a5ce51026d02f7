"""The spec that another one extends: a bundled method, or a regular file in the folder of that spec or below."""

import os
from functools import lru_cache
from pathlib import Path

from ssmi_dsl.bundled import bundled_names, bundled_path
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import Document, read_document, read_file
from ssmi_dsl.guess import close_matches
from ssmi_dsl.real_path import real_path
from ssmi_dsl.resolve import MAX_EXTENDS
from ssmi_dsl.rules.sy004_wrong_type import RULE as WRONG_TYPE
from ssmi_dsl.rules.sy012_unresolved_reference import RULE as UNRESOLVED_REFERENCE
from ssmi_dsl.wording import quote

_LOC = ("extends",)


def find_base(document: Document, name: object, chain: tuple[str, ...]) -> Path | Diagnostic:
    """The file that `extends: name` in `document` means. `chain` holds the files that lead here, the first one last.

    A spec from a stranger reads nothing outside of its own folder: no absolute path, no `..`, no link that leaves it, no device.
    """
    span = document.span(_LOC)
    if not isinstance(name, str):
        message = "`extends` takes the name of a bundled method or a file"
        return WRONG_TYPE.at(document.path, span, message, loc=_LOC)
    found = bundled_path(name) or _file_beside(document, name)
    if found is None:
        guess = close_matches(name, bundled_names())
        help = (
            f"did you mean `{guess[0]}`?"
            if guess
            else "name a bundled method, or a file in the folder of this spec or below"
        )
        message = f"{quote(f'extends: {name}')} is neither a bundled method nor a file beside this spec"
    elif str(found) in chain or found == real_path(document.path):
        help, message = None, "`extends` leads back to a spec that extends this one"
    elif len(chain) >= MAX_EXTENDS:
        help, message = None, f"a chain of more than {MAX_EXTENDS} specs that extend one another"
    else:
        return found
    return UNRESOLVED_REFERENCE.at(document.path, span, message, help=help, loc=_LOC)


def read_base(path: Path) -> Document:
    """As `read_file`; a base that many specs extend is parsed once for as long as its content stays the same."""
    return read_file(path, read=_parsed)


@lru_cache(maxsize=64)
def _parsed(text: bytes, path: str) -> Document:
    return read_document(text, path)


def place_beside(document: Document, name: str) -> Path | None:
    """Where a file `name` in the folder of a spec or below would be; None if the name leads elsewhere."""
    try:
        here = real_path(document.path).parent
        found = real_path(here / name)
    except (OSError, ValueError):  # a NUL in the name, characters that no file name can have
        return None
    return found if here in found.parents and not Path(name).is_absolute() else None


def _file_beside(document: Document, name: str) -> Path | None:
    found = place_beside(document, name)
    return found if found is not None and os.path.isfile(found) else None
