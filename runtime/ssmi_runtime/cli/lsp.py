"""`ssmi lsp`."""

import importlib.util
import logging
import sys

_MISSING = "the language server needs pygls: pip install 'ssmi[lsp]'"


def run_lsp() -> int:
    """Serve over standard input and output until the client leaves. 2: the extra `lsp` is not installed."""
    if importlib.util.find_spec("pygls") is None:
        print(f"error: {_MISSING}", file=sys.stderr)
        return 2
    # standard output belongs to the protocol; pygls logs every message at info
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    from ssmi_runtime.lsp.server import build_server

    build_server().start_io()
    return 0
