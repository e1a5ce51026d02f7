"""Linting many files: each under the settings of its project, with what is known from before taken from the cache."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.document import Document
from ssmi_dsl.engine import DEFAULT_SETTINGS, Settings
from ssmi_dsl.lint.discover import Projects
from ssmi_dsl.lint.inputs import Input
from ssmi_dsl.rules import all_rules
from ssmi_dsl.rules.sy016_stale_baseline_entry import RULE as STALE_ENTRY

if TYPE_CHECKING:  # most runs have neither
    from ssmi_dsl.lint.baseline import Baseline
    from ssmi_dsl.lint.cache import Cache


@dataclass
class Session:
    """One run of the linter. `over` and `fail_on` are what the command line says; `baseline` is the file that it names."""

    projects: Projects = field(default_factory=Projects)
    over: Settings = DEFAULT_SETTINGS
    fail_on: Severity | None = None
    baseline: Path | None = None
    cache: "Cache | None" = None
    _settings: dict[tuple[Path | None, tuple[str, ...]], Settings] = field(default_factory=dict[Any, Settings])
    _baselines: "dict[Path, Baseline]" = field(default_factory=dict[Path, "Baseline"])

    def settings_of(self, file: str) -> Settings:
        config = self.projects.of(file)
        # without a path it is the defaults, which are the same everywhere
        key = (config.path, config.ignored_in(file))
        if key not in self._settings:
            self._settings[key] = config.settings_for(file, self.over)
        return self._settings[key]

    def find(self, item: Input) -> tuple[Diagnostic, ...]:
        """What is found in one file, before any baseline."""
        settings = self.settings_of(item.path)
        known = (
            self.cache.find(item.path, item.data, settings)
            if self.cache and item.data is not None and not item.is_stdin
            else None
        )
        if known is not None:
            return known
        document = item.read()
        found = _check(document, settings)
        if self.cache is not None and item.data is not None and not item.is_stdin:
            self.cache.store(document, item.data, settings, found)
        return found

    def lint(self, document: Document) -> tuple[Diagnostic, ...]:
        """What is found in a document, without the cache."""
        return _check(document, self.settings_of(document.path))

    def without_accepted(self, found: Mapping[str, Sequence[Diagnostic]]) -> list[Diagnostic]:
        """The findings of files, by path, that no baseline accepts, and a finding for every stale entry of a baseline."""
        by_baseline: dict[Path | None, list[str]] = {}
        for file in found:
            by_baseline.setdefault(self.baseline or self.projects.of(file).baseline, []).append(file)
        kept: list[Diagnostic] = []
        for place, files in by_baseline.items():
            items = [item for file in files for item in found[file]]
            if place is None:
                kept += items
                continue
            left, stale = self.baseline_at(place).without_accepted(items, files, self._enabled(files[0]))
            kept += left
            settings = self.settings_of(str(place))
            if settings.enables(STALE_ENTRY):
                severity = settings.severity_of(STALE_ENTRY, STALE_ENTRY.severity)
                kept += [replace(item, severity=severity) for item in stale]
        return sorted(kept, key=lambda item: (*item.sort_key, item.message))

    def baseline_at(self, place: Path) -> "Baseline":
        """A baseline, read once. Raises UsageError."""
        from ssmi_dsl.lint.baseline import read_baseline

        if place not in self._baselines:
            self._baselines[place] = read_baseline(place)
        return self._baselines[place]

    def baseline_texts(self) -> dict[str, str]:
        """The texts of the baselines that were read, for the findings in them."""
        return {str(place): baseline.text for place, baseline in self._baselines.items()}

    def fails(self, item: Diagnostic) -> bool:
        """Whether a finding makes the run fail."""
        least = self.fail_on or self.projects.of(item.path).fail_on
        return item.severity.weight >= least.weight

    def _enabled(self, file: str) -> list[str]:
        settings = self.settings_of(file)
        return [module.rule.code for module in all_rules() if settings.enables(module.rule)]


def _check(document: Document, settings: Settings) -> tuple[Diagnostic, ...]:
    from ssmi_dsl.check import check  # a run whose files are all known needs no models

    return check(document, settings=settings)
