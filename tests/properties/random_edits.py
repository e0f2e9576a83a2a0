"""Edits of every kind, as a request could ask for them, and some that none would."""

from __future__ import annotations

import random
from dataclasses import replace

from model_core.beatmap import (
    Beatmap,
    Edit,
    EditKind,
    ObjectKind,
    RedLine,
    Sound,
    remap,
    replaced_objects,
)
from model_core.beatmap.edits.green_line_edits import GreenSetting, green_lines_of, set_green_lines
from model_core.beatmap.edits.hitsounding import set_hitsounds
from model_core.beatmap.edits.red_lines import red_lines_of, set_red_lines
from model_core.beatmap.object_sounds import ObjectSounds
from tests.model_core.beatmap.maps import random_notes, random_objects

#: More slides than this are no slider that anybody edits, and make long lists of sounds.
MOST_SLIDES = 100
FARTHEST = 2**31 - 20_000


def random_edit(beatmap: Beatmap, kind: EditKind, dice: random.Random) -> Edit:
    """An edit of some range of a map; refusals are raised as they come."""
    start, end = random_range(beatmap, dice)
    match kind:
        case EditKind.OBJECTS:
            return random_remap(beatmap, start, end, dice)
        case EditKind.HITSOUNDS:
            return random_sounds(beatmap, start, end, dice)
        case EditKind.GREEN_LINES:
            return random_greens(beatmap, start, end, dice)
        case EditKind.RED_LINES:
            return random_reds(beatmap, start, end, dice)


def random_range(beatmap: Beatmap, dice: random.Random) -> tuple[int, int]:
    times = [i.time for i in beatmap.hit_objects if abs(i.time) < FARTHEST] or [0.0, 5000.0]
    start = int(dice.choice(times)) + dice.choice([0, 0, 1, -1, dice.randint(-500, 500)])
    return start, start + dice.choice([0, 1, 500, 2000, 4000, dice.randint(0, 10000)])


def random_remap(beatmap: Beatmap, start: int, end: int, dice: random.Random) -> Edit:
    count = dice.choice([0, 1, 5, 20, (end - start) // 150])
    if beatmap.mode == 3:
        keys = max(1, min(18, round(beatmap.circle_size)))
        objects = random_notes(dice, start, end, count, keys)
    else:
        objects = random_objects(dice, start, end, count)
    kiai = None
    if dice.random() < 0.3 and beatmap.timing.red_lines:
        edges = sorted(dice.randint(start - 100, end + 100) for _ in range(dice.choice([0, 2, 4])))
        kiai = list(zip(edges[::2], edges[1::2], strict=True))
    return remap(
        beatmap,
        start,
        end,
        objects,
        take_volume=dice.random() < 0.8,
        take_sv=dice.random() < 0.8,
        kiai=kiai,
        next_combo=dice.random() < 0.3,
    )


def random_sound(dice: random.Random) -> Sound:
    volume = dice.choice([5, 30, 50, 70, 100, dice.randint(0, 100)])
    return Sound(dice.choice([0, 2, 4, 8, 14]), dice.randint(1, 3), dice.randint(1, 3), volume)


def random_sounds(beatmap: Beatmap, start: int, end: int, dice: random.Random) -> Edit:
    sounds = {}
    for item in replaced_objects(beatmap, start, end):
        if item.slides > MOST_SLIDES or dice.random() < 0.2:
            continue
        slider = item.kind is ObjectKind.SLIDER
        nodes = tuple(random_sound(dice) for _ in range(item.slides + 1 if slider else 1))
        body = random_sound(dice) if slider and dice.random() < 0.7 else None
        sounds[item.line] = ObjectSounds(nodes, body)
    return set_hitsounds(
        beatmap,
        start,
        end,
        sounds,
        take_volume=dice.random() < 0.8,
        take_sets=dice.random() < 0.8,
        keep_custom=dice.random() < 0.7,
    )


def random_greens(beatmap: Beatmap, start: int, end: int, dice: random.Random) -> Edit:
    settings = [s for s in green_lines_of(beatmap, start, end) if dice.random() < 0.7]
    known = {setting.time for setting in settings}
    for index, setting in enumerate(settings):
        if dice.random() < 0.4:
            settings[index] = replace(setting, slider_velocity=dice.choice([0.5, 1.0, 1.3]))
        if dice.random() < 0.3:
            settings[index] = replace(settings[index], volume=dice.randint(0, 100))
    for _ in range(dice.randint(0, 4)):
        time = float(dice.randint(start, end))
        if time not in known:
            known.add(time)
            settings.append(
                GreenSetting(
                    time,
                    dice.choice([None, 0.75, 1.0, 2.5]),
                    dice.choice([None, 1, 2, 3]),
                    volume=dice.choice([None, 10, 80]),
                    kiai=dice.choice([None, None, True, False]),
                )
            )
    return set_green_lines(beatmap, start, end, settings)


def random_reds(beatmap: Beatmap, start: int, end: int, dice: random.Random) -> Edit:
    whole = dice.random() < 0.4
    first, last = (None, None) if whole else (start, end)
    lines = list(red_lines_of(beatmap, first, last))
    for index, line in enumerate(lines):
        match dice.choice(["keep", "keep", "tempo", "time", "meter"]):
            case "tempo":
                lines[index] = replace(line, beat_length=dice.choice([300.0, 333.33, 480.0]))
            case "time":
                lines[index] = replace(line, time=line.time + dice.choice([-20, -3, 5, 100]))
            case "meter":
                lines[index] = replace(line, meter=dice.choice([3, 4, 7]))
    lines = [line for line in lines if dice.random() < 0.85]
    if dice.random() < 0.5:
        lines.append(RedLine(float(dice.randint(start, end)), dice.choice([350.0, 400.0, 512.5])))
    return set_red_lines(
        beatmap,
        lines,
        start_ms=first,
        end_ms=last,
        resnap=dice.random() < 0.4,
        keep_state=dice.random() < 0.8,
    )
