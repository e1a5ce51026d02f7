"""A run on a graph from end to end: compiled ahead of time, cut, resumed, measured."""

import json
from itertools import count
from pathlib import Path

import pytest
import torch

from ssmi_runtime.api import run
from ssmi_runtime.loop import read_metrics

SMALL = [
    "recipes.digits.epochs=1",
    "recipes.digits.batch_size=120",
    "recipes.digits.method.encoder.backbone.gcn.widths=[16]",
]
STEPS = 1797 // 120


@pytest.mark.slow
def test_a_run_on_a_graph_is_cut_resumed_and_measured(tmp_path: Path) -> None:
    places = {"target": tmp_path / "target", "overrides": SMALL}
    whole = run("dgi", out=tmp_path / "whole", **places)  # type: ignore[arg-type]
    calls = count()
    cut = run("dgi", out=tmp_path / "cut", stop=lambda: next(calls) == 5, **places)  # type: ignore[arg-type]
    assert (cut.finished, cut.steps) == (False, 5)
    resumed = run("dgi", out=tmp_path / "cut", resume=True, **places)  # type: ignore[arg-type]

    assert (whole.finished, resumed.finished, whole.steps) == (True, True, STEPS)
    assert read_metrics(tmp_path / "cut") == read_metrics(tmp_path / "whole")
    states = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["state"] for name in ("whole", "cut")]
    assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())
    assert json.loads((tmp_path / "cut" / "run.json").read_text())["data"] == "digits-graph"
    assert resumed.results == whole.results
    assert {
        "knn",
        "linear",
        "untrained/knn",
        "raw_features/knn",
        "mi/infonce",
        "effective_rank",
    } <= whole.results.keys()
    assert whole.results["knn"] > whole.results["raw_features/knn"]
