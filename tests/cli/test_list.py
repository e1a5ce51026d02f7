"""`ssmi list`: one line for each bundled method, with what was measured of it and on which data."""

import json

import pytest

from ssmi_compiler.api import embedded_data
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.taxonomy import rows
from ssmi_runtime.cli.methods import print_methods


def test_a_line_for_each_method(capsys: pytest.CaptureFixture[str]) -> None:
    print_methods(json_output=False)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["method", "bound", "critic", "marginal", "term", "k-NN", "on", "paper", "needs"]
    assert [line.split()[0] for line in lines] == list(bundled_names())
    (jepa,) = (line for line in lines if line.startswith("i-jepa "))
    assert jepa.split()[-5:] == ["digits-sheets", "2301.08243", "ViT,", "masks,", "predictor"]


def test_accuracies_are_of_the_embedded_data_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    print_methods(json_output=True)
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found] == [row.name for row in rows()]
    for row in found:
        assert row["data"] == embedded_data(row["name"])
        assert 0 < row["knn"] <= 1
