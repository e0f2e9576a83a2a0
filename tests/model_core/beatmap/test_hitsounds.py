"""Sounds of a range: which bytes of which lines change, per mode, version and shape of line."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from model_core.beatmap import (
    HitsoundEdit,
    ObjectSounds,
    Sound,
    object_sounds,
    parse,
    set_hitsounds,
)
from model_core.errors import EditRefused, InputError, NotSupported

from .maps import small_map

TIMING = "0,500,4,2,1,60,1,0"


def map_of(objects: str, timing: str = TIMING, version: int = 14, mode: int = 0) -> bytes:
    return (
        f"osu file format v{version}\n\n[General]\nMode: {mode}\n\n[Difficulty]\n"
        f"SliderMultiplier:1\n\n[TimingPoints]\n{timing}\n\n[HitObjects]\n{objects}"
    ).encode()


def give(data: bytes, sounds: dict[int, ObjectSounds], start: int = 0, end: int = 10**6, **options):  # type: ignore[no-untyped-def]
    """Sounds by the objects' places in the file."""
    beatmap = parse(data)
    lines = {beatmap.hit_objects[place].line: each for place, each in sounds.items()}
    return set_hitsounds(beatmap, start, end, lines, **options)


def changes(edit: HitsoundEdit, data: bytes) -> list[str]:
    diff = edit.patch.unified_diff(data, "a.osu").splitlines()
    return [line for line in diff[2:] if line[0] in "+-"]


def one(additions: int = 0, sample: int = 2, addition: int = 2, volume: int = 60) -> ObjectSounds:
    return ObjectSounds((Sound(additions, sample, addition, volume),))


def many(*sounds: tuple[int, int, int, int], body: Sound | None = None) -> ObjectSounds:
    return ObjectSounds(tuple(Sound(*sound) for sound in sounds), body)


@pytest.mark.parametrize(
    ("version", "line", "wanted", "rewritten"),
    [
        (14, "1,2,500,1,0,0:0:0:0:", one(8), "1,2,500,1,8,0:0:0:0:"),
        (14, "1,2,500,1,0,0:0:0:0:", one(8, 1), "1,2,500,1,8,1:2:0:0:"),
        (14, "1,2,500,1,0,0:0:0:0:", one(0, 1), "1,2,500,1,0,1:0:0:0:"),
        (14, "1,2,500,1,0,1:3:0:0:", one(2, 1, 1), "1,2,500,1,2,1:0:0:0:"),
        # What is not named keeps its spelling: numbers, spaces, comments, further fields.
        (
            14,
            " 01,2.50,500.0,+1,5,3:0:7:35:kick.wav",
            one(2),
            " 01,2.50,500.0,+1,3,0:0:7:35:kick.wav",
        ),
        (14, "1,2,500,1,0,0:0:0:0:,x \t// why?", one(4), "1,2,500,1,4,0:0:0:0:,x \t// why?"),
        (14, "1,2,500,1, 04,00:02:0:0:", one(4), None),
        (14, "1,2,500,5,0", one(8), "1,2,500,5,8"),
        (14, "1,2,500,5,0", one(8, 3, 3), "1,2,500,5,8,3:0:0:0:"),
        (11, "1,2,500,5,0", one(8, 3, 3), "1,2,500,5,8,3:0:0"),
        (9, "1,2,500,5,0", one(8, 3, 1), "1,2,500,5,8,3:1:0"),
        (14, "1,2,500,1,0,0:0", one(0, 1), "1,2,500,1,0,1:0"),
        # Bits that are no additions stay; so does a set that the game reads as what is wanted.
        (14, "1,2,500,1,17,0:0:0:0:", one(8), "1,2,500,1,25,0:0:0:0:"),
        (14, "1,2,500,1,0,9:0:0:0:", one(0, 1), None),
        (14, "9,9,500,12,0,900,0:0:0:0:", one(4, 1, 1), "9,9,500,12,4,900,1:0:0:0:"),
        (9, "9,9,500,12,0,900", one(4, 1, 1), "9,9,500,12,4,900,1:0:0"),
        (14, "9,9,500,128,0,900:0:0:0:0:", one(4, 1, 1), "9,9,500,128,4,900:1:0:0:0:"),
        (14, "9,9,500,128,0,900", one(4, 1, 1), "9,9,500,128,4,900:1:0:0:0:"),
        (14, "9,9,500,128,0,900", one(4), "9,9,500,128,4,900"),
    ],
)
def test_lines_of_one_sound(
    version: int, line: str, wanted: ObjectSounds, rewritten: str | None
) -> None:
    data = map_of(line, version=version)
    edit = give(data, {0: wanted})
    assert edit.result.to_bytes() == map_of(rewritten or line, version=version)
    assert edit.summary.sounds_changed == (rewritten is not None)


