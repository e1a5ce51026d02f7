"""Bundled methods at a size that traces fast, and which of them the quick suite takes where a test needs seconds for each."""

import pytest
import torch
from torch import Tensor

from ssmi_compiler.api import embedded_data
from ssmi_compiler.augment import ViewMaker
from ssmi_compiler.compile import Lowered, Stages, lower, make_augmentations, sizes_of
from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.step.networks import Networks, build_networks
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.components.backbones import Patches, Vit
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method

# one method for each kind of part: paradigms, bounds, state, views, tokens, texts, labels, graphs, hooks between epochs
QUICK = frozenset(
    {"sdmi", "jmi", "simclr", "moco-v2", "byol", "simsiam", "barlow-twins", "vicreg", "clip", "corinfomax", "deepcluster-v2"}
    | {"dino", "directpred", "ibot", "i-jepa", "gmi-mean", "lejepa", "nnclr", "salt", "supcon", "tschannen-infonce-mlp", "w-mse"}
)  # fmt: skip
EVERY_METHOD = [
    pytest.param(name, marks=() if name in QUICK else (pytest.mark.slow,), id=name) for name in bundled_names()
]
BATCH = 8
# narrow, and as wide at its end as what it predicts
_WIDTHS = {"salt": ["branches.student.predictor={mlp: [16, 64]}"]}
_QUEUES = {name: ["objective.marginal={queue: {size: 64}}"] for name in ("moco-v1", "moco-v2")}


def small(name: str, *overrides: str) -> Method:
    """The method by its digits recipe with a batch of 8, a narrow encoder and plain SGD."""
    # the width of a transformer or of patches is also that of heads on their tokens, so those stay as the recipe has them
    fixed = isinstance(load(name, recipe="digits").spec.encoder.backbone, (Vit, Patches))
    encoder = [] if fixed else [f"encoder.backbone={small_backbone(name)}"]
    size = [f"recipes.digits.batch_size={BATCH}", "recipes.digits.optimizer={sgd: {lr: 0.01}}", *encoder]
    own = [*_WIDTHS.get(name, []), *_QUEUES.get(name, [])]
    return load(name, recipe="digits", overrides=[*size, *own, *overrides])


def small_backbone(name: str) -> str:
    """A narrow backbone for what a method reads, as a spec writes it."""
    return "{gcn: {widths: [8]}}" if embedded_data(name) == "digits-graph" else "{conv-small: {width: 4}}"


def lower_small(name: str, *overrides: str) -> Lowered:
    """`small`, lowered for the embedded data that fits it."""
    return lower(small(name, *overrides), data=embedded_data(name))


def stages_of(method: Method, data: str) -> tuple[Stages, Networks, tuple[ViewMaker, ...]]:
    """The MI graph after every pass, without tracing a step."""
    info = DATASETS[data]
    networks = build_networks(method, channels=3, size=info.size, text=info.text)
    augmentations = make_augmentations(method, info)
    graph = build_graph(method, sizes_of(method, networks, augmentations, info))
    stages = run_pipeline(graph, batched_views=method.spec.views.encode == "together")
    return stages, networks, augmentations


def random_data(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """`batch`, and `adjacency` where there is one, as random as the examples are empty."""
    generator = torch.Generator().manual_seed(0)
    batch = inputs["batch"]
    if batch.dtype == torch.uint8:
        return {"batch": torch.randint(0, 256, batch.shape, dtype=torch.uint8, generator=generator)}
    upper = torch.rand(inputs["adjacency"].shape, generator=generator).triu(diagonal=1)
    edges = (upper > 0.6).float()
    return {"batch": torch.randn(batch.shape, generator=generator), "adjacency": edges + edges.T}
