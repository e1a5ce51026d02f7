"""The settings of a project: `[tool.ssmi]` in pyproject.toml, or ssmi.toml. Every mistake in them is reported with its key and a guess."""

import fnmatch
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.engine import Settings
from ssmi_dsl.errors import UsageError
from ssmi_dsl.guess import nearest
from ssmi_dsl.lint.selectors import check_selectors, read_severity
from ssmi_dsl.real_path import real_path
from ssmi_dsl.wording import escape

KEYS = (
    "select",
    "ignore",
    "extend-select",
    "severity",
    "per-file-ignores",
    "fail-on",
    "baseline",
    "plugins",
)


@dataclass(frozen=True)
class Config:
    """Settings of one project. `path` is the file that they stand in, None for the defaults; patterns and files are relative to `root`."""

    root: Path
    path: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict[str, Severity])
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    fail_on: Severity = Severity.ERROR
    baseline: Path | None = None

    def settings_for(self, file: str, over: Settings) -> Settings:
        """The settings of one linted file; `over` is what the command line says.

        Its `select` replaces the project's; its `ignore`, `extend` and `severity` are added and come first.
        """
        return replace(
            over,
            select=over.select or self.select,
            ignore=(*over.ignore, *self.ignore, *self.ignored_in(file)),
            extend=(*over.extend, *self.extend_select),
            severity={**self.severity, **over.severity},
        )

    def ignored_in(self, file: str) -> tuple[str, ...]:
        """What `per-file-ignores` says of a file."""
        return tuple(
            code for pattern, codes in self.per_file_ignores.items() if self._matches(file, pattern) for code in codes
        )

    def _matches(self, file: str, pattern: str) -> bool:
        """By path relative to the project or by file name; `*` stands for any text, `/` included."""
        path = Path(os.path.abspath(file))
        try:
            relative = path.relative_to(os.path.abspath(self.root)).as_posix()
        except ValueError:
            relative = path.as_posix()
        return fnmatch.fnmatchcase(relative, pattern) or fnmatch.fnmatchcase(path.name, pattern)


def read_config(path: Path) -> Config | None:
    """The settings in a TOML file; None if it is a pyproject.toml without `[tool.ssmi]`. Raises UsageError for every mistake."""
    import tomllib  # only projects that have settings pay for it

    try:
        with path.open("rb") as file:
            data: dict[str, Any] = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{escape(str(path))}: the file cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{escape(str(path))}: it is not TOML: {escape(str(error))}") from error
    if path.name == "pyproject.toml":
        tool = data.get("tool")
        section: object = cast(dict[str, Any], tool).get("ssmi") if isinstance(tool, dict) else None
        if section is None:
            return None
        if not isinstance(section, dict):
            raise UsageError(f"{escape(str(path))}: `tool.ssmi` is a table")
        data = cast(dict[str, Any], section)
    return _Reader(path).read(data)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = escape(str(path))

    def read(self, data: Mapping[str, Any]) -> Config:
        for key in data:
            if key not in KEYS:
                near = nearest(key, KEYS)
                guess = f"did you mean `{near}`?" if near else f"keys: {', '.join(f'`{word}`' for word in KEYS)}"
                raise UsageError(f"{self.where}: unknown key `{escape(key)}`; {guess}")
        if self._words(data.get("plugins", []), "plugins"):
            raise UsageError(f"{self._at('plugins')}: components of your own cannot be loaded yet; leave the key out")
        severity = self._table(data, "severity")
        per_file = self._table(data, "per-file-ignores")
        baseline = data.get("baseline")
        if baseline is not None and (not isinstance(baseline, str) or not baseline):
            raise UsageError(f"{self.where}: `baseline` is the name of a file")
        return Config(
            root=self.path.parent,
            path=self.path,
            select=self._rules(data.get("select", []), "select"),
            ignore=self._rules(data.get("ignore", []), "ignore"),
            extend_select=self._rules(data.get("extend-select", []), "extend-select"),
            severity={
                selector: read_severity(str(level), self._at(f"severity.{word}"))
                for word, level in severity.items()
                for selector in check_selectors([word], self._at("severity"))
            },
            per_file_ignores={
                pattern: self._rules(words, f"per-file-ignores.{pattern}") for pattern, words in per_file.items()
            },
            fail_on=read_severity(str(data.get("fail-on", "error")), self._at("fail-on")),
            baseline=self._inside(baseline) if baseline is not None else None,
        )

    def _at(self, key: str) -> str:
        return f"{self.where}: `{escape(key)}`"

    def _inside(self, name: str) -> Path:
        """A file of the project: settings that came with somebody's specs name no file elsewhere."""
        path = real_path(self.path.parent / name)
        if real_path(self.path.parent) not in path.parents:
            raise UsageError(f"{self._at('baseline')} names a file outside of the project")
        return path

    def _words(self, value: object, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in cast(list[object], value)):
            raise UsageError(f"{self._at(key)} is a list of text")
        return tuple(cast(list[str], value))

    def _rules(self, value: object, key: str) -> tuple[str, ...]:
        return check_selectors(self._words(value, key), self._at(key))

    def _table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise UsageError(f"{self._at(key)} is a table")
        return cast(dict[str, Any], value)
