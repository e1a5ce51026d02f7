"""`ssmi list`."""

import json

from ssmi_dsl.taxonomy import Row, as_dict, rows

COLUMNS = ("method", "", "bound", "critic", "marginal term", "k-NN", "on", "paper", "needs")


def print_methods(*, json_output: bool) -> None:
    """The bundled methods as a table, or as one JSON list."""
    found = rows()
    if json_output:
        print(json.dumps([as_dict(row) for row in found], indent=1))
        return
    cells = [COLUMNS, *(_cells(row) for row in found)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS) - 1)]
    for line in cells:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip())


def _cells(row: Row) -> tuple[str, ...]:
    knn = "-" if row.knn is None else f"{100 * row.knn:.1f}"
    paper = row.paper.removeprefix("arXiv:")
    return (
        row.name,
        row.paradigm,
        row.bound,
        row.critic,
        row.marginal,
        knn,
        row.data or "-",
        paper,
        ", ".join(row.needs),
    )
