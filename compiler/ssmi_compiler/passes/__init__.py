"""Passes: functions from graph to graph, in one visible order, verified one by one.

`canonicalise`              arithmetic identities; every later pass sees one form
`eliminate_common`          equal operations on equal operands are computed once
`batch_views`               one encoder call for all views of a branch (only where the spec says `encode: together`)
`hold_constant`             networks that only feed a stop-gradient keep no activations
`fuse_updates`              one multi-tensor update for all targets
"""

from collections.abc import Callable

from ssmi_compiler.ir.graph import Graph
from ssmi_compiler.ir.verify import verify
from ssmi_compiler.passes.batch_views import batch_views
from ssmi_compiler.passes.canonicalise import canonicalise
from ssmi_compiler.passes.eliminate_common import eliminate_common
from ssmi_compiler.passes.fuse_updates import fuse_updates
from ssmi_compiler.passes.hold_constant import hold_constant

Pass = Callable[[Graph], Graph]

PIPELINE: tuple[tuple[str, Pass], ...] = (
    ("canonicalise", canonicalise),
    ("eliminate_common", eliminate_common),
    ("batch_views", batch_views),
    ("hold_constant", hold_constant),
    ("fuse_updates", fuse_updates),
)


def run_pipeline(graph: Graph, *, batched_views: bool) -> tuple[tuple[str, Graph], ...]:
    """Every stage as (pass name, graph after it), the built graph first. Raises VerifyError at the first stage that is broken."""
    stages = [("build", graph)]
    verify(graph, after="build")
    for name, transform in PIPELINE:
        if transform is batch_views and not batched_views:
            continue
        graph = transform(graph)
        verify(graph, after=name)
        stages.append((name, graph))
    return tuple(stages)
