"""What a difference of two values means, where mathematics says it: caps, candidates, half-lives, the share of a term."""

from collections.abc import Callable
from math import inf, log

from ssmi_dsl.candidates import candidates_of
from ssmi_dsl.caps import cosine_cap, half_life
from ssmi_dsl.explain.objectives import width_of
from ssmi_dsl.spec.method import Method

Methods = tuple[Method, Method]


def meaning_of(path: str, a: object, b: object, methods: Methods) -> str:
    """A sentence without a full stop, or nothing. `path` is that of a `Change`."""
    if not _is_number(a) or not _is_number(b):
        return _WORDS.get(path, lambda a, b, methods: "")(a, b, methods)
    assert isinstance(a, (int, float))
    assert isinstance(b, (int, float))
    said = next((tell(float(a), float(b), methods) for end, tell in _NUMBERS.items() if path == end), "")
    change = "" if path in _NO_RATIO else _ratio(path, float(a), float(b))
    return "; ".join(part for part in (change, said) if part)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _ratio(path: str, a: float, b: float) -> str:
    if a == 0 or b == 0 or a * b < 0:
        return ("switched off" if b == 0 else "switched on") if "weight" in path.split(".")[0] else ""
    names = {2.0: "doubled", 0.5: "halved"}
    return names.get(b / a, f"times {b / a:.3g}")


def _share(a: float, b: float, methods: Methods) -> str:
    return "the marginal term weighs " + ("less" if b < a else "more") + " against the joint term"


def _joint_share(a: float, b: float, methods: Methods) -> str:
    return "the joint term weighs " + ("less" if b < a else "more") + " against the marginal term"


def _scale(a: float, b: float, methods: Methods) -> str:
    return (
        "the whole loss is scaled: the same as another learning rate for SGD without decay, nothing for LARS and Adam"
    )


def _temperature(a: float, b: float, methods: Methods) -> str:
    caps: list[float] = []
    for method in methods:
        reads = method.objectives[method.focus]
        width = width_of(reads.anchor, reads.anchor_output)
        tau = None if width is None else reads.spec.critic.sphere_temperature(width)
        if tau is None or width is None or tau < 1e-6:
            return ""
        caps.append(cosine_cap(tau, width))
    return f"the attainable DV value goes from {caps[0]:.3g} to {caps[1]:.3g} nats"


def _momentum(a: float, b: float, methods: Methods) -> str:
    return f"the target's half-life goes from {_steps(half_life(a))} to {_steps(half_life(b))} steps"


def _steps(value: float) -> str:
    return "∞" if value == inf else f"{value:.3g}"


def _batch(a: float, b: float, methods: Methods) -> str:
    counts = [candidates_of(method.objectives[method.focus], method.recipe.batch_size) for method in methods]
    if counts[0] is None or counts[1] is None or counts[0] == counts[1]:
        return ""
    return f"log M goes from {log(counts[0]):.3g} to {log(counts[1]):.3g} nats"


def _stop(a: object, b: object, methods: Methods) -> str:
    names = {
        True: "a constant of the loss",
        False: "receives the gradient",
        "on-e-step": "constant in the E-step",
        "on-m-step": "constant in the M-step",
    }
    return (
        f"{names.get(a, a)} against {names.get(b, b)}"
        if isinstance(a, (bool, str)) and isinstance(b, (bool, str))
        else ""
    )


def _marginal(a: object, b: object, methods: Methods) -> str:
    readings = [type(method.objective.marginal).reading for method in methods]
    sides = ["unknown" if reading is None else reading.stands_for.split(":")[0] for reading in readings]
    return f"{sides[0]}, against {sides[1]}" if sides[0] != sides[1] else ""


def _predictor(a: object, b: object, methods: Methods) -> str:
    return "the predictor is gone" if b is None else "a predictor is added" if a is None else ""


# a ratio says nothing of a momentum near 1
_NO_RATIO = frozenset({"parameters.momentum", "parameters.final"})
_NUMBERS: dict[str, Callable[[float, float, Methods], str]] = {
    "weights.marginal": _share,
    "weights.joint": _joint_share,
    "weight": _scale,
    "critic.temperature": _temperature,
    "parameters.momentum": _momentum,
    "parameters.final": _momentum,
    "recipe.batch_size": _batch,
    "marginal.size": _batch,
}
_WORDS: dict[str, Callable[[object, object, Methods], str]] = {
    "stop_gradient": _stop,
    "marginal": _marginal,
    "predictor": _predictor,
}
