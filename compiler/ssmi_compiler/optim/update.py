"""SGD, LARS and AdamW as pure functions. Legend: p parameter, g gradient, v momentum, m first moment, s second moment, η learning rate."""

import torch
from torch import Tensor

from ssmi_dsl.components.optimizers import AdamW, Lars, Optimizer, Sgd

Tensors = dict[str, Tensor]


def init_slots(optimizer: Optimizer, params: Tensors) -> Tensors:
    """Zero slots, named `<slot>/<parameter>`."""
    slots = ("first", "second") if isinstance(optimizer, AdamW) else ("momentum",)
    return {f"{slot}/{name}": torch.zeros_like(parameter) for slot in slots for name, parameter in params.items()}


def update(
    optimizer: Optimizer,
    params: Tensors,
    grads: Tensors,
    slots: Tensors,
    *,
    lr: Tensor,
    step: Tensor,
    excluded: frozenset[str],
    weight_decay: Tensor | None = None,
) -> tuple[Tensors, Tensors]:
    """One step: (new parameters, new slots). `step` counts from 0; `excluded` parameters have no decay and no adaptation.

    `weight_decay` is that of the step, where it changes during a run.
    """
    new_params: Tensors = {}
    new_slots: Tensors = {}
    if optimizer.clip_norm is not None:
        grads = {name: _clipped(gradient, optimizer.clip_norm) for name, gradient in grads.items()}
    for name, p in params.items():
        decay = 0.0 if name in excluded else (optimizer.weight_decay if weight_decay is None else weight_decay)
        if isinstance(optimizer, AdamW):
            beta1, beta2 = optimizer.betas
            m = torch.lerp(grads[name], slots[f"first/{name}"], beta1)
            s = beta2 * slots[f"second/{name}"] + (1 - beta2) * grads[name].square()
            unbiased_m = m / (1 - beta1 ** (step + 1))
            unbiased_s = s / (1 - beta2 ** (step + 1))
            new_params[name] = p * (1 - lr * decay) - lr * unbiased_m / (unbiased_s.sqrt() + optimizer.eps)
            new_slots[f"first/{name}"], new_slots[f"second/{name}"] = m, s
            continue
        assert isinstance(optimizer, (Sgd, Lars))
        g = grads[name] if isinstance(decay, float) and decay == 0.0 else grads[name] + decay * p
        if isinstance(optimizer, Lars) and name not in excluded:
            g = g * _trust(optimizer, p, grads[name], lr, decay)
        v = optimizer.momentum * slots[f"momentum/{name}"] + g
        direction = g + optimizer.momentum * v if isinstance(optimizer, Sgd) and optimizer.nesterov else v
        new_params[name] = p - lr * direction
        new_slots[f"momentum/{name}"] = v
    return new_params, new_slots


def _clipped(gradient: Tensor, limit: float) -> Tensor:
    """The gradient of one tensor, scaled down to norm `limit` where it is longer (clip_gradients of DINO's official code)."""
    return gradient * (limit / (gradient.norm() + 1e-6)).clamp_max(1.0)


def _trust(optimizer: Lars, p: Tensor, g: Tensor, lr: Tensor, decay: float | Tensor) -> Tensor:
    """η_trust ‖p‖ / (‖g‖ + λ‖p‖), You et al. 2017, eq. 6; 1 where a norm is zero; clipped so that the rate does not exceed η."""
    p_norm, g_norm = p.norm(), g.norm()
    rate = optimizer.trust * p_norm / (g_norm + decay * p_norm + 1e-8)
    if optimizer.clip:
        rate = (rate / lr.clamp_min(1e-12)).clamp_max(1.0)
    return torch.where((p_norm > 0) & (g_norm > 0), rate, torch.ones_like(rate))
