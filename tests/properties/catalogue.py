"""All properties, with their shares of a whole run: cheap ones are tried more often."""

from __future__ import annotations

from functools import lru_cache

from model_core.beatmap import EditKind

from .edit_properties import keeps_its_contract
from .map_cases import map_cases
from .patch_properties import THREE_FILES, laws, three_maps, three_states
from .reading_properties import ANY_BYTES, any_bytes_come_back, any_map_comes_back
from .rebase_properties import changed_maps, survives_changes
from .running import Outcome, Property, run
from .undo_properties import goes_back_and_forth, stories

MODES = ("standard", "taiko", "catch", "mania")
KINDS = {
    EditKind.HITSOUNDS: "hitsounds",
    EditKind.GREEN_LINES: "green lines",
    EditKind.RED_LINES: "red lines",
}


@lru_cache(maxsize=1)
def properties() -> tuple[Property, ...]:
    """Every property there is, in the order they are shown."""
    maps = map_cases()
    found = [
        Property("any bytes", 40, ANY_BYTES, any_bytes_come_back),
        Property("any map", 20, maps, any_map_comes_back),
        Property("patches of lines", 40, THREE_FILES, laws),
        Property("patches of maps", 16, three_states(), three_maps),
    ]
    for mode, name in enumerate(MODES):
        check = keeps_its_contract(EditKind.OBJECTS)
        found.append(Property(f"remap {name}", 8, map_cases((mode,)), check))
    for kind, name in KINDS.items():
        found.append(Property(name, 12, maps, keeps_its_contract(kind)))
    for kind, name in {EditKind.OBJECTS: "remap", **KINDS}.items():
        found.append(Property(f"rebase {name}", 5, changed_maps(), survives_changes(kind)))
    found.append(Property("undo and redo", 4, stories(), goes_back_and_forth))
    return tuple(found)


def run_named(task: tuple[str, int, int]) -> Outcome:
    """Runs a property, given by name, with a number of examples and a seed."""
    name, examples, seed = task
    return run(next(p for p in properties() if p.name == name), examples, seed)
