"""The timing of a song, from its sound: red lines by one hearing, or by the vote of many."""

from model_core.timing.marks import Mark
from model_core.timing.song import Mode, SongTiming, TimingOptions, time_song, timing_of

__all__ = ["Mark", "Mode", "SongTiming", "TimingOptions", "time_song", "timing_of"]
