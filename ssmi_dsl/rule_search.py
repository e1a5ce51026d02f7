"""Finding a rule by words: over its code, name, summary and page."""

import re
from dataclasses import dataclass

from ssmi_dsl.rules import RuleModule, all_rules

_WORD = re.compile(r"[^\W_]+")
# a word counts most where it names the rule, least where it only occurs in its page
_WEIGHTS = (("name", 8.0), ("summary", 4.0), ("page", 1.0))
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that has every word of a query, and how well."""

    module: RuleModule
    score: float


def search_rules(query: str) -> tuple[Hit, ...]:
    """Rules in which every word of the query occurs, best first; a word of three letters or more also finds longer words."""
    wanted = [word.lower() for word in _WORD.findall(query)]
    if not wanted:
        return ()
    hits = [Hit(module, score) for module in all_rules() if (score := _score(module, wanted)) > 0]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.module.rule.code)))


def _score(module: RuleModule, wanted: list[str]) -> float:
    rule = module.rule
    texts = {"name": f"{rule.code} {rule.name}", "summary": rule.summary, "page": module.page}
    words = {field: [word.lower() for word in _WORD.findall(text)] for field, text in texts.items()}
    total = 0.0
    for word in wanted:
        score = sum(weight * _matches(word, words[field]) for field, weight in _WEIGHTS)
        if score == 0:
            return 0.0
        total += score
    return total


def _matches(word: str, words: list[str]) -> float:
    """1 for the word itself, less for the start of a longer one, a little more where it occurs often."""
    whole = words.count(word)
    partly = sum(other.startswith(word) for other in words) - whole if len(word) >= _SHORTEST_PREFIX else 0
    if not whole and not partly:
        return 0.0
    return (1.0 if whole else 0.5) + 0.05 * min(whole + partly, 5)
