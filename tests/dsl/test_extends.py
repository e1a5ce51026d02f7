"""What `extends` reads, and above all what it does not read."""

import os
from pathlib import Path

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic
from ssmi_dsl.document import read_file
from ssmi_dsl.extends import read_base
from ssmi_dsl.resolve import MAX_EXTENDS


def spec(folder: Path, name: str, extends: str) -> Path:
    path = folder / name
    path.write_text(f"extends: {extends}\nname: mine\n")
    return path


def finding(path: Path) -> Diagnostic:
    (found,) = check(path)
    assert found.code == "SY012"
    return found


def test_file_beside_and_file_below(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    spec(tmp_path / "below", "base.yaml", "jmi")
    assert check(spec(tmp_path, "mine.yaml", "below/base.yaml")) == ()
    assert check(spec(tmp_path, "other.yaml", "./below/../below/base.yaml")) == ()


def test_link_that_stays_inside(tmp_path: Path) -> None:
    spec(tmp_path, "base.yaml", "jmi")
    (tmp_path / "link.yaml").symlink_to("base.yaml")
    assert check(spec(tmp_path, "mine.yaml", "link.yaml")) == ()


@pytest.mark.parametrize("target", ["../outside.yaml", "inside/../../outside.yaml", "link.yaml", "folder/outside.yaml"])
def test_nothing_outside_of_the_folder(target: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    outside = spec(tmp_path, "outside.yaml", "jmi")
    (home / "link.yaml").symlink_to(outside)
    (home / "folder").symlink_to(tmp_path)
    found = finding(spec(home, "mine.yaml", target))
    assert "neither a bundled method nor a file beside this spec" in found.message


def test_absolute_path_even_to_a_file_beside(tmp_path: Path) -> None:
    base = spec(tmp_path, "base.yaml", "jmi")
    assert "neither" in finding(spec(tmp_path, "mine.yaml", str(base))).message


def test_folder_pipe_device_and_endless_link(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")
    for name in ("folder", "pipe", "device", "loop", "dangling"):
        assert "neither" in finding(spec(tmp_path, "mine.yaml", f"{name}.yaml")).message


def test_itself_and_a_cycle_of_three(tmp_path: Path) -> None:
    assert "leads back" in finding(spec(tmp_path, "mine.yaml", "mine.yaml")).message
    first = spec(tmp_path, "a.yaml", "b.yaml")
    spec(tmp_path, "b.yaml", "c.yaml")
    spec(tmp_path, "c.yaml", "a.yaml")
    assert "leads back" in finding(first).message


@pytest.mark.parametrize(("length", "is_fine"), [(MAX_EXTENDS, True), (MAX_EXTENDS + 1, False), (100, False)])
def test_long_chain(length: int, is_fine: bool, tmp_path: Path) -> None:
    spec(tmp_path, "s0.yaml", "jmi")
    for index in range(1, length):
        spec(tmp_path, f"s{index}.yaml", f"s{index - 1}.yaml")
    last = tmp_path / f"s{length - 1}.yaml"
    if is_fine:
        assert check(last) == ()
    else:
        assert f"a chain of more than {MAX_EXTENDS} specs" in finding(last).message


def test_case_counts(tmp_path: Path) -> None:
    spec(tmp_path, "Base.yaml", "jmi")
    found = finding(spec(tmp_path, "mine.yaml", "base.yaml"))
    assert found.span.line == 1


def test_what_is_wrong_with_the_last_of_a_chain_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    spec(tmp_path, "b.yaml", "a.yaml")
    message = finding(spec(tmp_path, "c.yaml", "b.yaml")).message
    assert message.count("has errors") == 1


def test_a_base_is_parsed_once_until_its_content_changes(tmp_path: Path) -> None:
    base = spec(tmp_path, "base.yaml", "jmi")
    first = read_base(base)
    assert read_base(base) is first
    assert read_file(base) == first
    base.write_text("extends: byol\nname: other\n")
    assert read_base(base).data == {"extends": "byol", "name": "other"}
