"""Tests marked `gpu` run where torch sees one."""

import pytest
import torch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip them elsewhere, and say why."""
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu") is not None:
            item.add_marker(pytest.mark.skip(reason="torch sees no GPU here"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites the expected texts of graphs; read the difference before you commit it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected texts")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether expected texts are rewritten."""
    return bool(request.config.getoption("--update-golden"))
