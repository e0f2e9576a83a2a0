"""Hitsounds: through the command, the daemon and the model, and back by undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from osu_companion.local.paths import find_paths
from osu_companion.v1 import jobs_pb2, patches_pb2

from clients.cli.timestamps import format_time
from clients.client import AsyncClient, HitsoundOptions
from clients.client.requests import line_patch
from clients.notices import Teller
from clients.patching import Patcher
from clients.remapping import MapConflictError, apply, follow, origin_of
from model_core.beatmap import parse
from tests.e2e.house import House, Mapset
from tests.e2e.test_modes import in_mode
from tests.e2e.untouched import lines_of

START, END = 20_000, 26_000
RANGE = ("--from", format_time(START), "--to", format_time(END))
WHISTLE, CLAP = b"2", b"8"


def silent(line: bytes) -> bytes:
    """An object's line without what it sounds like."""
    fields = line.rstrip(b"\r\n").split(b",")
    kind = int(fields[3])
    kept = fields[:4]
    if kind & 2:
        kept += fields[5:8]
    elif kind & 8:
        kept.append(fields[5])
    elif kind & 128:
        kept.append(fields[5].split(b":")[0])
    return b",".join(kept)


def assert_only_sounds_changed(before: bytes, after: bytes, start: int, end: int) -> int:
    """All is the same but the sounds of objects in the range; how many of them differ."""
    old, new = list(lines_of(before)), list(lines_of(after))
    assert len(old) == len(new)
    changed = 0
    for (section, was), (_, is_now) in zip(old, new, strict=True):
        if was == is_now:
            continue
        assert section == "HitObjects"
        assert silent(was) == silent(is_now)
        assert start <= int(was.split(b",")[2]) <= end
        changed += 1
    return changed


def without_additions(section: str, line: bytes) -> bytes:
    """An object's line without its whistles, finishes and claps."""
    fields = line.split(b",")
    if section == "HitObjects" and len(fields) >= 5:
        fields[4] = b""
        if int(fields[3]) & 2:
            fields[8:9] = [b""]
    return b",".join(fields)


def sounding(data: bytes, addition: bytes) -> bytes:
    """The map with one addition on every object, heads, repeats and ends alike."""
    lines = []
    for section, line in lines_of(data):
        fields = line.split(b",")
        if section == "HitObjects" and len(fields) >= 5:
            fields[4] = addition
            if int(fields[3]) & 2:
                nodes = int(fields[6]) + 1
                fields[8:] = [
                    b"|".join([addition] * nodes),
                    b"|".join([b"0:0"] * nodes),
                    b"0:0:0:0:\r\n",
                ]
            line = b",".join(fields)
        lines.append(line)
    return b"".join(lines)


