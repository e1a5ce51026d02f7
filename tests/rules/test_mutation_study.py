"""Cases that the mutation study found: a bundled spec with one change, and the errors that lint must have for it."""

import pytest

from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document

STOP = "    stop_gradient: true\n"
WRONG_SIDE = ("  online:\n", f"  online:\n{STOP}")
CASES = [
    ("byol", [(STOP, ""), WRONG_SIDE], ["12:20 SD003"]),
    ("simsiam", [(STOP, ""), WRONG_SIDE], ["12:20 PR003"]),
    ("simsiam", [("  bound: donsker", "  on: {a: online, b: online}\n  bound: donsker")], ["11:3 SD001"]),
    ("byol", [("batch_size: 256", "batch_size: 1")], ["30:17 BS008"]),
    (
        "moco-v2",
        [("mlp: {widths: [2048, 128], norm: none}", "mlp: [2048, 128]"), ("batch_size: 256", "batch_size: 1")],
        ["13:30 EM005", "26:17 BS008"],
    ),
    ("byol", [("critic: {rbf: {normalize: true}}", "critic: dot")], ["21:11 MT014"]),
    ("vicreg", [("critic: {rbf: {per_feature: true}}", "critic: dot")], ["14:11 MT014"]),
    (
        "vicreg",
        [("critic: {rbf: {per_feature: true}}", "critic: {rbf: {per_feature: true, temperature: 0.001}}")],
        ["14:11 MT002"],
    ),
    ("vicreg", [("covariance: 1.0", "covariance: 0.0")], ["15:64 MT016"]),
    ("vicreg", [("batch_size: 256", "batch_size: 4")], ["23:17 BS015"]),
    ("moco-v2", [("critic: {cosine: {temperature: 0.2}}", "critic: dot")], ["18:11 MT014"]),
    ("moco-v2", [("critic: {cosine: {temperature: 0.2}}", "critic: rbf")], ["18:11 MT014"]),
    ("moco-v2", [("batch_size: 256", "batch_size: 2")], ["13:30 EM005"]),
    ("clip", [("batch_size: 32768", "batch_size: 2")], ["23:17 BS008"]),
    (
        "deepcluster-v2",
        [("    stop_gradient: true\n", ""), ("  online: {projector", "  online: {stop_gradient: true, projector")],
        ["10:27 SD003"],
    ),
    ("lejepa", [("critic: {rbf: {per_feature: true}}", "critic: dot")], ["14:11 MT014"]),
    ("macl", [("critic: {cosine: {temperature: 1.0}}", "critic: dot")], ["14:11 DV001"]),
    ("siglip", [("critic: {cosine: {temperature: 1.0}}", "critic: dot")], ["15:11 DV001"]),
    ("deep-infomax", [("critic: dot", "critic: rbf")], ["19:11 DV018"]),
    ("tschannen-nwj", [("  bound: nwj", "  on: {a: top, b: top}\n  bound: nwj")], ["11:3 EM010"]),
    ("clip", [("count: 2", "count: 1")], ["7:16 SY011"]),
    ("jmi", [("batch_size: 256", "batch_size: 2")], ["22:17 BS008"]),
    ("sdmi", [("batch_size: 256", "batch_size: 2")], ["23:17 BS008"]),
    ("alignment-uniformity", [("batch_size: 768", "batch_size: 2")], ["22:17 BS008"]),
    ("barlow-twins", [("off_diagonal: 0.0051", "off_diagonal: 0.0")], ["15:48 MT001"]),
    ("w-mse", [("{rbf: {normalize: true}}", "laplace"), ("{size: 128}}", "{eps: 0.1}}")], ["14:11 MT019"]),
    ("w-mse", [("{rbf: {normalize: true}}", "rbf"), ("eps: 0.01", "eps: 0.0")], []),
    ("byol", [("swap: true}", "swap: true, predictor: {lr_multiplier: 0.05}}")], ["25:74 PR002"]),
]


@pytest.mark.parametrize(
    ("spec", "changes", "expected"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_lint_has_the_error(spec: str, changes: list[tuple[str, str]], expected: list[str]) -> None:
    text = (specs_folder() / f"{spec}.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    errors = [item for item in check(read_document(text)) if item.severity is Severity.ERROR]
    assert [f"{item.span.line}:{item.span.column} {item.code}" for item in errors] == expected


@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_a_predictor_that_is_not_quite_so_slow_is_a_warning(factor: float) -> None:
    text = (specs_folder() / "byol.yaml").read_text()
    changed = text.replace("swap: true}", f"swap: true, predictor: {{lr_multiplier: {factor}}}}}")
    found = [item for item in check(read_document(changed)) if item.code == "PR002"]
    assert [item.severity for item in found] == [Severity.WARNING]
