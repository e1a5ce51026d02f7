"""`ssmi lint`: standard output holds the result and nothing else, standard error what there is to say about it."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.errors import SpecError, UsageError
from ssmi_dsl.lint.discover import Projects
from ssmi_dsl.lint.inputs import Input, read_inputs
from ssmi_dsl.lint.selectors import read_severity
from ssmi_dsl.lint.session import Session
from ssmi_dsl.real_path import real_path
from ssmi_dsl.render.report import Report, is_document, render_report
from ssmi_dsl.render.summary import fixable_line, statistics, summary_line
from ssmi_dsl.wording import escape
from ssmi_runtime.cli.color import use_color
from ssmi_runtime.cli.lint_options import LintOptions, ReportFile, check_together, format_of, report_files, settings_of

# to look fewer files up costs more than to lint them
CACHED_FROM = 4
DEFAULT_BASELINE = "ssmi-baseline.json"
_DEFAULTS = LintOptions()


def run_lint(
    paths: Sequence[str],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    output_format: str = "full",
    options: LintOptions = _DEFAULTS,
) -> int:
    """Lint every spec and print what is found; the exit code as in `ssmi lint --help`."""
    format = output_format
    try:
        format = format_of(output_format)
        check_together(options)
        session = Session(
            projects=Projects(isolated=options.isolated, given=options.config),
            over=settings_of(select, ignore, options),
            fail_on=read_severity(options.fail_on, "--fail-on") if options.fail_on is not None else None,
            baseline=options.baseline,
        )
        inputs = read_inputs(paths, options.stdin_filename)
        if not inputs and not options.allow_empty:
            return _refuse(f"no specs (*.yaml) in {', '.join(map(escape, paths))}", 3, format)
        if options.show_files:
            _emit("\n".join(escape(item.path) for item in inputs))
            return 0
        if options.show_settings:
            from ssmi_runtime.cli.lint_settings import settings_table

            _emit(settings_table(inputs, session))
            return 0
        return _lint(inputs, session, format, options)
    except (UsageError, SpecError) as error:
        return _refuse(str(error), 2, format)


def _lint(inputs: Sequence[Input], session: Session, format: str, options: LintOptions) -> int:
    reports = report_files(options.reports, _files_read(inputs, session)) if options.reports else []
    if not options.no_cache and (len(inputs) >= CACHED_FROM or options.cache_dir is not None):
        from ssmi_dsl.lint.cache import Cache, cache_folder

        session.cache = Cache(cache_folder(session.projects.of("<here>").root, options.cache_dir))
    found: Mapping[str, Sequence[Diagnostic]] = {item.path: session.find(item) for item in inputs}
    if options.write_baseline:
        return _write_baseline(inputs, found, session)
    sources: Mapping[str, str] = {item.path: item.text for item in inputs if found[item.path]}
    fixed, would_change, problems, output = 0, False, (), None
    if options.fixes or options.add_ignore:
        from ssmi_runtime.cli.lint_rewrite import rewrite_all

        result = rewrite_all(inputs, found, session, options)
        found, sources, fixed, output = result.found, result.sources, result.fixed, result.output
        would_change, problems = result.would_change, result.problems
        _say_rewritten(fixed, result.silenced, problems, would=options.diff)
    kept = session.without_accepted(found)
    fails = would_change or any(session.fails(item) for item in kept)
    code = 2 if problems else 0 if options.exit_zero else int(fails)
    texts = {**sources, **session.baseline_texts()}
    report = Report(kept, texts, tuple(item.path for item in inputs), code, 0 if options.diff else fixed)
    _write_reports(reports, report)
    _print_result(report, format, options, output)
    return code


def _write_reports(reports: Sequence[ReportFile], report: Report) -> None:
    if not reports:
        return
    from ssmi_dsl.lint.write import write_atomically

    for file in reports:
        try:
            write_atomically(file.path, (render_report(file.format, report) + "\n").encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise UsageError(f"--report {file.format}={escape(str(file.path))}: {error.strerror or error}") from error


def _print_result(report: Report, format: str, options: LintOptions, output: bytes | None) -> None:
    if output is not None:
        # standard output belongs to the text that was asked for: the findings that are left go to the other stream
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        _emit("")
        if report.diagnostics and not options.diff:
            print(render_report("concise", report, color=use_color(sys.stderr)), file=sys.stderr)
    elif options.statistics:
        _emit(statistics(report.diagnostics))
    else:
        _emit(render_report(format, report, color=use_color(sys.stdout)))
    if format == "github":
        _write_step_summary(report)
    if not is_document(format):
        count = len(report.files)
        fixable = "" if options.fixes else fixable_line(report.diagnostics)
        files = f"{summary_line(report.diagnostics)} in {count} file{'' if count == 1 else 's'}"
        print(files + (f" ({fixable})" if fixable else ""), file=sys.stderr)


def _write_baseline(inputs: Sequence[Input], found: Mapping[str, Sequence[Diagnostic]], session: Session) -> int:
    from ssmi_dsl.lint.baseline import write_baseline

    places = {session.baseline or session.projects.of(item.path).baseline for item in inputs} or {None}
    if len(places) > 1:
        raise UsageError("--write-baseline: these files have several baselines; name one by --baseline")
    place = places.pop() or Path(DEFAULT_BASELINE)
    if any(item.file is not None and real_path(item.file) == real_path(place) for item in inputs):
        raise UsageError(f"--baseline {escape(str(place))}: this is a spec that is linted")
    try:
        count = write_baseline(place, [item for items in found.values() for item in items])
    except OSError as error:
        raise UsageError(f"--baseline {escape(str(place))}: {error.strerror or error}") from error
    print(f"{count} finding{'' if count == 1 else 's'} accepted in {escape(str(place))}", file=sys.stderr)
    return 0


def _files_read(inputs: Sequence[Input], session: Session) -> list[Path]:
    """What a report must not overwrite."""
    configs = [session.projects.of(item.path) for item in inputs]
    others = [*(config.path for config in configs), *(config.baseline for config in configs), session.baseline]
    return [*(Path(item.path) for item in inputs if not item.is_stdin), *(path for path in others if path is not None)]


def _say_rewritten(fixed: int, silenced: int, problems: Sequence[str], *, would: bool) -> None:
    for count, verb in ((fixed, "fixed"), (silenced, "suppressed")):
        if count:
            nouns = "finding" if count == 1 else "findings"
            text = f"{count} {nouns} would be {verb}" if would else f"{verb} {count} {nouns}"
            print(text, file=sys.stderr)
    for problem in problems:
        print(f"error: {escape(problem)}", file=sys.stderr)


def _write_step_summary(report: Report) -> None:
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        return
    from ssmi_dsl.render.github import step_summary

    try:
        with open(place, "a", encoding="utf-8") as file:
            file.write(step_summary(report) + "\n")
    except OSError as error:
        print(f"note: no step summary: {error.strerror or error}", file=sys.stderr)


def _refuse(message: str, code: int, format: str) -> int:
    """Say what is wrong; a reader of JSON gets a document too."""
    if format == "json":
        from ssmi_dsl.render.json_format import render_error

        _emit(render_error(message, code))
    print(f"error: {message}", file=sys.stderr)
    return code


def _emit(text: str) -> None:
    """Text on standard output; a reader that has gone away is no error."""
    try:
        if text:
            print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # the interpreter flushes once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
