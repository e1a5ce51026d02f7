"""Mutations of bundled specs whose fixes are tested: spec, text replaced, replacement, level, and whether the original comes back.

Add a line for each fix of a rule. `back` says that fixing must give the tree of the unmutated spec.
"""

from dataclasses import dataclass
from typing import Literal

from ssmi_dsl.bundled import specs_folder

EMA = "{ema: {momentum: 0.99, final: 1.0, schedule: cosine}}"


@dataclass(frozen=True)
class Mutation:
    spec: str
    old: str
    new: str
    code: str
    level: Literal["safe", "unsafe"] = "safe"
    back: bool = True
    also: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        text = (specs_folder() / f"{self.spec}.yaml").read_text()
        assert self.old in text, f"{self.spec} has no {self.old!r}"
        changed = text.replace(self.old, self.new, 1)
        return changed if self.also is None else changed.replace(*self.also, 1)

    def __str__(self) -> str:
        return f"{self.spec}-{self.code}-{self.new[:20]!r}"


MUTATIONS = (
    Mutation("byol", "    stop_gradient: true\n", "", "SD001"),
    Mutation("byol", "    stop_gradient: true\n", "    stop_gradient: false # why\n", "SD001"),
    Mutation("simsiam", "    stop_gradient: true\n", "    stop_gradient: no\n", "SY006", back=False),
    Mutation("simclr", "paradigm: jmi", "paradigm: sdmi # or?", "SD002", "unsafe"),
    Mutation("moco-v2", "    stop_gradient: true\n", "", "SD002", "unsafe"),
    Mutation("simsiam", "    predictor: {mlp: [512, 2048]}\n", "", "SD004", "unsafe"),
    Mutation("byol", "    predictor: {mlp: [4096, 256]}\n", "", "SD005", "unsafe", back=False),
    Mutation(
        "byol",
        "    stop_gradient: true\n",
        "    stop_gradient: true\n    predictor: {mlp: [4096, 256]} # two\n",
        "SD006",
    ),
    Mutation(
        "byol",
        "    stop_gradient: true\n",
        "    stop_gradient: true\n    predictor: # c1\n      mlp: [4096, 256] # c2\n",
        "SD006",
    ),
    Mutation(
        "moco-v3",
        "    stop_gradient: true\n",
        "    stop_gradient: true\n    predictor: {mlp: [4096, 256]} # two\n",
        "PR003",
    ),
    Mutation(
        "dino",
        "momentum: 0.9995, final: 1.0, schedule: cosine}}",
        "momentum: 0.0}}",
        "EM012",
        "unsafe",
        back=False,
    ),
    Mutation(
        "jmi",
        "  shared: {projector: {mlp: [2048, 256]}}\n\nobjective:\n",
        "  shared: {projector: {mlp: [2048, 256]}}\n  held: {of: shared, stop_gradient: true} # kept\n\nobjective:\n",
        "SD013",
        "unsafe",
        back=False,
    ),
    Mutation("byol", "swap: true}", "swap: true, blocks: [online, target]}", "SD008", back=False),
    Mutation(
        "simsiam",
        "    of: online # the same parameters: the implicit M-step copies them\n",
        "",
        "SD009",
        "unsafe",
        back=False,
        # a momentum fits one size of batch: that of all recipes here
        also=("    batch_size: 64\n    epochs: 60\n", "    batch_size: 256\n    epochs: 600\n"),
    ),
    Mutation("sdmi", "blocks: [a, b]", "blocks: [a, b], updates: simultaneous", "SD010"),
    Mutation("simsiam", "  swap: true\n", "  swap: false # one direction\n", "SD012"),
    Mutation("byol", "paradigm: sdmi", "paradigm: jmi", "SD013", "unsafe"),
    Mutation("byol", EMA, "{ema: {momentum: 0.5, final: 1.0, schedule: cosine}}", "EM002", "unsafe"),
    Mutation(
        "byol",
        "target: {update: {ema: {momentum: 0.9, final",
        "target: {update: {ema: {momentum: 0.9999, final",
        "EM003",
        "unsafe",
        back=False,
    ),
    Mutation("byol", "marginal: predictor", "marginal: none", "MT001", "unsafe"),
    Mutation("vicreg", "weights: {joint: 25.0}", "weights: {joint: 25.0, marginal: 0}", "MT001", "unsafe"),
    Mutation("vicreg", "variance: 25.0", "variance: 0.0", "MT002"),
    Mutation("barlow-twins", "critic: standardized", "critic: dot # plain", "MT003"),
    Mutation(
        "vicreg",
        "marginal: {variance-covariance: {variance: 25.0, covariance: 1.0}}",
        "marginal: uniformity",
        "MT004",
        back=False,
    ),
    Mutation("simsiam", "  predictor: {schedule: constant} # the", "  # the", "PR001"),
    Mutation("jmi", "critic: {cosine: {temperature: 0.2}}", "critic: dot", "DV001", "unsafe", back=False),
    Mutation("jmi", "marginal: in-batch", "marginal: {whitening: {size: 64}}", "BS001", back=False),
    Mutation(
        "jmi",
        "      objective: {critic: {cosine: {temperature: 0.1}}} # 0.2 separates 64 images too slowly\n",
        "      objective: {bound: nwj, critic: {cosine: {temperature: 0.05}}}\n    precision: float16 # half\n",
        "NU001",
        back=False,
    ),
    Mutation("w-mse", "rbf: {normalize: true}", "rbf: {normalize: false}", "MT019", "unsafe"),
    Mutation("jmi", "temperature: 0.2", "temprature: 0.2", "SY002"),
    Mutation("byol", "    stop_gradient: true\n", "    Stop-Gradient: true # here\n", "SY002"),
    Mutation("jmi", "temperature: 0.2", 'temperature: "0.2"', "SY004"),
    Mutation("jmi", "epochs: 800", "epochs: 800.0", "SY004"),
    Mutation("jmi", "marginal: in-batch", "marginal: in-bach", "SY006"),
    Mutation("jmi", "critic: {cosine:", "critic: {cosin:", "SY006"),
    Mutation("byol", "of: online", "of: onlin", "SY012"),
    Mutation("jmi", "epochs: 800", "epochs: 0200", "SY009", back=False),
    Mutation("jmi", "name: jmi", "name: jmi\ntitel: yes", "SY009", back=False),
    Mutation("jmi", "name: jmi", "name: jmi # ssmi: ignore[SD001] once needed", "SY014"),
    Mutation("jmi", "name: jmi", "# ssmi: ignore[SD001, missing-marginal]\nname: jmi", "SY014"),
    Mutation(
        "byol",
        EMA,
        "{ema: {momentum: 0.5}} # ssmi: ignore[momentum-too-lw] measured",
        "SY015",
        "unsafe",
        back=False,
    ),
)
