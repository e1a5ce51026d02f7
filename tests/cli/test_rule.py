"""`ssmi rule`: pages, search, everything."""

import json

import pytest

from ssmi_dsl.rule_search import search_rules
from ssmi_dsl.rules import all_rules
from ssmi_runtime.cli.rule import run_rule


@pytest.mark.parametrize("query", ["SD001", "sd001", " missing-stop-gradient "])
def test_a_code_or_name_shows_its_page(query: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule(query, everything=False, json_output=False) == 0
    out = capsys.readouterr().out
    assert out.startswith("SD001 missing-stop-gradient (error)")
    assert "# Why it is bad" in out


def test_words_find_the_rules_that_have_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule("predictor frozen", everything=False, json_output=False) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("PR003 frozen-predictor")
    hits = search_rules("momentum half-life")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all("momentum" in (hit.module.rule.summary + hit.module.rule.name + hit.module.page).lower() for hit in hits)
    assert search_rules("predict")[0].module.rule.code.startswith(("PR", "SD"))
    assert search_rules("...") == ()


def test_nothing_found_suggests_and_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule("SD0011", everything=False, json_output=False) == 2
    assert "did you mean" in capsys.readouterr().err
    assert run_rule("mising-stop-gradiant", everything=False, json_output=False) == 2
    assert "`missing-stop-gradient`" in capsys.readouterr().err
    assert run_rule("xyzzy", everything=False, json_output=True) == 2
    captured = capsys.readouterr()
    assert (captured.out, "no page has these words" in captured.err) == ("", True)


def test_all_shows_every_page_and_no_query_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule(None, everything=True, json_output=False) == 0
    pages = capsys.readouterr().out
    assert all(module.page in pages for module in all_rules())
    assert run_rule(None, everything=False, json_output=False) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(all_rules())
    assert run_rule("SD001", everything=True, json_output=False) == 2


def test_json_has_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_rule(None, everything=True, json_output=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "ssmi.rule/1"
    assert [rule["code"] for rule in found["rules"]] == [module.rule.code for module in all_rules()]
    assert run_rule("stop gradient", everything=False, json_output=True) == 0
    assert len(json.loads(capsys.readouterr().out)["rules"]) > 1
