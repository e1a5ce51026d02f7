"""Bundled methods at a size that traces fast, and which of them the quick suite takes where a test needs seconds for each."""

import pytest

from ssmi_compiler.api import embedded_data
from ssmi_compiler.augment import Augmentation
from ssmi_compiler.compile import Lowered, Stages, lower, make_augmentations, sizes_of
from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.step.networks import Networks, build_networks
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.components.backbones import Patches, Vit
from ssmi_dsl.components.datasets import DATASETS
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method

# one method for each kind of part: paradigms, bounds, state, views, tokens, texts, labels, hooks between epochs
QUICK = frozenset(
    {"sdmi", "jmi", "simclr", "moco-v2", "byol", "simsiam", "barlow-twins", "vicreg", "clip", "corinfomax", "deepcluster-v2"}
    | {"dino", "directpred", "ibot", "i-jepa", "lejepa", "nnclr", "salt", "supcon", "tschannen-infonce-mlp", "w-mse"}
)  # fmt: skip
EVERY_METHOD = [
    pytest.param(name, marks=() if name in QUICK else (pytest.mark.slow,), id=name) for name in bundled_names()
]
BATCH = 8
# of encoders of width 4: what predicts features ends with as many
_WIDTHS = {"salt": ["branches.student.predictor={mlp: [16, 32]}"]}
_QUEUES = {name: ["objective.marginal={queue: {size: 64}}"] for name in ("moco-v1", "moco-v2")}


def small(name: str, *overrides: str) -> Method:
    """The method by its digits recipe with a batch of 8, a narrow encoder and plain SGD."""
    # the width of a transformer or of patches is also that of heads on their tokens, so those stay as the recipe has them
    fixed = isinstance(load(name, recipe="digits").spec.encoder.backbone, (Vit, Patches))
    encoder = [] if fixed else ["encoder.backbone={conv-small: {width: 4}}"]
    size = [f"recipes.digits.batch_size={BATCH}", "recipes.digits.optimizer={sgd: {lr: 0.01}}", *encoder]
    own = [*_WIDTHS.get(name, []), *_QUEUES.get(name, [])]
    return load(name, recipe="digits", overrides=[*size, *own, *overrides])


def lower_small(name: str, *overrides: str) -> Lowered:
    """`small`, lowered for the embedded data that fits it."""
    return lower(small(name, *overrides), data=embedded_data(name))


def stages_of(method: Method, data: str) -> tuple[Stages, Networks, tuple[Augmentation, ...]]:
    """The MI graph after every pass, without tracing a step."""
    info = DATASETS[data]
    networks = build_networks(method, channels=3, size=info.size, text=info.text)
    augmentations = make_augmentations(method, info)
    graph = build_graph(method, sizes_of(method, networks, augmentations, info))
    stages = run_pipeline(graph, batched_views=method.spec.views.encode == "together")
    return stages, networks, augmentations