SLIDER = "1,2,500,2,0,B|9:9|9:9|50:2,1,100"
QUIET = (0, 2, 2, 60)


@pytest.mark.parametrize(
    ("version", "rest", "wanted", "rewritten"),
    [
        (14, "", many(QUIET, (2, 2, 2, 60)), ",0|2"),
        (14, "", many(QUIET, QUIET), None),
        (14, "", many((0, 1, 1, 60), QUIET), ",0|0,1:0|0:0"),
        (8, "", many(QUIET, (8, 1, 2, 60)), ",0|8,0:0|1:2"),
        (14, ",2|0", many(QUIET, (2, 2, 2, 60)), ",0|2"),
        (14, ",2", many((2, 2, 2, 60), (8, 2, 2, 60)), ",2|8"),
        (14, ",2|0|8|8", many(QUIET, QUIET), ",0|0|8|8"),
        (14, ",0|x,0:0|0:0,0:0:0:0:", many(QUIET, QUIET), None),
        (14, ",0|0,0:0|0:0,0:0:0:0:", many(QUIET, (4, 3, 3, 60)), ",0|4,0:0|3:0,0:0:0:0:"),
        (14, ",0|0,0:0:7:7|0:0,", many((4, 3, 1, 60), QUIET), ",4|0,3:1:7:7|0:0,"),
        (14, ",,,1:2:3:0:x.wav // c", many(QUIET, QUIET), ",,0:2|0:2,1:2:3:0:x.wav // c"),
    ],
)
def test_lists_of_a_slider(
    version: int, rest: str, wanted: ObjectSounds, rewritten: str | None
) -> None:
    data = map_of(SLIDER + rest, version=version)
    edit = give(data, {0: wanted})
    expected = rest if rewritten is None else rewritten
    assert edit.result.to_bytes() == map_of(SLIDER + expected, version=version)


def test_a_body_changes_without_its_nodes() -> None:
    body = Sound(2, 3, 3, 60)
    data = map_of(SLIDER)
    edit = give(data, {0: many(QUIET, QUIET, body=body)})
    sliding = SLIDER.replace("500,2,0", "500,2,2")
    assert edit.result.to_bytes() == map_of(sliding + ",0|0,0:0|0:0,3:0:0:0:")
    assert object_sounds(edit.result.hit_objects[0], edit.result.timing).body == body


def test_a_slider_without_a_length_keeps_its_line() -> None:
    short = "1,2,500,2,0,L|100:2,1"
    edit = give(map_of(short), {0: many(QUIET, (8, 2, 2, 60))})
    assert edit.patch.edits == ()
    assert [(each.node, each.what) for each in edit.unreached] == [(-1, "line")]
    assert edit.summary.text == (
        "sounds of 0 objects changed, nothing else (1 wanted sound could not be given)"
    )


