"""A value of the wrong type or an unknown word that has one likely spelling: `yes` for true, `"0.1"` for 0.1, `in-bach` for `in-batch`."""

from collections.abc import Mapping, Sequence
from typing import cast

from ssmi_dsl import scalars
from ssmi_dsl.diagnostics import Applicability, Loc
from ssmi_dsl.fixes.fix import Fix, rename_key, set_value
from ssmi_dsl.guess import is_typo, nearest

_BOOLEANS = {"yes": True, "on": True, "y": True, "no": False, "off": False, "n": False}


def respell_number(loc: Loc, value: object, *, whole: bool) -> Fix | None:
    """Text that spells a number, where a number is needed; a whole float where an integer is."""
    number = scalars.resolve(value.strip(), quoted=False) if isinstance(value, str) else value
    if whole and isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int if whole else (int, float)) or number is value:
        return None
    return Fix(f"write the number {number}", Applicability.SAFE, (set_value(loc, number),))


def respell_boolean(loc: Loc, value: object) -> Fix | None:
    """A word for true or false of YAML 1.1, or such text."""
    word = value.strip().casefold() if isinstance(value, str) else ""
    meant = _BOOLEANS.get(word, {"true": True, "false": False}.get(word))
    if meant is None:
        return None
    return Fix(f"write `{str(meant).lower()}`", Applicability.SAFE, (set_value(loc, meant),))


def respell_word(loc: Loc, value: object, words: Sequence[str]) -> tuple[str | None, Fix | None]:
    """The word of `words` that `value`, a word or a one-key mapping, may mean, and the fix that writes it."""
    is_mapping = isinstance(value, Mapping)
    word = next(iter(cast(Mapping[object, object], value)), None) if is_mapping else value
    if not isinstance(word, str):
        return None, None
    near = nearest(word, words, cutoff=0.5)
    if near is None or near == word:
        return near, None
    change = rename_key((*loc, word), near) if is_mapping else set_value(loc, near)
    sure = Applicability.SAFE if is_typo(word, near) else Applicability.UNSAFE
    return near, Fix(f"write `{near}`", sure, (change,))
