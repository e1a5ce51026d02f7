"""Pages that are generated are current, and the code in pages runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.reference import json_schema, language_reference
from ssmi_runtime.cli import app

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"


def test_the_language_reference_is_current() -> None:
    assert (DOCS / "language.md").read_text() == language_reference()


def test_tables_of_the_readme_are_current() -> None:
    script = DOCS.parent / "benchmarks" / "tables.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_method_was_measured_above_raw_input_and_its_untrained_encoder() -> None:
    rows = json.loads((DOCS.parent / "benchmarks" / "results" / "digits.json").read_text())["methods"]
    assert set(rows) == set(bundled_names())
    for name, row in rows.items():
        (raw,) = (value for key, value in row.items() if key.startswith("raw_"))
        assert row["knn"] > max(raw, row["untrained/knn"]), name


def test_the_example_of_the_readme_is_clean() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(text.splitlines()) <= 20
    assert check(read_document(text)) == ()
    without = "".join(line for line in text.splitlines(keepends=True) if "stop_gradient" not in line)
    assert [item.code for item in check(read_document(without))] == ["SD001"]


def test_the_readme_lists_every_command() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert {name for name in commands if f"`ssmi {name}" not in README.read_text()} <= {"version"}


def test_python_blocks_of_the_tour_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "tour.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "tour.md", "exec"), {})


@pytest.mark.parametrize("path", sorted(specs_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_bundled_specs_fit_the_json_schema(path: Path) -> None:
    # PyYAML would read the key `on` as true
    jsonschema.validate(read_document(path.read_text()).data, json_schema())


def test_the_schema_refuses_an_unknown_key() -> None:
    spec = yaml.safe_load((specs_folder() / "jmi.yaml").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**spec, "paradigma": "jmi"}, json_schema())


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target
