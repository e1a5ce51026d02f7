"""The certificate: gradient flow proven by reachability on the traced graph.

Why reachability is a proof. The backward pass is linear in the cotangents of the loss terms. The trace keeps each cotangent as an input of its
own (`seed/<phase>/<term>`), and each branch output passes a gate whose scalar multiplies only the gradient (`gate/<phase>/<branch>:<view>`).
A gradient that does not depend on a seed is therefore zero for that term, and one that does not depend on a gate received nothing along that
path. The converse is structural: a path carries a gradient unless arithmetic happens to cancel it.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import fx

from ssmi_compiler.errors import CertificateError
from ssmi_compiler.step.trace import TracedStep
from ssmi_dsl.spec.method import Method, Phase, Sharing
from ssmi_dsl.spec.parts import lone_learners, owned_parts, trained_parts

COPIES = (torch.ops.aten.detach.default, torch.ops.aten.clone.default, torch.ops.aten.alias.default)


@dataclass(frozen=True)
class Flow:
    """What reaches one parameter group in one phase: loss terms, and branch outputs (`branch:view`) that the gradient passed."""

    phase: str
    part: str
    terms: tuple[str, ...]
    paths: tuple[str, ...]
    num_parameters: int
    num_reached: int


@dataclass(frozen=True)
class Certificate:
    """The proven facts of one traced step, and the number of operations of the graph on which they were proven."""

    method: str
    paradigm: str
    num_operations: int
    flows: tuple[Flow, ...]
    held_constant: tuple[str, ...]
    followers: tuple[str, ...]
    alone: tuple[str, ...] = ()
    """Parameter groups of terms that one loss term trains, which trains nothing else."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def certify(traced: TracedStep, method: Method) -> Certificate:
    """Prove the paradigm's gradient flow; raise CertificateError with the offending path where the graph contradicts the spec."""
    analysis = _Analysis(traced)
    problems: list[str] = []
    flows: list[Flow] = []
    constant: list[str] = []
    for phase in method.phases:
        found = analysis.flows(phase.name)
        flows.extend(found)
        problems.extend(_check_phase(analysis, method, phase, found))
        problems.extend(_check_alone(method, phase, found))
        constant.extend(f"{phase.name}: {name}" for name in sorted(phase.stopped))
    followers: list[str] = []
    for branch in method.branches:
        if branch.sharing in (Sharing.EMA, Sharing.FROZEN):
            if branch.sharing is Sharing.FROZEN:
                problems.extend(_check_frozen(analysis, branch.name))
                followers.append(f"{branch.name} never moves")
                continue
            problems.extend(_check_follower(analysis, branch.name, branch.source or "", moves=True))
            followers.append(f"{branch.name} follows {branch.source}")
    if problems:
        raise CertificateError(
            "the traced step contradicts the spec:\n" + "\n".join(f"  - {problem}" for problem in problems)
        )
    return Certificate(
        method.spec.name,
        method.paradigm,
        len(traced.module.graph.nodes),
        tuple(flows),
        tuple(constant),
        tuple(followers),
        tuple(f"{part} learns from {term} alone" for part, term in lone_learners(method)),
    )


def _check_phase(analysis: "_Analysis", method: Method, phase: Phase, flows: list[Flow]) -> list[str]:
    reached_terms = {term for flow in flows for term in flow.terms}
    problems = [
        f"{phase.name}: the term `{term}` of the loss has no gradient to any parameter (GF001)"
        for term in analysis.terms(phase.name)
        if term not in reached_terms
    ]
    moves = trained_parts(method, phase)
    by_part = {flow.part: flow for flow in flows}
    for part in moves:
        if part not in analysis.parameters:  # a head without parameters: nothing of it can move
            continue
        flow = by_part.get(part)
        if flow is None or flow.num_reached == 0:
            problems.append(f"{phase.name}: `{part}` must move, but no loss term reaches any of its parameters (GF002)")
        elif flow.num_reached < flow.num_parameters:
            missing = ", ".join(analysis.unreached(phase.name, part)[:4])
            problems.append(
                f"{phase.name}: parameters of `{part}` are given to the optimiser but receive no gradient: {missing} (GF002)"
            )
    for flow in flows:
        for path in flow.paths:
            branch = path.split(":")[0].split(".")[0]
            if branch in phase.stopped:
                trail = analysis.trail(f"probe/gate/{phase.name}/{path}", phase.name, flow.part)
                problems.append(
                    f"{phase.name}: branch `{branch}` is held constant (stop_gradient), but a gradient passes its output `{path}` into "
                    f"`{flow.part}`\n      {trail}"
                )
        owner = flow.part.split(".")[0]
        follows = "." in flow.part and method.branch(owner).sharing in (Sharing.EMA, Sharing.FROZEN)
        is_constant = (follows and not flow.part.endswith(".predictor")) or (
            flow.part not in moves and len(method.phases) > 1
        )
        if is_constant and flow.num_reached:
            trail = analysis.trail_to(phase.name, flow.part)
            problems.append(
                f"{phase.name}: `{flow.part}` is constant in this step, but the loss reaches it\n      {trail}"
            )
    felt = {term for flow in flows for term in flow.terms}
    problems.extend(
        f"{phase.name}: the term `{term}` reaches no parameter (GF001)"
        for term in analysis.terms(phase.name)
        if term not in felt
    )
    gates = analysis.gates(phase.name)
    # a constant branch whose outputs only enter stored state has no path into the loss at all
    unread = phase.stopped - {gate.split(":")[0].split(".")[0] for gate in gates}
    if method.paradigm == "sdmi" and not unread and all(any(gate in flow.paths for flow in flows) for gate in gates):
        shown = ", ".join(f"`{gate}`" for gate in gates)
        problems.append(
            f"{phase.name}: sdmi holds one side constant in each step, but a gradient passes every branch output: {shown}"
        )
    if method.paradigm == "jmi":
        reached = {path for flow in flows for path in flow.paths}
        without = {branch.name for branch in method.branches if not owned_parts(method.branch(branch.owner))}
        cut = [
            gate
            for gate in analysis.gates(phase.name)
            if gate not in reached and gate.split(":")[0].split(".")[0] not in without
        ]
        problems.extend(
            f"{phase.name}: jmi is joint and symmetric, but no gradient passes the output `{gate}`" for gate in cut
        )
    return problems


