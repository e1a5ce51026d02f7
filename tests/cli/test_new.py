"""`ssmi new`: starters that lint clean, and nothing overwritten."""

from pathlib import Path

import pytest

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.check import check
from ssmi_dsl.difference import compare
from ssmi_dsl.document import read_document
from ssmi_dsl.errors import StarterError
from ssmi_dsl.load import load
from ssmi_dsl.starter import starter
from ssmi_runtime.cli.new import run_new


@pytest.mark.parametrize("name", bundled_names())
def test_a_starter_is_the_method_that_it_started_from(name: str, tmp_path: Path) -> None:
    text = starter("mine", source=name)
    assert check(read_document(text)) == ()
    assert "title:" not in text
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert compare({"default": load(path)}, {"default": load(name)}, names=("mine", name)).is_empty
    assert load(path).spec.name == "mine"


def test_comments_are_kept_and_the_origin_is_named() -> None:
    text = starter("mine", paradigm="sdmi")
    assert "# started from sdmi: Self-Distillation Mutual Information, canonical form, arXiv:2510.01345" in text
    assert "# the paper's temperature is not known" in text


def test_wrong_use_is_said() -> None:
    for arguments, said in (
        ({"name": "Mine", "paradigm": "jmi"}, "is no name"),
        ({"name": "mine"}, "name a paradigm"),
        ({"name": "mine", "source": "byoll"}, "did you mean `byol`"),
        ({"name": "mine", "source": "byol", "paradigm": "jmi"}, "`byol` is sdmi, not jmi"),
        ({"name": "../mine", "paradigm": "jmi"}, "is no name"),
    ):
        with pytest.raises(StarterError, match=said):
            starter(**arguments)  # type: ignore[arg-type]  # rows of a table


def test_nothing_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_new("mine", paradigm="jmi", source=None, to=None) == 0
    assert capsys.readouterr().out == "mine.yaml\n"
    (tmp_path / "mine.yaml").write_text("precious")
    assert run_new("mine", paradigm="jmi", source=None, to=None) == 2
    assert "exists; nothing was written" in capsys.readouterr().err
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("mine.yaml", "precious")]
    assert run_new("mine", paradigm="other", source=None, to=None) == 2
    assert run_new("mine", paradigm="jmi", source=None, to=tmp_path / "none" / "x.yaml") == 2
