"""A rule-based osu!standard mapper: song plans in, beatmap files out.

Its maps are what the starter learns from, so its rules are plain ones that can be heard:
``levels`` and ``rhythm`` decide when, ``styles`` and ``flow`` where, ``sounds`` how it sounds.
"""

from model_core.training.mapper.accents import Accent, accents
from model_core.training.mapper.levels import LEVELS, Level, level_of
from model_core.training.mapper.song_mapper import MappedSong, map_song
from model_core.training.mapper.styles import STYLES, Style

__all__ = [
    "LEVELS",
    "STYLES",
    "Accent",
    "Level",
    "MappedSong",
    "Style",
    "accents",
    "level_of",
    "map_song",
]
