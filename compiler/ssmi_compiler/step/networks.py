"""The networks of a method and their initial state: encoders, projectors and predictors by part name (`branch.part`)."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ssmi_compiler.augment import Augmentation
from ssmi_compiler.errors import CompileError
from ssmi_compiler.ir.sizes import TermTensors, embedding_size, output_size, read_size, term_tensors
from ssmi_compiler.nn import build_backbone, build_head, build_token_predictor, init_module
from ssmi_compiler.nn.direct_predictor import DirectPredictor
from ssmi_compiler.nn.init import initial_tensor
from ssmi_compiler.nn.prototypes import Prototypes
from ssmi_compiler.optim import init_slots
from ssmi_dsl.components.augment import resolve_augment
from ssmi_dsl.components.datasets import TextInfo
from ssmi_dsl.components.heads import TransformerHead, output_width
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, Sharing
from ssmi_dsl.spec.parts import optimizer_of, owned_parts, trained_parts
from ssmi_dsl.terms import Initial

State = dict[str, Tensor]


@dataclass(frozen=True)
class Networks:
    """Modules by part. They hold shapes and code only; parameters live in the step's state."""

    modules: Mapping[str, nn.Module]
    features: Mapping[str, int]


class TermWeights(nn.Module):
    """The learned tensors of an objective's terms; their values come from the step's state."""

    def __init__(self, tensors: Mapping[str, Initial]) -> None:
        super().__init__()
        self.tensors = tensors
        for name, tensor in tensors.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(tensor.shape)))


def build_networks(method: Method, *, channels: int, size: int, text: TextInfo | None = None) -> Networks:
    """A module for each part that owns parameters, EMA targets included, and for the learned tensors of each objective."""
    channels = 1 if method.spec.views.graph is not None else channels
    modules: dict[str, nn.Module] = {}
    features: dict[str, int] = {}
    for branch in method.branches:
        if branch.sharing is not Sharing.TIED:
            seen, masked = input_size(method, branch, size), _sees_mask_token(method, branch)
            backbone = build_backbone(branch.encoder, channels=channels, size=seen, text=text, masked=masked)
            modules[f"{branch.name}.encoder"] = backbone
            features[branch.name] = int(backbone.num_features)  # pyright: ignore[reportArgumentType] - set by every backbone
            if branch.projector is not None:
                modules[f"{branch.name}.projector"] = build_head(branch.projector, features[branch.name])
            if branch.token_projector is not None:
                modules[f"{branch.name}.token_projector"] = build_head(branch.token_projector, features[branch.name])
    for branch in method.branches:
        width = features[branch.owner] if branch.projector is None else output_width(branch.projector)
        direct = method.spec.optimize.predictor.direct
        if isinstance(branch.predictor, TransformerHead):
            seen = input_size(method, branch, size)
            modules[f"{branch.name}.predictor"] = build_token_predictor(branch.predictor, branch.encoder, size=seen)
        elif branch.predictor is not None and direct is not None:
            if output_width(branch.predictor) != width:
                raise CompileError(
                    f"branch `{branch.name}`: a predictor in closed form keeps the width {width} of what it reads, "
                    f"not {output_width(branch.predictor)}"
                )
            modules[f"{branch.name}.predictor"] = DirectPredictor(direct, width)
        elif branch.predictor is not None:
            modules[f"{branch.name}.predictor"] = build_head(branch.predictor, width)
        owns_prototypes = branch.sharing is not Sharing.TIED and branch.prototype_owner == branch.owner
        if branch.prototypes is not None and owns_prototypes:
            modules[f"{branch.name}.prototypes"] = Prototypes(branch.prototypes, _assigned_width(method, branch, width))
    for branch in method.branches:
        owns_prototypes = branch.sharing is not Sharing.TIED and branch.prototype_owner == branch.owner
        if branch.token_prototypes is not None and owns_prototypes:
            head = branch.token_projector or branch.projector
            width = features[branch.owner] if head is None else output_width(head)
            modules[f"{branch.name}.token_prototypes"] = Prototypes(branch.token_prototypes, width)
    for view in method.objectives:
        tensors = objective_tensors(method, view, features)
        if tensors.learned:
            modules[tensors.part] = TermWeights(tensors.learned)
    return Networks(modules, features)


