"""Practice sheets: 4x4 fields on 32x32 pixels, in each field another handwriting of the same digit.

What the fields of a sheet have in common is the digit. Ink and paper, brightness, place, size and slant are drawn for each field, so that a
patch that is hidden can be foretold only as far as the digit tells it, as in a photograph by what the photograph shows. A method that
predicts hidden patches has nothing of the kind to learn from one digit, whose patches show strokes. As many sheets as `digits` has images;
no handwriting is in both splits. Legend: N images, F = 16 fields, S = 8 pixels across a field.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ssmi_runtime.data import handwriting

FIELDS, SIDE = 4, 8
TRAIN_SHEETS = 1
TEST_SHEETS = 2
# ranges of what is random in a field: pixels, degrees, fractions of full brightness
GLYPH_SIZES = (7.0, 9.0)
SHIFT = 1.0
ROTATION = 10.0
DARK = (0.0, 0.3)
BRIGHT = (0.6, 1.0)
NOISE = 0.03

Labelled = tuple[Tensor, Tensor]


def load(split: str, *, validation: bool = False) -> Labelled:
    """uint8 images [N 3 32 32] and int64 labels [N] of `train` or `test`; always the same. For `validation` both are of training digits."""
    sheets, seed = (TRAIN_SHEETS, 4) if split == "train" else (TEST_SHEETS, 5)
    return _write(handwriting.sources(split, validation=validation), sheets=sheets, seed=seed)


def _write(sources: Sequence[int], *, sheets: int, seed: int) -> Labelled:
    """`sheets` for each source, of its label; all handwriting is that of the sources."""
    glyphs, every = handwriting.glyphs()
    random = np.random.default_rng(seed)
    labels = np.repeat(every[sources], sheets)
    written = {label: np.array([source for source in sources if every[source] == label]) for label in np.unique(labels)}
    chosen = np.concatenate([random.choice(written[label], FIELDS**2) for label in labels])
    count = len(chosen)
    cover = handwriting.draw(
        glyphs[chosen],
        SIDE,
        angles=np.radians(random.uniform(-ROTATION, ROTATION, count)),
        sizes=random.uniform(*GLYPH_SIZES, count),
        middles=random.uniform(-SHIFT, SHIFT, (count, 2)),
    )
    tones = np.stack((random.uniform(*DARK, count), random.uniform(*BRIGHT, count)))
    white_on_black = random.random(count) < 0.5
    paper, ink = (np.where(white_on_black, a, b)[:, None, None] for a, b in (tones, tones[::-1]))
    fields = paper + (ink - paper) * cover
    fields += random.normal(0.0, NOISE, fields.shape)
    pixels = torch.from_numpy((np.clip(fields, 0.0, 1.0) * 255).astype(np.uint8)).view(-1, FIELDS, FIELDS, SIDE, SIDE)
    images = pixels.transpose(2, 3).reshape(len(labels), 1, FIELDS * SIDE, FIELDS * SIDE)
    return images.expand(-1, 3, -1, -1).contiguous(), torch.from_numpy(labels)
