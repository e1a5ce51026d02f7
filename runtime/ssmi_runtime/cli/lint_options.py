"""What `ssmi lint` was asked for beside its paths, checked: what is wrong here is exit code 2 before any file is read."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.engine import Settings
from ssmi_dsl.errors import UsageError
from ssmi_dsl.guess import nearest
from ssmi_dsl.lint.selectors import check_selectors, read_severity
from ssmi_dsl.real_path import real_path
from ssmi_dsl.render.report import FORMATS
from ssmi_dsl.wording import escape


class LintOptions(NamedTuple):
    """The options of `ssmi lint`, as they were written; see its help for what they mean."""

    extend_select: Sequence[str] = ()
    severity: Sequence[str] = ()
    fail_on: str | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    add_ignore: bool = False
    reason: str = ""
    reports: Sequence[str] = ()
    stdin_filename: str | None = None
    config: Path | None = None
    isolated: bool = False
    baseline: Path | None = None
    write_baseline: bool = False
    statistics: bool = False
    show_files: bool = False
    show_settings: bool = False
    exit_zero: bool = False
    allow_empty: bool = False
    no_cache: bool = False
    cache_dir: str | None = None

    @property
    def fixes(self) -> bool:
        """Whether fixes are worked out at all."""
        return self.fix or self.unsafe_fixes or self.diff


class ReportFile(NamedTuple):
    """A report that is written to a file."""

    format: str
    path: Path


def settings_of(select: Sequence[str], ignore: Sequence[str], options: LintOptions) -> Settings:
    """The part of the settings that the command line says. Raises UsageError for a word that names no rule or severity."""
    levels: dict[str, Severity] = {}
    for text in options.severity:
        word, equals, level = text.partition("=")
        if not equals:
            raise UsageError(f"--severity {escape(text)}: write CODE=LEVEL")
        for selector in check_selectors([word], "--severity"):
            levels[selector] = read_severity(level, f"--severity {escape(word)}")
    return Settings(
        select=check_selectors(select, "--select"),
        ignore=check_selectors(ignore, "--ignore"),
        extend=check_selectors(options.extend_select, "--extend-select"),
        severity=levels,
    )


def format_of(word: str) -> str:
    """The output format; `auto` is `github` in a GitHub Actions run and `full` elsewhere. Raises UsageError with a guess."""
    if word == "auto":
        return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"
    return _known(word, f"--output-format {escape(word)}")


def report_files(words: Sequence[str], taken: Sequence[Path]) -> list[ReportFile]:
    """The files of `--report FORMAT=PATH`. Raises UsageError if one would overwrite what the run reads (`taken`) or another report."""
    used = {real_path(path): "a file that is read" for path in taken}
    found: list[ReportFile] = []
    for word in words:
        format, equals, name = word.partition("=")
        where = f"--report {escape(word)}"
        if not equals or not name:
            raise UsageError(f"{where}: write FORMAT=PATH")
        path = Path(name)
        if real_path(path) in used:
            raise UsageError(f"{where}: this is {used[real_path(path)]}")
        if path.is_dir() or not real_path(path).parent.is_dir():
            raise UsageError(f"{where}: {'this is a folder' if path.is_dir() else 'there is no such folder'}")
        used[real_path(path)] = "another report"
        found.append(ReportFile(_known(format, where), path))
    return found


def check_together(options: LintOptions) -> None:
    """Raises UsageError for options that contradict each other."""
    if options.diff and options.write_baseline:
        raise UsageError("--diff writes nothing: leave out --write-baseline")
    if options.reason and not options.add_ignore:
        raise UsageError("--reason is that of --add-ignore")
    if any(not character.isprintable() for character in options.reason) or "]" in options.reason:
        raise UsageError("--add-ignore: the reason is one line of printable text")
    if options.isolated and options.config is not None:
        raise UsageError("--isolated reads no settings: leave out --config")


def _known(word: str, where: str) -> str:
    if word in FORMATS:
        return word
    near = nearest(word, FORMATS)
    raise UsageError(f"{where}: " + (f"did you mean `{near}`?" if near else f"choose from {', '.join(FORMATS)}"))
