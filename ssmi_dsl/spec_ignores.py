"""`lint: {ignore: [...]}` of a spec: what it silences, and whether each of its words is used."""

from collections.abc import Iterator, Mapping, Set

from ssmi_dsl.diagnostics import Applicability, Diagnostic, Loc, Patch
from ssmi_dsl.engine import Settings, matches
from ssmi_dsl.fixes.fix import Fix, delete_key, set_value
from ssmi_dsl.resolve import Resolved
from ssmi_dsl.rules import all_rules, find_rule, suggest_rules
from ssmi_dsl.rules.sy014_unused_suppression import RULE as UNUSED_SUPPRESSION
from ssmi_dsl.rules.sy015_unknown_suppression import RULE as UNKNOWN_SUPPRESSION
from ssmi_dsl.wording import quote


def silences(word: str, item: Diagnostic) -> bool:
    """Whether `word`, a code, the start of codes or a name, silences a finding; some rules cannot be silenced."""
    module = find_rule(item.code)
    return module is not None and module.rule.suppressible and matches(word, module.rule)


def judge_spec_ignores(
    words: Mapping[str, Loc], used: Set[str], source: Resolved, settings: Settings
) -> Iterator[Diagnostic]:
    """SY015 for words that name no rule, SY014 for those that silence nothing; what a base spec says is its own affair."""
    for word, loc in words.items():
        origin = source.origins.get(loc)
        if word in used or origin is None or origin[0] is not source.document:
            continue
        named = [module.rule for module in all_rules() if matches(word, module.rule)]
        if not named:
            near = suggest_rules(word, 1)
            help = f"did you mean {quote(near[0])}?" if near else None
            fix = Fix(f"write `{near[0]}`", Applicability.UNSAFE, (set_value(loc, near[0]),)) if near else None
            message = f"no rule is called {quote(word)}"
            yield UNKNOWN_SUPPRESSION.at(
                source.path, source.span(loc), message, help=help, fix=_patch(fix, source), loc=loc
            )
            continue
        fix = Fix(f"remove `{word}` from `lint.ignore`", Applicability.SAFE, (delete_key(loc),))
        if not any(rule.suppressible for rule in named):
            message = f"{quote(word)} cannot be suppressed"
        elif any(settings.enables(rule) for rule in named):
            message = f"{quote(word)} finds nothing in this spec"
        else:
            continue
        yield UNUSED_SUPPRESSION.at(
            source.path, source.span(loc), message, help="remove it", fix=_patch(fix, source), loc=loc
        )


def _patch(fix: Fix | None, source: Resolved) -> Patch | None:
    from ssmi_dsl.fixes.patching import patch_for  # only findings with a fix pay for it

    return patch_for(fix, source) if fix is not None else None