def _check_alone(method: Method, phase: Phase, flows: list[Flow]) -> list[str]:
    problems: list[str] = []
    for part, term in lone_learners(method):
        for flow in flows:
            if flow.part == part and flow.terms != (term,):
                others = ", ".join(f"`{other}`" for other in flow.terms if other != term)
                problems.append(
                    f"{phase.name}: `{part}` learns from `{term}` alone, but its gradient depends on {others}"
                )
            elif flow.part != part and term in flow.terms:
                problems.append(f"{phase.name}: `{term}` trains `{part}` alone, but it reaches `{flow.part}`")
    return problems


def _check_follower(analysis: "_Analysis", name: str, source: str, *, moves: bool) -> list[str]:
    problems: list[str] = []
    for output in analysis.outputs_with(f"state/param/{name}."):
        if output.endswith(".predictor") or f"{name}.predictor/" in output:
            continue
        leader = output.replace(f"state/param/{name}.", f"state/param/{source}.", 1)
        allowed = {output, f"number/momentum/{name}"}
        strangers = analysis.inputs_of(output, cut=leader) - allowed
        if strangers:
            problems.append(
                f"target parameter `{output[12:]}` changes by more than its update: it also reads {sorted(strangers)[:3]}"
            )
        elif moves and not analysis.reads(output, leader):
            problems.append(f"target parameter `{output[12:]}` never moves: its update does not read `{leader[12:]}`")
    return problems


def _check_frozen(analysis: "_Analysis", name: str) -> list[str]:
    """A frozen branch comes out as it went in: parameters and running statistics are the very inputs of the step."""
    changed = [
        output
        for kind in ("param", "buffer")
        for output in analysis.outputs_with(f"state/{kind}/{name}.")
        if f"{name}.predictor/" not in output and not analysis.is_unchanged(output)
    ]
    return [f"`{output.removeprefix('state/')}` of the frozen branch `{name}` changes" for output in changed]


