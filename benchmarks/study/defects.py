"""Defects that shipped in public libraries, transcribed: broken specs, and faults planted in the step of a bundled method.

Each case is run. A spec is linted; a planted fault goes through trace and certificate; of what a spec cannot express, the fact that makes it
impossible is computed. Legend: N batch, D features.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from unittest import mock

import torch
from torch import Tensor

from ssmi_compiler.errors import CertificateError
from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.ir.sizes import Sizes
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step import lower
from ssmi_compiler.step.certificate import certify
from ssmi_compiler.step.networks import build_networks
from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from study import simulate
from study.plain import flattened, understood
from study.shrink import shrunk

How = Literal["spec", "planted", "impossible", "none"]
CaughtBy = Literal["lint", "certificate", "trace", "construction", "nothing"]


@dataclass(frozen=True)
class Caught:
    """What noticed a case; `evidence` is a code with its message, the words of the certificate, or the fact that was computed."""

    by: CaughtBy
    evidence: str


@dataclass(frozen=True)
class Case:
    """A defect in general words, with its number in the audit of peers, the peer, and how it was transcribed."""

    number: str
    peer: str
    defect: str
    how: How
    transcription: str
    run: Callable[[], Caught]


def _spec(text: str, *codes: str) -> Callable[[], Caught]:
    """A broken spec that lint must refuse or warn about by one of these codes; anything else that lint says does not count."""

    def run() -> Caught:
        for item in check(read_document(text, str(specs_folder() / "broken.yaml"))):
            if item.code in codes:
                word = "error" if item.severity is Severity.ERROR else item.severity.value
                return Caught("lint", f"{item.code} ({word}): {item.message}")
        return Caught("nothing", "lint says nothing of it")

    return run


def _planted(
    name: str, plant: Callable[[], Any], why_not: str = "the certificate proves the step"
) -> Callable[[], Caught]:
    """The step of a bundled method, made small, with a fault in its machinery."""

    def run() -> Caught:
        method = small_method(name)
        with plant():
            try:
                traced = simulate.trace(method)
            except Exception as error:  # whatever a planted fault makes of a trace is what would stop a user
                return Caught("trace", f"{type(error).__name__}: {str(error).splitlines()[0][:140]}")
            try:
                certify(traced.step, method)
            except CertificateError as error:
                return Caught("certificate", str(error).splitlines()[1].strip().removeprefix("- "))
        return Caught("nothing", why_not)

    return run


def _impossible(fact: Callable[[], str | None]) -> Callable[[], Caught]:
    """A fact of the step that rules the defect out: it is computed, and None if it does not hold."""

    def run() -> Caught:
        found = fact()
        return Caught("nothing", "the fact does not hold") if found is None else Caught("construction", found)

    return run


def _nothing(reason: str) -> Callable[[], Caught]:
    return lambda: Caught("nothing", reason)


def small_method(name: str) -> Method:
    """A bundled method at the sizes of the study."""
    method, problems = understood(shrunk(flattened(name, "digits")))
    assert method is not None, problems
    return method


@contextmanager
def _one_view_is_cut() -> Iterator[None]:
    whole = lower._Run._probe  # pyright: ignore[reportPrivateUsage]

    def cut(self: Any, op: Any, x: Tensor) -> Tensor:
        y = whole(self, op, x)
        return y.detach() if op.text("path").endswith(":1") else y

    with mock.patch.object(lower._Run, "_probe", cut):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def _no_detach() -> Iterator[None]:
    def leaky(self: Any, op: Any, x: Tensor) -> Tensor:
        return x

    with mock.patch.object(lower._Run, "_stop_gradient", leaky):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def _no_update() -> Iterator[None]:
    with mock.patch.object(lower._Run, "_ema", return_value=None):  # pyright: ignore[reportPrivateUsage]
        yield


@contextmanager
def _constant_positive() -> Iterator[None]:
    def ones(self: Any, x: Tensor, y: Tensor) -> Tensor:
        return torch.ones(len(x))

    with mock.patch.object(TorchBuilder, "row_dot", ones):
        yield


@contextmanager
def _flipped_hinge() -> Iterator[None]:
    whole = TorchBuilder.relu
    with mock.patch.object(TorchBuilder, "relu", lambda self, x: -whole(self, x)):
        yield


@contextmanager
def _branch_on_data() -> Iterator[None]:
    whole = lower._Run._network  # pyright: ignore[reportPrivateUsage]

    def branching(self: Any, op: Any, x: Tensor) -> Tensor:
        y = whole(self, op, x)
        return y * 2 if bool((y == 0).any()) else y

    with mock.patch.object(lower._Run, "_encode", branching):  # pyright: ignore[reportPrivateUsage]
        yield


def _target_is_a_copy() -> str | None:
    inputs = simulate.trace(small_method("byol")).inputs
    pairs = [
        (name, name.replace("/target.", "/online.", 1)) for name in inputs if name.startswith("state/param/target.")
    ]
    equal = [torch.equal(inputs[target], inputs[source]) for target, source in pairs]
    shared = [inputs[target].data_ptr() == inputs[source].data_ptr() for target, source in pairs]
    heads = sum(".projector/" in target for target, _ in pairs)
    if not heads or not all(equal) or any(shared):
        return None
    return f"all {len(pairs)} parameters of the target, {heads} of its head, equal the source's at step 0 and share no memory with them"


def _momentum_moves_each_step() -> str | None:
    method = load("byol")
    values = [numbers_at(method, step, num_steps=100, steps_per_epoch=50)["momentum/target"] for step in (0, 1, 2)]
    if len(set(values)) < len(values):
        return None
    return f"the momentum is a function of the step: {values[0]:.6f}, {values[1]:.6f}, {values[2]:.6f} within one epoch"


def _memory_is_state() -> str | None:
    traced = simulate.trace(small_method("moco-v2"))
    kept = [name for name in traced.inputs if name.startswith("state/memory/")]
    if not kept or any(name not in traced.step.outputs for name in kept):
        return None
    return f"the step maps state to state, and the state is what is saved; of the queue: {', '.join(name[6:] for name in kept)}"


def _warms_up_from_the_first_step() -> str | None:
    method = load("simclr")
    rates = [numbers_at(method, step, num_steps=1000, steps_per_epoch=10)["lr"] for step in range(3)]
    base = method.recipe.optimizer.lr
    if not rates[0] < rates[1] < rates[2] < base:
        return None
    return f"the rate is a function of the step, not of calls: {rates[0]:.4f}, {rates[1]:.4f}, {rates[2]:.4f} on the way to {base:g}"


def _one_update_behind_the_optimiser() -> str | None:
    method = small_method("byol")
    networks = build_networks(method, channels=1, size=4)
    whole = build_graph(method, Sizes(32, 1, ((4, 4), (4, 4)), dict(networks.features)))
    names = [op.name for op in run_pipeline(whole, batched_views=False)[-1][1].ops]
    if names.count("ema") != 1 or names.index("ema") < max(i for i, name in enumerate(names) if name == "minimize"):
        return None
    return "the graph of an optimiser step has one update of the target, behind the optimiser; micro-batches are inside the step"


_ONE_DEVICE = "a compiled step runs on one device and has no collective; a spec with several is not compiled (SY011). GF005 holds the place of the check"
_FORMULA = "a formula that differs from the paper's, and a valid one: only a comparison with the canonical spec or a reference shows it"

CASES: tuple[Case, ...] = (
    Case(
        "1",
        "solo-learn, W-MSE",
        "the second view is detached by default, so it never receives a gradient",
        "planted",
        "the output of view 2 is detached in `vicreg`",
        _planted("vicreg", _one_view_is_cut),
    ),
    Case(
        "2",
        "lightly, EMP-SSL",
        "the sign of the marginal term is flipped: collapse is preferred",
        "spec",
        "`weights: {marginal: -1}`",
        _spec("extends: vicreg\nobjective: {weights: {marginal: -1.0}}\n", "SY005"),
    ),
    Case(
        "2'",
        "the same, planted",
        "the sign of the marginal term is flipped",
        "planted",
        "the hinge of `vicreg` has the wrong sign",
        _planted(
            "vicreg",
            _flipped_hinge,
            "the certificate proves gradient flow, not the sign of a value; the probe of "
            "tests/rules/test_settled.py compares a spread with a collapsed batch, for the terms that ship",
        ),
    ),
    Case(
        "4",
        "lightly, AIM",
        "a patch is predicted from features that see it",
        "none",
        "",
        _nothing("the language has no prediction of patches yet; GF003 holds the place of the check"),
    ),
    Case(
        "8",
        "lightly and lightly-train, BYOL, MoCo v2, DINO",
        "the teacher's head starts from weights of its own",
        "impossible",
        "initial state of `byol`",
        _impossible(_target_is_a_copy),
    ),
    Case(
        "9",
        "stable-pretraining, LeJEPA",
        "the result of a collective is discarded, so statistics stay local",
        "none",
        "",
        _nothing(_ONE_DEVICE),
    ),
    Case(
        "11a",
        "stable-pretraining, SwAV",
        "assignments are balanced on each device alone",
        "spec",
        "`sinkhorn` on 8 devices without gathering",
        _spec(
            "extends: moco-v2\nobjective: {bound: infonce, critic: prototypes, marginal: sinkhorn}\n"
            "recipes: {default: {hardware: {devices: 8, gather: none}}}\n",
            "BS005",
            "BS010",
        ),
    ),
    Case(
        "11b",
        "stable-pretraining, SwAV",
        "small crops give targets, too",
        "impossible",
        "pairs of `moco-v2` with local views",
        _impossible(lambda: _local_views_are_anchors()),
    ),
    Case(
        "11c",
        "stable-pretraining, DINO",
        "the centre is no part of the state: lost on resume",
        "impossible",
        "state of `moco-v2`",
        _impossible(_memory_is_state),
    ),
    Case(
        "11d",
        "stable-pretraining, TeacherStudentCallback",
        "the teacher is never updated, because its callback is missing",
        "planted",
        "`byol` without the update of its target",
        _planted("byol", _no_update),
    ),
    Case(
        "11d'",
        "the same, as a spec",
        "the teacher is never updated",
        "spec",
        "`momentum: 1.0`",
        _spec("extends: byol\nbranches: {target: {update: {ema: {momentum: 1.0}}}}\n", "EM001"),
    ),
    Case(
        "11e",
        "stable-pretraining",
        "the momentum of the teacher changes once an epoch",
        "impossible",
        "schedule of `byol`",
        _impossible(_momentum_moves_each_step),
    ),
    Case(
        "11f",
        "stable-pretraining, BYOL",
        "the loss has no detach of its own",
        "spec",
        "`byol` without its stop-gradient",
        _spec("extends: byol\nbranches: {target: {stop_gradient: false}}\n", "SD001"),
    ),
    Case(
        "11f'",
        "the same, planted",
        "the detach does nothing",
        "planted",
        "the stop-gradient of `simsiam` is the identity",
        _planted("simsiam", _no_detach),
    ),
    Case("11g", "stable-pretraining, TiCo", "no EMA branch, and a centred covariance", "none", "", _nothing(_FORMULA)),
    Case("11h", "stable-pretraining, W-MSE", "both views are whitened together", "none", "", _nothing(_FORMULA)),
    Case(
        "11i",
        "stable-pretraining, PIRL",
        "one positive score is a constant",
        "planted",
        "the joint scores of `jmi` are 1",
        _planted("jmi", _constant_positive),
    ),
    Case(
        "11j",
        "stable-pretraining, DINOv2 (#433)",
        "a regulariser of the paper is missing",
        "none",
        "",
        _nothing(_FORMULA),
    ),
    Case(
        "11k",
        "stable-pretraining, LeJEPA (#413)",
        "two weights that should sum to one do not",
        "none",
        "",
        _nothing(_FORMULA),
    ),
    Case(
        "12",
        "mmpretrain, SwAV",
        "a collective inside a branch that depends on data",
        "planted",
        "the encoder of `simclr` branches on its features",
        _planted("simclr", _branch_on_data),
    ),
    Case(
        "14a",
        "eb_jepa",
        "the schedule moves after the epoch: the first one runs at the full rate",
        "impossible",
        "rates of `simclr`",
        _impossible(_warms_up_from_the_first_step),
    ),
    Case(
        "14b",
        "eb_jepa",
        "a counter inside the loss and the scheduler are not restored",
        "impossible",
        "state of `moco-v2`",
        _impossible(_memory_is_state),
    ),
    Case("14c", "eb_jepa", "a statistic is reduced in place, without a derivative", "none", "", _nothing(_ONE_DEVICE)),
    Case(
        "15",
        "lightly-train, DINO (#968)",
        "the teacher moves on every micro-batch",
        "impossible",
        "graph of `byol`",
        _impossible(_one_update_behind_the_optimiser),
    ),
    Case(
        "16a",
        "solo-learn",
        "the momentum is not saved and starts anew on resume",
        "impossible",
        "schedule of `byol`",
        _impossible(_momentum_moves_each_step),
    ),
    Case(
        "16b",
        "solo-learn, SwAV",
        "a queue is registered late, so that it cannot be restored",
        "impossible",
        "state of `moco-v2`",
        _impossible(_memory_is_state),
    ),
    Case(
        "16c",
        "solo-learn, SwAV",
        "a queue that the batch does not divide fails during the run",
        "spec",
        "`queue: {size: 1000}`",
        _spec("extends: moco-v2\nobjective: {marginal: {queue: {size: 1000}}}\n", "ST003"),
    ),
    Case(
        "17",
        "solo-learn, Barlow Twins",
        "a reduction without a derivative: 1/W of the gradient",
        "none",
        "",
        _nothing(_ONE_DEVICE),
    ),
    Case(
        "18",
        "lightly, VICReg",
        "statistics are not gathered on several devices",
        "spec",
        "`vicreg` on 2 devices without gathering",
        _spec("extends: vicreg\nrecipes: {default: {hardware: {devices: 2, gather: none}}}\n", "BS005"),
    ),
    Case(
        "18'",
        "lightly, memory bank",
        "keys of other devices never enter the queue",
        "spec",
        "`moco-v2` on 2 devices without gathering",
        _spec("extends: moco-v2\nrecipes: {default: {hardware: {devices: 2, gather: none}}}\n", "BS005"),
    ),
    Case(
        "20a",
        "solo-learn",
        "dead keys in shipped configurations",
        "spec",
        "a block `momentum` that nothing reads",
        _spec("extends: byol\nmomentum: {base: 0.99}\n", "SY002"),
    ),
    Case(
        "20b",
        "solo-learn",
        "the assertion that a key is there never fires",
        "spec",
        "a spec without `objective`",
        _spec(
            "ssmi: 1\nname: x\nviews: {augment: simclr}\nencoder: {backbone: resnet18}\nbranches: {a: {}}\noptimize: {schedule: joint}\n",
            "SY007",
        ),
    ),
    Case(
        "audit",
        "lightly, MMCR",
        "the loss falls without end as embeddings grow",
        "spec",
        "the same fault in a log-determinant: `normalize: false`",
        _spec("extends: corinfomax\nobjective: {marginal: {log-det: {normalize: false}}}\n", "MT014"),
    ),
)


def _local_views_are_anchors() -> str | None:
    data = shrunk(flattened("simsiam", "digits"))
    data["views"]["local"] = {"count": 2, "augment": data["views"]["augment"]}
    method, _ = understood(data)
    if method is None or not any(pair.anchor_view >= method.spec.views.count for pair in method.pairs):
        return None
    if any(pair.target_view >= method.spec.views.count for pair in method.pairs):
        return None
    return f"of {len(method.pairs)} pairs with local views, none has a local one as its target"
