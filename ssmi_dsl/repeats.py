"""What is wrong under several recipes is one mistake: it is shown once, as it was found first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ssmi_dsl.diagnostics import Diagnostic, Loc


@dataclass
class _Place:
    """What one rule says of one place: its findings under `recipe`, the first that has any, and the recipes that repeat them with other numbers."""

    recipe: str
    items: list[Diagnostic] = field(default_factory=list[Diagnostic])
    repeated: dict[str, None] = field(default_factory=dict[str, None])


class Repeats:
    """Findings of one spec under one recipe after another. A finding that weighs more than the first one is no repetition of it."""

    def __init__(self) -> None:
        self._said: set[tuple[int, str, Loc, str]] = set()
        self._places: dict[tuple[int, str, int, int], _Place] = {}

    def add(self, recipe: str, objective: int, item: Diagnostic) -> None:
        """`item` was found under `recipe` when the rules looked at the objective of this index."""
        words = (objective, item.code, item.loc, item.message)
        if words in self._said:
            return
        self._said.add(words)
        place = self._places.setdefault((objective, item.code, item.span.start, item.span.end), _Place(recipe))
        if recipe == place.recipe or all(item.severity.weight > seen.severity.weight for seen in place.items):
            place.items.append(item)
        else:
            place.repeated[recipe] = None

    def findings(self) -> Iterator[Diagnostic]:
        """Each finding once, with a note that names the recipes which repeat it."""
        for place in self._places.values():
            names = ", ".join(f"`{name}`" for name in place.repeated)
            note = f"the same under recipe{'s' if len(place.repeated) > 1 else ''} {names}, with its own numbers"
            for item in place.items:
                yield replace(item, notes=(*item.notes, note)) if place.repeated else item
