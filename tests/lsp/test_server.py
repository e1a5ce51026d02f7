"""The language server end to end: what an editor asks, and what it gets."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="the extra `lsp` is not installed")

from lsp.session import Session, session
from lsprotocol import types

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document

URI = "file:///home/mine.yaml"
BYOL = (specs_folder() / "byol.yaml").read_text()
JMI = (specs_folder() / "jmi.yaml").read_text()


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def _position(text: str, part: str, *, after: bool = False) -> types.Position:
    offset = text.index(part) + (len(part) if after else 0)
    line = text.count("\n", 0, offset)
    column = text[offset - (offset - text.rfind("\n", 0, offset) - 1) : offset]
    return types.Position(line, len(column.encode("utf-16-le")) // 2)


def _text_at(text: str, where: types.Range) -> str:
    lines = text.split("\n")
    assert where.start.line == where.end.line
    units = lines[where.start.line].encode("utf-16-le")
    return units[where.start.character * 2 : where.end.character * 2].decode("utf-16-le")


def _edited(text: str, edits: list[types.TextEdit]) -> str:
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:index]) for index in range(len(lines))]
    places = [
        (
            starts[e.range.start.line] + e.range.start.character,
            starts[e.range.end.line] + e.range.end.character,
            e.new_text,
        )
        for e in edits
    ]
    for start, end, new in sorted(places, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _first(found: list[types.Diagnostic], code: str) -> types.Diagnostic:
    return next(item for item in found if item.code == code)


async def _actions(live: Session, text: str, diagnostic: types.Diagnostic) -> list[types.CodeAction]:
    context = types.CodeActionContext([diagnostic])
    params = types.CodeActionParams(types.TextDocumentIdentifier(URI), diagnostic.range, context)
    found = await live.client.text_document_code_action_async(params)
    return [action for action in found or [] if isinstance(action, types.CodeAction)]


def test_diagnostics_as_you_type() -> None:
    async def main() -> None:
        async with session() as live:
            assert live.result.server_info is not None
            assert live.result.server_info.name == "ssmi"
            assert await live.open(URI, BYOL) == []
            broken = BYOL.replace("    stop_gradient: true\n", "")
            found = _first(await live.change(URI, broken), "SD001")
            assert (found.code, found.source) == ("SD001", "ssmi")
            assert found.severity is types.DiagnosticSeverity.Error
            assert found.range.start.line == 13
            (syntax,) = await live.change(URI, BYOL + "x: [")
            assert syntax.code == "SY001"
            assert await live.change(URI, BYOL) == []
            live.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(URI)))

    run(main())


@pytest.mark.parametrize("encoding", [None, types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf32])
def test_positions_count_the_units_of_the_client(encoding: types.PositionEncodingKind | None) -> None:
    text = JMI.replace("marginal: in-batch", "marginal: in-bach").replace("objective:\n", "objective:  # 😀 é 漢\n")
    text = text.replace("title: Joint Mutual Information, canonical form", 'title: "😀 é 漢", paper')
    line = '{title: "😀é漢", papr: 1}'

    async def main() -> None:
        async with session([encoding] if encoding else None) as live:
            found = await live.open(URI, line)
            unknown = next(item for item in found if item.code == "SY002")
            before = line[: line.index("papr")]
            units = {
                None: len(before.encode("utf-16-le")) // 2,
                types.PositionEncodingKind.Utf8: len(before.encode()),
                types.PositionEncodingKind.Utf32: len(before),
            }[encoding]
            assert unknown.range.start.character == units
            assert unknown.range.end.character == units + 4

    run(main())


def test_hover_shows_keys_words_and_the_page_of_a_finding() -> None:
    async def main() -> None:
        text = BYOL.replace("momentum: 0.99,", "momentum: 0.5,")
        async with session() as live:
            found = _first(await live.open(URI, text), "EM002")

            async def at(position: types.Position) -> types.Hover:
                params = types.HoverParams(types.TextDocumentIdentifier(URI), position)
                answer = await live.client.text_document_hover_async(params)
                assert answer is not None
                return answer

            async def words(position: types.Position) -> str:
                contents = (await at(position)).contents
                assert isinstance(contents, types.MarkupContent)
                return contents.value

            assert "directions of a swapped" in await words(_position(text, "directions"))
            assert "Jacobian" in await words(_position(text, "predictor\n  directions"))
            page = await words(found.range.start)
            assert "EM002 momentum-too-low" in page
            assert "### What it finds" in page
            where = (await at(_position(text, "directions"))).range
            assert where is not None
            assert _text_at(text, where) == "directions"
            nothing = types.HoverParams(types.TextDocumentIdentifier(URI), _position(text, "# |p - z|"))
            assert await live.client.text_document_hover_async(nothing) is None

    run(main())


COMPLETIONS = [
    ("objective:\n  bound: infonce\n  ", "critic", "critic:"),
    ("objective: {critic: ", "cosine", "cosine"),
    ("objective: {critic: {cosine: {", "temperature", "temperature: "),
    ("branches:\n  online: {}\n  target:\n    of: ", "online", "online"),
    ("optimize:\n  schedule: ", "alternating", "alternating"),
    ("extends: ", "byol", "byol"),
    ("recipes:\n  digits:\n    method:\n      optimize: {sw", "swap", "swap: "),
    ("", "name", "name: "),
]


def test_completion_offers_keys_words_and_names_with_their_meaning() -> None:
    async def main() -> None:
        async with session() as live:
            await live.open(URI, "")
            for typed, label, inserted in COMPLETIONS:
                await live.change(URI, typed)
                lines = typed.split("\n")
                position = types.Position(len(lines) - 1, len(lines[-1]))
                params = types.CompletionParams(types.TextDocumentIdentifier(URI), position)
                answer = await live.client.text_document_completion_async(params)
                assert isinstance(answer, list)
                items = {item.label: item for item in answer}
                assert label in items, typed
                edit = items[label].text_edit
                assert isinstance(edit, types.TextEdit)
                assert edit.new_text.startswith(inserted), typed
                assert items[label].detail, typed
            await live.change(URI, "objective: {bound: infonce, ")
            params = types.CompletionParams(types.TextDocumentIdentifier(URI), types.Position(0, 28))
            answer = await live.client.text_document_completion_async(params)
            assert isinstance(answer, list)
            assert "critic" in {item.label for item in answer}

    run(main())


def test_a_safe_fix_is_preferred_and_makes_its_finding_vanish() -> None:
    async def main() -> None:
        text = BYOL.replace("    stop_gradient: true\n", "")
        async with session() as live:
            found = _first(await live.open(URI, text), "SD001")
            first, accept, *_ = await _actions(live, text, found)
            assert (first.title, first.is_preferred) == ("set `stop_gradient: true` on `target`", True)
            assert first.edit is not None
            assert first.edit.changes is not None
            fixed = _edited(text, list(first.edit.changes[URI]))
            assert await live.change(URI, fixed) == []
            assert accept.title.startswith("accept SD001")
            assert accept.edit is not None
            assert accept.edit.changes is not None
            accepted = _edited(text, list(accept.edit.changes[URI]))
            assert "# ssmi: ignore[SD001]" in accepted
            left = await live.change(URI, accepted)
            assert found.range.start.line not in {item.range.start.line for item in left}

    run(main())


def test_a_typo_has_a_fix_and_what_cannot_be_silenced_is_not_offered() -> None:
    async def main() -> None:
        text = JMI.replace("temperature: 0.2", "temprature: 0.2")
        async with session() as live:
            found = _first(await live.open(URI, text), "SY002")
            (action,) = await _actions(live, text, found)
            assert action.edit is not None
            assert action.edit.changes is not None
            assert _edited(text, list(action.edit.changes[URI])) == JMI

    run(main())


def test_every_safe_fix_can_be_made_at_once_on_saving() -> None:
    async def main() -> None:
        text = JMI.replace("temperature: 0.2", "temprature: 0.2").replace("optimize:", "optimise:")
        async with session() as live:
            assert len(await live.open(URI, text)) >= 2
            nothing = types.Range(types.Position(0, 0), types.Position(0, 0))
            context = types.CodeActionContext([], only=[types.CodeActionKind.SourceFixAll])
            params = types.CodeActionParams(types.TextDocumentIdentifier(URI), nothing, context)
            (action,) = await live.client.text_document_code_action_async(params) or []
            assert isinstance(action, types.CodeAction)
            assert action.kind == "source.fixAll.ssmi"
            assert action.edit is not None
            assert action.edit.changes is not None
            assert _edited(text, list(action.edit.changes[URI])) == JMI
            assert await live.change(URI, JMI) == []
            assert not await live.client.text_document_code_action_async(params)

    run(main())


def test_a_byte_order_mark_counts_on_the_first_line() -> None:
    async def main() -> None:
        first, *rest = JMI.split("\n")
        text = "\ufeff" + "\n".join(
            [first.replace("ssmi: 1", "nmae: jmi"), *(line for line in rest if line != "name: jmi")]
        )
        async with session() as live:
            found = await live.open(URI, text)
            unknown = _first(found, "SY002")
            assert unknown.range.start == types.Position(0, 1)
            assert _text_at(text, unknown.range) == "nmae"
            (action,) = await _actions(live, text, unknown)
            assert action.edit is not None
            assert action.edit.changes is not None
            fixed = _edited(text, list(action.edit.changes[URI]))
            assert fixed == text.replace("nmae", "name")
            nothing = types.Range(types.Position(0, 0), types.Position(0, 0))
            context = types.CodeActionContext([], only=[types.CodeActionKind.SourceFixAll])
            params = types.CodeActionParams(types.TextDocumentIdentifier(URI), nothing, context)
            (every,) = await live.client.text_document_code_action_async(params) or []
            assert isinstance(every, types.CodeAction)
            assert every.edit is not None
            assert every.edit.changes is not None
            assert _edited(text, list(every.edit.changes[URI])) == fixed
            hover = types.HoverParams(types.TextDocumentIdentifier(URI), types.Position(0, 1))
            await live.change(URI, fixed)
            answer = await live.client.text_document_hover_async(hover)
            assert answer is not None
            assert answer.range is not None
            assert _text_at(fixed, answer.range) == "name"

    run(main())


def test_the_settings_of_the_project_hold_and_wrong_ones_are_told(tmp_path: Path) -> None:
    async def main() -> None:
        text = BYOL.replace("    stop_gradient: true\n", "")
        settings = tmp_path / "ssmi.toml"
        settings.write_text('ignore = ["SD001"]\n')
        uri = (tmp_path / "mine.yaml").as_uri()
        async with session() as live:
            assert "SD001" not in {item.code for item in await live.open(uri, text)}
            settings.write_text('ignore = ["SD9999"]\n')
            assert "SD001" in {item.code for item in await live.change(uri, text + "\n")}
            assert any("SD9999" in message for message in live.messages)

    run(main())


def test_the_server_says_what_lint_says() -> None:
    async def main() -> None:
        async with session() as live:
            for name, old, new in (("simsiam", "swap: true", "swap: false"), ("jmi", "in-batch", "none")):
                text = (specs_folder() / f"{name}.yaml").read_text().replace(old, new)
                uri = f"untitled:{name}"
                found = await live.open(uri, text)
                expected = [(d.code, d.span.line - 1) for d in check(read_document(text))]
                assert [(item.code, item.range.start.line) for item in found] == expected

    run(main())
