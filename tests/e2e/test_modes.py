"""Remap, diff and undo of taiko, catch and mania maps, with the starter in the real worker."""

from __future__ import annotations

import pytest

from clients.cli.timestamps import format_time
from model_core.beatmap import parse
from model_core.beatmap.columns import column_of
from model_core.beatmap.hit_objects import ObjectKind
from tests.e2e.house import House, Mapset, moment
from tests.e2e.untouched import assert_only_the_range_changed, lines_of

START = moment(20_000)
END = START + 2_393
RANGE = ("--from", format_time(START), "--to", format_time(END))
KEYS = 4


def in_mode(data: bytes, mode: int) -> bytes:
    """The bundled map as one of another mode; in mania every slider is held as long as a beat."""
    lines: list[bytes] = []
    for section, line in lines_of(data):
        if line.startswith(b"Mode:"):
            line = b"Mode: %d\r\n" % mode
        if mode == 3 and line.startswith(b"CircleSize:"):
            line = b"CircleSize:%d\r\n" % KEYS
        fields = line.split(b",")
        if mode == 3 and section == "HitObjects" and len(fields) >= 5:
            x, _, time, kind, sound = fields[:5]
            if int(kind) & 2:
                end = int(time) + 340
                line = b"%s,192,%s,128,%s,%d:0:0:0:0:\r\n" % (x, time, sound, end)
            elif int(kind) & 1:
                line = b"%s,192,%s,1,%s,0:0:0:0:\r\n" % (x, time, sound)
            else:
                continue
        lines.append(line)
    return b"".join(lines)


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_remap_and_undo_in_every_mode(house: House, mapset: Mapset, mode: int) -> None:
    path = mapset.insane
    before = in_mode(path.read_bytes(), mode)
    path.write_bytes(before)
    assert parse(before).mode == mode

    ran = house.run("remap", path, *RANGE, "--seed", "7", "--json")
    result, after = ran.result, path.read_bytes()
    assert result["applied"]
    # The starter was never shown these modes, and says so.
    (told,) = [text for text in result["notices"] if "knows osu! (standard) only" in text]
    assert ("osu!taiko", "osu!catch", "osu!mania")[mode - 1] in told
    assert_only_the_range_changed(before, after, START, END)
    new = parse(after)
    made = [item for item in new.hit_objects if START <= item.time <= END]
    assert len(made) >= result["summary"]["generated"] - 2 > 2
    kinds = {item.kind for item in made}
    if mode == 3:
        assert kinds <= {ObjectKind.CIRCLE, ObjectKind.HOLD}
        assert len({column_of(item.x, KEYS) for item in made}) > 1
    else:
        assert ObjectKind.HOLD not in kinds

    again = house.run("remap", path, *RANGE, "--seed", "7", "--dry-run")
    assert again.code == 0 and "knows osu! (standard) only" in again.err
    house.run("undo", path, "--json").result  # noqa: B018 - asserts that it succeeded
    assert path.read_bytes() == before
