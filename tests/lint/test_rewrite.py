"""Writing specs back: bytes, links, races, differences."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from ssmi_dsl.lint.inputs import Input, read_inputs
from ssmi_dsl.lint.rewrite import RewriteError, rewrite, unified_diff
from ssmi_dsl.lint.write import write_atomically


def spec(folder: Path, data: bytes = b"a: 1\n", name: str = "a.yaml") -> Input:
    (folder / name).write_bytes(data)
    (item,) = read_inputs([str(folder / name)])
    return item


def test_mode_byte_order_mark_and_line_endings_stay(tmp_path: Path) -> None:
    item = spec(tmp_path, b"\xef\xbb\xbfa: 1\r\n")
    os.chmod(tmp_path / "a.yaml", 0o640)
    rewrite(item, "a: 2\r\n", tmp_path)
    assert (tmp_path / "a.yaml").read_bytes() == b"\xef\xbb\xbfa: 2\r\n"
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_a_link_inside_of_the_project_is_followed_and_stays_one(tmp_path: Path) -> None:
    spec(tmp_path, name="real.yaml")
    (tmp_path / "a.yaml").symlink_to("real.yaml")
    (item,) = read_inputs([str(tmp_path / "a.yaml")])
    rewrite(item, "a: 2\n", tmp_path)
    assert (tmp_path / "a.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "a: 2\n"


def test_a_link_that_leaves_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    spec(tmp_path, name="outside.yaml")
    (tmp_path / "project" / "a.yaml").symlink_to("../outside.yaml")
    (item,) = read_inputs([str(tmp_path / "project" / "a.yaml")])
    with pytest.raises(RewriteError, match="a link that leaves the project"):
        rewrite(item, "a: 2\n", tmp_path / "project")
    assert (tmp_path / "outside.yaml").read_text() == "a: 1\n"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    item = spec(tmp_path)
    (tmp_path / "a.yaml").write_text("a: 3\n")
    with pytest.raises(RewriteError, match="changed meanwhile"):
        rewrite(item, "a: 2\n", tmp_path)
    assert (tmp_path / "a.yaml").read_text() == "a: 3\n"


def test_a_bundled_spec_is_not_changed() -> None:
    (item,) = read_inputs(["byol"])
    with pytest.raises(RewriteError, match="a bundled spec is not changed"):
        rewrite(item, "", Path.cwd())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = spec(tmp_path)
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(RewriteError, match="No space left"):
        rewrite(item, "a: 2\n", tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.yaml", "a: 1\n")]


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    write_atomically(tmp_path / "new", b"x")
    (tmp_path / "plain").write_text("x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nb: 2\n", "a: 1\nb: 3\n"),
        ("a: 1", "a: 2"),
        ("a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\r\n"),
        ("a: 1", "a: 1\nb: 2"),
    ],
)
def test_patch_applies_the_difference(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "a.yaml").write_bytes(before.encode())
    diff = unified_diff(before, after, "a.yaml")
    assert diff.startswith("--- a/a.yaml\n+++ b/a.yaml\n@@")
    done = subprocess.run(["git", "apply", "-p1"], input=diff.encode(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.yaml").read_bytes() == after.encode()
