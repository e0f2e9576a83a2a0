"""Songs that this project writes itself: composed from a seed, rendered to samples.

``compose(seed)`` decides every note and its exact time; ``render(plan)`` makes the sound. What the
mapper needs to know about the music is the plan, not the sound.

What a song is:
    ``plan``: notes, tempos, sections. ``score``: notes in ticks while a song is written.
Composing, in the order in which ``compose`` asks for it:
    ``genres``: ranges from which a song is drawn; ``grooves``: their drum patterns.
    ``form``: sections and who plays in them. ``tempo``: tempos, drift, people's timing.
    ``drums``, ``harmony``, ``melody``: what is played.
Rendering, in the order of the signal:
    ``kits``, ``voices``, ``vocal``: single strokes and notes. ``play``: all of them, dry.
    ``effects``: amplifiers, rooms, compression. ``degrade``: codecs, records, old samplers.
    ``render``: the mix and the master.

Everything drawn comes from the seed; a song uses one core and no network or file. Both halves
together run well over a hundred times faster than the song lasts (``python -m benchmarks.songs``).
"""

from model_core.training.songs.compose import compose
from model_core.training.songs.plan import (
    TICKS_PER_BEAT,
    Note,
    Part,
    Section,
    SectionKind,
    SongPlan,
    Tempo,
)
from model_core.training.songs.render import render, render_stereo

__all__ = [
    "TICKS_PER_BEAT",
    "Note",
    "Part",
    "Section",
    "SectionKind",
    "SongPlan",
    "Tempo",
    "compose",
    "render",
    "render_stereo",
]
