"""The server: one text in, its findings out at every change; hover, completion and quick fixes on request.

Texts are synchronised whole, since specs are small and incremental changes would be counted in lines that the protocol does not know.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import Document, read_document
from ssmi_dsl.editor import completions, hover
from ssmi_dsl.editor.completion import Completion
from ssmi_dsl.errors import UsageError
from ssmi_dsl.lint.session import Session
from ssmi_dsl.rules import find_rule
from ssmi_runtime.lsp.actions import actions_for, fix_all
from ssmi_runtime.lsp.diagnostics import to_protocol
from ssmi_runtime.lsp.positions import BYTE_ORDER_MARK, TextPositions

_KINDS = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "name": types.CompletionItemKind.Reference,
}


@dataclass(frozen=True)
class Opened:
    """An open text, read and linted. `data` of `readable` is the last state that could be read, for completion while typing."""

    document: Document
    readable: Document
    findings: tuple[Diagnostic, ...]
    positions: TextPositions


def build_server() -> LanguageServer:
    """A server with its features; `start_io` runs it."""
    server = LanguageServer("ssmi", version("ssmi"), text_document_sync_kind=types.TextDocumentSyncKind.Full)
    opened: dict[str, Opened] = {}

    def lint(document: Document) -> tuple[Diagnostic, ...]:
        """Under the settings of the text's project, which are read anew; under none where they are wrong, and says so."""
        try:
            return Session().lint(document)
        except UsageError as error:
            message = types.ShowMessageParams(types.MessageType.Error, f"ssmi: {error}")
            server.window_show_message(message)
            return check(document)

    def refresh(uri: str) -> None:
        text = server.workspace.get_text_document(uri)
        document = read_document(text.source, _path_of(uri))
        before = opened.get(uri)
        readable = document if document.data is not None or before is None else before.readable
        findings = tuple(finding for finding in lint(document) if finding.path == document.path)
        positions = TextPositions(document.text, text.position_codec, has_mark=text.source.startswith(BYTE_ORDER_MARK))
        opened[uri] = Opened(document, readable, findings, positions)
        found = to_protocol(findings, uri, positions)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, text.version))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        refresh(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        refresh(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        # a spec that extends the saved one may have other findings now
        for uri in list(opened):
            refresh(uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        opened.pop(uri, None)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        state = opened.get(params.text_document.uri)
        return None if state is None else _hover(state, state.positions.offset(params.position))

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[":", " ", "{", "[", ",", "\n"])
    )
    def on_completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        state = opened.get(params.text_document.uri)
        if state is None:
            return []
        offset = state.positions.offset(params.position)
        found = completions(state.document.text, offset, state.readable.data)
        return [_item(completion, index, state.positions) for index, completion in enumerate(found)]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]),
    )
    def on_code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        state = opened.get(uri)
        if state is None:
            return []
        wanted = params.context.only
        if wanted is not None and any(_kind(kind).startswith("source") for kind in wanted):
            return fix_all(state.document, uri, state.positions, lint)
        start, end = state.positions.offset(params.range.start), state.positions.offset(params.range.end)
        return actions_for(state.document, state.findings, uri, state.positions, start, end)

    return server


def _kind(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _hover(state: Opened, offset: int) -> types.Hover | None:
    """The pages of the findings at `offset`, and what the key or word there means."""
    here = [finding for finding in state.findings if finding.span.start <= offset <= finding.span.end]
    found = hover(state.document.text, offset)
    parts = [found.markdown] if found is not None else []
    for code in dict.fromkeys(finding.code for finding in here):
        module = find_rule(code)
        if module is not None:
            parts.append(f"## {module.rule.code} {module.rule.name}\n\n{_deeper(module.page)}")
    if not parts:
        return None
    where = state.positions.range(found.start, found.end) if found is not None else None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts)), where)


def _deeper(page: str) -> str:
    """A page's headings below that of its rule; lines of its code blocks stay as they are."""
    lines: list[str] = []
    in_code = False
    for line in page.splitlines():
        in_code ^= line.startswith("```")
        lines.append(f"##{line}" if line.startswith("# ") and not in_code else line)
    return "\n".join(lines)


def _item(completion: Completion, index: int, positions: TextPositions) -> types.CompletionItem:
    edit = types.TextEdit(positions.range(completion.start, completion.end), completion.insert)
    markdown = types.MarkupContent(types.MarkupKind.Markdown, completion.markdown) if completion.markdown else None
    return types.CompletionItem(
        label=completion.label,
        kind=_KINDS[completion.kind],
        detail=completion.detail or None,
        documentation=markdown,
        sort_text=f"{index:03d}",
        filter_text=completion.label,
        text_edit=edit,
    )


def _path_of(uri: str) -> str:
    """The path of a file, so that `extends` is followed beside it; another scheme stays as it is."""
    parts = urlsplit(uri)
    return str(Path(unquote(parts.path))) if parts.scheme == "file" else uri
