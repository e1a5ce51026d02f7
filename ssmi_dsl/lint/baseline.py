"""A baseline: findings that are accepted for now, counted by file, rule and place in the tree, so that moved lines change nothing."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, cast

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.errors import UsageError
from ssmi_dsl.lint.fingerprint import place_of
from ssmi_dsl.lint.write import write_atomically
from ssmi_dsl.positions import Positions
from ssmi_dsl.real_path import real_path
from ssmi_dsl.rules import find_rule
from ssmi_dsl.rules.sy016_stale_baseline_entry import RULE as STALE_ENTRY
from ssmi_dsl.wording import escape, quote

SCHEMA = "ssmi.baseline/1"

# file, relative to the folder of the baseline; code; place
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Baseline:
    """What a baseline file accepts: how many findings of a rule at a place."""

    path: Path
    accepted: Counter[Key]
    text: str = ""

    def without_accepted(
        self, diagnostics: Iterable[Diagnostic], linted: Iterable[str], enabled: Sequence[str]
    ) -> tuple[list[Diagnostic], list[Diagnostic]]:
        """The findings that are not accepted, and a finding for every entry of the files `linted` and the rules `enabled` that is stale.

        A rule that cannot be silenced is never accepted.
        """
        left = Counter(self.accepted)
        kept: list[Diagnostic] = []
        for item in diagnostics:
            key = _key(item, self.path)
            if can_be_accepted(item) and left[key] > 0:
                left[key] -= 1
            else:
                kept.append(item)
        files = {_relative(file, self.path) for file in linted}
        stale = [key for key, count in left.items() if count > 0 and key[0] in files and key[1] in enabled]
        return kept, [self._stale(key, left[key]) for key in sorted(stale)]

    def _stale(self, key: Key, count: int) -> Diagnostic:
        file, code, place = key
        positions = Positions(self.text)
        start = max(self.text.find(json.dumps(file)), 0)
        start = max(self.text.find(json.dumps(code), start), start)
        found = max(self.text.find(json.dumps(place), start), start)
        span = positions.span(found, found + len(json.dumps(place)))
        times = "" if count == 1 else f" {count} times"
        message = f"{code} at {quote(place)} of {quote(file)} is accepted{times} and not found"
        return STALE_ENTRY.at(str(self.path), span, message, help="write the baseline anew: --write-baseline")


def read_baseline(path: Path) -> Baseline:
    """Raises UsageError if the file cannot be read or is no baseline."""
    where = f"the baseline `{escape(str(path))}`"
    try:
        text = path.read_text(encoding="utf-8")
        data: Any = json.loads(text)
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror or error}; --write-baseline makes one") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not JSON: {error}") from error
    if not isinstance(data, dict) or cast(dict[str, Any], data).get("schema") != SCHEMA:
        raise UsageError(f"{where} is not of the schema {SCHEMA}")
    accepted: Counter[Key] = Counter()
    try:
        for file, codes in cast(dict[str, Any], data)["files"].items():
            for code, places in codes.items():
                for place, count in places.items():
                    accepted[file, code, place] = _count(count)
    except (KeyError, AttributeError, TypeError) as error:
        raise UsageError(f"{where} does not hold files, rules, places and counts") from error
    return Baseline(path, accepted, text)


def write_baseline(path: Path, diagnostics: Iterable[Diagnostic]) -> int:
    """Accept these findings in `path`; how many there are. Those of rules that cannot be silenced are left out. Raises OSError."""
    counted = Counter(_key(item, path) for item in diagnostics if can_be_accepted(item))
    files: dict[str, dict[str, dict[str, int]]] = {}
    for (file, code, place), count in sorted(counted.items()):
        files.setdefault(file, {}).setdefault(code, {})[place] = count
    text = json.dumps({"schema": SCHEMA, "files": files}, indent=1) + "\n"
    write_atomically(path, text.encode())
    return counted.total()


def can_be_accepted(item: Diagnostic) -> bool:
    """Whether the rule of a finding can be silenced."""
    module = find_rule(item.code)
    return module is not None and module.rule.suppressible and module.rule is not STALE_ENTRY


def _key(item: Diagnostic, baseline: Path) -> Key:
    return (_relative(item.path, baseline), item.code, place_of(item))


def _relative(file: str, baseline: Path) -> str:
    if file.startswith("<"):
        return file
    return PurePath(os.path.relpath(real_path(file), real_path(baseline).parent)).as_posix()


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("a count is a positive integer")
    return value