def test_volumes_become_green_lines() -> None:
    data = small_map()
    edit = give(data, {3: one(8, volume=30), 4: one(0, volume=30)}, 2400, 3200)
    assert changes(edit, data) == [
        "+2500,-50,4,2,1,30,0,0",
        "+3200,-50,4,2,1,80,0,0",
        "-100,200,2500,5,0,0:0:0:0:",
        "-200,200,3000,1,2,0:0:0:0:",
        "+100,200,2500,5,8,0:0:0:0:",
        "+200,200,3000,1,0,0:0:0:0:",
    ]
    assert edit.summary.text == (
        "sounds of 2 objects changed, 1 green line added, 1 green line restoring what follows,"
        " nothing else"
    )


def test_a_green_line_of_the_range_takes_the_volume() -> None:
    data = small_map()
    edit = give(data, {7: one(0, volume=15)}, 6000, 6400)
    assert changes(edit, data) == [
        "-6000,-200,4,2,3,40,0,0",
        "+6000,-200,4,2,3,15,0,0",
        "+6400,-200,4,2,3,40,0,0",
    ]
    assert (edit.summary.green_changed, edit.summary.restoring) == (1, 1)


def test_a_changed_green_line_keeps_its_spelling() -> None:
    timing = f"{TIMING}\n1000.0,-66.6666666666667,04,2,1, 60 ,0,1 // chorus"
    data = map_of("1,2,1000,1,0,0:0:0:0:\n1,2,2000,1,0,0:0:0:0:\n", timing)
    edit = give(data, {0: one(0, volume=5), 1: one(0, volume=5)})
    assert changes(edit, data)[:2] == [
        "-1000.0,-66.6666666666667,04,2,1, 60 ,0,1 // chorus",
        "+1000.0,-66.6666666666667,04,2,1,5,0,1 // chorus",
    ]


def test_red_lines_are_not_touched() -> None:
    timing = "0,500,4,2,1,60,1,0\n1000,400,3,1,2,70,1,9"
    data = map_of("1,2,1000,1,0,0:0:0:0:\n1,2,2000,1,0,0:0:0:0:\n", timing)
    edit = give(data, {0: one(0, 1, 1, 20)}, 900, 1500)
    # At its very time a green line may stand; it says of kiai and bar line what the red one says.
    assert changes(edit, data) == ["+1000,-100,3,1,2,20,0,9", "+1500,-100,3,1,2,70,0,9"]


def test_a_slider_takes_back_its_body_between_its_nodes() -> None:
    data = map_of("1,2,1000,2,0,L|101:2,2,100\n1,2,3000,1,0\n")
    loud, quiet = (0, 2, 2, 90), Sound(0, 2, 2, 20)
    edit = give(data, {0: many(loud, loud, loud, body=quiet)}, 1000, 1000)
    assert changes(edit, data) == [
        "+1000,-100,4,2,1,90,0,0",
        "+1006,-100,4,2,1,20,0,0",
        "+1500,-100,4,2,1,90,0,0",
        "+1506,-100,4,2,1,20,0,0",
        "+2000,-100,4,2,1,90,0,0",
        "+2006,-100,4,2,1,60,0,0",
    ]


def test_what_reaches_into_the_range_keeps_its_sounds() -> None:
    # The slider ends at 1500, and is heard to 1506; the circle 3 ms later waits for it.
    data = map_of("1,2,1000,2,0,L|101:2,1,100\n1,2,1503,1,0\n1,2,3000,1,0\n")
    edit = give(data, {1: one(0, volume=10)}, 1400, 2000)
    assert changes(edit, data)[0] == "+1507,-100,4,2,1,10,0,0"
    # One ms later its own lookup would come first: then the object says it for itself.
    data = map_of("1,2,1000,2,0,L|101:2,1,100\n1,2,1501,1,0\n1,2,3000,1,0\n")
    edit = give(data, {1: one(0, volume=10)}, 1400, 2000)
    assert changes(edit, data) == ["-1,2,1501,1,0", "+1,2,1501,1,0,0:0:0:10:"]


