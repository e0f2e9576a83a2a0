"""A small map for tests, and a way through windows and back."""

from __future__ import annotations

from model_core.beatmap import Beatmap, parse
from model_core.tokens import Layout, TimedEvents, Vocabulary
from model_core.tokens.decode import decode_window
from model_core.tokens.prompts import encode_events

SMALL_MAP = b"""osu file format v14

[General]
SampleSet: Soft
Mode: 0

[Difficulty]
CircleSize:4
OverallDifficulty:7
ApproachRate:8.5
SliderMultiplier:1.4
SliderTickRate:1

[TimingPoints]
500,400,4,2,1,60,1,0
2100,-75,4,2,1,70,0,1
5300,-100,4,1,1,50,0,0

[HitObjects]
256,192,500,5,0,0:0:0:0:
300,180,900,1,2,0:0:0:0:
100,200,1300,2,0,L|240:200,1,140,2|0,0:0|1:2,0:0:0:0:
300,250,2100,6,8,P|350:180|420:250,2,140,0|8|4,0:0|2:3|0:0,3:0:0:0:
60,60,3300,2,0,B|120:60|120:60|120:160,1,140
256,192,4500,12,4,9300,1:2:0:30:
-8,100,9700,5,0,0:0:0:0:
"""


def small_map() -> Beatmap:
    """Circles, three sliders (one with a repeat, one with a red anchor) and a long spinner."""
    return parse(SMALL_MAP)


def through_windows(
    events: TimedEvents, vocab: Vocabulary, layout: Layout, until_ms: int
) -> TimedEvents:
    """What is left of events after encoding and decoding them, window by window."""
    stride = 3270
    result = TimedEvents()
    for frame_time in range(0, until_ms, stride):
        part = events.slice(frame_time, frame_time + stride)
        ids = encode_events(vocab, part.events, frame_time)
        result = result + decode_window(vocab, layout, ids, frame_time)
    return result
