"""Genres: tempi, metres, grooves, voices, and how their melodies and chords move.

A genre is a set of ranges; one song draws within them. Beats of ``6/8`` and ``7/8`` are eighths,
so their tempi are those of eighths, as a mapper writes them with six or seven beats a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

from model_core.training.songs import grooves as g

__all__ = ["GENRES", "Genre", "genre_named"]


@dataclass(frozen=True, slots=True)
class Genre:
    """Ranges and tables from which one song is drawn.

    Attributes:
        beats: beats a bar, for which the grooves are written as well.
        verse, chorus: grooves (see ``grooves``); none in music without drums.
        comp: ways in which the chords are played, see ``harmony.COMPS``.
        bass: ways in which the bass moves, see ``harmony.BASSES``; empty without a bass.
        busy: 0 to 1, how often the melody moves faster than in halves of a beat.
        held: 0 to 1, how often it holds a note.
        sung: chance that the melody is a voice's.
        arp: chance that an arpeggio plays along.
        form: ``song``, ``club`` (breaks, build-ups, drops) or ``piece`` (no drums needed).
        live: people play: onsets may stand off the grid and the tempo may wander.
        fills: divisions of the beat that fills use.
    """

    name: str
    bpm: tuple[float, float]
    verse: tuple[str, ...]
    chorus: tuple[str, ...]
    leads: tuple[str, ...]
    chords: tuple[str, ...]
    basses: tuple[str, ...]
    kits: tuple[str, ...]
    comp: tuple[str, ...]
    bass: tuple[str, ...]
    busy: float = 0.3
    held: float = 0.35
    beats: int = 4
    triplets: bool = False
    sung: float = 0.0
    arp: float = 0.0
    form: str = "song"
    live: bool = True
    fills: tuple[int, ...] = (4, 4, 2, 6)
    chopped: bool = False
    weight: float = 1.0


_BAND = ("acoustic", "rock room", "tight", "dry studio")
_METAL_KITS = ("metal", "tight", "rock room")
_CLUB = ("909", "electronic", "club")
_LEAD_SYNTHS = ("saw", "supersaw", "square", "pluck", "bell")
_ROCK_BASS = ("round", "pick", "growl")
_SYNTH_BASS = ("sub", "saw", "reese", "fm bass")

GENRES: tuple[Genre, ...] = (
    Genre(
        "rock", (95, 190), g.ROCK, g.ROCK_LOUD,
        ("guitar", "lead guitar", "organ"), ("guitar", "organ", "clean guitar", "piano"),
        _ROCK_BASS, _BAND, ("strum", "power", "pad", "quarter"), ("eighths", "roots", "sync"),
        busy=0.3, sung=0.5, weight=1.6,
    ),
    Genre(
        "anime rock", (140, 205), g.ROCK, (*g.ROCK_LOUD, *g.PUNK[:1]),
        ("lead guitar", "saw", "piano"), ("guitar", "distorted"), ("pick", "growl"),
        ("rock room", "tight", "acoustic"), ("power", "strum"), ("eighths", "sync"),
        busy=0.35, held=0.3, sung=0.75, arp=0.15, fills=(4, 4, 4, 6, 2), weight=1.6,
    ),
    Genre(
        "punk", (160, 230), g.PUNK, g.PUNK,
        ("lead guitar", "guitar"), ("distorted",), ("pick", "growl"),
        ("garage", "rock room", "tight"), ("power",), ("eighths",),
        busy=0.12, held=0.3, sung=0.75, fills=(2, 4, 4),
    ),
    Genre(
        "metal", (110, 220), g.METAL, (*g.METAL, *g.ROCK_LOUD),
        ("lead guitar", "saw"), ("distorted",), ("growl", "pick"), _METAL_KITS,
        ("gallop", "power"), ("follow", "eighths"),
        busy=0.45, held=0.3, sung=0.3, fills=(4, 4, 6, 8), weight=1.2,
    ),
    Genre(
        "blast metal", (190, 260), (*g.BLAST, g.METAL[0]), g.BLAST,
        ("lead guitar", "choir"), ("distorted",), ("growl",), _METAL_KITS,
        ("tremolo", "power"), ("eighths", "roots"),
        busy=0.15, held=0.5, fills=(4, 4, 2), weight=0.7,
    ),
    Genre(
        "slow metal", (60, 112), g.DOOM, (*g.DOOM, *g.METAL),
        ("lead guitar", "guitar"), ("distorted",), ("growl",), _METAL_KITS,
        ("power", "gallop"), ("follow", "roots"),
        busy=0.55, held=0.45, fills=(4, 6, 8, 8), weight=0.5,
    ),
    Genre(
        "drum and bass", (165, 182), g.BREAKBEAT, g.BREAKBEAT,
        ("saw", "flute", "supersaw", "electric piano"), ("soft", "strings", "electric piano"),
        ("reese", "sub", "fm bass"), ("tight", "break", "electronic"), ("pad", "stab"),
        ("sync", "roots", "long"),
        busy=0.3, held=0.45, sung=0.25, arp=0.3, form="club", live=False, fills=(4, 6, 8),
    ),
    Genre(
        "breakcore", (170, 245), g.AMEN, g.AMEN,
        ("square", "saw", "bell", "glass"), ("soft", "strings", "saw"), ("reese", "sub", "saw"),
        ("break", "lo-fi", "industrial"), ("pad", "stab"), ("sync", "long"),
        busy=0.35, held=0.35, sung=0.15, arp=0.4, form="club", live=False, fills=(6, 8, 4),
        chopped=True,
    ),
    Genre(
        "house", (112, 132), g.HOUSE, g.HOUSE,
        _LEAD_SYNTHS, ("saw", "electric piano", "organ", "piano"), _SYNTH_BASS, _CLUB,
        ("stab", "offbeat", "pad"), ("off", "sync", "octaves"),
        busy=0.5, held=0.3, sung=0.3, arp=0.25, form="club", live=False,
    ),
    Genre(
        "trance", (130, 148), g.TRANCE, g.TRANCE,
        ("supersaw", "saw", "pluck"), ("soft", "supersaw", "strings"), _SYNTH_BASS, _CLUB,
        ("pad", "gate"), ("rolling", "off"),
        busy=0.6, held=0.3, sung=0.1, arp=0.7, form="club", live=False,
    ),
    Genre(
        "techno", (124, 155), g.TECHNO, (*g.TECHNO, *g.HOUSE),
        ("square", "fm lead", "pluck"), ("saw", "soft"), _SYNTH_BASS,
        ("909", "industrial", "808"), ("stab", "gate"), ("rolling", "off", "octaves"),
        busy=0.6, held=0.15, arp=0.5, form="club", live=False, weight=0.7,
    ),
    Genre(
        "hardcore", (160, 225), (*g.HARDCORE, g.BREAKBEAT[0]), g.HARDCORE,
        ("supersaw", "saw", "bell", "piano"), ("supersaw", "saw", "piano"), _SYNTH_BASS,
        ("gabber", "club", "industrial"), ("stab", "gate", "pad"), ("off", "octaves"),
        busy=0.4, held=0.3, sung=0.25, arp=0.4, form="club", live=False, weight=1.3,
    ),
    Genre(
        "speedcore", (225, 260), g.HARDCORE, g.HARDCORE,
        ("square", "saw", "bell"), ("saw", "soft"), ("sub", "saw"), ("gabber", "industrial"),
        ("pad", "gate"), ("off", "roots"),
        busy=0.2, held=0.35, arp=0.2, form="club", live=False, weight=0.5,
    ),
    Genre(
        "future bass", (130, 175), g.HALF_TIME, (*g.HALF_TIME, *g.HOUSE[:2]),
        ("supersaw", "bell", "glass", "flute"), ("supersaw", "saw"), ("sub", "reese"),
        ("808", "club", "electronic"), ("gate", "stab", "pad"), ("sync", "long"),
        busy=0.6, held=0.35, sung=0.4, arp=0.3, form="club", live=False, fills=(4, 6, 8),
    ),
    Genre(
        "swing", (110, 230), g.SWING, (*g.SWING, *g.SHUFFLE[:1]),
        ("trumpet", "clarinet", "piano", "vibes"), ("piano", "clean guitar", "organ"), ("upright",),
        ("brush", "acoustic", "dry studio"), ("swing", "quarter"), ("walk",),
        busy=0.4, held=0.3, triplets=True, sung=0.25, fills=(3, 3, 6),
    ),
    Genre(
        "shuffle", (84, 160), g.SHUFFLE, g.SHUFFLE,
        ("guitar", "harmonica", "organ"), ("piano", "organ", "clean guitar"), ("round", "upright"),
        _BAND, ("swing", "strum"), ("walk", "roots"),
        busy=0.4, held=0.35, triplets=True, sung=0.45, fills=(3, 6, 3),
    ),
    Genre(
        "twelve eight", (54, 130), g.TWELVE, g.TWELVE,
        ("flute", "organ", "lead guitar"), ("piano", "strings", "clean guitar"), ("round",),
        _BAND, ("broken", "pad"), ("roots", "long"),
        busy=0.5, held=0.5, triplets=True, sung=0.5, fills=(3, 6), weight=0.6,
    ),
    Genre(
        "waltz", (84, 196), g.WALTZ, g.WALTZ,
        ("flute", "violin", "bell", "accordion"), ("piano", "strings", "accordion"),
        ("round", "upright"), ("brush", "acoustic", "dry studio"), ("waltz", "broken", "pad"),
        ("roots", "long"),
        busy=0.25, held=0.45, beats=3, sung=0.25, fills=(2, 4),
    ),
    Genre(
        "ballad", (52, 96), g.HALF_TIME, (*g.ROCK, *g.HALF_TIME),
        ("flute", "violin", "piano"), ("piano", "strings", "clean guitar", "electric piano"),
        ("round", "sub"), ("acoustic", "dry studio", "brush"), ("broken", "pad", "quarter"),
        ("long", "roots"),
        busy=0.45, held=0.55, sung=0.6, fills=(4, 6, 2),
    ),
    Genre(
        "chiptune", (110, 205), (*g.ROCK, *g.HOUSE), (*g.ROCK_LOUD, *g.PUNK),
        ("square", "pulse", "narrow pulse"), ("pulse", "square"), ("triangle", "pulse"),
        ("chip", "chip noise"), ("chiparp", "stab"), ("octaves", "eighths"),
        busy=0.5, held=0.25, arp=0.5, live=False, weight=1.1,
    ),
    Genre(
        "hip hop", (64, 104), g.HIP_HOP, g.HIP_HOP,
        ("flute", "electric piano", "bell", "trumpet"), ("electric piano", "piano", "soft"),
        ("sub", "upright", "round"), ("lo-fi", "808", "dry studio"), ("pad", "offbeat", "quarter"),
        ("sync", "long"),
        busy=0.6, held=0.35, sung=0.4, live=False, fills=(4, 6, 8),
    ),
    Genre(
        "latin", (88, 136), g.LATIN, g.LATIN,
        ("trumpet", "flute", "accordion", "piano"), ("piano", "clean guitar"),
        ("upright", "round"), ("acoustic", "dry studio", "latin"), ("montuno", "offbeat"),
        ("tumbao", "sync"),
        busy=0.45, held=0.3, sung=0.35, fills=(4, 6),
    ),
    Genre(
        "ska", (120, 190), g.SKA, (*g.SKA, *g.ROCK[:2]),
        ("trumpet", "organ", "guitar"), ("clean guitar", "organ"), ("round", "pick"), _BAND,
        ("offbeat",), ("walk", "eighths"),
        busy=0.3, held=0.3, sung=0.5, weight=0.6,
    ),
    Genre(
        "five four", (96, 190), g.FIVE, g.FIVE,
        ("piano", "saw", "lead guitar", "clarinet"), ("piano", "guitar", "electric piano"),
        ("round", "pick"), _BAND, ("quarter", "strum", "pad"), ("roots", "eighths"),
        busy=0.35, beats=5, sung=0.2, weight=0.5,
    ),
    Genre(
        "six eight", (132, 250), g.SIX, g.SIX,
        ("violin", "flute", "lead guitar"), ("clean guitar", "strings", "piano"), ("round",),
        _BAND, ("broken", "pad", "strum"), ("long", "roots"),
        busy=0.1, held=0.5, beats=6, sung=0.4, fills=(2, 2, 1), weight=0.7,
    ),
    Genre(
        "seven eight", (150, 258), g.SEVEN, g.SEVEN,
        ("lead guitar", "saw", "clarinet"), ("guitar", "distorted", "organ"), ("pick", "growl"),
        ("rock room", "tight", "latin"), ("power", "quarter", "pad"), ("roots", "follow"),
        busy=0.1, beats=7, sung=0.15, fills=(2, 2, 1), weight=0.5,
    ),
    Genre(
        "orchestral", (60, 168), (*g.MARCH,), (*g.MARCH,),
        ("violin", "trumpet", "flute", "choir"), ("strings", "choir", "brass"), ("strings low",),
        ("orchestra",), ("pad", "quarter", "broken"), ("long", "roots"),
        busy=0.4, held=0.5, arp=0.4, form="piece", fills=(4, 6),
    ),
    Genre(
        "piano solo", (50, 150), (), (),
        ("piano",), ("piano",), ("piano",), ("dry studio",), ("broken", "waltz", "quarter"),
        ("long", "roots"),
        busy=0.55, held=0.4, form="piece",
    ),
    Genre(
        "ambient", (50, 104), (), (*g.HALF_TIME[:1],),
        ("glass", "bell", "flute", "choir"), ("soft", "strings", "choir"), ("sub",),
        ("808", "lo-fi"), ("pad",), ("long",),
        busy=0.4, held=0.65, arp=0.45, form="piece", live=False, weight=0.5,
    ),
)  # fmt: skip


def genre_named(name: str) -> Genre:
    """The genre of that name.

    Raises:
        ValueError: there is none; the message names those that there are.
    """
    for genre in GENRES:
        if genre.name == name:
            return genre
    known = ", ".join(genre.name for genre in GENRES)
    raise ValueError(f"There is no genre {name!r}. Known genres: {known}.")