def test_a_chord_of_unequal_notes() -> None:
    notes = "".join(f"{x},192,1000,1,0,0:0:0:0:\n" for x in (64, 192, 320, 448))
    data = map_of(notes + "64,192,2000,1,0,0:0:0:0:\n", mode=3)
    wanted = {
        0: one(0, volume=30),
        1: one(8, volume=30),
        2: one(0, volume=30),
        3: one(4, volume=99),
    }
    edit = give(data, wanted, 1000, 1500)
    assert sorted(changes(edit, data)) == [
        "+1000,-100,4,2,1,30,0,0",
        "+1500,-100,4,2,1,60,0,0",
        "+192,192,1000,1,8,0:0:0:0:",
        "+448,192,1000,1,4,0:0:0:99:",
        "-192,192,1000,1,0,0:0:0:0:",
        "-448,192,1000,1,0,0:0:0:0:",
    ]
    assert edit.unreached == ()


def test_an_unnamed_note_of_a_chord_stays_as_loud() -> None:
    data = map_of("64,192,1000,1,0\n192,192,1000,1,0\n", mode=3)
    edit = give(data, {0: one(0, volume=30)})
    assert changes(edit, data) == ["-64,192,1000,1,0", "+64,192,1000,1,0,0:0:0:30:"]
    old = map_of("64,192,1000,1,0\n192,192,1000,1,0\n", mode=3, version=9)
    edit = give(old, {0: one(0, volume=30)})
    assert edit.patch.edits == () and [each.what for each in edit.unreached] == ["volume"]


def test_a_hold_is_as_loud_at_its_end() -> None:
    data = map_of("64,192,1000,128,0,2000:0:0:0:0:\n64,192,3000,1,0\n", mode=3)
    edit = give(data, {0: one(0, volume=30)}, 900, 1100)
    assert changes(edit, data) == ["+1000,-100,4,2,1,30,0,0", "+2006,-100,4,2,1,60,0,0"]


def test_custom_samples_stay_unless_asked() -> None:
    line = "1,2,500,1,0,0:0:4:80:kick.wav\n"
    data = map_of(line)
    edit = give(data, {0: one(2, 3, 3, 10)})
    assert changes(edit, data) == [f"-{line.strip()}", "+1,2,500,1,2,3:0:4:80:kick.wav"]
    edit = give(data, {0: one(2, 3, 3, 10)}, 0, 600, keep_custom=False)
    assert changes(edit, data) == [
        "+500,-100,4,2,1,10,0,0",
        "+600,-100,4,2,1,60,0,0",
        f"-{line.strip()}",
        "+1,2,500,1,2,3:0:0:0:",
    ]


def test_parts_can_be_left_as_they_are() -> None:
    data = map_of("1,2,500,1,4,0:0:0:0:\n")
    wanted = {0: one(8, 1, 3, 20)}
    edit = give(data, wanted, take_volume=False, take_sets=False)
    assert changes(edit, data) == ["-1,2,500,1,4,0:0:0:0:", "+1,2,500,1,8,0:0:0:0:"]
    edit = give(data, wanted, take_volume=False, take_additions=False)
    assert changes(edit, data) == ["-1,2,500,1,4,0:0:0:0:", "+1,2,500,1,4,1:3:0:0:"]
    edit = give(data, wanted, 0, 700, take_sets=False, take_additions=False)
    assert changes(edit, data) == ["+500,-100,4,2,1,20,0,0", "+700,-100,4,2,1,60,0,0"]


def test_taiko_notes_keep_their_colour_unless_asked() -> None:
    data = map_of("1,2,500,1,4,0:0:0:0:\n", mode=1)
    edit = give(data, {0: one(8, 1, 1)})
    assert changes(edit, data) == ["-1,2,500,1,4,0:0:0:0:", "+1,2,500,1,4,1:0:0:0:"]
    edit = give(data, {0: one(8)}, take_additions=True)
    assert changes(edit, data) == ["-1,2,500,1,4,0:0:0:0:", "+1,2,500,1,8,0:0:0:0:"]


