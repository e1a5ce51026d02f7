"""Parameter groups: which parts a branch owns, and which of them a phase moves."""

from ssmi_dsl.spec.method import BranchView, Method, Phase, Sharing


def trained_parts(method: Method, phase: Phase) -> tuple[str, ...]:
    """Parameter groups (`branch.part`) that a phase moves, in order of first use."""
    parts: list[str] = []
    for name in phase.moves:
        branch = method.branch(name)
        if branch.sharing in (Sharing.OWN, Sharing.TIED):
            parts.extend(f"{branch.owner}.{part}" for part in owned_parts(method.branch(branch.owner)))
        if branch.predictor is not None and not method.spec.optimize.predictor.frozen:
            parts.append(f"{name}.predictor")
    return tuple(dict.fromkeys(parts))


def owned_parts(branch: BranchView) -> tuple[str, ...]:
    """Parts that an owner of parameters has, without the predictor, which is never shared."""
    return ("encoder",) if branch.projector is None else ("encoder", "projector")
