"""Settings of projects: where they are found, what they mean, and what is said about mistakes in them."""

from pathlib import Path

import pytest

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.engine import DEFAULT_SETTINGS, Settings
from ssmi_dsl.errors import UsageError
from ssmi_dsl.lint.config import KEYS, read_config
from ssmi_dsl.lint.discover import Projects
from ssmi_dsl.rules import find_rule

FULL = """\
select = ["SD", "EM002", "missing-marginal"]
ignore = ["SD01"]
extend-select = ["SD012"]
fail-on = "warning"
baseline = "lint/baseline.json"
plugins = []
severity = {SD = "warning", one-sided-loss = "error"}
[per-file-ignores]
"old/*" = ["EM002"]
"byol.yaml" = ["momentum-too-low"]
"""


def config_of(tmp_path: Path, text: str, name: str = "ssmi.toml"):
    (tmp_path / name).write_text(text)
    return read_config(tmp_path / name)


def enabled(settings: Settings, code: str) -> bool:
    module = find_rule(code)
    assert module is not None
    return settings.enables(module.rule)


def test_components_of_ones_own_are_refused_until_something_loads_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"`plugins`: components of your own cannot be loaded yet; leave the key out"):
        config_of(tmp_path, 'plugins = ["mine"]\n')
    with pytest.raises(UsageError, match="`plugins` is a list of text"):
        config_of(tmp_path, "plugins = [1]\n")


def test_every_key(tmp_path: Path) -> None:
    config = config_of(tmp_path, FULL)
    assert config is not None
    assert config.fail_on is Severity.WARNING
    assert config.baseline == tmp_path.resolve() / "lint/baseline.json"
    settings = config.settings_for(str(tmp_path / "x.yaml"), DEFAULT_SETTINGS)
    verdicts = {
        code: enabled(settings, code) for code in ("SD001", "SD010", "SD012", "EM002", "EM001", "MT001", "SY001")
    }
    assert verdicts == {
        "SD001": True,  # selected by SD
        "SD010": False,  # ignored by SD01
        "SD012": True,  # extend-select names it more closely
        "EM002": True,
        "EM001": False,
        "MT001": True,  # by its name
        "SY001": True,  # cannot be silenced
    }
    one_sided, marginal = find_rule("SD012"), find_rule("SD001")
    assert one_sided is not None
    assert marginal is not None
    assert settings.severity_of(one_sided.rule, Severity.INFO) is Severity.ERROR
    assert settings.severity_of(marginal.rule, Severity.ERROR) is Severity.WARNING


def test_per_file_ignores_match_paths_and_names(tmp_path: Path) -> None:
    config = config_of(tmp_path, FULL)
    assert config is not None
    for file, expected in [("old/a/b.yaml", False), ("x/byol.yaml", False), ("new/b.yaml", True), ("old.yaml", True)]:
        settings = config.settings_for(str(tmp_path / file), DEFAULT_SETTINGS)
        assert enabled(settings, "EM002") is expected, file


def test_the_command_line_comes_first(tmp_path: Path) -> None:
    config = config_of(tmp_path, FULL)
    assert config is not None
    over = Settings(select=("EM",), ignore=("EM002",), severity={"SD012": Severity.INFO})
    settings = config.settings_for("x.yaml", over)
    assert (enabled(settings, "EM001"), enabled(settings, "EM002"), enabled(settings, "SD001")) == (True, False, False)
    rule = find_rule("SD012")
    assert rule is not None
    assert settings.severity_of(rule.rule, Severity.INFO) is Severity.INFO


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["SD"]', r"unknown key `selct`; did you mean `select`\?"),
        ("colour = true", "unknown key `colour`; keys: `select`"),
        ('select = ["SD999"]', r"`select`: there is no rule `SD999`; did you mean `SD00\d`"),
        (
            'ignore = ["missing-marginl"]',
            "`ignore`: there is no rule `missing-marginl`; did you mean `missing-marginal`",
        ),
        ('ignore = "SD"', "`ignore` is a list of text"),
        ("select = [1]", "`select` is a list of text"),
        ('fail-on = "eror"', r"`fail-on`: there is no severity `eror`; did you mean `error`\?"),
        ('severity = {SD001 = "fatal"}', "`severity.SD001`: there is no severity `fatal`; write `error`"),
        ('severity = "error"', "`severity` is a table"),
        ('per-file-ignores = {"a" = ["X"]}', "`per-file-ignores.a`: there is no rule `X`"),
        ("baseline = 3", "`baseline` is the name of a file"),
        ('baseline = "../b.json"', "`baseline` names a file outside of the project"),
        ("select = [", "it is not TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        config_of(tmp_path, text)
    assert str(error.value).startswith(str(tmp_path))


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "linting.md").read_text()
    assert {key for key in KEYS if f"`{key}`" not in page} == set()


def test_pyproject_counts_with_its_section_only(tmp_path: Path) -> None:
    assert config_of(tmp_path, "[project]\nname = 'x'\n", "pyproject.toml") is None
    config = config_of(tmp_path, "[tool.ssmi]\nignore = ['SD']\n", "pyproject.toml")
    assert config is not None
    assert config.ignore == ("SD",)
    with pytest.raises(UsageError, match="is a table"):
        config_of(tmp_path, "[tool]\nssmi = 3\n", "pyproject.toml")


def test_the_nearest_project_wins_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "ssmi.toml").write_text('ignore = ["SD"]')
    inner = tmp_path / "repo" / "specs"
    inner.mkdir(parents=True)
    assert Projects().of(str(inner / "a.yaml")).ignore == ("SD",)
    (tmp_path / "repo" / ".git").mkdir()
    assert Projects().of(str(inner / "a.yaml")).path is None
    assert Projects().of(str(inner / "a.yaml")).root == tmp_path / "repo"
    (inner / ".ssmi.toml").write_text('ignore = ["EM"]')
    assert Projects().of(str(inner / "a.yaml")).ignore == ("EM",)
    assert Projects(isolated=True).of(str(inner / "a.yaml")).ignore == ()
    assert Projects(given=tmp_path / "ssmi.toml").of(str(inner / "a.yaml")).ignore == ("SD",)


def test_two_files_of_settings_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ssmi.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.ssmi]\n")
    with pytest.raises(UsageError, match=r"`ssmi.toml` and `pyproject.toml`"):
        Projects().of(str(tmp_path / "a.yaml"))
    with pytest.raises(UsageError, match="there is no file"):
        Projects(given=tmp_path / "none.toml").of("a.yaml")
