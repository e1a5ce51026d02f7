"""A starter spec: the text of a bundled method under another name, comments and all, to be changed line by line."""

import re
from typing import Literal

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.document import read_document
from ssmi_dsl.errors import StarterError
from ssmi_dsl.load import find_source, load
from ssmi_dsl.spec.method_spec import NAME_PATTERN
from ssmi_dsl.wording import did_you_mean, listing, quote

Paradigm = Literal["sdmi", "jmi"]


def starter(name: str, *, paradigm: Paradigm | None = None, source: str | None = None) -> str:
    """Text of a new spec `name`: after the bundled method `source`, by default the canonical form of the paradigm.

    The title and the citation of the original become a comment, since they are not those of the new method. Raises StarterError.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise StarterError(f"{quote(name)} is no name: lower case letters, digits and hyphens, at most 64")
    if source is None and paradigm is None:
        raise StarterError("name a paradigm (--paradigm sdmi or jmi), a bundled method to start from (--from), or both")
    original = source if source is not None else str(paradigm)
    if original not in bundled_names():
        guess = did_you_mean(original, bundled_names()) or f"bundled methods: {listing(bundled_names())}"
        raise StarterError(f"there is no bundled method {quote(original)}; {guess}")
    method = load(original)
    if paradigm is not None and method.paradigm != paradigm:
        raise StarterError(f"{quote(original)} is {method.paradigm}, not {paradigm}")
    return _renamed(find_source(original).text, name, original)


def _renamed(text: str, name: str, original: str) -> str:
    document = read_document(text, original)
    assert document.data is not None
    about = [str(document.data[key]) for key in ("title", "paper") if key in document.data]
    lines: list[str] = []
    for line in text.splitlines():
        key = line.partition(":")[0]
        if key == "name":
            lines += [f"name: {name}", f"# started from {original}" + (f": {', '.join(about)}" if about else "")]
        elif key not in ("title", "paper"):
            lines.append(line)
    return "\n".join(lines) + "\n"
