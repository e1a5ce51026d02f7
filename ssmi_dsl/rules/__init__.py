"""The rules: one module each, found by listing this package. A module has RULE, its page as docstring, and perhaps `check`."""

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from types import ModuleType

from ssmi_dsl.guess import close_matches
from ssmi_dsl.rules.base import Finding, Rule, RuleModule

__all__ = ["Finding", "Rule", "RuleModule", "all_rules", "find_rule", "suggest_rules"]

_MODULE = re.compile(r"[a-z]{2}[0-9]{3}_[a-z0-9_]+")


@cache
def all_rules() -> tuple[RuleModule, ...]:
    """Every rule, sorted by code."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if _MODULE.fullmatch(info.name))
    rules = tuple(_load(name, importlib.import_module(f"{__name__}.{name}")) for name in names)
    for field in ("code", "name"):
        seen: set[str] = set()
        for module in rules:
            value = getattr(module.rule, field)
            if value in seen:
                raise ValueError(f"two rules have the {field} {value}")
            seen.add(value)
    return rules


def find_rule(code_or_name: str) -> RuleModule | None:
    """The rule with that code (any case) or name."""
    wanted = code_or_name.strip()
    by_word = _by_word()
    return by_word.get(wanted.upper()) or by_word.get(wanted.lower())


def suggest_rules(code_or_name: str, limit: int = 3) -> list[str]:
    """Codes and names that look like `code_or_name`, nearest first."""
    wanted = code_or_name.strip()
    names = close_matches(wanted.lower(), [module.rule.name for module in all_rules()], limit=limit)
    codes = close_matches(wanted.upper(), [module.rule.code for module in all_rules()], limit=limit)
    return (names + codes)[:limit]


def _page_in_source(name: str) -> str | None:
    """The docstring as it stands in the file: `python -OO` does not keep it in the module."""
    return ast.get_docstring(ast.parse(Path(__path__[0], f"{name}.py").read_text(encoding="utf-8")))


@cache
def _by_word() -> dict[str, RuleModule]:
    return {word: module for module in all_rules() for word in (module.rule.code, module.rule.name)}


def _load(name: str, module: ModuleType) -> RuleModule:
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        raise TypeError(f"{module.__name__} has no RULE")
    expected = f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    if name != expected:
        raise ValueError(f"the module of {rule.code} {rule.name} is named {name}, not {expected}")
    page = (module.__doc__ or "").strip() or _page_in_source(name)
    if not page:
        raise ValueError(f"{module.__name__} has no page")
    return RuleModule(rule, page, getattr(module, "check", None))
