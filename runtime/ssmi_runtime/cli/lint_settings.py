"""`ssmi lint --show-settings`: the settings of each project, and who set them."""

from collections.abc import Sequence

from ssmi_dsl.engine import Settings
from ssmi_dsl.lint.inputs import Input
from ssmi_dsl.lint.session import Session
from ssmi_dsl.rules import all_rules
from ssmi_dsl.wording import escape


def settings_table(inputs: Sequence[Input], session: Session) -> str:
    """For each set of settings that differs: its files, the file that it comes from, what is switched off, what weighs otherwise."""
    groups: dict[str, list[str]] = {}
    for item in inputs:
        groups.setdefault(_described(item.path, session), []).append(item.path)
    return "\n\n".join("\n".join([*map(escape, files), text]) for text, files in groups.items())


def _described(file: str, session: Session) -> str:
    config, settings = session.projects.of(file), session.settings_of(file)
    baseline = session.baseline or config.baseline
    lines = [
        f"  settings: {escape(str(config.path)) if config.path else 'defaults'}",
        f"  fail-on: {(session.fail_on or config.fail_on).value}",
        f"  baseline: {escape(str(baseline)) if baseline else 'none'}",
        f"  off: {', '.join(_off(settings)) or 'none'}",
        f"  severity: {', '.join(_moved(settings)) or 'as the rules say'}",
    ]
    return "\n".join(lines)


def _off(settings: Settings) -> list[str]:
    return [module.rule.code for module in all_rules() if not settings.enables(module.rule)]


def _moved(settings: Settings) -> list[str]:
    moved = [(module.rule, settings.severity_of(module.rule, module.rule.severity)) for module in all_rules()]
    return [f"{rule.code}={severity.value}" for rule, severity in moved if severity is not rule.severity]
