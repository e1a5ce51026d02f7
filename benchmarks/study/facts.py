"""Facts of the step that rule a defect out: each is computed, and None where it does not hold."""

import torch

from ssmi_compiler.ir.build import build_graph
from ssmi_compiler.ir.sizes import Sizes
from ssmi_compiler.passes import run_pipeline
from ssmi_compiler.schedules import numbers_at
from ssmi_compiler.step.networks import build_networks
from ssmi_dsl.load import load
from study import simulate
from study.cases import small_method
from study.plain import flattened, understood
from study.shrink import shrunk


def target_is_a_copy() -> str | None:
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


def momentum_moves_each_step() -> str | None:
    method = load("byol")
    values = [numbers_at(method, step, num_steps=100, steps_per_epoch=50)["momentum/target"] for step in (0, 1, 2)]
    if len(set(values)) < len(values):
        return None
    return f"the momentum is a function of the step: {values[0]:.6f}, {values[1]:.6f}, {values[2]:.6f} within one epoch"


def memory_is_state() -> str | None:
    traced = simulate.trace(small_method("moco-v2"))
    kept = [name for name in traced.inputs if name.startswith("state/memory/")]
    if not kept or any(name not in traced.step.outputs for name in kept):
        return None
    return f"the step maps state to state, and the state is what is saved; of the queue: {', '.join(name[6:] for name in kept)}"


def warms_up_from_the_first_step() -> str | None:
    method = load("simclr")
    rates = [numbers_at(method, step, num_steps=1000, steps_per_epoch=10)["lr"] for step in range(3)]
    base = method.recipe.optimizer.lr
    if not rates[0] < rates[1] < rates[2] < base:
        return None
    return f"the rate is a function of the step, not of calls: {rates[0]:.4f}, {rates[1]:.4f}, {rates[2]:.4f} on the way to {base:g}"


def one_update_behind_the_optimiser() -> str | None:
    method = small_method("byol")
    networks = build_networks(method, channels=1, size=4)
    whole = build_graph(method, Sizes(32, 1, ((4, 4), (4, 4)), dict(networks.features)))
    names = [op.name for op in run_pipeline(whole, batched_views=False)[-1][1].ops]
    if names.count("ema") != 1 or names.index("ema") < max(i for i, name in enumerate(names) if name == "minimize"):
        return None
    return "the graph of an optimiser step has one update of the target, behind the optimiser; micro-batches are inside the step"


def local_views_are_anchors() -> str | None:
    data = shrunk(flattened("simsiam", "digits"))
    data["views"]["local"] = {"count": 2, "augment": data["views"]["augment"]}
    method, _ = understood(data)
    if method is None or not any(pair.anchor_view >= method.spec.views.count for pair in method.pairs):
        return None
    if any(pair.target_view >= method.spec.views.count for pair in method.pairs):
        return None
    return f"of {len(method.pairs)} pairs with local views, none has a local one as its target"
