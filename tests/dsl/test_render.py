import json

from ssmi_dsl.diagnostics import Diagnostic, Label, Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.render import concise, full, json_format
from ssmi_dsl.render.summary import summary_line

TEXT = "branches:\n  online: {}\n  target:\n    stop_gradient: false\nloss: dot\n"
DOCUMENT = read_document(TEXT, "simsiam.yaml")
FINDING = Diagnostic(
    "SD001",
    "missing-stop-gradient",
    Severity.ERROR,
    "nothing stops the collapse",
    "simsiam.yaml",
    DOCUMENT.span(("branches", "target", "stop_gradient")),
    "gradients flow here",
    (Label(DOCUMENT.span(("branches", "online"), "key"), "and here"),),
    ("Chen and He, 2021\nsection 4.1",),
    "write `stop_gradient: true`",
    ("branches", "target", "stop_gradient"),
)
SOURCES = {"simsiam.yaml": TEXT}


def finding(text: str, loc: tuple[str | int, ...], label: str = "") -> tuple[Diagnostic, dict[str, str]]:
    document = read_document(text, "x.yaml")
    diagnostic = Diagnostic("SY004", "wrong-type", Severity.WARNING, "m", "x.yaml", document.span(loc), label)
    return diagnostic, {"x.yaml": document.text}


def test_full() -> None:
    assert full.render([FINDING], SOURCES) == (
        "error[SD001 missing-stop-gradient]: nothing stops the collapse\n"
        " --> simsiam.yaml:4:20\n"
        "  |\n"
        "2 |   online: {}\n"
        "  |   ------ and here\n"
        "...\n"
        "4 |     stop_gradient: false\n"
        "  |                    ^^^^^ gradients flow here\n"
        "  |\n"
        "  = note: Chen and He, 2021\n"
        "          section 4.1\n"
        "  = help: write `stop_gradient: true`"
    )


def test_full_without_the_source() -> None:
    lines = full.render([FINDING], {}).splitlines()
    assert lines[1] == " --> simsiam.yaml:4:20"
    assert not any("^" in line for line in lines)


def test_color_only_adds_escapes() -> None:
    import re

    colored = full.render([FINDING], SOURCES, color=True)
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == full.render([FINDING], SOURCES)


def test_wide_and_combining_characters_and_tabs_keep_the_caret_in_place() -> None:
    diagnostic, sources = finding("{視点: e\u0301,\ta: dot}", ("a",))
    lines = full.render([diagnostic], sources).splitlines()
    assert lines[3] == "1 | {視点: e\u0301,    a: dot}"
    assert lines[4] == "  | " + " " * (1 + 4 + 2 + 2 + 4 + 3) + "^^^"


def test_control_characters_are_escaped() -> None:
    text = "a: x\x1b[31m\u202ey"
    document = read_document(text, "evil\x1b.yaml")
    for render in (full.render, concise.render, json_format.render):
        output = render(document.diagnostics, {document.path: document.text})
        assert "\x1b" not in output
        assert "\u202e" not in output


def test_a_long_line_is_cut_around_the_mark() -> None:
    diagnostic, sources = finding("{a: " + "x" * 5000 + ", b: here, c: " + "y" * 5000 + "}", ("b",))
    lines = full.render([diagnostic], sources).splitlines()
    assert max(map(len, lines)) < 200
    assert lines[4].index("^^^^") == lines[3].index("here")


def test_a_span_of_several_lines_is_marked_on_its_first() -> None:
    diagnostic, sources = finding("a: [1,\n  2]\n", ("a",))
    assert full.render([diagnostic], sources).splitlines()[3:] == ["1 | a: [1,", "  |    ^^^"]


def test_concise() -> None:
    assert concise.render([FINDING], SOURCES) == (
        "simsiam.yaml:4:20: error SD001 missing-stop-gradient: nothing stops the collapse"
    )
    assert concise.render([], SOURCES) == ""


def test_json() -> None:
    found = json.loads(json_format.render([FINDING], SOURCES))
    assert found["schema"] == "ssmi.lint/1"
    assert found["summary"] == {"files": 1, "errors": 1, "warnings": 0, "infos": 0}
    (entry,) = found["diagnostics"]
    assert entry["loc"] == ["branches", "target", "stop_gradient"]
    assert entry["span"]["line"] == 4
    assert entry["labels"][0]["text"] == "and here"


def test_summary_line() -> None:
    warning, _ = finding("a: 1", ("a",))
    assert summary_line([]) == "no findings"
    assert summary_line([FINDING, warning, warning]) == "1 error, 2 warnings"
