"""The sizes at which every method of the study is simulated: small networks on correlated vectors, otherwise the method as it is.

Methods on tokens see the same vectors as pictures (study/world.py), by a small vision transformer where they have one, else by a small
convolutional network.
"""

import copy
from typing import Any

from study.plain import Data, choice, heads, objectives, recipe_of_data

# D features of a sample, standard deviation of the noise of a view, N images of a batch
FEATURES, NOISE, BATCH = 16, 0.75, 32
HIDDEN, EMBEDDING, BOTTLENECK = 64, 32, 16
QUEUE, PROTOTYPES, RESET_STEPS = 128, 32, 40
DEPTH, HEADS, PATCH, LOCAL_VIEWS = 1, 2, 2, 1
TRANSFORMER = {"width": BOTTLENECK, "depth": 1, "heads": HEADS}
MOMENTUM, LEARNING_RATE, WEIGHT_DECAY = 0.9, 5e-3, 1e-4
# networks on pictures do not stand the rate of the small perceptrons
PICTURE_RATE = 1e-3


def shrunk(data: Data) -> Data:
    """A copy of flattened data at the sizes of the study. Only sizes, views and the optimiser change, never the structure."""
    small = copy.deepcopy(data)
    noise: list[Any] = [{"gaussian-noise": {"std": NOISE}}]
    if small["views"].get("graph") is None:
        small["views"]["augment"] = noise
    if small["views"].get("local") is not None:
        small["views"]["local"] = {**small["views"]["local"], "count": LOCAL_VIEWS, "augment": noise}
    features = EMBEDDING if reads_tokens(data) else HIDDEN
    small["encoder"] = _small_encoder(small["encoder"], tokens=reads_tokens(data))
    for branch in small["branches"].values():
        if branch.get("encoder") is not None:
            branch["encoder"] = _small_encoder(branch["encoder"], tokens=reads_tokens(data))
        for holder in (branch, branch.get("tokens") or {}):
            if holder.get("prototypes") is not None:
                holder["prototypes"] = {**holder["prototypes"], "count": PROTOTYPES, "freeze_epochs": 0}
        if (branch.get("tokens") or {}).get("blocks") is not None:
            branch["tokens"]["blocks"] = DEPTH
        if (branch.get("tokens") or {}).get("projector") is not None:
            branch["tokens"]["projector"] = _small_head(branch["tokens"]["projector"], bottleneck=False)
        if branch.get("update") is not None:
            name, params = choice(branch["update"])
            if name == "ema":
                branch["update"] = {"ema": {**params, "momentum": MOMENTUM}}
    predicts_features = any(
        str((objective.get("on") or {}).get("b", "")).endswith(".features") for objective in objectives(data)
    )
    for branch, key in heads(small):
        width = features if key == "predictor" and predicts_features else EMBEDDING
        branch[key] = _small_head(branch[key], bottleneck=key == "predictor", last=width)
    for objective in objectives(small):
        name, params = choice(objective["marginal"])
        sizes = {key: value for key, value in _sizes_of_term(name, params, data).items() if key in params}
        if name in ("queue", "relations", "whitening"):
            sizes["size"] = BATCH if name == "whitening" else QUEUE
        if sizes:
            objective["marginal"] = {name: {**params, **sizes}}
        if name == "coding-rate":
            # a sum over the features, beside a joint term that is one number: their ratio is kept
            weights = objective.get("weights") or {}
            objective["weights"] = {
                **weights,
                "joint": weights.get("joint", 1.0) * EMBEDDING / _width_of_projectors(data),
            }
        name, params = choice(objective.get("positive") or "same")
        if name == "nearest-neighbour":
            objective["positive"] = {name: {**params, "size": QUEUE}}
    rate = PICTURE_RATE if reads_tokens(data) else LEARNING_RATE
    _, settings = recipe_of_data(small)
    settings.pop("hardware", None)
    _, declared = choice(settings["optimizer"])
    # an unbounded critic may train with clipped gradients only
    clipped = {} if declared.get("clip_norm") is None else {"clip_norm": declared["clip_norm"]}
    settings.update(
        optimizer={"adamw": {"lr": rate, "weight_decay": WEIGHT_DECAY, **clipped}},
        batch_size=BATCH,
        warmup_epochs=0,
        schedule="constant",
        precision="float32",
    )
    return small


def reads_tokens(data: Data) -> bool:
    """Whether the method hides patches, or reads tokens somewhere."""
    ends = [str(end) for objective in objectives(data) for end in (objective.get("on") or {}).values()]
    return data["views"].get("mask") is not None or any(end.endswith((".hidden", ".tokens")) for end in ends)


def _small_encoder(encoder: Data, *, tokens: bool) -> Data:
    name, params = choice(encoder["backbone"])
    if name == "text":
        return {"backbone": {name: {"width": EMBEDDING, "depth": 1, "heads": HEADS}}}
    if name == "gcn":
        return {"backbone": {"gcn": {"widths": [HIDDEN]}}}
    if name == "identity":
        return encoder
    if not tokens:
        return {"backbone": {"mlp": {"widths": [HIDDEN, HIDDEN]}}}
    if name != "vit":
        return {"backbone": {"conv-small": {"width": EMBEDDING // 8, "strides": [PATCH, 1, 1, 1]}}}
    kept = {key: params[key] for key in ("pool",) if key in params}
    return {"backbone": {"vit": {**kept, "patch": PATCH, "width": EMBEDDING, "depth": DEPTH, "heads": HEADS}}}


def _sizes_of_term(name: str, params: Data, data: Data) -> Data:
    """Sizes of a marginal term at this scale; those that the spec leaves out are kept out."""
    match name:
        case "sinkhorn":
            return {"queue": min(QUEUE, params.get("queue", 0)), "queue_epochs": min(1, params.get("queue_epochs", 0))}
        case "kmeans":
            return {"counts": [PROTOTYPES] * len(params.get("counts", ()))}
        case "groups":
            return {"count": PROTOTYPES, "memory": 4 * BATCH, "reset_steps": RESET_STEPS}
        case "coding-length":
            # the series converges for distortions above the width: the ratio is kept
            return {"distortion": params.get("distortion", 0.0) * EMBEDDING / _width_of_projectors(data)}
        case _:
            return {}


def _width_of_projectors(data: Data) -> int:
    return max(_last_width(branch["projector"]) for branch in data["branches"].values())


def _last_width(head: object) -> int:
    _name, params = choice(head)
    value: Any = params.get("widths", params.get("value"))
    return int(value[-1] if isinstance(value, list) else value)


def _small_head(head: object, *, bottleneck: bool, last: int = EMBEDDING) -> Data:
    """The same head with small widths: the last one is the embedding, those of a predictor before it are narrower."""
    name, params = choice(head)
    if name == "linear":
        return {"linear": last}
    if name == "transformer":
        return {name: TRANSFORMER}
    if name != "mlp":  # a slice fits the small networks as it is
        return {name: params.get("value", params)}
    widths = params.get("widths", params.get("value"))
    assert isinstance(widths, list)
    inner = BOTTLENECK if bottleneck and len(widths) > 1 and widths[0] < widths[-1] else HIDDEN
    kept = {key: value for key, value in params.items() if key not in ("widths", "value")}
    return {"mlp": {**kept, "widths": [*([inner] * (len(widths) - 1)), last]}}
