"""A real client library against a real server process, over stdio."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"


class Client(LanguageClient):
    """A client that remembers how its server ended."""

    exit_code: int | None = None

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        self.exit_code = server.returncode


class Session:
    """An initialised client, and what the server published."""

    def __init__(self, client: LanguageClient, result: types.InitializeResult) -> None:
        self.client = client
        self.result = result
        self.versions: dict[str, int] = {}
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.arrived = asyncio.Event()

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def _(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = params
            self.arrived.set()

    async def open(self, uri: str, text: str) -> list[types.Diagnostic]:
        """Open a text and wait for its diagnostics."""
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.diagnostics(uri)

    async def change(self, uri: str, text: str) -> list[types.Diagnostic]:
        """Replace the text, as typing does, and wait for its diagnostics."""
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))
        return await self.diagnostics(uri)

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of the version that was sent last."""
        async with asyncio.timeout(30):
            while uri not in self.published or self.published[uri].version != self.versions.get(uri):
                self.arrived.clear()
                await self.arrived.wait()
        return list(self.published[uri].diagnostics)


@asynccontextmanager
async def session(encodings: list[types.PositionEncodingKind] | None = None) -> AsyncIterator[Session]:
    """Start a server, initialise, and shut it down in order; it must exit with 0."""
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    client = Client("test", "1")
    await client.start_io(sys.executable, "-c", RUN.format(paths=paths), "lsp")
    general = types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
    capabilities = types.ClientCapabilities(general=general)
    async with asyncio.timeout(60):
        result = await client.initialize_async(types.InitializeParams(capabilities, root_uri=None, process_id=None))
    client.initialized(types.InitializedParams())
    try:
        yield Session(client, result)
    finally:
        async with asyncio.timeout(30):
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()
        assert client.exit_code == 0
