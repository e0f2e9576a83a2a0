"""Remaps of every mode: with every published spelling, on every real map, and by the starter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import Audio, decode
from model_core.beatmap import Beatmap, free_range, parse
from model_core.beatmap.columns import column_of, key_count
from model_core.beatmap.hit_objects import HitObject
from model_core.beatmap.new_objects import ObjectKind
from model_core.errors import DegenerateOutput, InputError
from model_core.model import Model, load_model
from model_core.remap import RemapOptions, remap_range
from tests.model_core.remap.maps import circles, draft_of, script, write_map
from tests.model_core.remap.reciting import recite

TAIKO, CATCH, MANIA = 1, 2, 3
START, END = 8_000, 16_000
FAMILIES = ("v29", "v30", "v31", "v32")
MAPS = ("std_a", "std_b", "taiko_a", "catch_a", "mania_a", "mania_b")


def knowing_all(model: Model) -> Model:
    """The same model, said to have been trained on every mode."""
    layout = replace(model.layout, modes=(0, 1, 2, 3))
    return Model(model.name, model.network, model.vocabulary, layout, model.device_reason)


def hush(length_ms: float) -> Audio:
    """Faint noise."""
    count = int(length_ms * 16) + 16_000
    samples = np.random.default_rng(3).uniform(-0.1, 0.1, count).astype(np.float32)
    return Audio(samples, hashlib.sha256(samples.tobytes()).hexdigest())


@dataclass(frozen=True, order=True)
class Seen:
    """An object as far as a mode tells it from another."""

    place: int
    time: float
    kind: str
    end: float

    def is_like(self, other: Seen) -> bool:
        """Whether both are one object, said in steps of 10 ms where it is on no tick."""
        near = abs(self.time - other.time) <= 5 and abs(self.end - other.end) <= 5
        return near and (self.place, self.kind) == (other.place, other.kind)


def starting(beatmap: Beatmap, start: float, end: float) -> list[Seen]:
    """What starts in a range: column in mania, additions in taiko."""
    keys = key_count(beatmap.circle_size)

    def place(item: HitObject) -> int:
        if beatmap.mode == MANIA:
            return column_of(item.x, keys)
        return item.hit_sound & 0b1110 if beatmap.mode == TAIKO else 0

    found = [item for item in beatmap.hit_objects if start <= item.time <= end]
    seen = [Seen(place(item), item.time, item.kind.value, item.end_time) for item in found]
    return sorted(seen)


# ------------------------------------------------------------------ every spelling


def beating(beatmap: Beatmap, length_ms: float) -> Audio:
    """A burst of noise wherever an object of the map starts: the songs themselves are not here."""
    count = int(length_ms * 16) + 16_000
    noise = np.random.default_rng(3)
    samples = noise.uniform(-0.01, 0.01, count).astype(np.float32)
    fading = np.exp(-np.arange(1600) / 250.0)
    for time in sorted({o.time for o in beatmap.hit_objects if 0 <= o.time < length_ms}):
        begin = int(time * 16)
        samples[begin : begin + 1600] += noise.uniform(-0.8, 0.8, 1600) * fading
    return Audio(samples, hashlib.sha256(samples.tobytes()).hexdigest())


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_gets_its_own_map_back(
    conformance: Path, family: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(conformance / family / "checkpoint", gamemode=None)
    beatmap = parse((conformance / "inputs" / f"{name}.osu").read_bytes())
    audio = decode(conformance / "inputs" / f"audio_{name[-1]}.wav")
    recite(monkeypatch, model, beatmap, START)
    # v29 places objects in cells of 32 pixels and leaves the rest to the refiner.
    refiner = str(conformance / "diffusion")
    result = remap_range(model, beatmap, audio, START, END, refiner=refiner)
    after = result.candidates[0].edit.result
    own, made = starting(beatmap, START, END), starting(after, START, END)
    assert len(own) >= 3
    if model.layout.written_mode(beatmap.mode) != beatmap.mode:
        assert len(made) >= 3 and "knows osu! (standard) only" in result.warnings[0]
        for item in made:
            assert any(abs(item.time - other.time) <= 5 for other in own)
        return
    assert result.warnings == ()
    assert len(own) == len(made)
    # What is held until after the next object that stays is shortened to end before it.
    last = free_range(beatmap, START, END).last_ms
    own = [item for item in own if item.end <= last]
    for item in (item for item in made if item.end < last - 1000):
        assert any(item.is_like(other) for other in own)


# ------------------------------------------------------------------ every real map


def _range_of(beatmap: Beatmap, number: int) -> tuple[int, int] | None:
    """Eight seconds somewhere in the map, from one of its objects on."""
    usable = [o for o in beatmap.hit_objects if beatmap.mode != MANIA or o.kind != "spinner"]
    times = sorted(int(o.time) for o in usable if 0 <= o.time < 600_000)
    if len(times) < 3 or not beatmap.timing.red_lines:
        return None
    start = times[(number * 7919) % max(1, len(times) * 3 // 4)]
    return start, start + 8_000


def _faults(
    model: Model, corpus: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, list[str]]:
    """Remaps a range of every map of a mode to what it was; maps done, and what came out else."""
    done, faults = 0, []
    for number, path in enumerate(sorted(corpus.rglob("*.osu"))):
        beatmap = parse(path.read_bytes())
        chosen = _range_of(beatmap, number) if beatmap.mode == mode else None
        if chosen is None:
            continue
        start, end = chosen
        recite(monkeypatch, model, beatmap, start)
        try:
            result = remap_range(model, beatmap, hush(end + 4_000.0), start, end)
        except InputError as error:
            assert "no room" in str(error), path
            continue
        # What holds on from before the range is kept, and nothing is put beside it.
        own = starting(beatmap, free_range(beatmap, start, end).first_ms, end)
        made = starting(result.candidates[0].edit.result, start, end)
        same = sum(any(item.is_like(other) for other in made) for item in own)
        done += 1
        if same < 0.9 * len(own):
            faults.append(f"{path.name}: {same} of {len(own)} objects came back as they were")
    return done, faults


@pytest.mark.slow
@pytest.mark.parametrize("mode", [TAIKO, CATCH, MANIA])
def test_every_real_map_is_remapped_to_what_it_was(
    corpus: Path, tiny_model: Model, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, faults = _faults(knowing_all(tiny_model), corpus, mode, monkeypatch)
    assert done >= 8
    assert faults == []


# ------------------------------------------------------------------ by the starter


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mode"), [("taiko_a", 1), ("catch_a", 2), ("mania_a", 3)])
def test_the_starter_remaps_every_mode(conformance: Path, name: str, mode: int) -> None:
    model = load_model()
    beatmap = parse((conformance / "inputs" / f"{name}.osu").read_bytes())
    audio = decode(conformance / "inputs" / "audio_a.wav")
    result = remap_range(model, beatmap, audio, START, END, RemapOptions(seed=5, variants=2))
    assert "knows osu! (standard) only" in result.warnings[0]
    assert len(result.candidates) == 2
    for candidate in result.candidates:
        assert candidate.seam_bits is not None
        after = candidate.edit.result
        new = {item.time for item in candidate.edit.objects}
        made = [item for item in after.hit_objects if item.time in new]
        assert len(made) == len(candidate.edit.objects) >= 8
        on_tick = [abs(o.time - beatmap.timing.nearest_tick(o.time)) <= 2 for o in made]
        assert all(on_tick)
        kinds = {o.kind for o in made}
        assert ObjectKind.SLIDER not in kinds or mode != MANIA
        assert ObjectKind.HOLD not in kinds or mode == MANIA


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", [0, TAIKO, CATCH, MANIA])
def test_the_starter_remaps_every_real_map_or_says_why_not(corpus: Path, mode: int) -> None:
    model = load_model()
    done = asked = 0
    for number, path in enumerate(sorted(corpus.rglob("*.osu"))):
        beatmap = parse(path.read_bytes())
        chosen = _range_of(beatmap, number) if beatmap.mode == mode else None
        if chosen is None:
            continue
        start, end = chosen[0], chosen[0] + 6_000
        audio, asked = beating(beatmap, end + 4_000.0), asked + 1
        try:
            remap_range(model, beatmap, audio, start, end, RemapOptions(seed=number))
        except (DegenerateOutput, InputError):
            continue
        done += 1
    assert done >= 0.9 * asked > 8


# ------------------------------------------------------------------ what no mapper could want


NOTES = [
    f"{64 + 128 * (time // 250 % 4)},192,{time},1,0,0:0:0:0:" for time in range(500, 19_000, 250)
]


def _asked(
    model: Model, monkeypatch: pytest.MonkeyPatch, mode: int, own: list[str], written: list[str]
) -> int:
    """How many objects are in the answer where the model writes these."""
    model = knowing_all(model)
    script(monkeypatch, draft_of(model, written, mode))
    beatmap = write_map(own, mode=mode)
    audio = hush(20_000.0)
    return len(remap_range(model, beatmap, audio, 6_000, 14_000).candidates[0].objects)


def test_everything_in_one_column_is_refused(
    tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = [f"192,192,{time},1,0,0:0:0:0:" for time in range(6_000, 14_000, 250)]
    with pytest.raises(DegenerateOutput, match="all 32 objects in one column"):
        _asked(tiny_model, monkeypatch, MANIA, NOTES, one)
    two = [*one[:-1], "64,192,13750,1,0,0:0:0:0:"]
    assert _asked(tiny_model, monkeypatch, MANIA, NOTES, two) == 32
    # Drums have no place: one colour for eight seconds is dull, and no fault.
    assert _asked(tiny_model, monkeypatch, TAIKO, NOTES, one) == 32


def test_everything_in_one_line_is_refused_in_catch(
    tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = circles(500, 19_000)
    line = [f"200,{100 + time % 90},{time},1,0,0:0:0:0:" for time in range(6_000, 14_000, 250)]
    with pytest.raises(DegenerateOutput, match="all 32 objects in one line"):
        _asked(tiny_model, monkeypatch, CATCH, own, line)
    # In osu!standard the same is a pattern.
    assert _asked(tiny_model, monkeypatch, 0, own, line) == 32


def test_one_held_note_does_not_fill_a_hole(
    tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ["64,192,6000,128,0,13500:0:0:0:0:", "192,192,6000,1,0,0:0:0:0:"]
    with pytest.raises(DegenerateOutput, match=r"a hole in the music, 00:06:000 - 00:13:"):
        _asked(tiny_model, monkeypatch, MANIA, NOTES, held)
    # A swell is one to be hit all the while.
    swell = ["256,192,6000,12,0,13500,0:0:0:0:"]
    assert _asked(tiny_model, monkeypatch, TAIKO, NOTES, swell) == 1
