"""`ssmi rule`: a page by code or name, a search in all pages, or all of them."""

import json
import re
import sys
from typing import Any

from ssmi_dsl.render.style import Style
from ssmi_dsl.rule_search import search_rules
from ssmi_dsl.rules import RuleModule, all_rules, find_rule, suggest_rules
from ssmi_dsl.wording import listing, quote
from ssmi_runtime.cli.color import use_color

SCHEMA = "ssmi.rule/1"
_LOOKS_LIKE_A_CODE = re.compile(r"[A-Za-z]{2}[0-9]{1,4}")


def run_rule(query: str | None, *, everything: bool, json_output: bool) -> int:
    """Print pages or a list. 0: found, 2: wrong use or nothing found."""
    if everything and query is not None:
        print("error: --all shows every page; leave the query out", file=sys.stderr)
        return 2
    if query is None:
        return _show_list(list(all_rules()), pages=everything, json_output=json_output)
    found = find_rule(query)
    if found is not None:
        return _show_list([found], pages=True, json_output=json_output)
    hits = () if _LOOKS_LIKE_A_CODE.fullmatch(query.strip()) else search_rules(query)
    if hits:
        return _show_list([hit.module for hit in hits], pages=False, json_output=json_output)
    guesses = suggest_rules(query)
    help = f"; did you mean {listing(guesses)}?" if guesses else "; `ssmi rule` lists all of them"
    print(f"error: there is no rule {quote(query)}, and no page has these words{help}", file=sys.stderr)
    return 2


def _show_list(modules: list[RuleModule], *, pages: bool, json_output: bool) -> int:
    if json_output:
        print(json.dumps({"schema": SCHEMA, "rules": [_entry(module) for module in modules]}, indent=2))
        return 0
    style = Style(use_color(sys.stdout))
    if pages:
        print("\n\n".join(_page(module, style) for module in modules))
        return 0
    width = max(len(module.rule.name) for module in modules)
    for module in modules:
        rule = module.rule
        code = style.severity(rule.severity, rule.code)
        print(f"{code} {rule.name:<{width}}  {_weight(module):<8}  {rule.summary}")
    return 0


def _page(module: RuleModule, style: Style) -> str:
    rule = module.rule
    head = style.strong(f"{rule.code} {rule.name} ({_weight(module)})")
    return f"{head}\n\n{module.page}"


def _weight(module: RuleModule) -> str:
    return "reserved" if module.rule.reserved else module.rule.severity.value


def _entry(module: RuleModule) -> dict[str, Any]:
    rule = module.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "suppressible": rule.suppressible,
        "reserved": rule.reserved,
        "page": module.page,
    }
