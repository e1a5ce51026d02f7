"""Structural mutations of specs, as functions on plain data. Each changes what the method is, or one number out of all proportion.

A mutation gets flattened data (study.plain) that it may change, and the names of anchor and target. It does not apply where it changes nothing.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from study.plain import Data, choice, objectives, recipe_of_data, understood


@dataclass(frozen=True)
class Ends:
    """Branches that the first objective reads; equal where one branch is read twice."""

    anchor: str
    target: str
    paradigm: str


@dataclass(frozen=True)
class Mutation:
    """`name` is the key in tables; `what` says what is done, in words."""

    name: str
    what: str
    apply: Callable[[Data, Ends], None]


def mutated(data: Data, mutation: Mutation) -> Data | None:
    """A changed copy of flattened data, or None where the mutation does not apply."""
    method, _ = understood(data)
    if method is None:
        return None
    changed = copy.deepcopy(data)
    mutation.apply(changed, Ends(method.anchor.name, method.target.name, method.paradigm))
    return None if changed == data else changed


def _set_stops(data: Data, ends: Ends, *, anchor: bool, target: bool) -> None:
    for name, wanted in ((ends.anchor, anchor), (ends.target, target)):
        branch = data["branches"][name]
        if wanted or "stop_gradient" in branch:
            branch["stop_gradient"] = wanted


def _drop_stop_gradient(data: Data, ends: Ends) -> None:
    for branch in data["branches"].values():
        branch.pop("stop_gradient", None)


def _stop_everywhere(data: Data, ends: Ends) -> None:
    _set_stops(data, ends, anchor=True, target=True)


def _stop_the_wrong_side(data: Data, ends: Ends) -> None:
    if data["branches"][ends.target].get("stop_gradient") is True:
        _set_stops(data, ends, anchor=True, target=False)


def _stop_one_view(data: Data, ends: Ends) -> None:
    if ends.anchor == ends.target:
        _second_branch(data, ends, {"of": ends.anchor, "stop_gradient": True})
    elif not data["branches"][ends.target].get("stop_gradient"):
        data["branches"][ends.target]["stop_gradient"] = True


def _second_branch(data: Data, ends: Ends, branch: Data) -> None:
    data["branches"]["mutant"] = branch
    for objective in objectives(data):
        if objective.get("on") is None:
            objective["on"] = {"a": ends.anchor, "b": "mutant"}
        elif objective["on"]["b"].partition(".")[0] == ends.target:
            objective["on"]["b"] = objective["on"]["b"].replace(ends.target, "mutant", 1)


def _predictor_on_target(data: Data, ends: Ends) -> None:
    branches = data["branches"]
    if ends.anchor != ends.target and branches[ends.anchor].get("predictor") is not None:
        branches[ends.target]["predictor"] = branches[ends.anchor].pop("predictor")


def _predictor_on_both(data: Data, ends: Ends) -> None:
    branches = data["branches"]
    if ends.anchor != ends.target and branches[ends.anchor].get("predictor") is not None:
        branches[ends.target]["predictor"] = copy.deepcopy(branches[ends.anchor]["predictor"])


def _predictor_removed(data: Data, ends: Ends) -> None:
    for branch in data["branches"].values():
        branch.pop("predictor", None)


def _predictor_added(data: Data, ends: Ends) -> None:
    branch = data["branches"][ends.anchor]
    width = _width(branch.get("projector"))
    if all(other.get("predictor") is None for other in data["branches"].values()) and width is not None:
        branch["predictor"] = {"mlp": [max(2, width // 4), width]}


def _width(head: object) -> int | None:
    if head is None:
        return None
    _name, params = choice(head)
    value = params.get("widths", params.get("width", params.get("value")))
    return value[-1] if isinstance(value, list) else value


def _has_predictor(data: Data) -> bool:
    return any(branch.get("predictor") is not None for branch in data["branches"].values())


def _predictor_update(data: Data, **changes: object) -> None:
    if _has_predictor(data):
        data["optimize"]["predictor"] = {**(data["optimize"].get("predictor") or {}), **changes}


def _momentum(value: float) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        for branch in data["branches"].values():
            if branch.get("update") is not None and choice(branch["update"])[0] == "ema":
                _, params = choice(branch["update"])
                kept = {key: params[key] for key in ("buffers",) if key in params}
                branch["update"] = {"ema": {**kept, "momentum": value}}

    return apply


def _update_removed(data: Data, ends: Ends) -> None:
    for branch in data["branches"].values():
        branch.pop("update", None)


def _target_unfollowed(data: Data, ends: Ends) -> None:
    target = data["branches"][ends.target]
    source = target.pop("of", None)
    target.pop("update", None)
    if source is not None:
        for key in ("projector", "encoder", "prototypes"):
            if data["branches"][source].get(key) is not None:
                target[key] = copy.deepcopy(data["branches"][source][key])


def _target_frozen(data: Data, ends: Ends) -> None:
    target = data["branches"][ends.target]
    if target.get("of") is not None and target.get("update") != "frozen":
        target["update"] = "frozen"


def _target_by_ema(data: Data, ends: Ends) -> None:
    update = {"ema": {"momentum": 0.9}}
    if ends.anchor == ends.target:
        _second_branch(data, ends, {"of": ends.anchor, "update": update, "stop_gradient": True})
    elif data["branches"][ends.target].get("of") is not None and data["branches"][ends.target].get("update") is None:
        data["branches"][ends.target]["update"] = update


def _target_projector(data: Data, ends: Ends) -> None:
    target = data["branches"][ends.target]
    source = target.get("of")
    if (
        source is not None
        and target.get("update") is not None
        and data["branches"][source].get("projector") is not None
    ):
        target["projector"] = copy.deepcopy(data["branches"][source]["projector"])


def _marginal(word: str) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        for objective in objectives(data):
            objective["marginal"] = word

    return apply


def _weights(**changes: float) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        for objective in objectives(data):
            objective["weights"] = {**(objective.get("weights") or {}), **changes}

    return apply


def _weigh(data: Data, weight: float) -> None:
    for objective in objectives(data):
        objective["weight"] = weight


def _in_term(slot: str, word: str, **changes: object) -> Callable[[Data, Ends], None]:
    """Change parameters of the term `word` where an objective has it in `slot`."""

    def apply(data: Data, ends: Ends) -> None:
        for objective in objectives(data):
            name, params = choice(objective[slot])
            if name == word:
                objective[slot] = {name: {**params, **changes}}

    return apply


def _temperature(value: float) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        for objective in objectives(data):
            name, params = choice(objective["critic"])
            if name in ("cosine", "dot", "rbf"):
                objective["critic"] = {name: {**params, "temperature": value}}

    return apply


def _critic(word: str, *, only: tuple[str, ...] = ()) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        for objective in objectives(data):
            if not only or choice(objective["critic"])[0] in only:
                objective["critic"] = word

    return apply


def _recipe(key: str, value: object) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        recipe_of_data(data)[1][key] = value

    return apply


def _learning_rate(value: float) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        _, settings = recipe_of_data(data)
        name, params = choice(settings.get("optimizer", "sgd"))
        settings["optimizer"] = {name: {**params, "lr": value}}

    return apply


def _paradigm(data: Data, ends: Ends) -> None:
    data["paradigm"] = "jmi" if ends.paradigm == "sdmi" else "sdmi"


def _one_view(data: Data, ends: Ends) -> None:
    data["views"]["count"] = 1


def _views(key: str, value: object) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        data["views"][key] = value

    return apply


def _optimize(key: str, value: object) -> Callable[[Data, Ends], None]:
    def apply(data: Data, ends: Ends) -> None:
        data["optimize"][key] = value

    return apply


def _blocks_reversed(data: Data, ends: Ends) -> None:
    if data["optimize"].get("blocks"):
        data["optimize"]["blocks"] = data["optimize"]["blocks"][::-1]


def _blocks_of_both(data: Data, ends: Ends) -> None:
    if ends.anchor != ends.target and not data["optimize"].get("blocks"):
        data["optimize"]["blocks"] = [ends.anchor, ends.target]


def _schedule_swapped(data: Data, ends: Ends) -> None:
    data["optimize"]["schedule"] = "joint" if data["optimize"]["schedule"] == "alternating" else "alternating"


def _bound_swapped(data: Data, ends: Ends) -> None:
    for objective in objectives(data):
        objective["bound"] = "donsker-varadhan" if choice(objective["bound"])[0] == "infonce" else "infonce"


def _read_anchor_twice(data: Data, ends: Ends) -> None:
    if ends.anchor != ends.target:
        for objective in objectives(data):
            objective["on"] = {"a": ends.anchor, "b": ends.anchor}


def _ends_exchanged(data: Data, ends: Ends) -> None:
    if ends.anchor != ends.target:
        for objective in objectives(data):
            old: dict[str, Any] = objective.get("on") or {"a": ends.anchor, "b": ends.target}
            objective["on"] = {"a": old["b"], "b": old["a"]}


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("no-stop-gradient", "every stop-gradient is dropped", _drop_stop_gradient),
    Mutation("stop-everywhere", "anchor and target are both constant", _stop_everywhere),
    Mutation("stop-wrong-side", "the anchor is constant instead of the target", _stop_the_wrong_side),
    Mutation("stop-one-view", "a stop-gradient is put on one side that had none", _stop_one_view),
    Mutation("predictor-on-target", "the predictor moves to the target", _predictor_on_target),
    Mutation("predictor-on-both", "the target has a predictor, too", _predictor_on_both),
    Mutation("predictor-removed", "no branch has a predictor", _predictor_removed),
    Mutation("predictor-added", "an anchor without a predictor gets one", _predictor_added),
    Mutation(
        "predictor-frozen", "the predictor keeps its first weights", lambda d, e: _predictor_update(d, frozen=True)
    ),
    Mutation(
        "predictor-slow", "a hundredth of the learning rate", lambda d, e: _predictor_update(d, lr_multiplier=0.01)
    ),
    Mutation("momentum-0", "the target is replaced in each step", _momentum(0.0)),
    Mutation("momentum-1", "the target never moves", _momentum(1.0)),
    Mutation("momentum-0.05", "the complement of 0.95", _momentum(0.05)),
    Mutation("update-removed", "a followed target becomes the source itself", _update_removed),
    Mutation("target-unfollowed", "the target has weights of its own, without an update", _target_unfollowed),
    Mutation("target-frozen", "the target is a copy that never moves", _target_frozen),
    Mutation("target-by-ema", "a target that follows by EMA, where there was none", _target_by_ema),
    Mutation("target-projector", "a followed target has a projector of its own", _target_projector),
    Mutation("marginal-none", "`marginal: none`", _marginal("none")),
    Mutation("marginal-predictor", "`marginal: predictor`", _marginal("predictor")),
    Mutation("marginal-weight-0", "the weight of the marginal term is 0", _weights(marginal=0.0)),
    Mutation("objective-weight-0", "the weight of the whole objective is 0", lambda d, e: _weigh(d, 0.0)),
    Mutation("joint-weight-0", "the weight of the joint term is 0", _weights(joint=0.0)),
    Mutation("joint-flipped", "the weight of the joint term is -1", _weights(joint=-1.0)),
    Mutation("marginal-flipped", "the weight of the marginal term is -1", _weights(marginal=-1.0)),
    Mutation("no-variance", "covariance without variance", _in_term("marginal", "variance-covariance", variance=0.0)),
    Mutation(
        "no-covariance", "variance without covariance", _in_term("marginal", "variance-covariance", covariance=0.0)
    ),
    Mutation("no-off-diagonal", "off-diagonal weight 0", _in_term("marginal", "cross-correlation", off_diagonal=0.0)),
    Mutation("queue-of-1", "a queue of one key", _in_term("marginal", "queue", size=1)),
    Mutation("temperature-0", "temperature 0", _temperature(0.0)),
    Mutation("temperature-1e-3", "temperature 0.001", _temperature(1e-3)),
    Mutation("temperature-100", "temperature 100", _temperature(100.0)),
    Mutation("critic-unstandardised", "`dot` for `standardized`", _critic("dot", only=("standardized",))),
    Mutation("critic-dot", "`critic: dot`", _critic("dot")),
    Mutation("critic-rbf", "`critic: rbf`, of embeddings that are not normalised", _critic("rbf")),
    Mutation("bound-swapped", "InfoNCE for Donsker-Varadhan, or the other way round", _bound_swapped),
    Mutation("bound-from-above", "an upper bound is maximised", lambda d, e: _set_bound(d, "leave-one-out")),
    Mutation("batch-1", "one image in a batch", _recipe("batch_size", 1)),
    Mutation("batch-2", "two images in a batch", _recipe("batch_size", 2)),
    Mutation("batch-in-parts", "four micro-batches for one step", _recipe("hardware", {"gradient_accumulation": 4})),
    Mutation("learning-rate-0", "learning rate 0", _learning_rate(0.0)),
    Mutation("learning-rate-1e6", "learning rate 1,000,000", _learning_rate(1e6)),
    Mutation("half-precision", "`precision: float16`", _recipe("precision", "float16")),
    Mutation("paradigm-swapped", "jmi for sdmi, or the other way round", _paradigm),
    Mutation("paradigm-inferred", "the spec does not say its paradigm", lambda d, e: d.pop("paradigm", None)),
    Mutation("schedule-swapped", "joint for alternating, or the other way round", _schedule_swapped),
    Mutation("no-swap", "one direction of the pair", _optimize("swap", False)),
    Mutation("blocks-reversed", "the M-step's block first", _blocks_reversed),
    Mutation("blocks-of-both", "anchor and target take turns", _blocks_of_both),
    Mutation("simultaneous", "both steps read the same parameters", _optimize("updates", "simultaneous")),
    Mutation("one-view", "one view", _one_view),
    Mutation("identical-views", "no augmentation", _views("augment", "none")),
    Mutation("anchor-read-twice", "the objective reads the anchor at both ends", _read_anchor_twice),
    Mutation("ends-exchanged", "the objective takes the target for the anchor", _ends_exchanged),
)


def _set_bound(data: Data, word: str) -> None:
    for objective in objectives(data):
        objective["bound"] = word
