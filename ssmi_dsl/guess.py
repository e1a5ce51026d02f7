"""What a mistyped word may have meant, and how sure that is."""

from collections.abc import Iterable, Sequence
from functools import lru_cache


def close_matches(word: str, choices: Sequence[str], *, limit: int = 1, cutoff: float = 0.6) -> list[str]:
    """Choices that look like `word`, of which the start counts, nearest first."""
    from difflib import get_close_matches  # only mistakes pay for it

    return get_close_matches(word[:100], choices, n=limit, cutoff=cutoff)


def edit_distance(one: str, other: str, limit: int = 3) -> int:
    """Insertions, deletions, replacements and exchanges of neighbours between two words (optimal string alignment); at most `limit`."""
    if abs(len(one) - len(other)) >= limit:
        return limit
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], limit)


def is_typo(word: str, meant: str) -> bool:
    """Whether `word` can hardly be anything else than `meant`: other case or separators, or one slip (two in a word of eight letters)."""
    plain, target = _plain(word), _plain(meant)
    return plain == target or edit_distance(plain, target) <= (2 if len(target) >= 8 else 1 if len(target) >= 4 else 0)


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The choice that looks most like `word`, or None; one that differs in case and separators only comes first."""
    words = list(choices)
    plain = _plain(word)
    for choice in words:
        if _plain(choice) == plain:
            return choice
    near = close_matches(word, words, cutoff=cutoff)
    return near[0] if near else None


def sure_guess(word: str, choices: Iterable[str]) -> str | None:
    """The one choice that `word` is a slip of; None where two are, or none is."""
    words = [choice for choice in choices if is_typo(word, choice)]
    return words[0] if len(words) == 1 else None


@lru_cache(maxsize=1024)  # choices are the keys of the language, which each mistyped word is compared with
def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")
