"""Published methods with more than one mechanism, or with assignments, are no errors: what is found is what is said of them."""

import pytest

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document

# name: (spec, codes that are found beside SY011)
METHODS: dict[str, tuple[str, set[str]]] = {
    "moco-v3: in-batch negatives, predictor and EMA": (
        """
extends: byol
objective: {bound: infonce, critic: {cosine: {temperature: 0.2}}, marginal: in-batch}
""",
        {"SD014"},
    ),
    "nnclr: in-batch negatives and a predictor on tied branches": (
        """
extends: simsiam
objective: {bound: infonce, critic: {cosine: {temperature: 0.1}}, marginal: in-batch}
""",
        {"SD014"},
    ),
    "tico: a covariance term on an EMA target": (
        """
extends: byol
branches: {online: {predictor: null}}
objective: {marginal: variance-covariance}
recipes: {digits: null}
""",
        set(),
    ),
    "swav: balanced assignments of tied branches": (
        """
extends: simsiam
branches: {online: {predictor: null, prototypes: {count: 3000}}}
objective: {critic: prototypes, marginal: {sinkhorn: {queue: 3840}}}
recipes: {digits: null, imagenet: null}
""",
        set(),
    ),
    "dino: a centred and sharpened EMA target": (
        """
extends: moco-v2
branches: {key: {update: {ema: {momentum: 0.9995}}}}
objective: {bound: entropy-reconstruction, critic: prototypes, marginal: center-sharpen}
optimize: {swap: true}
recipes: {digits: null, cifar10: null}
""",
        set(),
    ),
    "msn: mean entropy beside an EMA target": (
        """
extends: moco-v2
branches: {key: {update: {ema: {momentum: 0.996}}}}
objective: {bound: entropy-reconstruction, critic: prototypes, marginal: mean-entropy}
optimize: {swap: true}
recipes: {digits: null, cifar10: null}
""",
        set(),
    ),
    "i-jepa: regression of an EMA target": (
        """
extends: byol
encoder: {backbone: {vit: {patch: 8}}, stem: null}
views: {mask: {block: {count: 4}}}
branches: {online: {input: visible}}
objective: {critic: laplace}
""",
        set(),
    ),
    "a video model: a predictor under variance and covariance": (
        """
extends: vicreg
branches: {shared: {predictor: {mlp: [512, 2048]}}}
recipes: {digits: null}
""",
        {"SD015"},
    ),
    "clip: two encoders, each with its modality": (
        """
extends: simclr
views: {augment: none, modalities: [image, text]}
branches: {text: {projector: {mlp: [2048, 256]}, encoder: {backbone: text}}}
objective: {marginal: in-batch, critic: {cosine: {temperature: 0.07, learnable: true, min_temperature: 0.01}}}
recipes: {imagenet: null, digits: null}
""",
        set(),
    ),
    "w-mse: whitened groups of twice the dimension": (
        """
extends: jmi
branches: {shared: {projector: {mlp: [1024, 64]}}}
objective: {critic: {rbf: {normalize: true}}, marginal: {whitening: {size: 128}}}
recipes: {digits: null}
""",
        set(),
    ),
    "mec: four terms of the series, at the published distortion": (
        """
extends: vicreg
objective: {critic: {cosine: {temperature: 1.0}}, marginal: {coding-length: {order: 4, distortion: 64}}}
""",
        set(),
    ),
    "corinfomax: a log-determinant of normalised embeddings": (
        """
extends: vicreg
objective: {critic: {rbf: {normalize: true}}, marginal: log-det}
""",
        set(),
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_published_combination_is_no_error(name: str) -> None:
    text, expected = METHODS[name]
    found = [d for d in check(read_document(text)) if d.code != "SY011"]
    assert {d.code for d in found} == expected
    assert all(d.severity is not Severity.ERROR for d in found)
