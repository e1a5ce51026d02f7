"""Long sums over views, written with their first and last parts."""

import re
from collections.abc import Iterator

# below this many views all parts are written
LEAST = 4
_OPEN, _CLOSE, _PLUS = "([{⟨", ")]}⟩", " + "
# LaTeX's closing bracket of a pair that grows
_RIGHT = r"\right"
_VIEW = re.compile(r"(?<=\bz)(_\{)?\d+")


def abbreviated(formula: str) -> str:
    """`z1 + z2 + z3 + z4` becomes `z1 + … + z4`; so does every sum whose parts differ in nothing but the numbers of their views."""
    parts = [_inside(part) for part in _split(formula)]
    found: list[str] = []
    while parts:
        alike = next((n for n, part in enumerate(parts) if _shape(part) != _shape(parts[0])), len(parts))
        run, parts = parts[:alike], parts[alike:]
        if len(run) >= LEAST and "z#" in _shape(run[0]):
            run = [run[0], r"\dots" if "z_{" in run[0] else "…", run[-1]]
        found += run
    return _PLUS.join(found)


def _shape(part: str) -> str:
    return _VIEW.sub("#", part)


def _split(formula: str) -> Iterator[str]:
    """The parts of a sum, at every ` + ` outside of brackets."""
    depth = start = 0
    for index, letter in enumerate(formula):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if depth == 0 and formula.startswith(_PLUS, index):
            yield formula[start:index]
            start = index + len(_PLUS)
    yield formula[start:]


def _inside(part: str) -> str:
    """The same part with every outermost bracket's content abbreviated."""
    pieces: list[str] = []
    depth = start = 0
    for index, letter in enumerate(part):
        if letter in _OPEN:
            if depth == 0:
                pieces.append(part[start : index + 1])
                start = index + 1
            depth += 1
        elif letter in _CLOSE and depth > 0:
            depth -= 1
            if depth == 0:
                inner = part[start:index].removesuffix(_RIGHT)
                pieces += [abbreviated(inner), part[start + len(inner) : index]]
                start = index
    return "".join([*pieces, part[start:]])
