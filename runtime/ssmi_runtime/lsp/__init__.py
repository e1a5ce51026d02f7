"""The language server: diagnostics, hover, completion and quick fixes over the Language Server Protocol. Needs the extra `lsp` (pygls)."""
