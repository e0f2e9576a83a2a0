"""The map is saved by the editor while the model writes."""

from __future__ import annotations

import pytest

from tests.e2e.house import House, Mapset, Running, moment
from tests.e2e.untouched import assert_only_the_range_changed, object_lines

START = moment(20_000)
END = START + 5_338


def begin(house: House, mapset: Mapset, *more: object) -> Running:
    """A remap of which the daemon has read the map."""
    running = house.begin(
        "remap", mapset.insane, "--from", START, "--to", END, "--seed", 7, "--variants", 2, *more
    )
    running.until(lambda line: line["type"] in ("queued", "progress"))
    return running


def nudged(line: bytes) -> bytes:
    """The object a few pixels further."""
    x, rest = line.split(b",", 1)
    return b"%d,%b" % (int(x) + 4, rest)


def test_a_save_outside_the_range_is_carried_along(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    running = begin(house, mapset)
    mapset.rewrite(path, b"Tags:", b"Tags:saved meanwhile ")
    (moved,) = object_lines(path.read_bytes(), 16_000, 18_400)[-1:]
    mapset.rewrite(path, moved, nudged(moved))
    saved = mapset.rewrite(path, b"Bookmarks:", b"Bookmarks:200,")
    result = running.end().result
    assert result["applied"] and result["rebased"]
    assert_only_the_range_changed(saved, path.read_bytes(), START, END)
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == saved


@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["apply", "dry"])
def test_a_save_inside_the_range_is_a_conflict_and_nothing_is_written(
    house: House, mapset: Mapset, dry: tuple[str, ...]
) -> None:
    path = mapset.insane
    running = begin(house, mapset, *dry)
    (moved, *_) = object_lines(path.read_bytes(), START, END)
    saved = mapset.rewrite(path, moved, nudged(moved))
    ran = running.end()
    assert ran.code == 3, ran
    assert ran.error["reason"] == "PATCH_CONFLICT"
    assert path.read_bytes() == saved
    number = saved[: saved.index(nudged(moved))].count(b"\n") + 1
    assert str(number) in ran.error["message"] + " ".join(ran.error["violations"])
    assert nudged(moved).decode().strip() in ran.error["diff"]
    assert house.run("undo", path, "--json").error["exit_code"] == 4


def test_a_save_after_the_remap_is_not_undone_over(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    mine = path.read_bytes()
    house.run("remap", path, "--from", START, "--to", START + 2000, "--seed", 7, "--json").result  # noqa: B018
    saved = mapset.rewrite(path, b"Tags:", b"Tags:saved since ")
    error = house.run("undo", path, "--json").error
    assert error["exit_code"] == 3
    assert path.read_bytes() == saved
    copies = [file for file in house.paths.state.rglob("*.osu") if file.read_bytes() == mine]
    assert copies and str(copies[0]) in error["message"]
