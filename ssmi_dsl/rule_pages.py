"""The pages of the rules, read: sections, and the snippets that say which findings they have.

A snippet is a whole spec, mostly short by `extends`. In `Example` a line ends with the codes of its findings, `# SD001` or
`# DV001, DV002`; `Instead` has none. Words without a compiler yet are the compiler's state and not a rule's subject: SY011 counts on its own page only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.rules.base import Rule, RuleModule

SECTIONS = ("What it finds", "Why it is bad", "Example", "Instead", "Source")
NOT_YET_COMPILED = "SY011"
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
_MARK = re.compile(r"[ \t]*# ([A-Z]{2}\d{3}(?:, [A-Z]{2}\d{3})*)[ \t]*$")
# characters that would not show are written by their code point
_CODE_POINT = re.compile(r"<U\+([0-9A-F]{4,6})>")


@dataclass(frozen=True)
class Snippet:
    """A spec as it is shown, and the findings that its page promises: (line, code), sorted."""

    shown: str
    expected: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """What the linter is given."""
        return _CODE_POINT.sub(lambda match: chr(int(match[1], 16)), self.shown)


@dataclass(frozen=True)
class Page:
    """The page of a rule. `bad` and `good` are None where no spec can show the rule: the certificate decides it."""

    rule: Rule
    sections: Mapping[str, str]
    bad: Snippet | None
    good: Snippet | None


def read_page(module: RuleModule) -> Page:
    """The page of a rule in parts."""
    parts = _HEADING.split(outside_fences(module.page))
    sections = {title.strip(): inside_fences(text) for title, text in zip(parts[1::2], parts[2::2], strict=True)}
    return Page(module.rule, sections, _snippet(sections.get("Example", "")), _snippet(sections.get("Instead", "")))


def findings(snippet: Snippet, rule: Rule) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The snippet as a document, and what the linter finds in it; SY011 only where it is the rule."""
    document = read_document(snippet.text, f"{rule.name}.yaml")
    found = check(document)
    return document, tuple(d for d in found if rule.code == NOT_YET_COMPILED or d.code != NOT_YET_COMPILED)


def outside_fences(text: str) -> str:
    """The text with `#` inside code hidden, so that no comment is taken for a heading."""
    return _FENCE.sub(lambda match: match[0].replace("#", "\0"), text)


def inside_fences(text: str) -> str:
    """The reverse of `outside_fences`, stripped."""
    return text.replace("\0", "#").strip()


def _snippet(section: str) -> Snippet | None:
    blocks = [body for language, body in _FENCE.findall(section) if language == "yaml"]
    if not blocks:
        return None
    (block,) = blocks
    expected: list[tuple[int, str]] = []
    lines: list[str] = []
    for number, line in enumerate(block.splitlines(), start=1):
        mark = _MARK.search(line)
        if mark is not None:
            expected += [(number, code) for code in mark[1].split(", ")]
            line = line[: mark.start()]
        lines.append(line)
    return Snippet("\n".join(lines) + "\n", tuple(sorted(expected)))
