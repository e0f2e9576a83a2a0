"""A guest difficulty: through the command, the daemon and the model, and back by undo."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from osu_companion.local.paths import find_paths

from clients.client import CancelledError, DifficultyOptions, RefusedError
from clients.creating import create
from clients.notices import Teller
from clients.patching import NameTakenError, Patcher
from clients.remapping import follow, origin_of
from model_core.beatmap import parse
from tests.e2e.house import House, Mapset, until_decoding
from tests.e2e.test_modes import in_mode
from tests.e2e.untouched import lines_of

START, END = 10_000, 16_000
ASKED = ("--name", "My Hard", "--stars", "3", "--star-tries", "1", "--seed", "3")
RANGE = ("--from", START, "--to", END)


def section(data: bytes, name: str) -> bytes:
    return b"".join(line for inside, line in lines_of(data) if inside == name)


def test_a_new_difficulty_and_its_undo(house: House, mapset: Mapset) -> None:
    source = mapset.insane
    before, files = source.read_bytes(), mapset.files()
    dry = house.run("gd", source, *ASKED, *RANGE, "--dry-run", "--json").result
    assert not dry["applied"] and mapset.files() == files
    result = house.run("gd", source, *ASKED, *RANGE, "--json").result
    path = Path(result["path"])
    data = path.read_bytes()
    assert mapset.files() - files == {path.name} and "[My Hard]" in path.name
    # The same seed is the same answer; what was shown is what is written.
    assert hashlib.sha256(data).hexdigest() == result["sha256"] == dry["sha256"]
    assert data == dry["content"].encode()
    made, old = parse(data), parse(before)
    assert made.difficulty_name == result["name"] == "My Hard"
    assert len(made.hit_objects) == result["objects"] > 3
    assert all(START <= item.time <= END for item in made.hit_objects)
    assert b"BeatmapID:0\r\n" in data and b"ai-generated" in section(data, "Metadata")
    assert section(data, "General") == section(before, "General")
    assert section(data, "Colours").strip() == section(before, "Colours").strip()
    reds = [[p.time for p in m.timing_points if p.uninherited] for m in (made, old)]
    assert reds[0] == reds[1]
    assert source.read_bytes() == before
    assert any("ranking criteria" in notice for notice in result["notices"])

    (entry, *_) = house.run("history", path, "--json").result["entries"]
    assert (entry["verb"], entry["before_sha256"]) == ("guest difficulty", "")
    assert entry["detail"]["options"]["difficulty"] == 3
    assert (entry["detail"]["start_ms"], entry["detail"]["end_ms"]) == (START, END)
    # Said before anything is made: never over another file.
    told = house.run("gd", source, *ASKED, *RANGE, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "FILE_EXISTS")
    assert path.read_bytes() == data
    # Its one variant stands there already.
    again = house.run("variant", 1, "--job", result["job"], "--json").result
    assert not again["applied"] and path.read_bytes() == data
    assert house.run("undo", path).code == 0
    assert mapset.files() == files
    assert house.run("redo", path).code == 0
    assert path.read_bytes() == data
    # What somebody made of it since is theirs.
    path.write_bytes(data + b"// mine\r\n")
    assert house.run("undo", path).code == 3
    path.write_bytes(data)
    assert house.run("undo", path).code == 0
    assert mapset.files() == files


def test_of_another_mode_for_people(house: House, mapset: Mapset) -> None:
    source = mapset.normal
    asked = ("--name", "4K", "--mode", 3, "--key-count", 4, "--stars", 2, "--star-tries", 1)
    ran = house.run("gd", source, *asked, *RANGE, "--seed", 1)
    assert ran.code == 0, ran
    path = next(mapset.folder.glob("*4K*.osu"))
    made = parse(path.read_bytes())
    assert (made.mode, made.circle_size) == (3, 4)
    assert path.name in ran.out and "Seed 1, model" in ran.out and "undo" in ran.out
    assert "ranking criteria" in ran.err and "window 1 of" in ran.err
    assert house.run("undo", path).code == 0


@pytest.mark.parametrize("mode", [1, 2])
def test_every_mode(house: House, mapset: Mapset, mode: int) -> None:
    """From a map of that mode, and to it from another."""
    options = DifficultyOptions(mode=mode, difficulty=2.0, star_tries=1)
    source = mapset.normal
    own = in_mode(source.read_bytes(), mode)
    with house.client() as client:
        for data in (source.read_bytes(), own):
            source.write_bytes(data)
            stream = client.guest_difficulty(
                source, "Mine", start_ms=START, end_ms=END, seed=1, options=options
            )
            (variant,) = follow(stream, lambda _: None).variants
            made = parse(variant.file.content)
            assert (made.mode, variant.file.mode) == (mode, mode)
            assert len(made.hit_objects) == variant.file.objects > 0
            assert all(START <= item.time <= END for item in made.hit_objects)


def test_a_name_that_is_taken_meanwhile(house: House, mapset: Mapset) -> None:
    source = mapset.insane
    options = DifficultyOptions(difficulty=3.0, star_tries=1)
    patcher = Patcher(find_paths(house.environ).state)
    teller = Teller(patcher, source, lambda _: None)
    with house.client() as client:
        stream = client.guest_difficulty(
            source, "Mine", start_ms=START, end_ms=END, seed=1, options=options
        )
        result = follow(stream, teller.hear)
        (variant,) = result.variants
        taken = source.parent / variant.file.file_name
        taken.write_bytes(b"somebody's")
        origin = origin_of(stream.job_id, result.provenance, variant)
        with pytest.raises(NameTakenError):
            create(client, patcher, source, variant.file, origin, teller)
    assert taken.read_bytes() == b"somebody's"
    taken.unlink()


def test_cancelled_refused_and_the_next_one_works(house: House, mapset: Mapset) -> None:
    source = mapset.insane
    files = mapset.files()
    with house.client() as client:
        stream = client.guest_difficulty(source, "Never", seed=1)
        job = until_decoding(stream)
        client.cancel(job)
        with pytest.raises(CancelledError):
            follow(stream, lambda _: None)
        data = source.read_bytes()
        untimed, _, rest = data.partition(b"[TimingPoints]")
        objects = rest[rest.index(b"[HitObjects]") :]
        source.write_bytes(untimed + b"[TimingPoints]\r\n\r\n" + objects)
        with pytest.raises(RefusedError) as caught:
            follow(client.guest_difficulty(source, "Never"), lambda _: None)
        assert caught.value.reason == "INPUT_UNUSABLE" and "red line" in str(caught.value)
        source.write_bytes(data)
        with pytest.raises(RefusedError) as caught:
            follow(client.guest_difficulty(source, "Never", start_ms=3_600_000), lambda _: None)
        assert caught.value.reason == "RANGE_OUTSIDE_SONG"
        assert client.status().worker_crashes == 0
    assert mapset.files() == files
    told = house.run("gd", source, "--json").error
    assert told["exit_code"] == 2 and told["violations"][0].startswith("name: ")
    told = house.run("gd", source, "--name", "x", "--stars", 21, "--json").error
    assert told["exit_code"] == 2 and "0 to 20 stars" in told["message"]
    mapset.audio.unlink()
    told = house.run("gd", source, *ASKED, "--json").error
    assert (told["exit_code"], told["reason"]) == (4, "AUDIO_NOT_FOUND")
