"""Small maps and random objects for the tests of this room, and the corpus's maps."""

from __future__ import annotations

import json
import random
from functools import lru_cache
from pathlib import Path

from model_core.beatmap import NewObject, ObjectKind, Sound
from model_core.beatmap.columns import column_x

HEADER = """osu file format v14

[General]
AudioFilename: audio.mp3
SampleSet: Soft
Mode: 0

[Editor]
Bookmarks: 1000,2000

[Metadata]
Title:A song
Version:Hard

[Difficulty]
CircleSize:4
OverallDifficulty:7
ApproachRate:8
SliderMultiplier:1.4
SliderTickRate:1

[Events]
//Background and Video events
0,0,"bg.jpg",0,0
//Break Periods
2,9000,14000
//Storyboard Layer 0 (Background)
Sprite,Foreground,Centre,"a.png",320,240
 F,0,0,1000,1

[TimingPoints]
0,500,4,2,1,60,1,0
2000,-50,4,2,1,80,0,0
4000,-100,4,1,1,70,0,1
6000,-200,4,2,3,40,0,0

[Colours]
Combo1 : 255,128,0

[HitObjects]
"""

OBJECTS = """100,100,500,5,0,0:0:0:0:
200,100,1000,1,0,0:0:0:0:
300,100,1500,2,0,L|440:100,1,140,0|0,0:0|0:0,0:0:0:0:
100,200,2500,5,0,0:0:0:0:
200,200,3000,1,2,0:0:0:0:
300,200,3500,1,0,0:0:0:0:
100,300,4000,6,0,L|240:300,2,140,2|0|8,0:0|0:0|0:0,0:0:0:0:
200,300,6000,1,0,0:0:0:0:
300,300,6500,2,0,L|370:300,1,70,0|0,0:0|0:0,0:0:0:0:
256,192,8000,12,0,8500,0:0:0:0:
100,100,15000,5,0,0:0:0:0:
200,100,15500,1,0,0:0:0:0:
"""


def small_map(eol: str = "\r\n", final_newline: bool = True) -> bytes:
    """A hand-made map of twelve objects with the usual sections."""
    text = (HEADER + OBJECTS).replace("\n", eol)
    return (text if final_newline else text.removesuffix(eol)).encode()


def circle(time: int, volume: int = 60, new_combo: bool = False, sample_set: int = 2) -> NewObject:
    """A circle in the middle of the playfield."""
    sound = Sound(0, sample_set, sample_set, volume)
    return NewObject(ObjectKind.CIRCLE, time, 256, 192, new_combo, (sound,))


def slider(
    time: int, length: float = 140.0, velocity: float | None = None, slides: int = 1
) -> NewObject:
    """A straight slider; at 120 BPM and multiplier 1.4 a length of 140 lasts 500 ms."""
    sounds = (Sound(0, 2, 2, 60),) * (slides + 1)
    return NewObject(
        ObjectKind.SLIDER,
        time,
        100,
        100,
        False,
        sounds,
        Sound(0, 2, 2, 60),
        None,
        "L",
        ((240, 100),),
        slides,
        length,
        velocity,
    )


def _random_sound(dice: random.Random) -> Sound:
    volume = dice.choice([5, 30, 50, 70, 100, dice.randint(0, 100)])
    return Sound(dice.choice([0, 2, 4, 8, 10]), dice.randint(1, 3), dice.randint(1, 3), volume)


def hold(time: int, end_time: int, column: int = 0, keys: int = 4, volume: int = 60) -> NewObject:
    """A hold note in a column of a mania map."""
    sound = Sound(0, 2, 2, volume)
    x = column_x(column, keys)
    return NewObject(ObjectKind.HOLD, time, x, 192, False, (sound,), None, end_time)


def note(time: int, column: int = 0, keys: int = 4, volume: int = 60) -> NewObject:
    """A note in a column of a mania map."""
    sound = Sound(0, 2, 2, volume)
    return NewObject(ObjectKind.CIRCLE, time, column_x(column, keys), 192, False, (sound,))


def random_notes(
    dice: random.Random, start: int, end: int, count: int, keys: int
) -> list[NewObject]:
    """Notes and hold notes of mania, chords among them, overlapping as they come."""
    objects = []
    moments = [dice.randint(start - 50, end + 50) for _ in range(max(1, count // 2))]
    for _ in range(count):
        time, column = dice.choice(moments), dice.randrange(keys)
        speed = dice.choice([None, None, 1.0, 0.5, 0.02, dice.uniform(0.3, 4)])
        length = dice.choice([None, 20, 100, dice.randint(30, 3000)])
        objects.append(
            NewObject(
                ObjectKind.CIRCLE if length is None else ObjectKind.HOLD,
                time,
                column_x(column, keys),
                192,
                dice.random() < 0.1,
                (_random_sound(dice),),
                end_time=None if length is None else time + length,
                slider_velocity=speed,
            )
        )
    return objects


def random_objects(dice: random.Random, start: int, end: int, count: int) -> list[NewObject]:
    """Objects of all kinds within and a little beyond a range, overlapping as they come."""
    objects = []
    for _ in range(count):
        time = dice.randint(start - 50, end + 50)
        x, y = dice.randint(0, 512), dice.randint(0, 384)
        combo = dice.random() < 0.2
        kind = dice.random()
        if kind < 0.5:
            objects.append(NewObject(ObjectKind.CIRCLE, time, x, y, combo, (_random_sound(dice),)))
        elif kind < 0.95:
            slides = dice.choice([1, 1, 1, 2, 3])
            letter = dice.choice("LBP")
            points = tuple(
                (dice.randint(0, 512), dice.randint(0, 384))
                for _ in range({"L": 1, "P": 2, "B": 3}[letter])
            )
            objects.append(
                NewObject(
                    ObjectKind.SLIDER,
                    time,
                    x,
                    y,
                    combo,
                    tuple(_random_sound(dice) for _ in range(slides + 1)),
                    dice.choice([None, _random_sound(dice)]),
                    None,
                    letter,
                    points,
                    slides,
                    dice.uniform(20, 250),
                    dice.choice([None, 1.0, 0.8, 1.35, 2.0, dice.uniform(0.3, 4)]),
                )
            )
        else:
            end_time = time + dice.randint(100, 2000)
            objects.append(
                NewObject(
                    ObjectKind.SPINNER,
                    time,
                    256,
                    192,
                    combo,
                    (_random_sound(dice),),
                    None,
                    end_time,
                )
            )
    return objects


@lru_cache(maxsize=1)
def corpus_entries(corpus: Path) -> tuple[dict[str, object], ...]:
    """The corpus's index."""
    return tuple(json.loads((corpus / "index.json").read_text(encoding="utf-8")))


def standard_maps(corpus: Path) -> list[str]:
    """Names of the corpus's osu!standard files."""
    return maps_of_mode(corpus, 0)


def maps_of_mode(corpus: Path, mode: int) -> list[str]:
    """Names of the corpus's files of one mode."""
    return [str(e["file"]) for e in corpus_entries(corpus) if str(e["mode"])[0] == str(mode)]
