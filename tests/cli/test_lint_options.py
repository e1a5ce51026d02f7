"""`ssmi lint` with its options, in this process: exit codes, what goes to which stream, which files are written."""

import io
import json
import sys
from pathlib import Path

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_runtime.cli.entry import spelt_out
from ssmi_runtime.cli.lint import CACHED_FROM, run_lint
from ssmi_runtime.cli.lint_options import LintOptions

BYOL = (specs_folder() / "byol.yaml").read_text()
STOP = "    stop_gradient: true\n"
UNSTOPPED = BYOL.replace(STOP, "")
FAST = BYOL.replace("momentum: 0.99,", "momentum: 0.5,")  # a warning
OPTIONS = LintOptions(no_cache=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project of its own, with nothing of a build server around it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "SSMI_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


class Lint:
    """`run_lint` with what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(
        self,
        *paths: str,
        format: str = "concise",
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        **options: object,
    ) -> int:
        code = run_lint(paths, select=select, ignore=ignore, output_format=format, options=OPTIONS._replace(**options))  # type: ignore[arg-type]  # named by the tests
        self.out, self.err = self._capsys.readouterr()
        return code

    @property
    def codes(self) -> list[str]:
        return [line.split()[2] for line in self.out.splitlines()]


@pytest.fixture
def lint(capsys: pytest.CaptureFixture[str]) -> Lint:
    return Lint(capsys)


def test_exit_codes(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(BYOL)
    (folder / "empty").mkdir()
    assert (lint("a.yaml"), lint.out, lint.err) == (0, "", "no findings in 1 file\n")
    (folder / "a.yaml").write_text(UNSTOPPED)
    assert lint("a.yaml") == 1
    assert lint.err == "1 error in 1 file (1 fixable by --fix)\n"
    assert lint("a.yaml", exit_zero=True) == 0
    assert lint("missing.yaml") == 2
    assert lint("empty") == 3
    assert lint("empty", allow_empty=True) == 0


def test_fail_on_and_severity(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST)
    assert lint("a.yaml") == 0
    assert lint.codes == ["EM002"]
    assert lint("a.yaml", fail_on="warning") == 1
    assert lint("a.yaml", severity=["EM002=error"]) == 1
    assert lint("a.yaml", severity=["momentum-too-low=info"], fail_on="warning") == 0
    assert " info EM002 " in lint.out
    assert lint("a.yaml", severity=["EM=error", "EM002=info"]) == 0


def test_selection_by_code_prefix_and_name(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST.replace(STOP, ""))
    lint("a.yaml")
    assert lint.codes == ["SD001", "EM002"]
    for select, ignore, extend, expected in [
        (("EM",), (), (), ["EM002"]),
        (("missing-stop-gradient",), (), (), ["SD001"]),
        (("EM",), (), ("SD001",), ["SD001", "EM002"]),
        ((), ("SD", "momentum-too-low"), (), []),
        ((), ("SD",), ("SD001",), ["SD001", "EM002"]),
        (("ALL",), (), (), ["SD001", "EM002"]),
    ]:
        lint("a.yaml", select=select, ignore=ignore, extend_select=extend)
        assert lint.codes == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"select": ("SD999",)}, "--select: there is no rule `SD999`"),
        ({"ignore": ("missing-marginl",)}, "did you mean `missing-marginal`"),
        ({"extend_select": ["XX"]}, "--extend-select: there is no rule `XX`"),
        ({"severity": ["SD001"]}, "--severity SD001: write CODE=LEVEL"),
        ({"severity": ["SD001=eror"]}, "did you mean `error`?"),
        ({"fail_on": "never"}, "--fail-on: there is no severity `never`"),
        ({"format": "jsn"}, "--output-format jsn: did you mean `json`?"),
        ({"reports": ["sarif"]}, "write FORMAT=PATH"),
        ({"reports": ["saruf=x"]}, "did you mean `sarif`?"),
        ({"reports": ["sarif=a.yaml"]}, "this is a file that is read"),
        ({"reports": ["sarif=ssmi.toml"]}, "this is a file that is read"),
        ({"reports": ["sarif=x", "junit=./x"]}, "this is another report"),
        ({"reports": ["sarif=none/x"]}, "there is no such folder"),
        ({"reports": ["sarif=."]}, "this is a folder"),
        ({"baseline": Path("none.json")}, "--write-baseline makes one"),
        ({"config": Path("none.toml")}, "--config: there is no file `none.toml`"),
        ({"config": Path("ssmi.toml"), "isolated": True}, "--isolated reads no settings"),
        ({"reason": "why"}, "--reason is that of --add-ignore"),
        ({"reason": "a\nb", "add_ignore": True}, "one line of printable text"),
        ({"diff": True, "write_baseline": True}, "--diff writes nothing"),
    ],
)
def test_wrong_use_exits_2_and_says_so(folder: Path, lint: Lint, arguments: dict[str, object], message: str) -> None:
    (folder / "a.yaml").write_text(BYOL)
    (folder / "ssmi.toml").write_text("")
    before = sorted(path.name for path in folder.iterdir())
    assert lint("a.yaml", **arguments) == 2  # type: ignore[arg-type]  # options of many types
    assert message in lint.err
    assert lint.out == ""
    assert sorted(path.name for path in folder.iterdir()) == before


def test_json_is_one_object_whatever_happens(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(BYOL)
    for code, arguments in [(0, {}), (2, {"select": ("SD999",)}), (2, {"fail_on": "x"})]:
        assert lint("a.yaml", format="json", **arguments) == code  # type: ignore[arg-type]  # options of many types
        assert json.loads(lint.out)["schema"] == "ssmi.lint/1"
    assert lint("none", format="json") == 2
    assert json.loads(lint.out)["error"]["exit_code"] == 2
    (folder / "empty").mkdir()
    assert lint("empty", format="json") == 3
    assert json.loads(lint.out)["error"]["exit_code"] == 3
    assert lint("empty", format="json", allow_empty=True) == 0
    assert json.loads(lint.out)["summary"]["files"] == 0


def test_fix_writes_and_reports_what_is_left(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST.replace(STOP, ""))
    (folder / "b.yaml").write_text(BYOL)
    assert lint(".", fix=True) == 0
    assert lint.codes == ["EM002"]
    assert lint.err == "fixed 1 finding\n1 warning in 2 files\n"
    assert (folder / "a.yaml").read_text() == FAST
    assert lint(".", unsafe_fixes=True) == 0
    assert (folder / "a.yaml").read_text() == BYOL
    assert lint.out == ""


def test_diff_writes_nothing_and_exits_1_if_it_would(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(UNSTOPPED)
    assert lint("a.yaml", diff=True) == 1
    assert lint.out.startswith("--- a/a.yaml\n+++ b/a.yaml\n")
    assert "\n+    stop_gradient: true\n" in lint.out
    assert lint.err == "1 finding would be fixed\n1 error in 1 file\n"
    assert (folder / "a.yaml").read_text() == UNSTOPPED
    (folder / "a.yaml").write_text(FAST)
    assert (lint("a.yaml", diff=True), lint.out) == (0, "")
    assert lint("a.yaml", diff=True, unsafe_fixes=True) == 1


def test_a_fix_that_cannot_be_written_exits_2(folder: Path, lint: Lint) -> None:
    project = folder / "project"
    (project / ".git").mkdir(parents=True)
    (folder / "outside.yaml").write_text(UNSTOPPED)
    (project / "a.yaml").symlink_to("../outside.yaml")
    assert lint("project/a.yaml", fix=True) == 2
    assert "it is a link that leaves the project" in lint.err
    assert lint.codes == ["SD001"]
    assert (folder / "outside.yaml").read_text() == UNSTOPPED


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_standard_input(folder: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ssmi.toml").write_text('[per-file-ignores]\n"old/*" = ["SD001"]\n')
    stdin(monkeypatch, UNSTOPPED)
    assert lint("-") == 1
    assert lint.out.startswith("<stdin>:14:3: error SD001")
    stdin(monkeypatch, UNSTOPPED)
    assert lint("-", stdin_filename="old/a.yaml") == 0


def test_fixing_standard_input_prints_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = FAST.replace(STOP, "").replace("\n", "\r\n")
    stdin(monkeypatch, text)
    assert run_lint(["-"], output_format="concise", options=OPTIONS._replace(fix=True)) == 0
    out, err = capfdbinary.readouterr()
    assert out == FAST.replace("\n", "\r\n").encode()
    assert b"<stdin>:16:30: warning EM002" in err
    stdin(monkeypatch, BYOL)
    assert run_lint(["-"], options=OPTIONS._replace(fix=True)) == 0
    assert capfdbinary.readouterr()[0] == BYOL.encode()


def test_add_ignore(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST)
    assert lint("a.yaml", add_ignore=True, reason="measured on digits") == 0
    assert lint.out == ""
    assert lint.err == "suppressed 1 finding\nno findings in 1 file\n"
    assert "cosine}} # ssmi: ignore[EM002] measured on digits\n" in (folder / "a.yaml").read_text()
    assert spelt_out("--add-ignore=a b") == ("--add-ignore", "--reason=a b")
    assert spelt_out("--add-ignore") == ("--add-ignore",)


def test_baseline(folder: Path, lint: Lint) -> None:
    (folder / "specs").mkdir()
    (folder / "specs" / "a.yaml").write_text(FAST.replace(STOP, ""))
    assert lint("specs", write_baseline=True) == 0
    assert lint.err == "2 findings accepted in ssmi-baseline.json\n"
    place = Path("ssmi-baseline.json")
    assert (lint("specs", baseline=place), lint.out) == (0, "")
    (folder / "ssmi.toml").write_text('baseline = "ssmi-baseline.json"')
    assert (lint("specs"), lint.out) == (0, "")
    (folder / "specs" / "a.yaml").write_text("# moved\n" + FAST.replace(STOP, "").replace("swap: true", "swop: true"))
    assert lint("specs") == 1
    assert lint.codes == ["SY002"]
    (folder / "specs" / "a.yaml").write_text(BYOL)
    assert lint("specs") == 0
    assert lint.codes == ["SY016", "SY016"]
    assert lint("specs", isolated=True) == 0
    assert lint.out == ""
    assert lint("specs", ignore=("stale-baseline-entry",)) == 0
    assert lint.out == ""


def test_what_a_baseline_accepts_is_neither_fixed_nor_suppressed(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST)
    lint("a.yaml", write_baseline=True)
    (folder / "a.yaml").write_text(FAST.replace(STOP, ""))
    place = Path("ssmi-baseline.json")
    assert lint("a.yaml", baseline=place, unsafe_fixes=True, add_ignore=True) == 0
    assert lint.out == ""
    assert (folder / "a.yaml").read_text() == FAST


def test_several_reports_in_one_run(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(UNSTOPPED)
    names = {"sarif": "o.sarif", "junit": "o.xml", "gitlab": "o.json", "concise": "o.txt"}
    assert lint("a.yaml", format="json", reports=[f"{format}={name}" for format, name in names.items()]) == 1
    assert json.loads(lint.out)["exit_code"] == 1
    assert json.loads((folder / "o.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "SD001"
    assert json.loads((folder / "o.json").read_text())[0]["check_name"] == "SD001"
    assert (folder / "o.txt").read_text().startswith("a.yaml:14:3: error SD001")
    assert (folder / "o.xml").read_text().startswith("<?xml")
    (folder / "a.yaml").write_text(BYOL)
    assert lint("a.yaml", reports=["sarif=o.sarif"]) == 0
    assert json.loads((folder / "o.sarif").read_text())["runs"][0]["results"] == []


def test_auto_is_github_in_an_action(folder: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.yaml").write_text(UNSTOPPED)
    assert lint("a.yaml", format="auto") == 1
    assert lint.out.startswith("error[SD001")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    assert lint("a.yaml", format="auto") == 1
    assert lint.out.startswith("::error file=a.yaml,line=14,")
    assert "| error | SD001 missing-stop-gradient | a.yaml:14 |" in (folder / "summary.md").read_text()


def test_statistics_files_and_settings(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(FAST.replace(STOP, ""))
    (folder / "b.yml").write_text(FAST)
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "c.yaml").write_text(FAST)
    (folder / "ssmi.toml").write_text('ignore = ["SD0"]\nfail-on = "warning"\nseverity = {EM002 = "info"}\n')
    assert lint(".", statistics=True, isolated=True) == 1
    assert lint.out == "2  EM002  [*]  momentum-too-low\n1  SD001  [*]  missing-stop-gradient\n"
    assert lint(".", show_files=True) == 0
    assert lint.out == "a.yaml\nb.yml\n"
    assert lint(".", show_settings=True) == 0
    assert "  settings: " in lint.out
    assert "\n  fail-on: warning\n" in lint.out
    assert "  off: SD001, SD002" in lint.out
    assert "  severity: EM002=info\n" in lint.out


def test_files_are_named_once(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(UNSTOPPED)
    lint("a.yaml", ".", "./a.yaml", str(folder))
    assert len(lint.codes) == 1


def test_the_cache_gives_the_same_output(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(UNSTOPPED)
    first = (lint("a.yaml", format="full", no_cache=False, cache_dir="cache"), lint.out, lint.err)
    assert len(list((folder / "cache").rglob("*.json"))) == 1
    assert (lint("a.yaml", format="full", no_cache=False, cache_dir="cache"), lint.out, lint.err) == first
    assert (lint("a.yaml", format="full"), lint.out, lint.err) == first
    (folder / "a.yaml").write_text(BYOL)
    assert (lint("a.yaml", no_cache=False, cache_dir="cache"), lint.out) == (0, "")


def test_few_files_are_not_cached(folder: Path, lint: Lint) -> None:
    for number in range(CACHED_FROM - 1):
        (folder / f"{number}.yaml").write_text(BYOL)
    lint(".", no_cache=False)
    assert not (folder / ".ssmi_cache").exists()
    (folder / "last.yaml").write_text(BYOL)
    lint(".", no_cache=False)
    assert len(list((folder / ".ssmi_cache").rglob("*.json"))) == CACHED_FROM


def test_the_settings_of_a_project_with_a_mistake_exit_2(folder: Path, lint: Lint) -> None:
    (folder / "a.yaml").write_text(BYOL)
    (folder / "pyproject.toml").write_text('[tool.ssmi]\nignor = ["SD"]\n')
    assert lint("a.yaml") == 2
    assert "pyproject.toml: unknown key `ignor`; did you mean `ignore`?" in lint.err


def test_a_name_that_moves_the_cursor_is_escaped(folder: Path, lint: Lint) -> None:
    (folder / "a\x1b[31m.yaml").write_text(UNSTOPPED)
    for format in ("full", "concise", "github"):
        assert lint(".", format=format) == 1
        assert "\x1b" not in lint.out
    lint(".", show_files=True)
    assert "\x1b" not in lint.out
