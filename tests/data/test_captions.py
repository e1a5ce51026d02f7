"""Captions of the procedural shapes."""

import numpy as np
import torch

from ssmi_dsl.components.datasets import DATASETS
from ssmi_runtime.data import load_dataset
from ssmi_runtime.data.captions import COLORS, MENTIONED, SHAPES, VOCABULARY, text_of


def test_a_caption_says_what_the_image_shows() -> None:
    dataset = load_dataset("shapes", split="train", params={"num": 400})
    again = load_dataset("shapes", split="train", params={"num": 400})
    texts, factors = dataset.texts, dataset.factors
    assert texts is not None
    assert factors is not None
    assert again.texts is not None
    assert torch.equal(texts, again.texts)
    words = [text_of(row).split() for row in texts.numpy()]

    assert [next(word for word in text if word in SHAPES) for text in words] == [SHAPES[i] for i in factors["shape"]]
    first_color = [
        next(word for word in text if word in COLORS and text[text.index(word) - 1] != "on") for text in words
    ]
    for name, color in zip(first_color, factors["color"].numpy(), strict=True):
        distances = {other: np.linalg.norm(np.array(value) - color) for other, value in COLORS.items()}
        assert distances[name] == min(distances.values())
    placed = np.mean(["at" in text for text in words])
    assert abs(placed - MENTIONED) < 0.07, "a detail is left out now and then"


def test_captions_fit_the_declaration() -> None:
    declared = DATASETS["shapes"].text
    assert declared is not None
    assert declared.vocabulary == len(VOCABULARY)
    texts = load_dataset("shapes", split="test").texts
    assert texts is not None
    assert texts.shape == (1024, declared.length)
    assert int(texts.max()) < declared.vocabulary
    assert len({text_of(row) for row in texts.numpy()}) > 500, "captions tell images apart"
