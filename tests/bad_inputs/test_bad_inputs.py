"""Every kind of bad file: what is reported, how the process would end, at what cost, and that it can be shown safely."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from bad_inputs.cases import SPEC, Case, all_cases

from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.reference import json_schema
from ssmi_runtime.cli import run_command

CASES = tuple(all_cases())
# CPU seconds of a lint, imports not counted: twice what a busy machine needs for the dearest case
MAX_SECONDS = 0.2
# the least of so many runs counts, since others on the machine lengthen the CPU time of a run as well
MAX_RUNS = 5


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    seconds: float


Lint = Callable[..., Ended]


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Lint]:
    """Runs `ssmi lint` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    threshold = gc.get_threshold()

    def run(*arguments: str) -> Ended:
        ended = run_once(*arguments)
        for _ in range(MAX_RUNS - 1):
            if ended.seconds < MAX_SECONDS:
                break
            ended = replace(ended, seconds=min(ended.seconds, run_once(*arguments).seconds))
        return ended

    def run_once(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["ssmi", "lint", *arguments])
        start = time.process_time()
        with pytest.raises(SystemExit) as ended:
            run_command()
        seconds = time.process_time() - start
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err, seconds)

    yield run
    gc.set_threshold(*threshold)


def test_there_are_all_kinds() -> None:
    # 40 is generated below
    assert {case.kind for case in CASES} == set(range(1, 46)) - {40}
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_file(case: Case, lint: Lint) -> None:
    Path("case.yaml").write_bytes(case.content)
    ended = lint("--output-format", "json", "case.yaml")
    found: list[dict[str, Any]] = json.loads(ended.out)["diagnostics"]
    assert {item["code"] for item in found if item["code"].startswith("SY")} == case.codes
    assert ended.code == case.exit_code
    assert ended.seconds < MAX_SECONDS

    text = case.content.decode("utf-8", "replace")
    places = [(item["span"]["start"], item["span"]["end"]) for item in found]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)

    for output_format in ("full", "concise"):
        shown = lint("--output-format", output_format, "case.yaml")
        assert shown.code == case.exit_code
        assert shown.seconds < MAX_SECONDS
        assert all(letter.isprintable() or letter == "\n" for letter in shown.out + shown.err)
        assert "Traceback" not in shown.out + shown.err
        assert all(item["code"] in shown.out for item in found)
        # nothing that a stranger wrote starts a line of its own, where a CI system may take it for a command
        assert not any(line.lstrip().startswith("::") for line in shown.out.splitlines())


def test_the_clean_spec_is_clean(lint: Lint) -> None:
    Path("case.yaml").write_text(SPEC)
    assert lint("case.yaml").code == 0


def places(value: object, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of plain data."""
    yield loc
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*loc, index))


def put(value: Any, loc: tuple[str | int, ...], new: object) -> Any:
    """A copy of plain data with `new` at `loc`."""
    if not loc:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[loc[0]] = put(copy[loc[0]], loc[1:], new)
    return copy


FULL_SPEC: dict[str, Any] = yaml.safe_load(SPEC) | {
    "title": "a title",
    "claims": [],
    "lint": {"ignore": ["SD010"]},
    "views": {"count": 2, "augment": [{"random-resized-crop": {"scale": [0.2, 1.0]}}, "grayscale"], "encode": "together"},
    "branches": {
        "online": {"encoder": {"backbone": {"mlp": {"widths": [8]}}}, "projector": {"linear": 4}, "predictor": {"mlp": {"widths": [4], "norm": "batch"}}},
        "target": {"of": "online", "update": {"ema": {"momentum": 0.9, "schedule": "cosine"}}, "stop_gradient": True},
    },
    "optimize": {"schedule": "alternating", "swap": True, "predictor": {"lr_multiplier": 2.0, "frozen": False}},
}  # fmt: skip
WRONG: tuple[object, ...] = (None, True, 3, -1.5, "word", "", [], ["x"], {}, {"x": 1}, [[]], {"a": {"b": None}})


@pytest.mark.parametrize("loc", list(places(FULL_SPEC)), ids=lambda loc: ".".join(map(str, loc)) or "top")
def test_wrong_type_at_every_place(loc: tuple[str | int, ...]) -> None:
    schema = jsonschema.Draft202012Validator(json_schema())
    for wrong in WRONG:
        data = put(FULL_SPEC, loc, wrong)
        document = read_document(json.dumps(data, indent=1))
        found = [item for item in check(document) if item.code.startswith("SY")]
        # what the JSON schema refuses in an editor, the linter refuses too; the linter knows more
        if not schema.is_valid(data):
            assert found, f"{wrong!r} at {loc}"
        for item in found:
            assert 0 <= item.span.start < item.span.end <= len(document.text)


@pytest.mark.parametrize("key", ["ssmi", "name", "views", "encoder", "branches", "objective", "optimize"])
def test_null_for_a_required_key(key: str) -> None:
    found = check(read_document(json.dumps({**FULL_SPEC, key: None}, indent=1)))
    assert any(item.code in ("SY004", "SY006", "SY007") and key in item.message for item in found)
