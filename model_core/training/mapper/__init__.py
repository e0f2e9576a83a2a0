"""Rule-based mappers: song plans in, beatmap files out, for all four modes.

Their maps are what the starter learns from, so their rules are plain ones that can be heard:
``accents`` and ``levels`` say what sounds and what is asked, ``rhythm`` when, ``styles``,
``traits`` and ``flow`` where, ``sounds`` how it sounds, ``fitting`` how far apart. ``modes`` holds
the mappers of taiko, catch and mania.
"""

from model_core.training.mapper.accents import Accent, accents
from model_core.training.mapper.levels import LEVELS, Level, level_of
from model_core.training.mapper.song_mapper import MappedSong, map_song
from model_core.training.mapper.styles import STYLES, Style
from model_core.training.mapper.traits import TRAITS

__all__ = [
    "LEVELS",
    "STYLES",
    "TRAITS",
    "Accent",
    "Level",
    "MappedSong",
    "Style",
    "accents",
    "level_of",
    "map_song",
]
