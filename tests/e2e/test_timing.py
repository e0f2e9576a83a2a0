"""Timing: through the command, the daemon and the model, and back by undo."""

from __future__ import annotations

import math
import signal
import wave
from pathlib import Path

import numpy as np
import pytest

from clients.client import AsyncClient, TimingOptions
from clients.remapping import follow
from model_core.beatmap import parse, red_lines_of
from tests.e2e.house import House, Mapset
from tests.e2e.test_modes import in_mode

LATE = 20


def moved(mapset: Mapset, path: Path, by_ms: int = LATE) -> bytes:
    """The map with its one red line so much later; the bytes."""
    red = parse(path.read_bytes()).timing.red_lines[0]
    old = path.read_bytes().splitlines()[red.line]
    time, _, rest = old.partition(b",")
    return mapset.rewrite(path, old, b"%d,%s" % (int(time) + by_ms, rest))


def sound(path: Path, samples: np.ndarray) -> Path:
    """A WAV file of samples (-1..1, 16 kHz)."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, len(samples), "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def test_a_song_on_standard_output(house: House, mapset: Mapset) -> None:
    ran = house.run("timing", mapset.audio, "--seed", 1)
    (line,) = ran.out.splitlines()
    red = parse(mapset.insane.read_bytes()).timing.red_lines[0]
    fields = line.split(",")
    assert len(fields) == 8 and fields[6] == "1"
    assert float(fields[1]) == pytest.approx(red.beat_length, rel=1e-3)
    assert abs(math.remainder(float(fields[0]) - red.time, red.beat_length)) < 12
    assert "beats heard" in ran.err and "Seed 1" in ran.err
    # What is printed can stand in a map.
    text = f"osu file format v14\n\n[TimingPoints]\n{ran.out}"
    assert len(parse(text.encode()).timing.red_lines) == 1


def test_a_map_that_is_right_stays_as_it_is(house: House, mapset: Mapset) -> None:
    before = mapset.insane.read_bytes()
    result = house.run("timing", mapset.insane, "--apply", "--json").result
    assert not result["applied"] and result["summary"]["lines"] == []
    assert mapset.insane.read_bytes() == before
    assert result["map_error_ms"] == result["median_error_ms"] < 12
    red = parse(before).timing.red_lines[0]
    assert [line["line"].encode() for line in result["red_lines"]] == [
        before.splitlines()[red.line]
    ]


def test_apply_diff_undo(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = moved(mapset, path)
    # Without --apply, and nobody to ask, nothing is written.
    ran = house.run("timing", path)
    assert ran.code == 0 and path.read_bytes() == before
    assert "--apply" in ran.err and "moved from" in ran.err
    dry = house.run("timing", path, "--dry-run", "--json").result
    assert path.read_bytes() == before and not dry["applied"] and dry["diff"].count("\n-") == 1
    result = house.run("timing", path, "--apply", "--json").result
    after = path.read_bytes()
    assert result["applied"] and result["result_sha256"] == dry["result_sha256"]
    assert not any("beats heard" in notice for notice in result["notices"])
    old, new = before.splitlines(), after.splitlines()
    differing = [n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    assert differing == [parse(before).timing.red_lines[0].line]
    assert result["summary"]["red_changed"] == 1 and len(result["summary"]["lines"]) == 1
    assert any("ranking criteria" in notice for notice in result["notices"])
    (entry, *_) = house.run("history", path, "--json").result["entries"]
    assert entry["verb"] == "timing" and entry["detail"]["options"]["keep_state"] is True
    # Once it is right, there is nothing more to do.
    assert not house.run("timing", path, "--apply", "--json").result["applied"]
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_a_part_leaves_the_rest_on_its_beats(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = moved(mapset, path)
    options = ("--from", "00:05:000", "--to", "00:18:000", "--apply", "--json")
    result = house.run("timing", path, *options).result
    assert result["applied"]
    old, new = parse(before), parse(path.read_bytes())
    (own,) = red_lines_of(old)
    assert red_lines_of(new, None, 4999) == (own,) and not red_lines_of(new, 18_001)
    first, *_, last = red_lines_of(new, 5000, 18_000)
    assert abs(math.remainder(first.time - own.time + LATE, own.beat_length)) < 12
    bar = own.beat_length * own.meter
    assert last.beat_length == own.beat_length
    assert math.remainder(last.time - own.time, bar) == pytest.approx(0, abs=0.01)
    assert [o.time for o in old.hit_objects] == [o.time for o in new.hit_objects]
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", range(4))
def test_maps_of_every_mode(house: House, mapset: Mapset, mode: int) -> None:
    path = mapset.insane
    path.write_bytes(in_mode(path.read_bytes(), mode))
    before = moved(mapset, path)
    span = ("--from", "0", "--to", "00:20:000", "--resnap", "--dry-run", "--json")
    result = house.run("timing", path, *span).result
    assert path.read_bytes() == before
    assert result["summary"]["moved"] > 0 and "resnap" not in result["text"]


def test_super_timing_through_the_asynchronous_client(house: House, mapset: Mapset) -> None:
    import asyncio

    async def ask() -> None:
        async with AsyncClient(house.endpoint) as client:
            options = TimingOptions(super_timing=True, timing_iterations=2)
            stream = client.timing(mapset.audio, end_ms=20_000, seed=3, options=options)
            events = [event async for event in stream]
        result = events[-1].result
        assert not result.variants and len(result.timing.red_lines) >= 1
        assert result.provenance.options["timing_iterations"] == 2
        stages = {e.progress.stage for e in events if e.HasField("progress")}
        assert len(stages) >= 2

    asyncio.run(ask())


def test_a_map_that_was_saved_meanwhile(house: House, mapset: Mapset) -> None:
    from clients.patching import Patcher
    from clients.remapping import MapConflictError, prepare

    path = mapset.insane
    before = moved(mapset, path)
    with house.client() as client:
        with client.timing(path, end_ms=20_000, seed=1) as stream:
            (variant,) = follow(stream, lambda event: None).variants
        # An object elsewhere: the lines are put into the new file.
        other = mapset.rewrite(path, b"[HitObjects]\r\n", b"[HitObjects]\r\n9,9,1,1,0\r\n")
        moved_on = prepare(client, path, variant.patch, before)
        assert moved_on.rebased and moved_on.before == other
        # The red line itself: somebody timed it by hand.
        path.write_bytes(before)
        moved(mapset, path, 3)
        with pytest.raises(MapConflictError):
            prepare(client, path, variant.patch, before)
    assert Patcher(house.paths.state).history(path) == []


def test_a_cancelled_one_writes_nothing(house: House, mapset: Mapset) -> None:
    before = moved(mapset, mapset.insane)
    running = house.begin("timing", mapset.insane, "--super", "--apply")
    running.until(lambda line: line["type"] == "progress" and line["tokens"] > 0)
    running.process.send_signal(signal.SIGINT)
    ran = running.end()
    assert ran.code == 130 and ran.error["reason"] == "CANCELLED"
    assert mapset.insane.read_bytes() == before


def test_audio_without_a_beat(house: House, mapset: Mapset) -> None:
    second = 16_000
    quiet = sound(mapset.folder / "静か.wav", np.zeros(10 * second))
    short = sound(mapset.folder / "short.wav", np.ones(second) * 0.5)
    text = mapset.folder / "not audio.mp3"
    text.write_bytes(b"Dear diary")
    try:
        for path, code, said in (
            (quiet, 4, "silent"),
            (short, 4, "lasts 1.0 s"),
            (text, 4, "not audio.mp3"),
            (mapset.folder / "gone.mp3", 4, "no audio file"),
        ):
            ran = house.run("timing", path)
            assert (ran.code, ran.out) == (code, ""), ran
            assert said in ran.err
        ran = house.run("timing", mapset.audio, "--from", "10:00:000", "--to", "10:20:000")
        assert ran.code == 4 and "the song ends" in ran.err
        assert house.run("timing", mapset.audio, "--apply").code == 2
    finally:
        for path in (quiet, short, text):
            path.unlink()
