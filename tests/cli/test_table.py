"""The table and the live line of a run call samples what they are in the data set."""

from pathlib import Path

import pytest

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.cli.progress import Progress
from ssmi_runtime.cli.table import results_table
from ssmi_runtime.loop import RunResult, raw_key

WORDS = [
    ("digits", "raw pixels", "images/s", "raw_pixels/knn"),
    ("shapes", "raw pixels", "images/s", "raw_pixels/knn"),
    ("digits-graph", "raw features", "nodes/s", "raw_features/knn"),
    ("gaussian", "raw vectors", "pairs/s", "raw_vectors/knn"),
]


@pytest.mark.parametrize(("data", "raw", "unit", "key"), WORDS)
def test_the_table_says_what_is_raw_and_what_is_counted(data: str, raw: str, unit: str, key: str) -> None:
    info = DATASETS[data]
    found = {"knn": 0.9, "untrained/knn": 0.4, "linear": 0.95, "untrained/linear": 0.5, key: 0.512}
    found |= {"feature_std": 0.8, "effective_rank": 12.0}
    assert raw_key(info) == key

    text = results_table(RunResult(Path("runs/x"), found, 10, 10, 123.4, 1.0, finished=True), info)

    head, knn, linear, *_rest, last = text.splitlines()
    assert raw in head
    assert "51.2" in knn
    assert len(head) == len(knn) == len(linear)
    assert last == f"10 steps at 123 {unit}, run in runs/x"


@pytest.mark.parametrize(("data", "raw", "unit", "key"), WORDS)
def test_progress_counts_the_samples_of_the_data_set(
    data: str, raw: str, unit: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(DATASETS[data].samples) as progress:
        progress.report(10, 10, {"loss": 0.5}, 123.4)
    assert capsys.readouterr().err.strip() == f"step 10/10  loss 0.500  123 {unit}"