class _Analysis:
    """Which inputs each node of the traced graph depends on, as bit sets over placeholders."""

    def __init__(self, traced: TracedStep) -> None:
        self.names = traced.inputs
        self.bit = {name: 1 << index for index, name in enumerate(traced.inputs)}
        self.depends: dict[fx.Node, int] = {}
        graph = traced.module.graph
        placeholders = [node for node in graph.nodes if node.op == "placeholder"]
        mutable = [str(n.target) for n in graph.nodes if n.op == "call_function" and _is_mutable(n)]
        if mutable:
            raise CertificateError(f"the traced step is not functional: {', '.join(sorted(set(mutable)))}")
        for node, name in zip(placeholders, traced.inputs, strict=True):
            self.depends[node] = self.bit[name]
        for node in graph.nodes:
            if node.op not in ("placeholder", "output"):
                bits = 0
                for arg in node.all_input_nodes:
                    bits |= self.depends[arg]
                self.depends[node] = bits
        (output,) = [node for node in graph.nodes if node.op == "output"]
        self.outputs: dict[str, fx.Node] = dict(zip(traced.outputs, output.args[0], strict=True))
        self.parameters: dict[str, list[str]] = {}
        for name in traced.inputs:
            if name.startswith("state/param/"):
                _, _, part, parameter = name.split("/", 3)
                self.parameters.setdefault(part, []).append(parameter)

    def gates(self, phase: str) -> tuple[str, ...]:
        prefix = f"probe/gate/{phase}/"
        return tuple(name[len(prefix) :] for name in self.names if name.startswith(prefix))

    def terms(self, phase: str) -> tuple[str, ...]:
        prefix = f"probe/seed/{phase}/"
        return tuple(name[len(prefix) :] for name in self.names if name.startswith(prefix))

    def flows(self, phase: str) -> list[Flow]:
        seeds = [name for name in self.names if name.startswith(f"probe/seed/{phase}/")]
        gates = [name for name in self.names if name.startswith(f"probe/gate/{phase}/")]
        out: list[Flow] = []
        for part, parameters in self.parameters.items():
            union, reached = 0, 0
            for parameter in parameters:
                bits = self._gradient_bits(phase, part, parameter)
                union |= bits
                reached += any(bits & self.bit[seed] for seed in seeds)
            if reached:
                terms = tuple(name.rsplit("/", 1)[1] for name in seeds if union & self.bit[name])
                paths = tuple(name.split("/", 3)[3] for name in gates if union & self.bit[name])
                out.append(Flow(phase, part, terms, paths, len(parameters), reached))
        return out

    def unreached(self, phase: str, part: str) -> list[str]:
        seeds = [self.bit[name] for name in self.names if name.startswith(f"probe/seed/{phase}/")]
        return [
            p for p in self.parameters[part] if not any(self._gradient_bits(phase, part, p) & seed for seed in seeds)
        ]

    def outputs_with(self, prefix: str) -> list[str]:
        return [name for name in self.outputs if name.startswith(prefix)]

    def is_unchanged(self, output: str) -> bool:
        """Whether the output is the input of the same name, copied at most."""
        node = self.outputs[output]
        while node.op == "call_function" and node.target in COPIES:
            node = node.all_input_nodes[0]
        return node.op == "placeholder" and self.depends[node] == self.bit[output]

    def inputs_of(self, output: str, *, cut: str) -> set[str]:
        """Inputs that an output depends on when the node of another output is taken for granted."""
        stop = self.outputs[cut]
        seen: set[fx.Node] = set()
        queue = [self.outputs[output]]
        found: set[str] = set()
        while queue:
            node = queue.pop()
            if node is stop or node in seen:
                continue
            seen.add(node)
            if node.op == "placeholder":
                found.update(name for name, bit in self.bit.items() if bit == self.depends[node])
            queue.extend(node.all_input_nodes)
        return found

    def reads(self, output: str, other: str) -> bool:
        """Whether an output depends on the node of another output."""
        wanted = self.outputs[other]
        seen: set[fx.Node] = set()
        queue = [self.outputs[output]]
        while queue:
            node = queue.pop()
            if node is wanted:
                return True
            if node not in seen:
                seen.add(node)
                queue.extend(node.all_input_nodes)
        return False

    def trail(self, source: str, phase: str, part: str) -> str:
        """Operations from the input `source` to a gradient of `part`, shortest way, for the error message."""
        targets = {
            node
            for parameter in self.parameters[part]
            if (node := self.outputs.get(f"gradient/{phase}/{part}/{parameter}")) is not None
            and self.depends[node] & self.bit[source]
        }
        start = next(
            node for node, bits in self.depends.items() if node.op == "placeholder" and bits == self.bit[source]
        )
        before: dict[fx.Node, fx.Node] = {}
        frontier = [start]
        while frontier:
            following: list[fx.Node] = []
            for node in frontier:
                for user in node.users:
                    if user.op == "output" or user in before:
                        continue
                    before[user] = node
                    if user in targets:
                        return _show(user, before, start)
                    following.append(user)
            frontier = following
        return source

    def trail_to(self, phase: str, part: str) -> str:
        for name in self.names:
            if name.startswith(f"probe/seed/{phase}/"):
                trail = self.trail(name, phase, part)
                if trail != name:
                    return trail
        return part

    def _gradient_bits(self, phase: str, part: str, parameter: str) -> int:
        node = self.outputs.get(f"gradient/{phase}/{part}/{parameter}")
        return 0 if node is None else self.depends[node]


def _show(end: fx.Node, before: dict[fx.Node, fx.Node], start: fx.Node) -> str:
    chain = [end]
    while chain[-1] is not start:
        chain.append(before[chain[-1]])
    names = [node.name for node in reversed(chain)]
    shown = names if len(names) <= 8 else [*names[:4], "…", *names[-3:]]
    return " -> ".join(shown)


def _is_mutable(node: fx.Node) -> bool:
    schema = getattr(node.target, "_schema", None)
    return schema is not None and schema.is_mutable
