"""An unknown key: what it may have meant, here or in another section, and the fix."""

from collections.abc import Collection, Sequence

from ssmi_dsl.diagnostics import Applicability, Loc
from ssmi_dsl.fixes.fix import Fix, rename_key
from ssmi_dsl.guess import is_typo, nearest, sure_guess
from ssmi_dsl.sections import dotted, near_key, sections_with
from ssmi_dsl.wording import quote

MAX_SECTIONS = 3


def explain_unknown_key(loc: Loc, allowed: Sequence[str], present: Collection[str]) -> tuple[str | None, Fix | None]:
    """Help and fix for the key at `loc`, in a mapping that may have the keys `allowed` and has `present`.

    A slip of a key that is allowed here comes first, then the same key of another section, then what looks alike here and elsewhere.
    """
    word = str(loc[-1])
    free = [key for key in allowed if key not in present]
    slip = sure_guess(word, free)
    if slip is not None:
        return f"did you mean {quote(slip)}?", _rename(loc, slip)
    elsewhere = sections_with(word, loc[:-1])
    if elsewhere:
        return f"{quote(word)} belongs in {_places(elsewhere)}", None
    near = nearest(word, free)
    if near is not None:
        return f"did you mean {quote(near)}?", _rename(loc, near)
    taken = nearest(word, allowed)
    if taken is not None:
        return f"did you mean {quote(taken)}? it is given already", None
    other = near_key(word)
    if other is not None:
        return f"did you mean {quote(other)}, which belongs in {_places(sections_with(other, loc[:-1]))}?", None
    return None, None


def _rename(loc: Loc, new: str) -> Fix:
    sure = is_typo(str(loc[-1]), new)
    return Fix(f"rename it to `{new}`", Applicability.SAFE if sure else Applicability.UNSAFE, (rename_key(loc, new),))


def _places(sections: Sequence[Loc]) -> str:
    shown = [f"`{dotted(loc)}`" if loc else "the top level" for loc in sections[:MAX_SECTIONS]]
    more = len(sections) - len(shown)
    text = shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]
    return text + (f" and {more} more" if more > 0 else "")
