"""Cases that the mutation study found: a bundled spec with one change, and the errors that lint must have for it."""

import pytest
import torch

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
    # a predictor of a target that is held constant, beside another marginal or a frozen teacher
    ("moco-v3", [(STOP, STOP + "    predictor: {mlp: [4096, 256]}\n")], ["17:5 PR003"]),
    ("nnclr", [(STOP, STOP + "    predictor: {mlp: [4096, 256]}\n")], ["16:5 PR003"]),
    ("smog", [(STOP, STOP + "    predictor: {mlp: [2048, 128]}\n")], ["17:5 PR003"]),
    ("all4one", [(STOP, STOP + "    predictor: {mlp: [4096, 256]}\n")], ["20:5 PR003"]),
    (
        "salt",
        [
            ("    predictor: {mlp: [2048, 512]} # ends", "    stop_gradient: false # ends"),
            (STOP, STOP + "    predictor: {mlp: [2048, 512]}\n"),
            ("          predictor: {mlp: [256, 64]}\n", ""),
            ("      branches: {student: {predictor: {mlp: [2048, 2048]}}} # as wide as a ResNet-50's features\n", ""),
        ],
        ["16:5 PR003"],
    ),
    ("byol", [(STOP, STOP + "    predictor: {mlp: [4096, 256]}\n")], ["18:5 SD006"]),
    # what stood for the target is not read
    (
        "salt",
        [("b: teacher.features}", "b: student}"), ('      objective: {"on": {a: student, b: teacher}}\n', "")],
        ["14:13 EM010"],
    ),
    # centred targets of a teacher that is the student
    ("dino", [("{ema: {momentum: 0.9995, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.05}}")], ["16:30 EM012"]),
    ("dino", [("{ema: {momentum: 0.9995, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.9}}")], []),
    (
        "dino",
        [
            ("    update: {ema: {momentum: 0.9995, final: 1.0, schedule: cosine}}", "   "),
            ("        teacher: {update: {ema: {momentum: 0.996}}}\n", ""),
            ("        teacher: {update: {ema: {momentum: 0.99}}}", "       "),
        ],
        ["15:9 EM012"],
    ),
    ("spectral-contrastive", [("most: 1.0", "most: 1.0, temperature: 100")], ["14:11 DV017", "44:27 DV017"]),
    ("spectral-contrastive", [("most: 1.0", "most: 1.0, temperature: 0.001")], []),
    # hidden patches of one view, and an image with nothing to meet where no local views are left
    ("ibot", [("  count: 2\n", "  count: 1\n")], ["8:10 BS011"]),
    # batch norm of two samples
    ("directpred", [("batch_size: 128", "batch_size: 2")], ["32:17 BS008"]),
    ("directpred", [("batch_size: 128", "batch_size: 3")], []),
    ("directpred", [("batch_size: 128", "batch_size: 2"), ("augment: byol}", "augment: byol, encode: together}")], []),
    ("data2vec", [("batch_size: 2048", "batch_size: 2")], []),
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


def test_no_gradient_passes_a_batch_norm_of_two_samples() -> None:
    """What BS008 says of two images: each feature becomes 1 or -1, so that nothing in front of it learns."""
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(3, 8, generator=generator)
    passed = dict[int, float]()
    for rows in (2, 3):
        x = torch.randn(rows, 8, generator=generator, requires_grad=True)
        y = torch.nn.BatchNorm1d(8, affine=False)(x)
        (y - target[:rows]).square().sum().backward()
        assert x.grad is not None
        passed[rows] = float(x.grad.norm())
        if rows == 2:
            assert torch.allclose(y.abs(), torch.ones_like(y), atol=1e-2)
    assert passed[2] < 0.02 * passed[3]
