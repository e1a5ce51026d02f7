"""log sum exp and softmax along an axis, shifted by the maximum so that nothing overflows."""

import numpy as np

from .result import FloatArray


def log_sum_exp(scores: FloatArray, *, axis: int) -> FloatArray:
    """log sum exp over `axis`, which disappears; entries may be -inf, but not a whole slice."""
    maximum: FloatArray = scores.max(axis=axis, keepdims=True)
    shifted: FloatArray = np.log(np.exp(scores - maximum).sum(axis=axis, keepdims=True)) + maximum
    return shifted.squeeze(axis)


def softmax(scores: FloatArray, *, axis: int) -> FloatArray:
    return np.exp(scores - np.expand_dims(log_sum_exp(scores, axis=axis), axis))
