"""VICRegL: VICReg of images and of matched places of their maps (Bardes et al. 2022b, section 3.2).

    L = alpha l(Z, Z') + (1 - alpha) [L_s + L_d]
    L_s: places matched by location; L_d: places matched by features
    one direction of each: for every image, each place p of one map is matched with the nearest place of the other; the gamma pairs with the
    smallest distance are kept, in the order of the map. l, VICReg with its sums over views, is taken over the batch for the first pairs of
    all images, for the second pairs and so on, and averaged over the gamma pairs, as in the official code; the mean of both directions counts.

N images, P places, D features.
"""

import numpy as np
import numpy.typing as npt

from . import vicreg
from .result import FloatArray


def local_loss(maps: tuple[npt.ArrayLike, npt.ArrayLike], distances: npt.ArrayLike, *, keep: int) -> float:
    """maps [N P D], [N Q D], distances [N P Q] of their places -> the loss of one direction."""
    anchor, target = (np.asarray(each, dtype=np.float64) for each in maps)
    pairs = matched(anchor, target, np.asarray(distances, dtype=np.float64), keep=keep)
    slots = len(pairs[0])
    return (
        sum(
            vicreg.loss(
                np.stack([image[slot][0] for image in pairs]), np.stack([image[slot][1] for image in pairs])
            ).total
            for slot in range(slots)
        )
        / slots
    )


def feature_distances(anchor: npt.ArrayLike, target: npt.ArrayLike) -> FloatArray:
    """[N P D], [N Q D] -> [N P Q], Euclidean."""
    a, b = np.asarray(anchor, dtype=np.float64), np.asarray(target, dtype=np.float64)
    return np.sqrt(((a[:, :, None, :] - b[:, None, :, :]) ** 2).sum(axis=3))


def matched(
    anchor: FloatArray, target: FloatArray, distances: FloatArray, *, keep: int
) -> list[list[tuple[FloatArray, FloatArray]]]:
    """For each image its kept pairs of features, in the order of the anchor's map."""
    found: list[list[tuple[FloatArray, FloatArray]]] = []
    for image in range(len(anchor)):
        best = [(float(row.min()), place, int(row.argmin())) for place, row in enumerate(distances[image])]
        kept = sorted(sorted(best)[:keep], key=lambda pair: pair[1])
        found.append([(anchor[image, place], target[image, partner]) for _, place, partner in kept])
    return found
