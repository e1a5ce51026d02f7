"""`ssmi lsp` without its extra."""

import importlib.util
from importlib.machinery import ModuleSpec

import pytest

from ssmi_runtime.cli.lsp import run_lsp


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(name: str, package: str | None = None) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", missing)
    assert run_lsp() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "pip install 'ssmi[lsp]'" in captured.err
