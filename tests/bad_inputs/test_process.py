"""`ssmi lint` as a process in a bad environment: an exit code and a sentence, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bad_inputs.cases import SPEC

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
RUN = f"import sys; sys.path[:0] = {PATHS!r}; from ssmi_runtime.cli import main; main()"

Ended = subprocess.CompletedProcess[str]


def ssmi(*arguments: str, cwd: Path, flags: tuple[str, ...] = (), **options: object) -> Ended:
    command = [sys.executable, *flags, "-c", RUN, *arguments]
    settings: dict[str, object] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60}
    if "input" in options:
        del settings["stdin"]
    if "stdout" in options:
        settings = {**settings, "capture_output": False, "stderr": subprocess.PIPE}
    done: Ended = subprocess.run(command, cwd=cwd, check=False, **{**settings, **options})  # type: ignore[call-overload]
    assert "Traceback" not in (done.stdout or "") + (done.stderr or "")
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(SPEC)
    (tmp_path / "bad.yaml").write_text(SPEC.replace("of: online", "of: onlin"))
    return tmp_path


def test_missing_file(folder: Path) -> None:
    done = ssmi("lint", "missing.yaml", cwd=folder)
    assert done.returncode == 2
    assert "there is no file and no bundled method `missing.yaml`" in done.stderr


def test_name_that_is_too_long(folder: Path) -> None:
    assert ssmi("lint", "x" * 5000, cwd=folder).returncode == 2


def unreadable(path: Path) -> None:
    path.write_text(SPEC)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [unreadable, loop, dangling, endless, os.mkfifo])
def test_file_that_cannot_be_read(make: Callable[[Path], None], folder: Path) -> None:
    make(folder / "odd.yaml")
    done = ssmi("lint", ".", "--isolated", "--no-cache", cwd=folder)
    assert done.returncode == 1
    assert "odd.yaml" in done.stdout
    assert "the file cannot be read" in done.stdout
    # the others are linted all the same
    assert "SY012" in done.stdout
    assert done.stderr.rstrip().split(" (")[0].endswith("in 3 files")


def test_folder_that_is_named_like_a_file(folder: Path) -> None:
    (folder / "x.yaml").mkdir()
    assert ssmi("lint", "x.yaml", cwd=folder).returncode == 3
    (folder / "x.yaml" / "in.yaml").write_text(SPEC)
    assert ssmi("lint", "x.yaml", cwd=folder).returncode == 0
    assert ssmi("lint", ".", cwd=folder).stderr.rstrip().split(" (")[0].endswith("in 3 files")


def test_name_that_is_not_unicode(folder: Path) -> None:
    os.rename(folder / "bad.yaml", os.fsencode(folder) + b"/b\xff\x1b[31m.yaml")
    for output_format in ("full", "json"):
        done = ssmi("lint", ".", "--output-format", output_format, cwd=folder)
        assert done.returncode == 1
        assert "\x1b" not in done.stdout
        assert "dcff" in done.stdout


def test_closed_streams(folder: Path) -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        command = f'exec "$0" -c "$1" lint bad.yaml {closed}'
        done = subprocess.run(
            ["sh", "-c", command, sys.executable, RUN], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "Traceback" in done.stderr + done.stdout) == (1, False), closed
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" lint - <&-', sys.executable, RUN],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input is closed" in done.stderr


def test_reader_that_went_away(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = ssmi("lint", "bad.yaml", cwd=folder, stdout=writing)
    os.close(writing)
    assert done.returncode in (1, 128 + signal.SIGPIPE)
    assert "Error" not in (done.stderr or "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = ssmi("lint", "bad.yaml", "--output-format", "json", cwd=folder, stdout=full)
    assert done.returncode == 2
    assert "No space left on device" in (done.stderr or "")


def test_standard_input_with_crlf(folder: Path) -> None:
    done = ssmi("lint", "-", cwd=folder, input=SPEC.replace("of: online", "of: onlin").replace("\n", "\r\n"))
    assert done.returncode == 1
    assert "<stdin>:13:9" in done.stdout
    assert "\r" not in done.stdout


def test_endless_standard_input_is_read_up_to_the_budget(folder: Path) -> None:
    with open("/dev/zero", "rb") as endless_stream:
        done = ssmi("lint", "-", cwd=folder, stdin=endless_stream)
    assert done.returncode == 1
    assert "SY008" in done.stdout


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_plain_locale(locale: str, folder: Path) -> None:
    (folder / "bad.yaml").write_text(SPEC.replace("of: online", "of: ünlin # 視点"), encoding="utf-8")
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment.pop("PYTHONIOENCODING", None)
    done = ssmi("lint", "bad.yaml", cwd=folder, env=environment, encoding="utf-8")
    assert done.returncode == 1
    assert "nlin" in done.stdout


@pytest.mark.parametrize("flag", ["-O", "-OO", "-I", "-bb"])
def test_flags_of_python(flag: str, folder: Path) -> None:
    done = ssmi("lint", ".", cwd=folder, flags=(flag,))
    assert done.returncode == 1
    assert "SY012" in done.stdout
    page = ssmi("rule", "SD001", cwd=folder, flags=(flag,))
    assert page.returncode == 0
    assert all(part in page.stdout for part in ("What it finds", "Why it is bad", "Example", "Instead", "Source"))


def test_interrupt(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "lint", "-"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell starts its jobs in the background with interrupts ignored, and they would stay so here
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin is not None
    # it waits for its input by the time the pipe's reader is asleep; before that the signal would meet Python starting up
    wait_until_asleep(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")


def wait_until_asleep(pid: int, seconds: float = 30.0) -> None:
    """Until a process has opened the linter's modules and waits for input."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/wchan")
        if not state.exists():
            time.sleep(5.0)
            return
        if "pipe" in state.read_text():
            return
        time.sleep(0.05)
    raise AssertionError("the process does not wait for its input")


def test_nothing_is_imported_from_the_folder_that_is_linted(folder: Path) -> None:
    for name in ("yaml", "json", "ssmi_dsl", "torch"):
        (folder / f"{name}.py").write_text("raise SystemExit('code of the linted folder ran')")
    script = folder / "elsewhere.py"
    script.write_text(RUN)
    done = subprocess.run(
        [sys.executable, "-P", str(script), "lint", "bad.yaml"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ran" not in done.stderr
