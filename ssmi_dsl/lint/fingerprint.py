"""What identifies a finding when lines move: its rule, its file and its place in the tree."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from ssmi_dsl.diagnostics import Diagnostic, Loc


def json_pointer(loc: Loc) -> str:
    """RFC 6901: `/branches/target`; the whole document is the empty text."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in loc)


def place_of(diagnostic: Diagnostic) -> str:
    """The JSON pointer of a finding; of one without, such as a syntax error, its message."""
    return json_pointer(diagnostic.loc) or diagnostic.message


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """One for each finding, all different: the second of two alike is numbered."""
    seen: dict[tuple[str, str, str], int] = {}
    found: list[str] = []
    for item in diagnostics:
        key = (item.code, PurePath(item.path).as_posix(), place_of(item))
        number = seen[key] = seen.get(key, 0) + 1
        found.append(hashlib.sha256("\0".join((*key, str(number))).encode("utf-8", "surrogatepass")).hexdigest())
    return found
