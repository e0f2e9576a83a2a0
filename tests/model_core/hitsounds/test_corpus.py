"""Real maps of all modes: not one time, position, type, length or combo differs, by any model."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, HitObject, parse
from model_core.errors import EditRefused
from model_core.hitsounds import HitsoundOptions, Source, hitsound
from model_core.hitsounds.voices import voices_of, why_unread
from model_core.model import Model, load_model
from model_core.tokens import EventType, map_events
from model_core.tokens.layout import Layout
from model_core.tokens.starter_layout import starter_layout
from model_core.tokens.translation import spelled

from .maps import family, noise_of, with_layout
from .only_sounds import only_sounds_differ

FAMILIES = ("v29", "v30", "v31", "v32")


def maps_of(corpus: Path, every: int = 1, first: int = 0) -> list[tuple[str, Beatmap]]:
    """Every so manieth map that has a section of objects."""
    index = corpus / "index.json"
    if not index.is_file():
        pytest.skip("no corpus of real maps beside the project")
    listed = json.loads(index.read_text(encoding="utf-8"))
    entries = listed["files"] if isinstance(listed, dict) else listed
    found = []
    for entry in entries[first::every]:
        beatmap = parse((corpus / entry["file"]).read_bytes())
        if beatmap.document.has_section("HitObjects"):
            found.append((str(entry["file"]), beatmap))
    return found


def sorted_lines(beatmap: Beatmap) -> bool:
    moments = [point.time for point in beatmap.timing_points]
    return moments == sorted(moments)


def facts(beatmap: Beatmap) -> list[tuple[object, ...]]:
    return [
        (o.kind, o.time, o.x, o.y, o.end_time, o.new_combo, o.combo_skip, o.slides, o.length)
        for o in beatmap.hit_objects
    ]


def hitsound_all(
    model: Model, audio: Audio, maps: list[tuple[str, Beatmap]], span_ms: int | None
) -> Counter[str]:
    """Hitsound maps, or so much from their first objects on; counts what became of them."""
    counts: Counter[str] = Counter()
    for number, (name, beatmap) in enumerate(maps):
        volumes = number % 2 == 0
        first = min((int(o.time) for o in beatmap.hit_objects), default=0)
        options = HitsoundOptions(
            volumes=volumes,
            temperature=None if number % 3 else 2.0,
            end_ms=None if span_ms is None else first + span_ms,
        )
        try:
            result = hitsound(model, audio, beatmap, options)
        except EditRefused:
            # Volumes cannot always be written, as where the timing lines stand out of order.
            assert volumes, name
            counts["refused"] += 1
            continue
        before, after = beatmap.to_bytes(), result.edit.result.to_bytes()
        assert result.edit.patch.apply(before) == after, name
        assert result.edit.patch.invert(before).apply(after) == before, name
        again = parse(after)
        assert again.to_bytes() == after, name
        assert facts(again) == facts(beatmap), name
        if sorted_lines(beatmap):
            counts["changed"] += only_sounds_differ(before, after, lines_too=volumes)
        left = {each.line for each in result.choices.left}
        for item in result.choices.objects:
            assert (Source.LEFT in (*item.sources, item.body_source)) == (item.line in left), name
            if set(item.sources) == {Source.LEFT}:
                assert item.chosen.nodes == item.own.nodes
        counts["model"] += result.choices.sources[Source.MODEL]
        counts[f"mode {beatmap.mode}"] += 1
    return counts


def test_some_real_maps_keep_all_but_their_sounds(
    tiny_model: Model, noise: Audio, corpus: Path
) -> None:
    model = with_layout(tiny_model, modes=(0, 1, 2, 3))
    counts = hitsound_all(model, noise, maps_of(corpus, 23), 2000)
    assert counts["model"] > 50
    assert counts["changed"] > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_hitsounds_real_maps(
    conformance: Path, corpus: Path, noise: Audio, name: str
) -> None:
    checkpoint = conformance / name / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip(f"no {name} checkpoint here")
    first = FAMILIES.index(name)
    counts = hitsound_all(family(checkpoint), noise, maps_of(corpus, 60, 3 + first), 1500)
    assert counts["model"] > 10


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(8))
@pytest.mark.parametrize("name", ["starter", "v29"])
def test_all_real_maps_keep_all_but_their_sounds(
    conformance: Path, corpus: Path, name: str, share: int
) -> None:
    """In eight shares, together every map of the corpus."""
    if name == "starter":
        model = load_model("starter", "cpu", "float32")
    elif (conformance / name / "checkpoint").is_dir():
        model = family(conformance / name / "checkpoint")
    else:
        pytest.skip(f"no {name} checkpoint here")
    counts = hitsound_all(model, noise_of(60.0), maps_of(corpus, 8, share), 10_000)
    assert sum(mode in counts for mode in (f"mode {number}" for number in range(4))) >= 2
    assert counts["changed"] > 100


def layouts() -> list[Layout]:
    starter = starter_layout()
    own = replace(starter, modes=(0, 1, 2, 3))
    return [
        starter,
        own,
        replace(own, types_first=True, slider_version=1, sustain_interval_ms=None),
        replace(starter, types_first=False, timing_in_map=True, split_positions=True),
    ]


def very_long(item: HitObject) -> bool:
    return item.curve is not None and len(item.curve.control_points) + 1 >= 100


def every_sound_has_its_owner(layout: Layout, maps: list[tuple[str, Beatmap]]) -> None:
    """Each hitsound token belongs to one voice, each node that has tokens to one of them."""
    for name, beatmap in maps:
        read = spelled(beatmap, layout)
        events = map_events(read, layout)
        voices = voices_of(beatmap, read, layout, events)
        sounds = [i for i, event in enumerate(events.events) if event.type is EventType.HITSOUND]
        nodes = [node for voice in voices for node in voice.nodes]
        assert len(nodes) == len(set(nodes)), name
        assert all(
            events.events[voice.volume_index].type is EventType.VOLUME for voice in voices
        ), name
        if read is not beatmap:
            # Ends of a stand-in's sliders may be nobody's; but every object that can be read is
            # somebody's, and the rest (sliders of very many points) has its reason told.
            assert {voice.index for voice in voices} <= set(sounds), name
            unread = [o for o in beatmap.hit_objects if very_long(o)]
            assert all("100 points or more" in why_unread(o) for o in unread), name
            readable = {o.line for o in beatmap.hit_objects} - {o.line for o in unread}
            assert {line for line, _ in nodes} == readable, name
            continue
        assert [voice.index for voice in voices] == sounds, name
        items = {item.line: item for item in beatmap.hit_objects}
        for voice in voices:
            line, node = voice.nodes[0]
            item = items[line]
            bits = item.hit_sound if node < 0 or not item.node_sounds else item.node_sounds[node]
            assert events.events[voice.index].value % 8 == bits >> 1 & 7, (name, line)


@pytest.mark.parametrize("number", range(4))
def test_every_sound_of_some_maps_has_its_owner(corpus: Path, number: int) -> None:
    every_sound_has_its_owner(layouts()[number], maps_of(corpus, 41, number))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", range(4))
def test_every_sound_of_every_map_has_its_owner(corpus: Path, number: int) -> None:
    every_sound_has_its_owner(layouts()[number], maps_of(corpus))
