"""Composing: from a seed to a song plan of half a minute to somewhat over a minute.

The same seed always gives the same plan. Songs have a form (introduction, verses, choruses,
sometimes a break, an ending), a groove for each section, fills at the ends of sections, and a
melody wherever the section carries one. Nothing here makes sound: see ``render``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from model_core.training.songs.genres import GENRES, Genre, Groove
from model_core.training.songs.melody import PROGRESSIONS, Scale, choose_scale, melody
from model_core.training.songs.plan import (
    TICKS_PER_BEAT,
    Note,
    Part,
    Section,
    SectionKind,
    SongPlan,
    Tempo,
    tick_time,
)

_PART_ORDER = {part: index for index, part in enumerate(Part)}
_TITLE_FIRST = (
    "Paper", "Silver", "Morning", "Glass", "Hidden", "Distant", "Copper", "Winter", "Electric",
    "Quiet", "Falling", "Open", "Crimson", "Lantern", "Salt", "Violet",
)  # fmt: skip
_TITLE_SECOND = (
    "Harbour", "Signal", "Garden", "Stairs", "Engine", "River", "Season", "Window", "Orbit",
    "Parade", "Thread", "Meadow", "Compass", "Station", "Tide", "Mirror",
)  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """Notes in ticks while a song is being written."""

    notes: list[tuple[Part, int, int, int, float, bool]] = field(default_factory=list)

    def add(
        self, part: Part, tick: int, ticks: int, pitch: int, velocity: float, held: bool = False
    ) -> None:
        self.notes.append((part, tick, ticks, pitch, velocity, held))


def compose(
    seed: int, *, genre: str | None = None, length_seconds: tuple[float, float] = (30.0, 72.0)
) -> SongPlan:
    """Compose a song.

    Args:
        seed: any non-negative integer; the same one gives the same song.
        genre: a name in ``genres.GENRES``; drawn from the seed when None.
        length_seconds: the song's length is drawn from this range (forms are whole bars, so
            the real one differs by a few seconds).
    """
    rng = np.random.default_rng([seed, 0])
    kind = _choose_genre(rng, genre)
    bpm = float(rng.uniform(*kind.bpm))
    bpm = float(round(bpm)) if rng.random() < 0.8 else round(bpm, 2)
    start_ms = int(rng.integers(0, 1500)) + (
        int(rng.integers(500, 2500)) if rng.random() < 0.15 else 0
    )
    first = Tempo(0, start_ms, 60000.0 / bpm, kind.meter)
    form = _choose_form(rng, kind, first.beat_length, rng.uniform(*length_seconds))
    sections = _lay_out(form, kind.meter)
    tempos = _choose_tempos(rng, first, sections)
    scale = choose_scale(rng)
    draft = _Draft()
    _write(rng, draft, kind, scale, sections)
    notes = tuple(
        Note(
            part, tick, ticks, pitch, velocity,
            tick_time(tempos, tick),
            tick_time(tempos, tick + ticks) - tick_time(tempos, tick),
            held,
        )
        for part, tick, ticks, pitch, velocity, held in sorted(
            draft.notes, key=lambda note: (note[1], _PART_ORDER[note[0]], note[3])
        )
    )  # fmt: skip
    end = max(note.onset_ms + note.duration_ms for note in notes)
    return SongPlan(
        seed=seed,
        genre=kind.name,
        title=f"{rng.choice(_TITLE_FIRST)} {rng.choice(_TITLE_SECOND)}",
        artist=f"Synthetic {kind.name.title()} Ensemble",
        tempos=tempos,
        sections=tuple(sections),
        notes=notes,
        triplets=kind.triplets,
        lead_voice=str(rng.choice(kind.leads)),
        chord_voice=str(rng.choice(kind.chords)),
        bass_voice=str(rng.choice(kind.basses)),
        kit=str(rng.choice(kind.kits)),
        length_ms=end + float(rng.uniform(600, 2500)),
    )


def _choose_genre(rng: np.random.Generator, name: str | None) -> Genre:
    weights = np.array([genre.weight for genre in GENRES])
    drawn = GENRES[int(rng.choice(len(GENRES), p=weights / weights.sum()))]
    if name is None:
        return drawn
    for genre in GENRES:
        if genre.name == name:
            return genre
    known = ", ".join(genre.name for genre in GENRES)
    raise ValueError(f"There is no genre {name!r}. Known genres: {known}.")


def _choose_form(
    rng: np.random.Generator, genre: Genre, beat_length: float, seconds: float
) -> list[tuple[SectionKind, int, bool, bool]]:
    """Sections as (kind, bars, has a melody, has drums), about ``seconds`` long in all."""
    bar = beat_length * genre.meter / 1000.0
    unit = 4 if bar > 1.75 else 8
    half = unit // 2
    form = [
        (SectionKind.INTRO, half, bool(rng.random() < 0.35), bool(rng.random() < 0.85)),
    ]
    total = half
    cycle = [SectionKind.VERSE, SectionKind.CHORUS]
    if rng.random() < 0.25:
        cycle.reverse()
    index = 0
    while (total + half) * bar < seconds or index < 2:
        kind = cycle[index % 2]
        if kind is SectionKind.CHORUS:
            lead, drums = bool(rng.random() < 0.92), True
        else:
            lead, drums = bool(rng.random() < 0.8), bool(rng.random() < 0.9)
        if not lead:
            drums = True  # every section but a break has something to follow
        form.append((kind, unit, lead, drums))
        total += unit
        index += 1
        if index >= 2 and rng.random() < 0.3 and (total + half) * bar < seconds:
            form.append((SectionKind.BREAK, half, False, False))
            total += half
    form.append((SectionKind.OUTRO, half, bool(rng.random() < 0.6), True))
    kind, bars, lead, drums = form[0]
    form[0] = (kind, bars, lead or not drums, drums)
    return form


def _lay_out(form: list[tuple[SectionKind, int, bool, bool]], meter: int) -> list[Section]:
    sections: list[Section] = []
    tick = 0
    for kind, bars, lead, drums in form:
        end = tick + bars * meter * TICKS_PER_BEAT
        chorus = kind is SectionKind.CHORUS
        sections.append(Section(kind, tick, end, lead, drums, 0.8 if chorus else 0.5, chorus))
        tick = end
    return sections


def _choose_tempos(
    rng: np.random.Generator, first: Tempo, sections: list[Section]
) -> tuple[Tempo, ...]:
    if rng.random() > 0.12 or len(sections) < 4:
        return (first,)
    tick = sections[int(rng.integers(2, len(sections) - 1))].first_tick
    factor = float(rng.choice([0.75, 0.8, 0.9, 1.1, 1.2, 1.25]))
    bpm = float(round(min(222.0, max(85.0, first.bpm * factor))))
    start = round(tick_time((first,), tick))
    return (first, Tempo(tick, start, 60000.0 / bpm, first.meter))


def _write(
    rng: np.random.Generator,
    draft: _Draft,
    genre: Genre,
    scale: Scale,
    sections: list[Section],
) -> None:
    progressions = {
        kind: PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))] for kind in SectionKind
    }
    grooves = {
        SectionKind.VERSE: genre.verse[int(rng.integers(len(genre.verse)))],
        SectionKind.CHORUS: genre.chorus[int(rng.integers(len(genre.chorus)))],
    }
    busy = float(np.clip(genre.busy + rng.normal(0, 0.12), 0.05, 0.8))
    held = float(np.clip(genre.held + rng.normal(0.05, 0.1), 0.15, 0.65))
    octave = 7 * int(rng.integers(0, 2))
    bar = genre.meter * TICKS_PER_BEAT
    for index, section in enumerate(sections):
        last = index == len(sections) - 1
        bars = (section.end_tick - section.first_tick) // bar
        chords = progressions[section.kind]
        following = None if last else sections[index + 1]
        fill = 0
        if section.has_drums and following is not None and following.has_drums:
            fill = int(rng.choice([0, 1, 2], p=[0.3, 0.4, 0.3]))
        _harmony(rng, draft, genre, scale, section, chords)
        if section.has_drums:
            groove = grooves.get(section.kind, grooves[SectionKind.VERSE])
            _drums(rng, draft, genre, groove, section, fill, crash=index > 0)
        if section.has_lead:
            extra = 0.1 if section.kind is SectionKind.CHORUS else 0.0
            for note in melody(
                rng, bars, genre.meter, genre.triplets, busy + extra, held, chords, fill
            ):
                loud = 0.85 if note.tick % TICKS_PER_BEAT else 1.0
                draft.add(
                    Part.LEAD, section.first_tick + note.tick, note.ticks,
                    scale.pitch(note.degree + octave), loud, note.held,
                )  # fmt: skip
        if last:
            _ending(rng, draft, scale, chords, section.end_tick, bar)


def _harmony(
    rng: np.random.Generator,
    draft: _Draft,
    genre: Genre,
    scale: Scale,
    section: Section,
    chords: tuple[int, ...],
) -> None:
    """One chord a bar and a bass line under it; a break keeps only soft chords."""
    bar = genre.meter * TICKS_PER_BEAT
    quiet = section.kind is SectionKind.BREAK
    with_bass = section.has_drums and not quiet
    bass_step = TICKS_PER_BEAT if genre.triplets or rng.random() < 0.5 else TICKS_PER_BEAT // 2
    bass_long = bool(rng.random() < 0.35)
    for number, tick in enumerate(range(section.first_tick, section.end_tick, bar)):
        root = chords[number % len(chords)]
        for tone in (0, 2, 4):
            draft.add(
                Part.CHORD, tick, bar - 2, scale.pitch(root + tone - 7), 0.5 if quiet else 0.7
            )
        if not with_bass:
            continue
        pitch = scale.pitch(root - 14)
        if bass_long:
            draft.add(Part.BASS, tick, bar - 4, pitch, 0.8)
        else:
            for beat in range(0, bar, bass_step):
                draft.add(Part.BASS, tick + beat, bass_step - 4, pitch, 0.8)


def _drums(
    rng: np.random.Generator,
    draft: _Draft,
    genre: Genre,
    groove: Groove,
    section: Section,
    fill_beats: int,
    crash: bool,
) -> None:
    step = TICKS_PER_BEAT // (3 if genre.triplets else 4)
    bar = genre.meter * TICKS_PER_BEAT
    fill_start = section.end_tick - fill_beats * TICKS_PER_BEAT
    sparse = section.kind is SectionKind.INTRO and rng.random() < 0.4
    extra = float(rng.uniform(0, 0.06))
    lines = ((Part.KICK, groove.kick), (Part.SNARE, groove.snare), (Part.HAT, groove.hat))
    for tick in range(section.first_tick, section.end_tick, bar):
        for part, line in lines:
            for index, sign in enumerate(line):
                at = tick + index * step
                if at >= fill_start or (sparse and part is Part.SNARE):
                    continue
                if sign != "." or (part is Part.KICK and index % 2 == 0 and rng.random() < extra):
                    draft.add(part, at, step, 0, 1.0 if part is not Part.HAT else 0.7)
    if fill_beats:
        per_beat = TICKS_PER_BEAT // step
        dense = bool(rng.random() < 0.6)
        for index in range(fill_beats * per_beat):
            if dense or index % 2 == 0 or genre.triplets:
                part = Part.SNARE if index < fill_beats * per_beat // 2 else Part.TOM
                draft.add(part, fill_start + index * step, step, 48 - 2 * index, 0.95)
    if crash:
        draft.add(Part.CRASH, section.first_tick, TICKS_PER_BEAT * 4, 0, 0.9)


def _ending(
    rng: np.random.Generator,
    draft: _Draft,
    scale: Scale,
    chords: tuple[int, ...],
    tick: int,
    bar: int,
) -> None:
    """The song's last sound: a struck final note, or a rising noise into it."""
    root = chords[0]
    if rng.random() < 0.5:
        draft.add(Part.RISER, tick, bar, 0, 0.9)
        tick += bar
    for tone in (0, 2, 4):
        draft.add(Part.CHORD, tick, bar, scale.pitch(root + tone - 7), 0.7)
    draft.add(Part.CRASH, tick, bar, 0, 0.9)
    draft.add(Part.KICK, tick, 6, 0, 1.0)
    draft.add(Part.LEAD, tick, bar, scale.pitch(root), 1.0, True)