def _sees_mask_token(method: Method, branch: BranchView) -> bool:
    """Whether some branch puts a learned token in place of hidden patches with these parameters, or with those that this branch follows."""
    return any(
        other.spec.input == "masked" and other.owner in (branch.owner, branch.source) for other in method.branches
    )


def input_size(method: Method, branch: BranchView, size: int) -> tuple[int, int]:
    """Height and width of the views that a branch encodes, of square images of `size` pixels; the first of them where they differ. Nodes of
    a graph count as images of height 1."""
    if method.spec.views.graph is not None:
        return (1, size)
    users = {other.name for other in method.branches if branch.name in (other.name, other.owner, other.source)}
    ends = [
        end
        for view in method.objectives
        for pair in view.pairs
        for end in ((pair.anchor, pair.anchor_view), (pair.target, pair.target_view))
    ]
    first = next((index for name, index in ends if name in users), 0)
    return Augmentation(resolve_augment(*method.spec.views.augment_of(first))).output_size((size, size))


def objective_tensors(method: Method, view: ObjectiveView, features: Mapping[str, int]) -> TermTensors:
    """What the terms of an objective hold; `features` are those of each owner's backbone."""
    width, embedding = read_size(view, features), embedding_size(view, features)
    anchor = output_size(view.anchor, view.anchor_output, features)
    return term_tensors(method, view, batch=method.recipe.batch_size, width=width, embedding=embedding, anchor=anchor)


def _assigned_width(method: Method, branch: BranchView, width: int) -> int:
    """Width of what is scored against the prototypes: the same for all branches that share or follow them."""
    if branch.predictor is not None and not isinstance(branch.predictor, TransformerHead):
        width = output_width(branch.predictor)
    sharers = [other for other in method.branches if branch.name in (other.owner, other.source) and other.prototypes]
    for other in sharers:
        head = other.predictor
        own = width if head is None or isinstance(head, TransformerHead) else output_width(head)
        if own != width:
            raise CompileError(
                f"branches `{branch.name}` and `{other.name}` share prototypes but give {width} and {own} features; "
                "end the predictor with the projector's width"
            )
    return width


def initial_state(method: Method, networks: Networks, *, seed: int) -> State:
    """Parameters, buffers, optimiser slots, queue and step counter of a new run, on the CPU, from `seed` alone.

    An EMA target starts as an exact copy of its source, heads and buffers included.
    """
    generator = torch.Generator().manual_seed(seed)
    state: State = {}
    for part, module in networks.modules.items():
        init_module(module, generator)
        if isinstance(module, TermWeights):
            for name, tensor in module.tensors.items():
                module.get_parameter(name).detach().copy_(initial_tensor(tensor, generator))
        for name, parameter in module.named_parameters():
            state[f"param/{part}/{name}"] = parameter.detach().clone()
        for name, buffer in module.named_buffers():
            state[f"buffer/{part}/{name}"] = buffer.detach().clone()
    for branch in method.branches:
        if branch.source is not None:
            for part in owned_parts(branch):
                for kind in ("param", "buffer"):
                    prefix = f"{kind}/{branch.source}.{part}/"
                    for name in [name for name in state if name.startswith(prefix)]:
                        state[f"{kind}/{branch.name}.{part}/{name[len(prefix) :]}"] = state[name].clone()
    for part in all_trained_parts(method):
        for name, slot in init_slots(optimizer_of(method, part), parameters_of(state, part)).items():
            state[f"slot/{part}/{name}"] = slot
    for view in method.objectives:
        tensors = objective_tensors(method, view, networks.features)
        for name, tensor in tensors.state.items():
            state[f"memory/{tensors.part}.{name}"] = initial_tensor(tensor, generator)
    state["step"] = torch.zeros(())
    return state


def all_trained_parts(method: Method) -> tuple[str, ...]:
    """Parts that some phase moves."""
    return tuple(dict.fromkeys(part for phase in method.phases for part in trained_parts(method, phase)))


def parameters_of(state: Mapping[str, Tensor], part: str, kind: str = "param") -> dict[str, Tensor]:
    """The parameters (or buffers, slots) of one part, by their name inside it."""
    prefix = f"{kind}/{part}/"
    return {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}
