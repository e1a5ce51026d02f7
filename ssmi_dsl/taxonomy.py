"""What each bundled method is, read from its spec: the rows of `ssmi list` and of docs/methods.md."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.components.backbones import Patches, Vit
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import BranchView, Method, ObjectiveView, Sharing
from ssmi_dsl.terms import term_name

# classified by arXiv:2510.01345 itself, as its public reviews report it; every other class is this project's
OF_THE_PAPER = frozenset(
    {"sdmi", "jmi", "byol", "simsiam", "moco-v1", "moco-v2", "simclr", "barlow-twins", "vicreg"}
)  # fmt: skip


OUTSIDE = """\
## Outside of the theory: reconstruction

MAE (arXiv:2111.06377), SimMIM (arXiv:2111.09886), BEiT, MaskFeat and their kin are not bundled, and the language has no word for a decoder of pixels.
Their loss does bound mutual information: with x the hidden pixels and z what the encoder makes of the visible ones,
I(x; z) ≥ H(x) + E log q(x | z) (Barber and Agakov 2003), which is the form of `entropy-reconstruction`. But H(x) is a constant of the data and the target
is no embedding: there is no second branch to hold constant (SDMI), no pair of embeddings and no marginal term to estimate (JMI), and nothing that could
collapse. Every rule of the linter and every proof of the certificate would be empty, so calling such a method an instance of either paradigm would say
nothing. `i-jepa` and `data2vec` predict embeddings of hidden patches instead; those are here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method. `needs` is what it takes beside two views of an image; `knn` is a fraction on the embedded data set `data`, both None where it was not
    measured."""

    name: str
    title: str
    paper: str
    paradigm: str
    own_class: bool
    bound: str
    critic: str
    marginal: str
    stopped: str
    targets: str
    needs: tuple[str, ...]
    knn: float | None
    data: str | None


def rows() -> tuple[Row, ...]:
    """Every bundled method, by name."""
    measured = _measured()
    return tuple(_row(load(name), *measured.get(name, (None, None))) for name in bundled_names())


def as_dict(row: Row) -> dict[str, object]:
    """The row as JSON holds it."""
    return {**asdict(row), "needs": list(row.needs)}


def methods_page() -> str:
    """docs/methods.md."""
    lines = [
        "# Methods",
        "",
        "Generated from the specs by `python -m ssmi_dsl.taxonomy`; a test keeps this page current. Each row is read from a spec: which bound on",
        "mutual information it maximises with which critic, what gives the marginal term or stands for it, who is held constant, and how targets move.",
        "",
        "The classes of "
        + ", ".join(f"`{name}`" for name in sorted(OF_THE_PAPER & set(bundled_names())))
        + " are those of",
        "[arXiv:2510.01345](https://arxiv.org/abs/2510.01345), as its public reviews report them. **Every class marked * is this project's own.**",
        "",
    ]
    for paradigm, title in (("sdmi", "Self-distillation MI"), ("jmi", "Joint MI")):
        lines += [f"## {title} (`paradigm: {paradigm}`)", "", *_table(paradigm), ""]
    lines += [OUTSIDE]
    return "\n".join(lines).rstrip() + "\n"


def _table(paradigm: str) -> Iterator[str]:
    yield "| method | bound | critic | marginal term | constant | targets | needs | paper |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for row in rows():
        if row.paradigm == paradigm:
            name = f"[`{row.name}`](../specs/{row.name}.yaml)" + (" *" if row.own_class else "")
            cells = (
                name,
                row.bound,
                row.critic,
                row.marginal,
                row.stopped,
                row.targets,
                ", ".join(row.needs),
                row.paper,
            )
            yield "| " + " | ".join(cells) + " |"


def _row(method: Method, knn: float | None, data: str | None) -> Row:
    spec = method.spec
    return Row(
        name=spec.name,
        title=spec.title or spec.name,
        paper=spec.paper or "",
        paradigm=method.paradigm,
        own_class=spec.name not in OF_THE_PAPER,
        bound=_each(method, "bound"),
        critic=_each(method, "critic"),
        marginal=_each(method, "marginal"),
        stopped=", ".join(_stopped(method)) or "-",
        targets=", ".join(_target(branch) for branch in method.branches if branch.source is not None) or "-",
        needs=tuple(dict.fromkeys(_needs(method))),
        knn=knn,
        data=data,
    )


def _each(method: Method, family: str) -> str:
    return " + ".join(dict.fromkeys(term_name(getattr(view.spec, family)) for view in method.objectives))


def _stopped(method: Method) -> Iterator[str]:
    for phase in method.phases:
        for name in sorted(phase.stopped):
            yield name if len(method.phases) == 1 else f"{name} ({phase.name})"


def _target(branch: BranchView) -> str:
    if branch.sharing is Sharing.FROZEN:
        return f"{branch.name} frozen"
    ema = branch.ema
    assert ema is not None
    moves = f"{ema.momentum:g}" if ema.final is None else f"{ema.momentum:g} → {ema.final:g}"
    return f"{branch.name} ← EMA of {branch.source}, {moves}"


def _needs(method: Method) -> Iterator[str]:
    views = method.spec.views
    if views.count > 2:
        yield f"{views.count} views"
    if views.local is not None:
        yield "multi-crop"
    if any(isinstance(branch.encoder.backbone, Vit) for branch in method.branches):
        yield "ViT"
    if views.mask is not None:
        yield "masks"
    if views.graph is not None:
        yield "graph"
    if any(isinstance(branch.encoder.backbone, Patches) for branch in method.branches):
        yield "patches"
    if "text" in (views.modalities or ()):
        yield "text"
    if any(branch.predictor is not None for branch in method.branches):
        yield "predictor"
    if any(branch.prototypes is not None for branch in method.branches):
        yield "prototypes"
    for view in method.objectives:
        yield from _needs_of(view)


def _needs_of(view: ObjectiveView) -> Iterator[str]:
    marginal, positive = term_name(view.spec.marginal), term_name(view.spec.positive)
    if marginal in ("queue", "relations") or getattr(view.spec.marginal, "queue", 0):
        yield "queue"
    if marginal == "kmeans" or getattr(view.spec.marginal, "memory", 0):
        yield "memory of embeddings"
    if positive != "paired":
        yield f"{positive} positives"
    if view.spec.marginal.needs_labels:
        yield "labels"


def _measured() -> dict[str, tuple[float, str]]:
    """k-NN accuracy by method and the data set that it is of, as `benchmarks/methods.py` last wrote them."""
    path = specs_folder() / "measured.json"
    if not path.is_file():
        return {}
    found = json.loads(path.read_text())
    return {name: (knn, found["data"][name]) for name, knn in found["knn"].items()}


if __name__ == "__main__":
    print(methods_page(), end="")
