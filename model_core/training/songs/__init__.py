"""Songs that this project writes itself: composed from a seed, rendered to samples.

``compose`` decides every note and its exact time; ``render`` makes the sound. What the mapper
needs to know about the music is the plan, not the sound.
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
