"""Pairs of tokens of two views by a distance: each token of the anchor with its nearest of the target, and only the closest pairs.

Legend: N batch, P and Q tokens of a sample in anchor and target, K pairs that are kept, F features or coordinates, D embedding.
"""

from dataclasses import replace

from ssmi_dsl.builders.protocol import Builder
from ssmi_dsl.terms.base import Inputs, V


def nearest_pairs(b: Builder[V], at: Inputs[V], *, x: V, y: V, keep: int) -> Inputs[V]:
    """Inputs on tokens -> anchors and partners [N*K D], K = min(keep, P), chosen by the distances of x [N*P F] and y [N*Q F].

    The K anchors of a sample stay in their order on the map. No gradient passes the choice.
    """
    among, keep = at.target_rows or at.rows, min(keep, at.rows)
    nearest = b.nearest_rows(x, y, group=at.rows, among=among)
    anchors, partners = at.x, b.take_rows(at.y, nearest)
    if keep < at.rows:
        distance = b.row_sum(b.square(b.sub(x, b.take_rows(y, nearest))))
        kept = b.least_rows(distance, group=at.rows, keep=keep)
        anchors, partners = b.take_rows(anchors, kept), b.take_rows(partners, kept)
    return replace(at, x=anchors, y=partners, rows=keep, target_rows=keep)
