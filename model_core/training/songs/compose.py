"""Composing: from a seed to a song plan of half a minute to somewhat over a minute.

The same seed always gives the same plan. ``form`` says which sections there are, ``tempo`` when
they are, ``drums``, ``harmony`` and ``melody`` what plays in them. Nothing here makes sound: see
``render``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_core.training.songs.drums import DrumPart, write_build, write_drums
from model_core.training.songs.form import Passage, choose_form
from model_core.training.songs.genres import GENRES, Genre, genre_named
from model_core.training.songs.harmony import (
    Accompaniment,
    write_arpeggio,
    write_bass,
    write_chords,
)
from model_core.training.songs.melody import Temper, melody
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
from model_core.training.songs.score import PROGRESSIONS, Draft, DraftNote, Scale, choose_scale
from model_core.training.songs.tempo import choose_bpm, choose_tempos, jitter, onset_times

__all__ = ["compose"]

_PARTS = tuple(Part)
_PART_ORDER = {part: index for index, part in enumerate(_PARTS)}
_DRUMS = frozenset((Part.KICK, Part.SNARE, Part.HAT, Part.CRASH, Part.TOM, Part.RIDE, Part.CLAP))
#: Who plays a part, for the timing of people: 0 is the drummer, machines keep to the grid.
_PLAYER = {
    **dict.fromkeys(_DRUMS, 0), Part.BASS: 1, Part.CHORD: 2, Part.LEAD: 3, Part.VOCAL: 4,
    Part.ARP: 5, Part.RISER: 6,
}  # fmt: skip
_VOCALS = ("alto", "tenor", "child", "breathy")
_ARPS = ("pluck", "bell", "square", "saw", "clean guitar", "glass")
_TITLE_FIRST = (
    "Paper", "Silver", "Morning", "Glass", "Hidden", "Distant", "Copper", "Winter", "Electric",
    "Quiet", "Falling", "Open", "Crimson", "Lantern", "Salt", "Violet",
)  # fmt: skip
_TITLE_SECOND = (
    "Harbour", "Signal", "Garden", "Stairs", "Engine", "River", "Season", "Window", "Orbit",
    "Parade", "Thread", "Meadow", "Compass", "Station", "Tide", "Mirror",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Score:
    """What holds for the whole song while it is written."""

    genre: Genre
    scale: Scale
    part: Part
    octave: int
    temper: Temper
    progressions: dict[SectionKind, tuple[int, ...]]
    grooves: dict[SectionKind, str]
    comps: dict[SectionKind, str]
    bass: str
    strum: int
    seventh: bool
    arp: bool


def compose(
    seed: int, *, genre: str | None = None, length_seconds: tuple[float, float] = (30.0, 72.0)
) -> SongPlan:
    """Compose a song.

    Args:
        seed: any non-negative integer; the same one gives the same song.
        genre: a name in ``genres.GENRES``; drawn from the seed when None.
        length_seconds: the song's length is drawn from this range (forms are whole bars, so
            the real one differs by a few seconds, at slow tempi by some more).
    """
    rng = np.random.default_rng([seed, 0])
    drawn = _choose_genre(rng)
    kind = drawn if genre is None else genre_named(genre)
    bpm = choose_bpm(rng, kind)
    start_ms = int(rng.integers(20, 1500))
    if rng.random() < 0.2:
        start_ms += int(rng.integers(500, 2600))
    form = choose_form(rng, kind, 60000.0 / bpm, rng.uniform(*length_seconds))
    tempos, form, drifting = choose_tempos(rng, kind, bpm, start_ms, form)
    sections = _lay_out(form)
    draft = Draft()
    score = _choose_score(rng, kind, bpm)
    _write(rng, draft, score, form, sections, tempos)
    tempos = _make_room(tempos, draft)
    jitter_ms = 0.0
    if kind.live and rng.random() < 0.75:
        jitter_ms = float(np.clip(rng.gamma(2.5, 1.1), 0.4, 5.5))
    notes = _timed(rng, draft, tempos, jitter_ms)
    end = max(note.onset_ms + note.duration_ms for note in notes)
    fades = rng.random(2)
    return SongPlan(
        seed=seed,
        genre=kind.name,
        title=f"{rng.choice(_TITLE_FIRST)} {rng.choice(_TITLE_SECOND)}",
        artist=f"Synthetic {kind.name.title()} Ensemble",
        tempos=tempos,
        sections=sections,
        notes=notes,
        triplets=kind.triplets,
        lead_voice=str(rng.choice(kind.leads)),
        chord_voice=str(rng.choice(kind.chords)),
        bass_voice=str(rng.choice(kind.basses)),
        kit=str(rng.choice(kind.kits)),
        length_ms=end + float(rng.uniform(600, 2500)),
        arp_voice=str(rng.choice(_ARPS)),
        vocal_voice=str(rng.choice(_VOCALS)),
        jitter_ms=jitter_ms,
        fade_in_ms=float(rng.uniform(1500, 5000)) if fades[0] < 0.07 else 0.0,
        fade_out_ms=float(rng.uniform(2500, 8000)) if fades[1] < 0.15 else 0.0,
        drifting=drifting,
        electronic=not kind.live,
    )


def _choose_genre(rng: np.random.Generator) -> Genre:
    weights = np.array([genre.weight for genre in GENRES])
    return GENRES[int(rng.choice(len(GENRES), p=weights / weights.sum()))]


def _choose_score(rng: np.random.Generator, genre: Genre, bpm: float) -> _Score:
    # Above about 150 BPM quarters of a beat are too fast to be sung all the time.
    pace = float(np.clip((215.0 - bpm) / 60.0, 0.25, 1.0))
    busy = float(np.clip((genre.busy + rng.normal(0, 0.15)) * pace, 0.02, 0.85))
    held = float(np.clip(genre.held + rng.normal(0.02, 0.12), 0.1, 0.75))
    temper = Temper(
        busy, held, float(rng.uniform(0, 0.25)), float(rng.choice([0.0, 0.3, 0.6])), genre.triplets
    )
    comp = str(rng.choice(genre.comp))
    other = comp if rng.random() < 0.5 else str(rng.choice(genre.comp))
    grooves: dict[SectionKind, str] = {}
    if genre.verse:
        grooves[SectionKind.VERSE] = str(rng.choice(genre.verse))
    if genre.chorus:
        grooves[SectionKind.CHORUS] = str(rng.choice(genre.chorus))
    common = rng.random() < 0.3
    first = PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
    return _Score(
        genre=genre,
        scale=choose_scale(rng),
        part=Part.VOCAL if rng.random() < genre.sung else Part.LEAD,
        octave=7 * int(rng.integers(0, 2)),
        temper=temper,
        progressions={
            kind: first if common else PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
            for kind in SectionKind
        },
        grooves=grooves,
        comps={kind: other if kind is SectionKind.CHORUS else comp for kind in SectionKind},
        bass=str(rng.choice(genre.bass)) if genre.bass else "long",
        strum=int(rng.integers(0, 4)),
        seventh=bool(rng.random() < (0.6 if genre.triplets else 0.15)),
        arp=bool(rng.random() < genre.arp),
    )


def _lay_out(form: Sequence[Passage]) -> tuple[Section, ...]:
    sections: list[Section] = []
    tick = 0
    for passage in form:
        end = tick + passage.bars * passage.meter * TICKS_PER_BEAT
        sections.append(
            Section(
                passage.kind, tick, end, passage.lead, passage.drums, passage.energy, passage.kiai
            )
        )
        tick = end
    return tuple(sections)


def _write(
    rng: np.random.Generator,
    draft: Draft,
    score: _Score,
    form: Sequence[Passage],
    sections: Sequence[Section],
    tempos: tuple[Tempo, ...],
) -> None:
    shift = 0
    modulates = rng.random() < 0.18
    swaps = score.part is Part.VOCAL and rng.random() < 0.4
    choruses = [i for i, passage in enumerate(form) if passage.kind is SectionKind.CHORUS]
    for index, (passage, section) in enumerate(zip(form, sections, strict=True)):
        if modulates and choruses and index == choruses[-1] and index > 1:
            shift = int(rng.choice([1, 2, 3, -2]))
        part = score.part
        if swaps and passage.kind in (SectionKind.INTRO, SectionKind.OUTRO, SectionKind.BUILD):
            part = Part.LEAD  # an instrument takes over where nobody sings
        following = form[index + 1] if index + 1 < len(form) else None
        _write_section(
            rng, draft, score, passage, section, following, score.scale.moved(shift), part,
            _beat_ms(tempos, section.first_tick), first=index == 0,
        )  # fmt: skip
    if form[0].lead and form[0].kind is not SectionKind.BREAK and rng.random() < 0.3:
        _pick_up(rng, draft, score)
    _ending(rng, draft, score, form[-1], sections[-1].end_tick, score.scale.moved(shift))


def _beat_ms(tempos: tuple[Tempo, ...], tick: int) -> float:
    return tick_time(tempos, tick + TICKS_PER_BEAT) - tick_time(tempos, tick)


def _write_section(
    rng: np.random.Generator,
    draft: Draft,
    score: _Score,
    passage: Passage,
    section: Section,
    following: Passage | None,
    scale: Scale,
    part: Part,
    beat_ms: float,
    *,
    first: bool,
) -> None:
    genre, meter, kind = score.genre, passage.meter, passage.kind
    span = (section.first_tick, section.end_tick)
    how = Accompaniment(
        score.progressions[kind],
        "pad" if kind is SectionKind.BREAK else score.comps[kind],
        score.bass, score.strum, score.seventh, genre.triplets,
    )  # fmt: skip
    fill = 0
    if passage.drums and following is not None and following.drums:
        fill = min(int(rng.choice([0, 1, 2, 4], p=[0.25, 0.4, 0.28, 0.07])), meter)
    before = len(draft.notes)
    if passage.drums and kind is SectionKind.BUILD:
        write_build(rng, draft, genre, *span, meter, beat_ms)
        fill = 0
    elif passage.drums:
        _section_drums(rng, draft, score, passage, span, fill, beat_ms, crash=not first)
    kicks = [note.tick for note in draft.notes[before:] if note.part is Part.KICK]
    loud = 0.5 if kind is SectionKind.BREAK else 0.55 + 0.25 * passage.energy
    bare = kind is not SectionKind.BREAK and passage.drums and rng.random() < 0.04
    if not bare:
        write_chords(draft, how, scale, *span, meter, loud)
    if passage.bass:
        write_bass(rng, draft, how, scale, *span, meter, kicks)
    if score.arp and kind is not SectionKind.BREAK and rng.random() < 0.75:
        step = TICKS_PER_BEAT // 3 if genre.triplets else TICKS_PER_BEAT // 4
        if beat_ms * step / TICKS_PER_BEAT < 85:
            step *= 2
        write_arpeggio(rng, draft, how, scale.moved(12), span, meter, step, 0.6)
    if passage.lead:
        _section_melody(rng, draft, score, passage, section, scale, part, how, fill)


def _section_drums(
    rng: np.random.Generator,
    draft: Draft,
    score: _Score,
    passage: Passage,
    span: tuple[int, int],
    fill: int,
    beat_ms: float,
    *,
    crash: bool,
) -> None:
    kind = passage.kind
    source = SectionKind.CHORUS if kind is SectionKind.CHORUS else SectionKind.VERSE
    groove = score.grooves.get(source) or next(iter(score.grooves.values()))
    thin = ""
    if kind is SectionKind.INTRO and rng.random() < 0.4:
        thin = "snare"
    elif kind is not SectionKind.CHORUS and rng.random() < 0.12:
        thin = str(rng.choice(["snare", "cymbals", "kick"]))
    crash = crash and (kind is SectionKind.CHORUS or rng.random() < 0.6)
    part = DrumPart(groove, fill, crash, thin, beat_ms)
    write_drums(rng, draft, score.genre, part, *span, passage.meter)


def _section_melody(
    rng: np.random.Generator,
    draft: Draft,
    score: _Score,
    passage: Passage,
    section: Section,
    scale: Scale,
    part: Part,
    how: Accompaniment,
    fill: int,
) -> None:
    temper = score.temper
    if passage.kind is SectionKind.CHORUS:
        busy = min(0.9, temper.busy * 1.3 + 0.04)
        temper = Temper(busy, temper.held, temper.leaps, temper.rests * 0.5, temper.triplets)
    lifted = 7 if part is Part.LEAD and score.octave else 0
    for note in melody(rng, passage.bars, passage.meter, temper, how.chords, fill):
        loud = 0.85 if note.tick % TICKS_PER_BEAT else 1.0
        draft.add(
            part, section.first_tick + note.tick, note.ticks,
            scale.pitch(note.degree + lifted), loud, note.held,
        )  # fmt: skip


def _pick_up(rng: np.random.Generator, draft: Draft, score: _Score) -> None:
    """A few notes of melody before the first downbeat."""
    step = TICKS_PER_BEAT // 3 if score.genre.triplets else TICKS_PER_BEAT // 2
    count = int(rng.integers(1, 4))
    for index in range(count, 0, -1):
        draft.add(score.part, -index * step, step, score.scale.pitch(4 - index), 0.85)


def _ending(
    rng: np.random.Generator, draft: Draft, score: _Score, last: Passage, tick: int, scale: Scale
) -> None:
    """The song's last sound: a struck final note, perhaps after a rising noise, or just an end."""
    bar = last.meter * TICKS_PER_BEAT
    draw = rng.random()
    if draw < 0.15:
        return
    if draw < 0.4 and score.grooves:
        draft.add(Part.RISER, tick, bar, 0, 0.9)
        tick += bar
    root = score.progressions[last.kind][0]
    for tone in (0, 2, 4):
        draft.add(Part.CHORD, tick, bar, scale.pitch(root + tone - 7), 0.75)
    if last.drums:
        draft.add(Part.CRASH, tick, bar, 0, 0.9)
        draft.add(Part.KICK, tick, 6, 0, 1.0)
    if last.bass:
        draft.add(Part.BASS, tick, bar, 36 + (scale.pitch(root) % 12), 0.8)
    draft.add(Part.LEAD if last.lead else Part.CHORD, tick, bar, scale.pitch(root), 1.0, last.lead)


