"""Outputs in docs/commands.md are those of their commands, pictures too. `--update-golden` rewrites them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import cast

import pytest
import yaml
from typer import Typer
from typer.testing import CliRunner

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.load import load
from ssmi_runtime.cli import app
from ssmi_runtime.cli.graph import draw

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "commands.md"
CLIENT = DOCS / "editors" / "vscode"
_BLOCK = re.compile(r"```console\n\$ ssmi ([^\n]*)\n(.*?)```", re.DOTALL)


def _output(arguments: str) -> str:
    # the application stands for a Typer and becomes one when asked
    result = CliRunner().invoke(cast(Typer, app), arguments.split())
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def test_outputs_are_current(update_golden: bool) -> None:
    text = PAGE.read_text()
    assert len(_BLOCK.findall(text)) >= 6
    current = _BLOCK.sub(lambda found: f"```console\n$ ssmi {found[1]}\n{_output(found[1]).rstrip()}\n```", text)
    if update_golden:
        PAGE.write_text(current)
    assert PAGE.read_text() == current


def test_pictures_are_current(update_golden: bool) -> None:
    names = re.findall(r"\(graphs/([a-z0-9-]+)\.svg\)", PAGE.read_text())
    assert names
    for name in names:
        path, current = DOCS / "graphs" / f"{name}.svg", draw(load(name), "svg")
        if update_golden:
            path.write_text(current)
        assert path.read_text() == current


def test_yaml_on_the_page_of_editors_can_be_used() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "editors.md").read_text(), re.DOTALL)
    spec, *others = [block for block in blocks if "ssmi: 1" in block] + [b for b in blocks if "ssmi: 1" not in b]
    assert check(read_document(spec)) == ()
    hooks = {hook["id"]: hook for hook in yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text())}
    assert hooks.keys() == {"ssmi-lint", "ssmi-fix"}
    for block in others:
        data = yaml.safe_load(block)
        for repo in data.get("repos", []):
            assert {hook["id"] for hook in repo["hooks"]} <= hooks.keys()
    assert any("jobs" in yaml.safe_load(block) for block in others)


@pytest.mark.parametrize(
    ("path", "matches"),
    [
        ("specs/byol.yaml", True),
        ("a/specs/x.yml", True),
        ("ssmi.yaml", True),
        ("a/mine.ssmi.yaml", True),
        ("docker-compose.yaml", False),
        ("myssmi.yaml", False),
    ],
)
def test_hooks_look_at_specs_and_nothing_else(path: str, matches: bool) -> None:
    for hook in yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text()):
        assert bool(re.search(hook["files"], path)) == matches


def test_the_client_of_vs_code_is_whole() -> None:
    package = json.loads((CLIENT / "package.json").read_text())
    script = (CLIENT / package["main"]).read_text()
    for setting in package["contributes"]["configuration"]["properties"]:
        assert f'"{setting.removeprefix("ssmi.")}"' in script
    for command in package["contributes"]["commands"]:
        assert f'"{command["command"]}"' in script
    assert all(f'require("{name}/node")' in script for name in package["dependencies"])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_client_of_vs_code_is_javascript() -> None:
    done = subprocess.run(
        ["node", "--check", str(CLIENT / "extension.js")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
