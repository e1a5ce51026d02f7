"""docs/adding-a-method.md, run."""

import re
from pathlib import Path

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.taxonomy import methods_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_blocks_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DOCS / "adding-a-method.md").read_text()
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["yaml", "console", "python", "python"]
    for kind, block in blocks:
        if kind == "yaml":
            Path(block.split("\n")[0].removeprefix("# ")).write_text(block)
        elif kind == "console":
            path = block.split()[-1]
            assert check(path) == ()
        else:
            exec(compile(block, "adding-a-method.md", "exec"), {})
    assert "shared.encoder receives" in capsys.readouterr().out


def test_the_table_of_methods_is_current() -> None:
    assert (DOCS / "methods.md").read_text() == methods_page()