def test_hitsound_diff_undo(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    # Claps all over, which no music asks for: there is something to change.
    before = sounding(path.read_bytes(), CLAP)
    path.write_bytes(before)
    dry = house.run("hitsound", path, *RANGE, "--dry-run", "--json").result
    assert path.read_bytes() == before and not dry["applied"]
    result = house.run("hitsound", path, *RANGE, "--json").result
    after = path.read_bytes()
    assert result["applied"] and (result["start_ms"], result["end_ms"]) == (START, END)
    # Nothing is drawn, so what was shown is what is written, whatever the seeds.
    assert result["result_sha256"] == dry["result_sha256"] != dry["base_sha256"]
    changed = assert_only_sounds_changed(before, after, START, END)
    assert changed == result["summary"]["sounds_changed"] > 0
    assert result["summary"]["replaced"] == result["summary"]["generated"] == 0
    assert any("ranking criteria" in notice for notice in result["notices"])
    (entry, *_) = house.run("history", path, "--json").result["entries"]
    assert (entry["verb"], entry["detail"]["start_ms"]) == ("hitsound", START)
    assert entry["detail"]["options"]["sample_sets"] is True
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_copying_keeping_and_additions_alone(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = sounding(path.read_bytes(), b"0")
    path.write_bytes(before)
    other = mapset.folder / "whistles.osu"
    other.write_bytes(sounding(before, WHISTLE))
    try:
        told = house.run("hitsound", path, *RANGE, "--copy-from", other, "--json").result
    finally:
        other.unlink()
    after = path.read_bytes()
    assert_only_sounds_changed(before, after, START, END)
    wanted = {
        line for section, line in lines_of(after) if section == "HitObjects" and b",2," in line
    }
    inside = [item for item in parse(before).hit_objects if START <= item.time <= END]
    assert told["summary"]["sounds_changed"] == len(inside) and len(wanted) >= len(inside)
    assert "copied from the other difficulty" in told["summary"]["text"]
    # Everything in the range has a sound now, which is the mapper's to keep.
    kept = house.run("hitsound", path, *RANGE, "--keep-existing", "--json").result
    assert not kept["applied"] and path.read_bytes() == after
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before
    # Additions alone: sets and samples stay.
    told = house.run("hitsound", path, *RANGE, "--additions-only", "--json").result
    for old, new in zip(lines_of(before), lines_of(path.read_bytes()), strict=True):
        assert without_additions(*old) == without_additions(*new)
    if told["applied"]:
        assert house.run("undo", path).code == 0
    told = house.run("hitsound", path, "--additions-only", "--volumes", "--json").error
    assert (told["exit_code"], told["reason"]) == (2, "OPTION_INVALID")
    assert any(text.startswith("options.volumes") for text in told["violations"])


def asked(house: House, path: Path) -> tuple[str, jobs_pb2.JobResult, patches_pb2.BeatmapVariant]:
    with house.client() as client, client.hitsound(path, start_ms=START, end_ms=END) as stream:
        result = follow(stream, lambda _: None)
    (variant,) = result.variants
    return stream.job_id, result, variant


def test_a_map_that_was_saved_meanwhile(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    path.write_bytes(sounding(path.read_bytes(), CLAP))
    base = path.read_bytes()
    job, result, variant = asked(house, path)
    assert variant.patch.edits
    patcher = Patcher(find_paths(house.environ).state)
    teller = Teller(patcher, path, lambda _: None)
    origin = origin_of(job, result.provenance, variant)
    saved = mapset.rewrite(path, b"Tags:", b"Tags:saved\r\n//a remark\r\nTags:")
    with house.client() as client:
        applied = apply(client, patcher, path, variant.patch, origin, teller, base)
        assert applied.prepared.rebased
        assert assert_only_sounds_changed(saved, path.read_bytes(), START, END) > 0
        patcher.undo(path)
        assert path.read_bytes() == saved
        touched = base.split(b"\n")[variant.patch.edits[0].first_line] + b"\n"
        moved = mapset.rewrite(path, touched, b"1," + touched.split(b",", 1)[1])
        with pytest.raises(MapConflictError):
            apply(client, patcher, path, variant.patch, origin, teller, base)
    assert path.read_bytes() == moved


async def test_the_asynchronous_client_gets_the_same(house: House, mapset: Mapset) -> None:
    options = HitsoundOptions(additions_only=True)
    hashes = []
    with house.client() as client:
        stream = client.hitsound(mapset.insane, start_ms=START, end_ms=END, options=options)
        hashes.append(follow(stream, lambda _: None).variants[0].patch.result_sha256)
    async with AsyncClient(house.endpoint) as client:
        async for event in client.hitsound(
            mapset.insane, start_ms=START, end_ms=END, options=options
        ):
            if event.HasField("result"):
                hashes.append(event.result.variants[0].patch.result_sha256)
    assert len(hashes) == 2 and hashes[0] == hashes[1]


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_every_mode_keeps_all_but_sounds(house: House, mapset: Mapset, mode: int) -> None:
    path = mapset.insane
    before = sounding(in_mode(path.read_bytes(), mode), CLAP)
    path.write_bytes(before)
    _, result, variant = asked(house, path)
    after = line_patch(variant.patch).apply(before)
    changed = assert_only_sounds_changed(before, after, START, END)
    assert changed == variant.patch.summary.sounds_changed
    # The starter was never shown these modes, and says so.
    assert any("knows osu! (standard) only" in notice.text for notice in result.notices)
    if mode == 1:
        # A clap is a note's colour there, and no sound.
        for old, new in zip(lines_of(before), lines_of(after), strict=True):
            if old[0] == "HitObjects" and old[1].count(b",") >= 4:
                assert old[1].split(b",")[4] == new[1].split(b",")[4]


def test_a_map_without_a_red_line(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    head, _, rest = sounding(path.read_bytes(), CLAP).partition(b"[TimingPoints]")
    before = head + b"[TimingPoints]\r\n\r\n" + rest[rest.index(b"[HitObjects]") :]
    path.write_bytes(before)
    told = house.run("hitsound", path, *RANGE, "--json").result
    changed = assert_only_sounds_changed(before, path.read_bytes(), START, END)
    assert changed == told["summary"]["sounds_changed"]
    if told["applied"]:
        assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_what_cannot_be_hitsounded(house: House, mapset: Mapset) -> None:
    told = house.run("hitsound", mapset.folder / "none.osu", "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "MAP_NOT_FOUND")
    told = house.run("hitsound", mapset.insane, "--copy-from", mapset.audio, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "NOT_A_BEATMAP")
    mapset.audio.write_bytes(b"ID3 this is no sound " * 500)
    told = house.run("hitsound", mapset.insane, *RANGE, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "AUDIO_UNREADABLE")
    mapset.audio.unlink()
    told = house.run("hitsound", mapset.insane, *RANGE, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "AUDIO_NOT_FOUND")
