"""The page on linting is what happens: its files are written, its commands run, its outputs compared."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from ssmi_runtime.cli.lint_options import LintOptions

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "linting.md"
RUN = "import sys; sys.argv[0] = 'ssmi'; from ssmi_runtime.cli import main; main()"
_BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.DOTALL)


def test_the_page_is_what_happens(tmp_path: Path, update_golden: bool) -> None:
    (tmp_path / ".git").mkdir()
    text = PAGE.read_text()

    def replayed(match: re.Match[str]) -> str:
        if match["file"]:
            (tmp_path / match["file"]).parent.mkdir(exist_ok=True)
            (tmp_path / match["file"]).write_text(match["body"])
        if match["kind"] != "console":
            return match.group()
        commands = [line for line in match["body"].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(run(command, tmp_path) for command in commands) + "```\n"

    after = _BLOCK.sub(replayed, text)
    if update_golden:
        PAGE.write_text(after)
    assert after == text


def run(command: str, folder: Path) -> str:
    line, _, expected = command.partition("  # exits ")
    arguments = shlex.split(line.removeprefix("$ ssmi "))
    paths = os.pathsep.join(str(ROOT / part) for part in (".", "compiler", "runtime"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI", "SSMI_"))}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == int(expected or 0), done.stdout
    output = done.stdout.replace(str(folder.resolve()), "/project").rstrip("\n")
    return f"{command}\n{output}\n" if output else f"{command}\n"


def test_every_option_is_on_the_page() -> None:
    page = PAGE.read_text()
    names = set(LintOptions._fields) - {"reports"} | {
        "report",
        "select",
        "ignore",
        "output_format",
    }
    assert {name for name in names if f"--{name.replace('_', '-')}" not in page} <= {"reason"}
