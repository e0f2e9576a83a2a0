"""Remap, diff, undo: what a mapper does, through the command, the daemon and the model."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from clients.cli.timestamps import format_time
from clients.client import RefusedError
from model_core.audio.decode import decode
from model_core.audio.loudness import loudness
from model_core.beatmap import format_timestamp, parse
from tests.e2e.house import House, Mapset, moment, wait_until
from tests.e2e.untouched import assert_only_the_range_changed, object_lines

START = moment(20_000)
END = START + 2_393
RANGE = ("--from", format_time(START), "--to", format_time(END))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_remap_diff_undo_redo(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    if os.name != "nt":
        path.chmod(0o640)
    before = path.read_bytes()

    dry = house.run("remap", path, *RANGE, "--seed", "7", "--dry-run", "--json").result
    assert path.read_bytes() == before
    assert not dry["applied"] and dry["base_sha256"] == sha256(before)
    assert dry["diff"].startswith(f"--- {path.name} (before)")

    result = house.run("remap", path, *RANGE, "--seed", "7", "--json").result
    after = path.read_bytes()
    assert result["applied"] and result["seed"] == 7
    assert (result["start_ms"], result["end_ms"]) == (START, END)
    # The same seed is the same answer, and what was shown is what is written.
    assert result["result_sha256"] == dry["result_sha256"] == sha256(after) != sha256(before)
    assert_only_the_range_changed(before, after, START, END)
    assert result["summary"]["replaced"] == len(object_lines(before, START, END))
    survivor = min(o.time for o in parse(before).hit_objects if o.time > END)
    assert result["summary"]["generated"] == len(object_lines(after, START, survivor - 1)) > 0
    added = [line for line in dry["diff"].splitlines() if line.startswith("+")][1:]
    assert all(line[1:].encode() + b"\r\n" in after for line in added)
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    (entry, *_) = house.run("history", path, "--json").result["entries"]
    assert (entry["state"], entry["job"]) == ("applied", result["job"])
    undone = house.run("undo", path, "--json").result["undone"]
    assert undone["id"] == entry["id"] and path.read_bytes() == before
    house.run("redo", path, "--json").result  # noqa: B018 - asserts that it succeeded
    assert path.read_bytes() == after
    assert house.run("undo").code == 0  # of any map: the newest
    assert path.read_bytes() == before
    assert house.run("undo", path, "--json").error["exit_code"] == 4
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_another_seed_is_another_answer(house: House, mapset: Mapset) -> None:
    hashes = []
    with house.client() as client:
        for seed in (1, 2, 1):
            events = list(client.remap(mapset.insane, start_ms=START, end_ms=END, seed=seed))
            assert events[-1].HasField("result"), events[-1]
            hashes.append(events[-1].result.variants[0].patch.result_sha256)
    assert hashes[0] == hashes[2] != hashes[1]


def test_what_people_see(house: House, mapset: Mapset) -> None:
    path = mapset.normal
    before = path.read_bytes()
    ran = house.run("remap", path, *RANGE, "--seed", "3")
    assert ran.code == 0, ran.err
    assert "window 1 of" in ran.err  # progress moves, also without a terminal
    assert "ranking criteria" in ran.err
    assert path.name in ran.out and "Seed 3, model" in ran.out and "undo" in ran.out
    assert_only_the_range_changed(before, path.read_bytes(), START, END)
    again = house.run("remap", path, *RANGE, "--dry-run")
    assert again.out.startswith("---") and "ranking criteria" not in again.err
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_a_range_over_a_break_and_to_the_end_of_the_map(house: House, mapset: Mapset) -> None:
    path = mapset.normal
    before = path.read_bytes()
    last = int(parse(before).hit_objects[-1].time)
    rest = parse(before).breaks[0]
    around = int(rest.start) - 2_000, int(rest.end) + 2_000
    for start, end in (around, (last - 3000, last + 600_000)):
        result = house.run(
            "remap", path, "--from", start, "--to", end, "--seed", 5, "--json"
        ).result
        after = path.read_bytes()
        assert sha256(after) == result["result_sha256"]
        assert_only_the_range_changed(before, after, start, end)
        assert house.run("undo", path).code == 0
        assert path.read_bytes() == before


@pytest.mark.parametrize("gap_ms", [1_000, 60_000], ids=["gap", "empty"])
def test_a_range_that_nothing_leads_up_to_is_written_all_the_same(
    house: House, mapset: Mapset, gap_ms: int
) -> None:
    path = mapset.insane
    data = path.read_bytes()
    usual = len(object_lines(data, START, END))
    for line in object_lines(data, START - gap_ms, END + gap_ms):
        data = data.replace(line, b"", 1)
    path.write_bytes(data)
    times = ("--from", START, "--to", END)
    result = house.run("remap", path, *times, "--seed", 7, "--json").result
    assert result["summary"]["replaced"] == 0
    assert result["summary"]["generated"] > usual / 3
    assert_only_the_range_changed(data, path.read_bytes(), START, END)
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == data


def active(house: House) -> Path | None:
    with house.client() as client:
        try:
            return Path(client.active_map().path)
        except RefusedError:
            return None


def test_the_map_saved_last_and_a_selection_as_the_editor_copies_it(
    house: House, mapset: Mapset
) -> None:
    path = mapset.insane
    before = mapset.rewrite(path, b"Tags:", b"Tags:saved ")
    wait_until(lambda: active(house) == path)
    beatmap = parse(before)
    items = list(zip(beatmap.hit_objects, beatmap.combo_labels(), strict=True))
    selected = [item for item in items if START <= item[0].time <= END]
    labels = [label for _, label in selected]
    copied = format_timestamp(START, labels[:3]) + format_timestamp(
        selected[-1][0].time, labels[-1:]
    )
    assert copied.startswith(f"{format_time(START)} (") and copied.endswith(") - ")
    ran = house.run("remap", "--active", "--range", copied, "--seed", 7, "--json")
    result = ran.result
    assert Path(result["path"]) == path
    assert (result["start_ms"], result["end_ms"]) == (START, selected[-1][0].time)
    assert_only_the_range_changed(before, path.read_bytes(), START, END)
    # Our own write is no save by the editor: the active map is the one it was.
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before
    assert active(house) == path
    # One timestamp stands for the objects that are selected in it.
    one = format_timestamp(START, labels)
    result = house.run("remap", path, "--range", one, "--dry-run", "--json").result
    assert (result["start_ms"], result["summary"]["replaced"]) == (START, len(labels))
    assert path.read_bytes() == before


def test_a_result_that_changes_nothing_is_not_written(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = path.read_bytes(), path.stat().st_mtime_ns
    song = decode(mapset.audio)
    end = round(song.song_length_ms)
    # The quietest place at the song's end: nothing is there, and nothing comes.
    start = min(range(end - 500, end - 50, 10), key=lambda at: loudness(song, at, at + 10))
    told = house.run("remap", path, "--from", start, "--to", start + 10, "--json").result
    assert told["applied"] is False
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert house.run("undo", path, "--json").error["exit_code"] != 0
