"""Small songs written by hand, for rules that composed songs seldom ask for."""

from __future__ import annotations

from collections.abc import Iterable

from model_core.training.songs import (
    TICKS_PER_BEAT,
    Note,
    Part,
    Section,
    SectionKind,
    SongPlan,
    Tempo,
)
from model_core.training.songs.plan import tick_time

BAR = 4 * TICKS_PER_BEAT


def tempo_row(
    bpms: Iterable[float], *, start_ms: int = 500, bars_each: int = 1
) -> tuple[Tempo, ...]:
    """A tempo for every ``bars_each`` bars of four beats, each beginning at a whole ms."""
    tempos: list[Tempo] = []
    for number, bpm in enumerate(bpms):
        tick = number * bars_each * BAR
        start = round(tick_time(tuple(tempos), tick)) if tempos else start_ms
        tempos.append(Tempo(tick, start, 60000.0 / bpm, 4))
    return tuple(tempos)


def song(
    notes: Iterable[tuple[Part, int, int, bool]],
    *,
    bars: int = 8,
    tempos: tuple[Tempo, ...] = (Tempo(0, 500, 400.0, 4),),
    sections: tuple[Section, ...] | None = None,
    lead: bool = True,
    triplets: bool = False,
) -> SongPlan:
    """A song of (part, tick, ticks, held) notes in one section, or in those given."""
    made = tuple(
        Note(
            part=part,
            tick=tick,
            ticks=ticks,
            pitch=60 + tick // 24 % 7,
            velocity=1.0,
            onset_ms=tick_time(tempos, tick),
            duration_ms=tick_time(tempos, tick + ticks) - tick_time(tempos, tick),
            held=held,
        )
        for part, tick, ticks, held in sorted(notes, key=lambda note: note[1])
    )
    return SongPlan(
        seed=0,
        genre="test",
        title="Small Song",
        artist="Nobody",
        tempos=tempos,
        sections=sections or (Section(SectionKind.VERSE, 0, bars * BAR, lead, True, 0.5, False),),
        notes=made,
        triplets=triplets,
        lead_voice="saw",
        chord_voice="saw",
        bass_voice="sub",
        kit="tight",
        length_ms=tick_time(tempos, bars * BAR) + 1000,
    )


def line(
    part: Part, first: int, last: int, step: int, ticks: int = 3
) -> list[tuple[Part, int, int, bool]]:
    """Notes of one part at every ``step`` ticks in ``[first, last)``."""
    return [(part, tick, ticks, False) for tick in range(first, last, step)]


def mixed_song(number: int = 0) -> SongPlan:
    """Sixteen bars of jumps, streams, drums and held notes, the last eight in kiai."""
    notes: list[tuple[Part, int, int, bool]] = []
    for bar in range(16):
        first = bar * BAR
        notes += line(Part.KICK, first, first + BAR, 48)
        notes += line(Part.SNARE, first + 24, first + BAR, 48)
        kind = (bar + number) % 4
        if kind == 2:
            notes += line(Part.KICK, first + 12, first + BAR, 24)
            continue
        if kind == 3:
            notes.append((Part.LEAD, first, 84, True))
        elif kind == 1:
            notes += line(Part.LEAD, first, first + 48, 6)
            notes.append((Part.LEAD, first + 48, 42, True))
        else:
            notes += line(Part.LEAD, first, first + 72, 12)
            notes.append((Part.LEAD, first + 72, 18, True))
    sections = (
        Section(SectionKind.VERSE, 0, 8 * BAR, True, True, 0.5, False),
        Section(SectionKind.CHORUS, 8 * BAR, 16 * BAR, True, True, 0.8, True),
    )
    tempos = (Tempo(0, 500, 400.0 - 20.0 * number, 4),)
    return song(notes, bars=16, sections=sections, tempos=tempos)
