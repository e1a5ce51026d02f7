"""From which branches a branch takes its parameters."""

from collections.abc import Iterator, Mapping

from ssmi_dsl.spec.branches import Branch


def lineage(branches: Mapping[str, Branch], name: str) -> Iterator[str]:
    """`name` and then, one after the other, the branches that `of` leads to; it ends at a name that is unknown or was there before."""
    seen: set[str] = set()
    while name in branches and name not in seen:
        yield name
        seen.add(name)
        name = branches[name].of or ""
