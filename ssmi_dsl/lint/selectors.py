"""Words that name rules in options and in settings: a code, the start of codes, or a name."""

from collections.abc import Iterable

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.engine import matches
from ssmi_dsl.errors import UsageError
from ssmi_dsl.guess import nearest
from ssmi_dsl.rules import all_rules, suggest_rules
from ssmi_dsl.wording import escape


def check_selectors(words: Iterable[str], where: str) -> tuple[str, ...]:
    """`words`, each of which names at least one rule. `ALL` names all. Raises UsageError with a guess, naming `where` it was said."""
    checked: list[str] = []
    for word in words:
        if word.strip().upper() == "ALL":
            checked += sorted({module.rule.code[:2] for module in all_rules()})
            continue
        if not any(matches(word, module.rule) for module in all_rules()):
            near = suggest_rules(word)
            guess = f"; did you mean {', '.join(f'`{item}`' for item in near)}?" if near else ""
            raise UsageError(f"{where}: there is no rule `{escape(word)}`{guess}")
        checked.append(word.strip())
    return tuple(checked)


def read_severity(word: str, where: str) -> Severity:
    """`error`, `warning` or `info`. Raises UsageError with a guess."""
    try:
        return Severity(word.strip().lower())
    except ValueError:
        near = nearest(word, [severity.value for severity in Severity])
        guess = f"did you mean `{near}`?" if near else "write `error`, `warning` or `info`"
        raise UsageError(f"{where}: there is no severity `{escape(word)}`; {guess}") from None