def test_nothing_before_the_first_red_line() -> None:
    data = map_of("1,2,500,1,0\n1,2,1500,1,0\n", timing="1000,500,4,2,1,60,1,0")
    edit = give(data, {0: one(0, volume=20), 1: one(0, volume=30)}, 0, 1600)
    assert changes(edit, data) == [
        "+1500,-100,4,2,1,30,0,0",
        "+1600,-100,4,2,1,60,0,0",
        "-1,2,500,1,0",
        "+1,2,500,1,0,0:0:0:20:",
    ]


def test_old_files_are_24_ms_early() -> None:
    data = map_of("1,2,500,1,0\n1,2,1500,1,0\n", timing="0,500", version=4)
    edit = give(data, {0: one(8, 1, 1, 40)}, 500, 600)
    assert changes(edit, data) == [
        "+500,-100,4,0,0,40,0,0",
        "+576,-100,4,0,0,100,0,0",
        "-1,2,500,1,0",
        "+1,2,500,1,8",
    ]


def test_bytes_that_are_no_text_stay() -> None:
    data = map_of("1,2,500,1,0,0:0:0:0:") + b" // \xff\xfe caf\xe9"
    edit = give(data, {0: one(2)})
    assert edit.result.to_bytes() == map_of("1,2,500,1,2,0:0:0:0:") + b" // \xff\xfe caf\xe9"


@pytest.mark.parametrize("eol", ["\r\n", "\n"])
def test_line_ends_stay(eol: str) -> None:
    data = small_map(eol, final_newline=False)
    edit = give(data, {11: one(8, 1, 1, 10)}, 15400, 15500)
    result = edit.result.to_bytes()
    assert result.endswith(f"{eol}200,100,15500,1,8,1:0:0:0:".encode())
    assert result.count(b"\r\n") == (result.count(b"\n") if eol == "\r\n" else 0)


def test_refusals_say_why() -> None:
    data = small_map()
    with pytest.raises(EditRefused, match=r"no \[HitObjects\]"):
        set_hitsounds(parse(b"Dear diary,\n"), 0, 1, {})
    with pytest.raises(NotSupported, match="UTF-16"):
        set_hitsounds(parse(data.decode().encode("utf-16")), 0, 1, {})
    with pytest.raises(InputError, match="before it starts"):
        give(data, {}, 10, 5)
    with pytest.raises(InputError, match=r"Line 44 .*no object that starts within 0\.\.100 ms"):
        give(data, {3: one()}, 0, 100)
    with pytest.raises(InputError, match=r"slider at 00:01:500 \(line 43\) has 2 sounds, not 1"):
        give(data, {2: one()})
    with pytest.raises(InputError, match="volumes go from 0 to 100, sample sets from 1 to 3"):
        give(data, {0: one(volume=101)})
    with pytest.raises(InputError, match="sample sets from 1 to 3"):
        give(data, {0: one(0, 0)})
    joined = data.replace(b"1,2,0:0:0:0:\r\n", b"1,2,0:0:0:0:\r")
    with pytest.raises(EditRefused, match="carriage return"):
        give(joined, {4: one(8, volume=80)}, 2900, 3100)


@pytest.mark.slow
def test_a_large_map_takes_seconds() -> None:
    lines = "\n".join(f"{i * 50},-100,4,2,1,{40 + i % 40},0,0" for i in range(1, 20_000))
    objects = "".join(f"1,2,{i * 50},1,0,0:0:0:0:\n" for i in range(1, 20_000))
    data = map_of(objects, f"{TIMING}\n{lines}")
    beatmap = parse(data)
    loud = replace(Sound(), sample_set=2, addition_set=2, additions=8)
    wanted = {
        item.line: ObjectSounds((replace(loud, volume=index % 100),))
        for index, item in enumerate(beatmap.hit_objects)
    }
    began = time.perf_counter()
    edit = set_hitsounds(beatmap, 0, 10**6, wanted)
    assert edit.summary.sounds_changed == len(beatmap.hit_objects)
    assert edit.unreached == ()
    assert time.perf_counter() - began < 20
