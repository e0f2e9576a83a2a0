"""Hitsounds follow the drums, volumes the loudness, kiai and combos the form of the song."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from model_core.beatmap.new_objects import CLAP, FINISH, WHISTLE, ObjectKind
from model_core.training.mapper import STYLES, MappedSong, accents, map_song
from model_core.training.mapper.styles import Style, Whistle
from model_core.training.songs import Part, Section, SectionKind, SongPlan, compose

from .figures import end_of, parsed, tick_of
from .plans import BAR, line, song

SECTIONS = (
    Section(SectionKind.INTRO, 0, 2 * BAR, True, True, 0.3, False),
    Section(SectionKind.VERSE, 2 * BAR, 6 * BAR, True, True, 0.5, False),
    Section(SectionKind.BREAK, 6 * BAR, 8 * BAR, True, False, 0.1, False),
    Section(SectionKind.CHORUS, 8 * BAR, 12 * BAR, True, True, 0.9, True),
)


@pytest.fixture(scope="module")
def plan() -> SongPlan:
    notes = [
        *line(Part.LEAD, 0, 12 * BAR, 12),
        *line(Part.KICK, 0, 12 * BAR, 48),
        *line(Part.SNARE, 24, 8 * BAR, 48),
        *line(Part.CLAP, 8 * BAR + 24, 12 * BAR, 48),
        *line(Part.RIDE, 8 * BAR, 12 * BAR, 24),
        *[(Part.CHORD, tick, 90, False) for tick in range(0, 12 * BAR, BAR)],
        *[(Part.CRASH, section.first_tick, 90, False) for section in SECTIONS[1:]],
    ]
    return song(notes, bars=12, sections=SECTIONS)


def _nodes(plan: SongPlan, mapped: MappedSong) -> list[tuple[int, int]]:
    """Every hit's (tick, additions): circles, slider heads, repeats and ends."""
    found = []
    for item in mapped.objects:
        if item.kind is ObjectKind.SPINNER:
            continue
        span = (end_of(item) - item.time) / item.slides
        for node, sound in enumerate(item.sounds):
            found.append((tick_of(plan, item.time + node * span), sound.additions))
    return found


@pytest.mark.parametrize("style", STYLES, ids=lambda style: str(style.mapper_id))
def test_every_hit_sounds_like_what_sounds_there(plan: SongPlan, style: Style) -> None:
    heard = accents(plan)
    for level in (0.4, 0.6, 0.9):
        mapped = map_song(plan, style=style.mapper_id, level=level, traits=())
        for tick, additions in _nodes(plan, mapped):
            accent = heard.get(tick)
            expected = 0
            if accent is not None:
                expected |= style.snare if accent.snare else 0
                expected |= style.crash if accent.crash else 0
                whistled = (
                    (style.whistle is Whistle.PHRASES and accent.phrase)
                    or (style.whistle is Whistle.RIDES and Part.RIDE in accent.parts)
                    or (style.whistle is Whistle.CHORDS and Part.CHORD in accent.parts)
                )
                expected |= WHISTLE if whistled else 0
            assert additions == expected, tick


def test_the_file_says_the_same_as_the_objects(plan: SongPlan) -> None:
    for style in (1, 6, 8, 12):
        mapped = map_song(plan, style=style, level=0.7, traits=())
        beatmap = parsed(mapped)
        lines = mapped.osu_bytes.decode().split("[HitObjects]\r\n")[1].split("\r\n")
        for item, text in zip(mapped.objects, lines[:-1], strict=True):
            fields = text.split(",")
            sounds = [item.sounds[0].additions]
            written = [int(fields[4])]
            if item.kind is ObjectKind.SLIDER:
                sounds = [sound.additions for sound in item.sounds]
                written = [int(bits) for bits in fields[8].split("|")]
            assert written == sounds
            assert beatmap.timing.sample_at(item.time + 5).volume == item.sounds[0].volume


def test_many_hits_of_a_drum_song_have_no_addition() -> None:
    plain = []
    for seed in range(12):
        mapped = map_song(compose(seed), style=seed % 12 + 1, level=(seed % 6 + 0.5) / 6, seed=seed)
        plain.append(np.mean([item.sounds[0].additions == 0 for item in mapped.objects]))
    assert 0.35 < np.mean(plain) < 0.8


