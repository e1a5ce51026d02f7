"""Views of a graph: its nodes are the samples, and every view has its edges.

graph: {}                       the graph as it is
graph: {corrupt: shuffle}       and, after it, the same edges with the features of other nodes
"""

from typing import Literal

from pydantic import Field

from ssmi_dsl.components.base import Params


class GraphViews(Params):
    """The graph as it is, and a corrupted view of it where the marginal term needs one."""

    corrupt: Literal["none", "shuffle"] = Field(
        default="none",
        description="one more view for the marginal `corrupted`: the same edges, node features in a random order drawn in each step",
    )
