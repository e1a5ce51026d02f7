"""The cache: what is found again, what makes it look anew, and a cache that is broken."""

import json
from pathlib import Path

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.engine import DEFAULT_SETTINGS, Settings
from ssmi_dsl.lint.cache import Cache, cache_folder, extended_files
from ssmi_dsl.lint.inputs import Input, read_inputs
from ssmi_dsl.lint.record import from_record, to_record
from ssmi_dsl.lint.session import Session
from ssmi_dsl.version import VERSION

BROKEN = (
    (specs_folder() / "byol.yaml").read_text().replace("    stop_gradient: true\n", "").replace("augment:", "augmnt:")
)


def stored(tmp_path: Path, text: str = BROKEN) -> tuple[Cache, Input]:
    (tmp_path / "a.yaml").write_text(text)
    (item,) = read_inputs([str(tmp_path / "a.yaml")])
    cache = Cache(tmp_path / "cache")
    assert item.data is not None
    cache.store(item.read(), item.data, DEFAULT_SETTINGS, check(item.read()))
    return cache, item


def found(cache: Cache, item: Input, settings: Settings = DEFAULT_SETTINGS):
    assert item.data is not None
    return cache.find(item.path, item.data, settings)


def test_findings_come_back_whole(tmp_path: Path) -> None:
    cache, item = stored(tmp_path)
    assert found(cache, item) == check(item.read())
    assert any(one.fix is not None and one.fix.changes for one in check(item.read()))
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"
    assert [path.suffix for path in (tmp_path / "cache" / VERSION).iterdir()] == [".json"]


def test_other_bytes_settings_or_places_are_other_entries(tmp_path: Path) -> None:
    cache, item = stored(tmp_path)
    assert found(cache, Input(item.path, (item.data or b"") + b"\n", item.file)) is None
    assert found(cache, item, Settings(ignore=("SD001",))) is None
    assert found(cache, Input(str(tmp_path / "b.yaml"), item.data, item.file)) is None


def test_a_changed_base_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text((specs_folder() / "byol.yaml").read_text())
    cache, item = stored(tmp_path, "extends: base.yaml\nname: mine\n")
    assert extended_files(item.read()) == [tmp_path.resolve() / "base.yaml"]
    assert found(cache, item) == ()
    (tmp_path / "base.yaml").write_text("extends: byol\nname: base\n")
    assert found(cache, item) is None
    (tmp_path / "base.yaml").unlink()
    assert found(cache, item) is None


def test_a_base_that_appears_is_noticed(tmp_path: Path) -> None:
    cache, item = stored(tmp_path, "extends: base.yaml\nname: mine\n")
    assert [one.code for one in found(cache, item) or ()] == ["SY012"]
    (tmp_path / "base.yaml").write_text("extends: byol\nname: base\n")
    assert found(cache, item) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"extends": [], "diagnostics": [{}]}', '{"extends": 3}', "\x00" * 9]
)
def test_a_corrupt_cache_is_ignored(tmp_path: Path, text: str) -> None:
    cache, item = stored(tmp_path)
    (entry,) = (tmp_path / "cache" / VERSION).iterdir()
    entry.write_text(text)
    assert found(cache, item) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    cache, item = stored(tmp_path)
    assert found(cache, item) is None


def test_a_session_asks_the_cache_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, item = stored(tmp_path)
    session = Session(cache=cache)
    monkeypatch.setattr(Session, "lint", lambda *_: pytest.fail("linted again"))
    assert session.find(item) == check(item.read())


def test_a_record_is_json(tmp_path: Path) -> None:
    _, item = stored(tmp_path)
    for one in check(item.read()):
        assert from_record(json.loads(json.dumps(to_record(one)))) == one


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSMI_CACHE_DIR", raising=False)
    assert cache_folder(tmp_path, None) == tmp_path / ".ssmi_cache"
    monkeypatch.setenv("SSMI_CACHE_DIR", str(tmp_path / "c"))
    assert cache_folder(tmp_path, None) == tmp_path / "c"
    assert cache_folder(tmp_path, "d") == Path("d")


def test_the_version_is_that_of_the_package() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text
