"""A recipe judged on held-out training digits, so that the test set chooses nothing. Prints one JSON line for each run.

python benchmarks/validate_recipe.py METHOD [--set KEY=VALUE ...] [--seed N] [--steps-only N]

A fifth of the 1,437 training digits is held out; the rest trains the encoder and fills the k-NN memory. Everything else is as in `ssmi run`.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import torch

import ssmi_compiler
from ssmi_compiler.api import load_recipe
from ssmi_compiler.artifact import load_step
from ssmi_compiler.compile import draw_noise, example_inputs, make_augmentations
from ssmi_compiler.step.networks import build_networks
from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import digits
from ssmi_runtime.data.sampling import batch_indices
from ssmi_runtime.loop import numbers_at
from ssmi_runtime.measure import Meter

TARGET = Path("/tmp/dg/target")


def diagnose(meter, state, method, networks) -> dict[str, float]:
    """kNN and MI with batch statistics instead of running ones, and MI on training images."""
    from ssmi_runtime.evaluate import weighted_knn
    from torch.func import functional_call
    from ssmi_compiler.step.networks import parameters_of
    plain = {name.removeprefix("state/"): value.clone() for name, value in state.items()}
    def embed(images):
        part = f"{method.anchor.owner}.encoder"
        x = (images.float() / 255 - meter.info.mean[0]) / meter.info.std[0]
        module = networks.modules[part].train()
        with torch.no_grad():
            return functional_call(module, (parameters_of(plain, part), parameters_of(plain, part, "buffer")), (x,))
    (a, la), (b, lb) = meter.data["train"], meter.data["test"]
    out = {"knn_batchstat": weighted_knn(embed(a), la, embed(b), lb)}
    out["mi_train"] = meter._information(state, a[:576])["mi/infonce"]
    out["mi_test"] = meter._information(state, b[:576])["mi/infonce"]
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--also", action="append", default=[])  # settings that do not change the graph
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--note", default="")
    parser.add_argument("--data", action="append", default=[])
    args = parser.parse_args()
    for item in args.data:
        key, value = item.split("=")
        setattr(digits, key, json.loads(value))
    info = DATASETS["digits"]
    args.set += args.also
    method = load_recipe(args.method, None, data="digits", overrides=args.set)
    data = digits.load_validation()
    images, _ = data["train"]
    from ssmi_compiler.compile import lower, InPlaceStep
    lowered = lower(method, data="digits")
    networks = build_networks(method, channels=3, size=info.size)
    augmentations = make_augmentations(method, info)
    recipe = method.recipe
    steps_per_epoch = len(images) // recipe.batch_size
    num_steps = steps_per_epoch * recipe.epochs

    inputs = example_inputs(method, networks, augmentations, info, seed=args.seed)
    state = {name: value for name, value in inputs.items() if name.startswith("state/")}
    meter = Meter(method, networks, augmentations, info, data)
    row = {"method": args.method, "note": args.note, "seed": args.seed, "steps": num_steps}
    if not args.curve:
      row["raw"] = meter.raw_pixels()
      row.update({f"un_{name}": value for name, value in meter.accuracies(state).items()})
    step_function = torch.no_grad()(InPlaceStep(lowered.step))
    names = lowered.step.inputs
    began, cpu, losses = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime, []
    for step in range(num_steps):
        inputs["batch"] = images[batch_indices(len(images), recipe.batch_size, step, args.seed)]
        inputs.update(draw_noise(augmentations, recipe.batch_size, info.size, seed=args.seed, step=step))
        for name, value in numbers_at(method, step, num_steps, steps_per_epoch).items():
            inputs[name].fill_(value)
        losses.append([float(value) for value in step_function(*(inputs[name] for name in names))])
        if args.curve and (step + 1) % max(1, num_steps // 5) == 0:
            (xa, la), (xb, lb) = data["train"], data["test"]
            f = [meter.embed(state, method.anchor.name, x, upto="encoder") for x in (xa, xb)]
            from ssmi_runtime.evaluate import weighted_knn, effective_rank
            print(step + 1, [round(v, 3) for v in losses[-1]], "knn %.3f rank %.1f" % (weighted_knn(f[0], la, f[1], lb), effective_rank(f[1])), flush=True)
    row["wall"], row["cpu"] = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_utime - cpu
    if args.curve:
        return print(args.note, args.method, "cpu", row["cpu"], "wall", row["wall"])
    row.update(meter.accuracies(state))
    row.update({k: v for k, v in meter.monitors(state).items() if k in ("feature_std", "effective_rank", "mi/infonce")})
    row["loss"] = losses[-1]
    row.update(diagnose(meter, state, method, networks))
    text = json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()})
    print(text, flush=True)
    with open("/tmp/dg/log.jsonl", "a") as log:
        log.write(json.dumps({**json.loads(text), "set": args.set, "data": args.data}) + "\n")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
