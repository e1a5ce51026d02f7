"""Data sets that a run may name."""

from typing import Literal, NamedTuple

Kind = Literal["images", "pairs", "graph"]
# what a sample of each kind is called, in the plural, and what it is before anything encodes it
SAMPLES: dict[Kind, str] = {"images": "images", "pairs": "pairs", "graph": "nodes"}
RAW: dict[Kind, str] = {"images": "raw pixels", "pairs": "raw vectors", "graph": "raw features"}


class TextInfo(NamedTuple):
    """The texts of a data set: token ids below `vocabulary`, padded with 0 to `length` tokens."""

    vocabulary: int
    length: int


class GraphInfo(NamedTuple):
    """One graph: its nodes, and the features of each."""

    nodes: int
    features: int


class DatasetInfo(NamedTuple):
    """What is known of a data set without reading it.

    Images are square, uint8; mean and std are those of its pixels in [0, 1]. Pairs are float32 [2 D]: `size` is D, `channels` 2.
    The samples of a graph are its nodes, float32 [F]: `size` is F, `channels` 1, `num_train` all nodes, `num_test` those that test.
    `num_train` and `num_test` are None, and `num_classes` is 0, where only the files on disk tell. `extra` is the optional
    dependency group that reading it needs, `recipe` the recipe of a spec that fits it.
    """

    name: str
    title: str
    kind: Kind
    channels: int
    size: int
    num_classes: int
    num_train: int | None
    num_test: int | None
    mean: tuple[float, ...]
    std: tuple[float, ...]
    extra: str | None
    recipe: str
    text: TextInfo | None = None
    graph: GraphInfo | None = None

    @property
    def samples(self) -> str:
        """What its samples are called: images, pairs or nodes."""
        return SAMPLES[self.kind]

    @property
    def raw(self) -> str:
        """What its samples are before anything encodes them: raw pixels, vectors or features."""
        return RAW[self.kind]


def _graph(name: str, title: str, graph: GraphInfo, *, classes: int, test: int, recipe: str) -> DatasetInfo:
    """A graph; only Planetoid's may be fetched, which takes the extra."""
    return DatasetInfo(
        name=name,
        title=title,
        kind="graph",
        channels=1,
        size=graph.features,
        num_classes=classes,
        num_train=graph.nodes,
        num_test=test,
        mean=(0.0,),
        std=(1.0,),
        extra=None,
        recipe=recipe,
        graph=graph,
    )


_HALF, _QUARTER = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)

DATASETS: dict[str, DatasetInfo] = {
    info.name: info
    for info in (
        DatasetInfo(
            name="digits",
            title="Handwritten digits, cluttered 32x32",
            kind="images",
            channels=3,
            size=32,
            num_classes=10,
            num_train=1437,
            num_test=720,
            mean=(0.11, 0.11, 0.11),
            std=(0.17, 0.17, 0.17),
            extra=None,
            recipe="digits",
        ),
        DatasetInfo(
            name="digits-sheets",
            title="Handwritten digits, sixteen of one kind to a sheet of 32x32",
            kind="images",
            channels=3,
            size=32,
            num_classes=10,
            num_train=1437,
            num_test=720,
            mean=(0.48, 0.48, 0.48),
            std=(0.27, 0.27, 0.27),
            extra=None,
            recipe="digits",
        ),
        DatasetInfo(
            name="shapes",
            title="Procedural shapes with known factors, 32x32",
            kind="images",
            channels=3,
            size=32,
            num_classes=6,
            num_train=4096,
            num_test=1024,
            mean=_HALF,
            std=_QUARTER,
            extra=None,
            recipe="digits",
            text=TextInfo(vocabulary=35, length=12),
        ),
        DatasetInfo(
            name="gaussian",
            title="Correlated Gaussian pairs with known mutual information",
            kind="pairs",
            channels=2,
            size=8,
            num_classes=1,
            num_train=8192,
            num_test=4096,
            mean=(0.0,),
            std=(1.0,),
            extra=None,
            recipe="gaussian",
        ),
        DatasetInfo(
            name="cifar10",
            title="CIFAR-10",
            kind="images",
            channels=3,
            size=32,
            num_classes=10,
            num_train=50_000,
            num_test=10_000,
            mean=(0.4914, 0.4822, 0.4465),
            std=(0.2470, 0.2435, 0.2616),
            extra="vision",
            recipe="cifar10",
        ),
        DatasetInfo(
            name="cifar100",
            title="CIFAR-100",
            kind="images",
            channels=3,
            size=32,
            num_classes=100,
            num_train=50_000,
            num_test=10_000,
            mean=(0.5071, 0.4865, 0.4409),
            std=(0.2673, 0.2564, 0.2762),
            extra="vision",
            recipe="cifar10",
        ),
        DatasetInfo(
            name="stl10",
            title="STL-10, labelled images only",
            kind="images",
            channels=3,
            size=96,
            num_classes=10,
            num_train=5_000,
            num_test=8_000,
            mean=(0.4467, 0.4398, 0.4066),
            std=(0.2603, 0.2566, 0.2713),
            extra="vision",
            recipe="cifar10",
        ),
        DatasetInfo(
            name="folder",
            title="A folder of images: <root>/<split>/<class>/<image>",
            kind="images",
            channels=3,
            size=224,
            num_classes=0,
            num_train=None,
            num_test=None,
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
            extra="vision",
            recipe="imagenet",
        ),
        _graph(
            "digits-graph",
            "Handwritten digits, cluttered, joined to their nearest neighbours",
            GraphInfo(nodes=1797, features=256),
            classes=10,
            test=360,
            recipe="digits",
        ),
        _graph(
            "blocks",
            "A stochastic block model",
            GraphInfo(nodes=600, features=64),
            classes=4,
            test=300,
            recipe="blocks",
        ),
        _graph("cora", "Cora, papers", GraphInfo(nodes=2708, features=1433), classes=7, test=1000, recipe="cora"),
        _graph(
            "citeseer",
            "CiteSeer, papers",
            GraphInfo(nodes=3327, features=3703),
            classes=6,
            test=1000,
            recipe="citeseer",
        ),
        _graph("pubmed", "PubMed, papers", GraphInfo(nodes=19717, features=500), classes=3, test=1000, recipe="pubmed"),
    )
}
