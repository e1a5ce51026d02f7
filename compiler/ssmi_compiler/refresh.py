"""State that is recomputed between steps: cluster centres from a memory of embeddings.

A recomputation is a function of the state, the step and the seed alone, and replaces values in place, so that a resumed run gives the same
bits. Legend: M stored embeddings, D features, K clusters.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ssmi_compiler.errors import CompileError
from ssmi_dsl.spec.method import Method, ObjectiveView
from ssmi_dsl.spec.parts import term_part
from ssmi_dsl.terms.marginals.groups import Groups
from ssmi_dsl.terms.marginals.kmeans import KMeans

# rows whose similarities with all centres are held at once
CHUNK = 4096
Embed = Callable[[str], Tensor]


def refresh(
    method: Method, state: Mapping[str, Tensor], *, step: int, steps_per_epoch: int, seed: int, embed: Embed
) -> None:
    """Recompute, before `step`, what the terms of `method` want recomputed then; `state` is changed in place.

    `embed(branch)` gives the embeddings [M D] of all training images, in order, not augmented and with running statistics: a memory that
    is still random starts from them. Raises CompileError where a memory does not fit the data.
    """
    for view in method.objectives:
        marginal = view.spec.marginal
        every = marginal.refresh_every(steps_per_epoch)
        if every is None or step % every:
            continue
        generator = torch.Generator().manual_seed((seed * 1_000_003 + step) * 1009 + view.index)
        if isinstance(marginal, KMeans):
            _refresh_clusters(marginal, view, state, generator, embed if step == 0 else None)
        elif isinstance(marginal, Groups) and step > 0:
            held = _held(view, state)
            centres, _ = spherical_kmeans(held["recent"], marginal.count, marginal.iterations, generator)
            held["groups"].copy_(centres)


def spherical_kmeans(rows: Tensor, count: int, iterations: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Unit rows [M D] -> centres [K D] of norm 1 and the nearest centre of each row, int64 [M].

    It starts from `count` different rows; a cluster that loses all its rows keeps its centre. Raises CompileError where M < K.
    """
    if count > len(rows):
        raise CompileError(f"{len(rows)} embeddings cannot form {count} clusters; use fewer")
    chosen = torch.randperm(len(rows), generator=generator)[:count].to(rows.device)
    centres = torch.nn.functional.normalize(rows[chosen], dim=1)
    for _ in range(iterations):
        nearest = _nearest(rows, centres)
        sums = torch.zeros_like(centres).index_add_(0, nearest, rows)
        found = torch.bincount(nearest, minlength=count) > 0
        centres = torch.where(found[:, None], torch.nn.functional.normalize(sums, dim=1), centres)
    return centres, _nearest(rows, centres)


def _refresh_clusters(
    marginal: KMeans, view: ObjectiveView, state: Mapping[str, Tensor], generator: torch.Generator, embed: Embed | None
) -> None:
    held = _held(view, state)
    bank = held["bank"]
    if embed is not None:
        rows = embed(view.target.name)
        if rows.shape != bank.shape:
            raise CompileError(
                f"the memory holds {bank.shape[0]} images of {bank.shape[1]} features, the data has {rows.shape[0]} of {rows.shape[1]}: "
                "train on the data set of the recipe"
            )
        bank.copy_(torch.nn.functional.normalize(rows, dim=1))
    for head, count in enumerate(marginal.counts):
        centres, nearest = spherical_kmeans(bank, count, marginal.iterations, generator)
        held[f"centres{head}"].copy_(centres)
        held[f"assigned{head}"].copy_(nearest)


def _nearest(rows: Tensor, centres: Tensor) -> Tensor:
    return torch.cat([(chunk @ centres.T).argmax(dim=1) for chunk in rows.split(CHUNK)])


def _held(view: ObjectiveView, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    prefix = f"state/memory/{term_part(view)}."
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