def test_songs_without_drums_have_whistles_on_their_phrases() -> None:
    notes = [note for bar in range(8) for note in line(Part.LEAD, bar * BAR, bar * BAR + 48, 12)]
    plan = song(notes)
    heard = accents(plan)
    for style in STYLES:
        mapped = map_song(plan, style=style.mapper_id, level=0.5, traits=())
        for tick, additions in _nodes(plan, mapped):
            assert bool(additions) == (tick in heard and heard[tick].phrase)


def test_styles_have_their_own_sounds(plan: SongPlan) -> None:
    seen = set()
    for style in STYLES:
        mapped = map_song(plan, style=style.mapper_id, level=0.7, traits=())
        sounds = [sound for item in mapped.objects for sound in item.sounds]
        seen.add(
            (
                frozenset(sound.additions for sound in sounds),
                frozenset((sound.sample_set, sound.addition_set) for sound in sounds),
                max(sound.volume for sound in sounds),
            )
        )
    assert len(seen) == len(STYLES)
    assert {CLAP, WHISTLE, FINISH} <= {bits for row in seen for bits in row[0]}


def test_volumes_come_from_loudness_in_steps_of_five(plan: SongPlan) -> None:
    for style in STYLES:
        mapped = map_song(plan, style=style.mapper_id, level=0.6, traits=())
        volumes = [
            {s.volume for item in mapped.objects for s in item.sounds[:1]
             if section.first_tick <= tick_of(plan, item.time) < section.end_tick}
            for section in SECTIONS
        ]  # fmt: skip
        assert all(len(found) == 1 for found in volumes)
        intro, verse, rest, chorus = (found.pop() for found in volumes)
        assert rest < intro < verse < chorus
        assert all(volume % 5 == 0 for volume in (intro, verse, rest, chorus))


def test_kiai_and_preview_stand_where_the_song_has_its_climax(plan: SongPlan) -> None:
    beatmap = parsed(map_song(plan, style=2, level=0.5, traits=()))
    climax = round(plan.milliseconds(8 * BAR))
    assert beatmap.timing.kiai_changes() == ((climax, True),)
    assert beatmap.preview_time == climax


def test_combos_begin_with_sections_and_are_as_long_as_the_style_has_them(plan: SongPlan) -> None:
    for style in STYLES:
        mapped = map_song(plan, style=style.mapper_id, level=0.7, traits=())
        starts = [tick_of(plan, item.time) for item in mapped.objects if item.new_combo]
        for section in SECTIONS:
            inside = [
                item
                for item in mapped.objects
                if section.first_tick <= tick_of(plan, item.time) < section.end_tick
            ]
            assert inside[0].new_combo
        verse = [tick for tick in starts if 2 * BAR <= tick < 6 * BAR]
        gaps = {after - before for before, after in pairwise(verse)}
        length = style.combo_beats * 24
        if style.combo_beats == 3:  # three beats, and the bar's last
            assert gaps <= {72, 24}
        else:
            assert gaps <= {length}


def test_combos_are_twice_as_long_on_easy_maps(plan: SongPlan) -> None:
    style = STYLES[0]
    counts = [
        sum(item.new_combo for item in map_song(plan, style=1, level=level, traits=()).objects)
        for level in (0.25, 0.6)
    ]
    assert style.combo_beats == 4
    assert counts[0] < counts[1] <= 2 * counts[0] + 1


def test_a_long_rest_begins_a_combo_and_is_a_break() -> None:
    notes = [*line(Part.LEAD, 0, 2 * BAR, 24), *line(Part.LEAD, 6 * BAR, 8 * BAR, 24)]
    mapped = map_song(song(notes), style=5, level=0.5, traits=())
    beatmap = parsed(mapped)
    assert len(beatmap.breaks) == 1
    after = next(item for item in mapped.objects if item.time >= beatmap.breaks[0].end)
    before = max(end_of(i) for i in mapped.objects if i.time < beatmap.breaks[0].start)
    assert after.new_combo
    assert beatmap.breaks[0].start == before + 200
    assert after.time - beatmap.breaks[0].end >= 450


def test_sample_sets_change_with_sections_where_the_style_does(plan: SongPlan) -> None:
    changing = [style for style in STYLES if style.kiai_set != style.sample_set]
    assert len(changing) >= 3
    for style in changing:
        mapped = map_song(plan, style=style.mapper_id, level=0.5, traits=())
        climax = plan.milliseconds(8 * BAR)
        calm = {i.sounds[0].sample_set for i in mapped.objects if i.time < climax - 1}
        loud = {i.sounds[0].sample_set for i in mapped.objects if i.time > climax - 1}
        assert (calm, loud) == ({style.sample_set}, {style.kiai_set})
