"""The sizes at which every method of the study is simulated: small networks on correlated vectors, otherwise the method as it is."""

import copy
from typing import Any

from study.plain import Data, choice, heads, objectives, recipe_of_data

# D features of a sample, standard deviation of the noise of a view, N images of a batch
FEATURES, NOISE, BATCH = 16, 0.75, 32
HIDDEN, EMBEDDING, BOTTLENECK = 64, 32, 16
QUEUE, PROTOTYPES, WHITENED = 128, 32, 16
MOMENTUM, LEARNING_RATE, WEIGHT_DECAY = 0.9, 5e-3, 1e-4


def shrunk(data: Data) -> Data:
    """A copy of flattened data at the sizes of the study. Only sizes, views and the optimiser change, never the structure."""
    small = copy.deepcopy(data)
    noise: list[Any] = [{"gaussian-noise": {"std": NOISE}}]
    small["views"]["augment"] = noise
    if small["views"].get("local") is not None:
        small["views"]["local"]["augment"] = noise
    small["encoder"] = {"backbone": {"mlp": {"widths": [HIDDEN, HIDDEN]}}}
    for branch in small["branches"].values():
        if branch.get("encoder") is not None:
            branch["encoder"] = copy.deepcopy(small["encoder"])
        if branch.get("prototypes") is not None:
            branch["prototypes"] = {**branch["prototypes"], "count": PROTOTYPES, "freeze_epochs": 0}
        if branch.get("update") is not None:
            name, params = choice(branch["update"])
            if name == "ema":
                branch["update"] = {"ema": {**params, "momentum": MOMENTUM}}
    for branch, key in heads(small):
        branch[key] = _small_head(branch[key], bottleneck=key == "predictor")
    for objective in objectives(small):
        name, params = choice(objective["marginal"])
        if name == "queue":
            objective["marginal"] = {name: {**params, "size": QUEUE}}
        elif name == "whitening":
            objective["marginal"] = {name: {**params, "size": BATCH}}
    name, settings = recipe_of_data(small)
    settings.pop("hardware", None)
    settings.update(
        optimizer={"adamw": {"lr": LEARNING_RATE, "weight_decay": WEIGHT_DECAY}},
        batch_size=BATCH,
        warmup_epochs=0,
        schedule="constant",
        precision="float32",
    )
    return small


def _small_head(head: object, *, bottleneck: bool) -> Data:
    """The same head with small widths: the last one is the embedding, those of a predictor before it are narrower."""
    name, params = choice(head)
    if name == "linear":
        return {"linear": EMBEDDING}
    if (
        name != "mlp"
    ):  # a slice, a transformer on tokens: it fits the small networks as it is, or cannot be lowered there
        return {name: params.get("value", params)}
    widths = params.get("widths", params.get("value"))
    assert isinstance(widths, list)
    inner = BOTTLENECK if bottleneck and len(widths) > 1 and widths[0] < widths[-1] else HIDDEN
    kept = {key: value for key, value in params.items() if key not in ("widths", "value")}
    return {"mlp": {**kept, "widths": [*([inner] * (len(widths) - 1)), EMBEDDING]}}
