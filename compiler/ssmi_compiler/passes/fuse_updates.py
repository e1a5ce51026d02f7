"""One multi-tensor update for all parts that follow the same source with the same policy."""

from dataclasses import replace

from ssmi_compiler.ir.graph import Graph, GraphBuilder, Op, rewrite, sorted_attrs


def fuse_updates(graph: Graph) -> Graph:
    """ema(a -> b); ema(c -> d) -> ema((a, c) -> (b, d)), in the place of the last one."""
    updates = [op for op in graph.ops if op.name == "ema"]
    pending: list[Op] = []

    def step(builder: GraphBuilder, op: Op, operands: tuple[int, ...]) -> int | None:
        if op.name != "ema":
            return builder.add(replace(op, operands=operands))
        pending.append(op)
        if len(pending) < len(updates):
            return None
        for policy in dict.fromkeys(item.text("buffers") for item in pending):
            group = [item for item in pending if item.text("buffers") == policy]
            attrs = {
                "source": tuple(name for item in group for name in item.names("source")),
                "target": tuple(name for item in group for name in item.names("target")),
                "buffers": policy,
            }
            builder.add(Op("ema", (), sorted_attrs(attrs), None))
        return None

    return rewrite(graph, step)