def _make_room(tempos: tuple[Tempo, ...], draft: Draft) -> tuple[Tempo, ...]:
    """Later tempos, where a pick-up would begin before the audio does."""
    first = min(note.tick for note in draft.notes)
    earliest = tick_time(tempos, first)
    if earliest >= 40:
        return tempos
    later = int(np.ceil(40 - earliest))
    return tuple(
        Tempo(tempo.tick, tempo.start_ms + later, tempo.beat_length, tempo.meter)
        for tempo in tempos
    )


def _timed(
    rng: np.random.Generator, draft: Draft, tempos: tuple[Tempo, ...], jitter_ms: float
) -> tuple[Note, ...]:
    unique: dict[tuple[Part, int, int], DraftNote] = {}
    for note in draft.notes:
        key = (note.part, note.tick, note.pitch)
        before = unique.get(key)
        if before is None or before.velocity < note.velocity:
            unique[key] = note
    ordered = sorted(
        unique.values(), key=lambda note: (note.tick, _PART_ORDER[note.part], note.pitch)
    )
    ticks = np.array([note.tick for note in ordered], dtype=np.int64)
    ends = ticks + np.array([note.ticks for note in ordered], dtype=np.int64)
    players = np.array([_PLAYER[note.part] for note in ordered], dtype=np.int64)
    times = onset_times(tempos, ticks)
    durations = (onset_times(tempos, ends) - times).tolist()
    onsets = (times + jitter(rng, ticks, players, jitter_ms)).tolist()
    return tuple(
        Note(
            note.part, note.tick, note.ticks, note.pitch, note.velocity,
            onset, duration, note.held,
        )
        for note, onset, duration in zip(ordered, onsets, durations, strict=True)
    )  # fmt: skip
