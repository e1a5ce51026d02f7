"""The objective of a method as a plain loss, for one's own training loop. Legend: N batch, D embedding, V views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from ssmi_compiler.ir.sizes import TermTensors, term_tensors
from ssmi_compiler.ir.torch_ops import TorchBuilder
from ssmi_compiler.nn.init import initial_tensor
from ssmi_compiler.schedules import ramp_value
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms import Inputs, pair_loss
from ssmi_dsl.terms.marginals.across_samples import AcrossSamples


@dataclass(frozen=True)
class Loss:
    """A scalar loss and its parts, each weighted as in the spec. `marginal` is None where a predictor carries that term.

    `memory` is the memory of the next call: state of the terms that this call changed (a queue, a centre), the rest as it was given.
    """

    total: Tensor
    joint: Tensor
    marginal: Tensor | None
    memory: dict[str, Tensor] = field(default_factory=dict[str, Tensor])

    def backward(self) -> None:
        """Gradients of `total`."""
        self.total.backward()


@dataclass(frozen=True)
class Objective:
    """A callable loss on branch outputs; see `objective`."""

    method: Method

    def memory(
        self,
        num_features: int,
        *,
        batch: int = 256,
        seed: int = 0,
        progress: float = 0.0,
        embedding: int | None = None,
        anchor: int | None = None,
    ) -> dict[str, Tensor]:
        """Tensors that the terms hold, for embeddings of `num_features`: state, learned tensors (they require a gradient) and numbers.

        Empty for most methods. Numbers that change during a run have their value at `progress` in [0, 1]. `embedding` is the width in
        front of prototypes, where the objective reads scores, `anchor` the width of z_a where it is not
        that of z_b. Random numbers of a term are there too: draw memory with another `seed` for each step.
        """
        tensors = self._tensors(num_features, batch, embedding, anchor)
        generator = torch.Generator().manual_seed(seed)
        memory = {name: initial_tensor(tensor, generator) for name, tensor in tensors.state.items()}
        for name, tensor in tensors.learned.items():
            memory[name] = initial_tensor(tensor, generator).requires_grad_()
        epochs = self.method.recipe.epochs
        for name, ramp in tensors.ramps.items():
            memory[name] = torch.tensor(ramp_value(ramp, progress * epochs, progress=progress))
        for name, shape in tensors.noise.items():
            memory[name] = torch.randn(shape, generator=generator)
        return memory

    def __call__(
        self,
        z_a: Tensor,
        z_b: Tensor,
        *,
        views: Sequence[Tensor] | None = None,
        memory: Mapping[str, Tensor] | None = None,
        labels: Tensor | None = None,
        embedding: Tensor | None = None,
        prototypes: Tensor | None = None,
        targets: Sequence[Tensor] | None = None,
        index: Tensor | None = None,
        projection: Tensor | None = None,
        pairs: Sequence[tuple[Tensor, Tensor]] | None = None,
        rows: int = 1,
        maps: tuple[Tensor, Tensor] | None = None,
        adjacency: Tensor | None = None,
        places: tuple[Tensor, Tensor] | None = None,
        target_rows: int | None = None,
        local: bool = False,
        grid: tuple[int, int] | None = None,
        own: Tensor | None = None,
        hidden: Tensor | None = None,
    ) -> Loss:
        """One direction of the loss: anchor z_a [N D], target z_b [N D].

        `views` are the embeddings of all views where a method reads more than two at once (default: z_a, z_b), `pairs` all anchors with
        their targets where it reads all pairs at once (default: the pair z_a, z_b); `memory` is that of
        `Objective.memory` or of the last call; labels int64 [N]. Where the spec holds the target constant, z_b is detached here. A loss
        with two directions is the mean (or sum, as `objective.directions` says) of a call for each. Of methods that score more than the
        batch, z_b [N K] = embedding [N E] prototypesᵀ [E K]. `targets` are the targets of all views but the anchor's (default: z_b).
        Of tokens, `rows` are those of one sample, one after the other, `target_rows` those of one sample in z_b (default: `rows`), `maps` the
        backbone's features of both, `places` [N 2] where they lie in the source image; `local` says that z_a is a local view of multi-crop,
        `grid` how many rows and columns of places the tokens of a sample are. `own` is the target of the anchor's own view, where a positive
        reads it; `hidden` int64 [N G K] the places that z_a [N*G*K D] predicts of the tokens z_b [N*P E]. Of the nodes of a graph, `adjacency`
        [N N] has 1 where two have an edge and 0 elsewhere, and z_b may have another width than z_a where the critic is bilinear.
        Raises ValueError on inputs that do not fit.
        """
        across = isinstance(self.method.objective.marginal, AcrossSamples)
        partners = 1 if across else target_rows or rows
        spec = self.method.objective
        free = z_a.dim() == z_b.dim() == 2 and spec.critic.two_widths
        width = z_b.shape[1] if free else z_a.shape[-1]
        if spec.marginal.needs_hidden:
            self._check_hidden(z_a, z_b, hidden)
        elif z_a.dim() != 2 or tuple(z_b.shape) != (z_a.shape[0] // rows * partners, width):
            raise ValueError(
                f"z_a and z_b are matrices of one shape [N D], not {tuple(z_a.shape)} and {tuple(z_b.shape)}"
            )
        scored = None if embedding is None else embedding.shape[1]
        tensors = self._tensors(z_b.shape[1], z_a.shape[0], scored, z_a.shape[1])
        given = dict(memory or {})
        needed = {*tensors.learned, *tensors.state, *tensors.ramps, *tensors.noise}
        if missing := sorted(needed - given.keys()):
            raise ValueError(
                f"`{self.method.spec.name}` needs memory for {', '.join(missing)}: pass memory=objective.memory({z_b.shape[1]})"
            )
        if (spec.marginal.needs_graph or spec.positive.needs_graph) and adjacency is None:
            raise ValueError(f"`{self.method.spec.name}` needs the adjacency [N N] of the graph")
        if spec.marginal.needs_labels and labels is None:
            raise ValueError(f"`{self.method.spec.name}` needs labels [N]")
        stopped = self.method.is_stopped(self.method.target.name)
        target, *others = (z.detach() if stopped else z for z in (z_b, *(targets or (z_b,))))
        if spec.marginal.needs_prototypes and (embedding is None or prototypes is None):
            raise ValueError(f"`{self.method.spec.name}` needs the embedding [N E] and the prototypes [K E] of z_b")
        if spec.marginal.needs_index and index is None:
            raise ValueError(
                f"`{self.method.spec.name}` needs index [N], the numbers of the samples in the training set"
            )
        if spec.marginal.needs_projection and projection is None:
            raise ValueError(f"`{self.method.spec.name}` needs projection [N D], the anchor in front of its predictor")
        if spec.positive.needs_maps and maps is None:
            raise ValueError(f"`{self.method.spec.name}` needs the backbone's features [N F] of the tokens, as `maps`")
        if spec.positive.needs_places and places is None:
            raise ValueError(f"`{self.method.spec.name}` needs the places [N 2] of the tokens, as `places`")
        if spec.positive.needs_grid and (grid is None or prod(grid) != rows):
            raise ValueError(
                f"`{self.method.spec.name}` needs the rows and columns of the tokens, as `grid`; their product is `rows`"
            )
        if spec.positive.needs_grid and grid is not None and (problem := spec.positive.misfit(grid)):
            raise ValueError(problem)
        if spec.positive.needs_own and own is None:
            raise ValueError(f"`{self.method.spec.name}` needs own [N D], the target of the anchor's own view")
        b = TorchBuilder()
        every = tuple(views or (z_a, z_b))
        together = ((z_a, target),)
        if pairs is not None:
            together = tuple((a, p.detach() if target is not z_b else p) for a, p in pairs)
        at = Inputs(
            z_a,
            target,
            every,
            given,
            labels,
            embedding,
            prototypes,
            targets=tuple(others),
            pairs=together,
            rows=rows,
            maps=maps,
            index=index,
            projection=projection,
            adjacency=adjacency,
            own=own.detach() if own is not None and stopped else own,
            target_rows=z_b.shape[0] // hidden.shape[0] if hidden is not None else target_rows or rows,
            places=places,
            local=local,
            grid=grid,
            hidden=hidden,
        )
        parts = pair_loss(
            b, bound=spec.bound, critic=spec.critic, marginal=spec.marginal, positive=spec.positive, at=at
        )
        renewed = {**given, **parts.updates}
        if tensors.state:
            stored = replace(at, x=z_a.detach(), y=z_b.detach(), views=(), memory=renewed)
            for term in (spec.marginal, spec.positive):
                renewed.update(term.renew(b, (z_b.detach(),), stored))
            renewed.update({name: renewed[name].detach() for name in tensors.state})
        joint = z_a.new_zeros(()) if parts.joint is None else parts.joint * (spec.weight * spec.weights.joint)
        if parts.marginal is None:
            return Loss(joint, joint, None, renewed)
        marginal = parts.marginal * (spec.weight * spec.weights.marginal)
        return Loss(joint + marginal, joint, marginal, renewed)

    def _check_hidden(self, z_a: Tensor, z_b: Tensor, hidden: Tensor | None) -> None:
        if hidden is None:
            raise ValueError(
                f"`{self.method.spec.name}` needs hidden [N G K], the places of the tokens that z_a predicts"
            )
        if z_a.dim() != 2 or z_b.dim() != 2 or z_a.shape[0] != hidden.numel() or z_b.shape[0] % hidden.shape[0]:
            raise ValueError(
                f"z_a has a row for each of {hidden.numel()} hidden tokens and z_b one for every token of {hidden.shape[0]} samples, not "
                f"{tuple(z_a.shape)} and {tuple(z_b.shape)}"
            )

    def _tensors(self, num_features: int, batch: int, embedding: int | None, anchor: int | None) -> TermTensors:
        view = self.method.objectives[self.method.focus]
        return term_tensors(self.method, view, batch=batch, width=num_features, embedding=embedding, anchor=anchor)


def objective(source: str | Path | Method, *, recipe: str = "default", index: int = 0) -> Objective:
    """The loss of a method, by bundled name, path or loaded method: `objective("simclr")(z_a, z_b).total`.

    `index` is the number of the objective where a spec has several. Raises SpecError.
    """
    method = source if isinstance(source, Method) else load(source, recipe=recipe)
    return Objective(method.focused(index))
