"""`ssmi lint`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.document import Document, read_document, read_file
from ssmi_dsl.engine import Settings
from ssmi_dsl.errors import SpecError
from ssmi_dsl.load import find_source
from ssmi_dsl.render import concise, full, json_format
from ssmi_dsl.render.summary import summary_line
from ssmi_dsl.rules import find_rule, suggest_rules
from ssmi_dsl.source_text import MAX_BYTES
from ssmi_dsl.wording import escape
from ssmi_runtime.cli.color import use_color

RENDERERS = {"full": full.render, "concise": concise.render, "json": json_format.render}


def run_lint(paths: Sequence[str], *, select: Sequence[str], ignore: Sequence[str], output_format: str) -> int:
    """Lint every spec and print what is found; the exit code as in `ssmi lint --help`."""
    if output_format not in RENDERERS:
        print(f"error: --output-format {output_format}: choose from {', '.join(RENDERERS)}", file=sys.stderr)
        return 2
    for word in (*select, *ignore):
        if find_rule(word) is None and not _is_prefix(word):
            guess = suggest_rules(word)
            print(
                f"error: there is no rule `{word}`" + (f"; did you mean {', '.join(guess)}?" if guess else ""),
                file=sys.stderr,
            )
            return 2
    try:
        documents = _documents(paths)
    except (SpecError, OSError) as error:
        print(f"error: {escape(str(error))}", file=sys.stderr)
        return 2
    if not documents:
        print(f"error: no specs (*.yaml) in {escape(', '.join(paths))}", file=sys.stderr)
        return 3
    settings = Settings(select=tuple(select), ignore=tuple(ignore))
    found: list[Diagnostic] = [item for document in documents for item in check(document, settings=settings)]
    sources = {document.path: document.text for document in documents}
    color = use_color(sys.stdout)
    text = RENDERERS[output_format](found, sources, color=color)
    if text:
        print(text.rstrip("\n"))
    if output_format != "json":
        print(f"{summary_line(found)} in {len(documents)} file{'' if len(documents) == 1 else 's'}", file=sys.stderr)
    return 1 if any(item.severity is Severity.ERROR for item in found) else 0


def _is_prefix(word: str) -> bool:
    from ssmi_dsl.rules import all_rules

    return bool(word) and any(module.rule.code.startswith(word.upper()) for module in all_rules())


def _documents(paths: Sequence[str]) -> list[Document]:
    found: list[Document] = []
    for path in paths:
        if path == "-":
            if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - closed before the process started
                raise OSError("standard input is closed")
            found.append(read_document(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"))
        elif Path(path).is_dir():
            files = sorted(
                item
                for item in Path(path).rglob("*.yaml")
                if not any(part.startswith(".") for part in item.relative_to(path).parts) and not item.is_dir()
            )
            found.extend(read_file(item) for item in files)
        else:
            found.append(find_source(path))
    return found
