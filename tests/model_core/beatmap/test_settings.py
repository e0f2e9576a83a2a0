"""Keys, colours and events: the last value that the game can read counts."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap, parse


def general(*lines: str) -> Beatmap:
    return parse("\n".join(("osu file format v14\n[General]", *lines)).encode())


def difficulty(*lines: str, mode: int = 0) -> Beatmap:
    text = "\n".join((f"[General]\nMode: {mode}\n[Difficulty]", *lines))
    return parse(text.encode())


def test_values_that_cannot_be_read_change_nothing() -> None:
    assert general("Mode: 1", "Mode: 4", "Mode: -1", "Mode: x", "Mode: 2.0").mode == 1
    assert difficulty("CircleSize:3", "CircleSize:x", "CircleSize").circle_size == 3
    assert difficulty("SliderMultiplier:2", "SliderMultiplier:NaN").slider_multiplier == 2


def test_the_approach_rate_follows_the_overall_difficulty() -> None:
    assert difficulty("OverallDifficulty:7").approach_rate == 7
    assert difficulty("ApproachRate:x", "OverallDifficulty:7").approach_rate == 7
    assert difficulty("ApproachRate:8", "OverallDifficulty:7").approach_rate == 8
    assert difficulty("OverallDifficulty:7", "ApproachRate:8").approach_rate == 8


@pytest.mark.parametrize(
    ("name", "view", "limits"),
    [
        ("CircleSize", "circle_size", (0, 10)),
        ("OverallDifficulty", "overall_difficulty", (0, 10)),
        ("ApproachRate", "approach_rate", (0, 10)),
        ("HPDrainRate", "hp_drain_rate", (0, 10)),
        ("SliderMultiplier", "slider_multiplier", (0.4, 3.6)),
        ("SliderTickRate", "slider_tick_rate", (0.5, 8)),
    ],
)
def test_limits(name: str, view: str, limits: tuple[float, float]) -> None:
    found = [getattr(difficulty(f"{name}:{value}"), view) for value in ("-100", "100", "1,00")]
    assert found == [*limits, limits[1]], "a comma separates thousands"


def test_keys_of_mania() -> None:
    found = [difficulty(f"CircleSize:{size}", mode=3) for size in ("0", "4", "6.5", "7.5", "30")]
    assert [beatmap.key_count for beatmap in found] == [1, 4, 6, 8, 18]
    data = b"[General]\nMode:3\n[Difficulty]\nCircleSize:4\n[HitObjects]\n-9,1,1,1,0\n200,1,1,1,0\n"
    beatmap = parse(data + b"256,1,1,128,0,5:0:0\n999,1,1,1,0\n1,1,1,8,0,9\n")
    assert [beatmap.column_of(item) for item in beatmap.hit_objects] == [0, 1, 2, 3, 2]


def test_flags_and_times() -> None:
    beatmap = general(
        *("WidescreenStoryboard: 1", "LetterboxInBreaks:01", "EpilepsyWarning: 2"),
        *("SpecialStyle: 1", "AudioLeadIn: 500", "PreviewTime: 1234", "StackLeniency: 0.5"),
        *("AudioFilename: a\\b c.mp3",),
    )
    assert beatmap.widescreen_storyboard and beatmap.letterbox_in_breaks
    assert not beatmap.epilepsy_warning and beatmap.special_style
    assert (beatmap.audio_lead_in, beatmap.preview_time) == (500, 1234)
    assert beatmap.stack_leniency == 0.5
    assert beatmap.audio_filename == "a/b c.mp3"
    nothing = general()
    assert nothing.preview_time is None and nothing.audio_filename is None
    assert nothing.stack_leniency == pytest.approx(0.7) and nothing.stack_leniency < 0.7
    early = parse(b"osu file format v4\nPreviewTime: 100\n")
    assert early.preview_time == 124
    assert parse(b"osu file format v4\nPreviewTime: -1\n").preview_time is None


def test_metadata() -> None:
    beatmap = parse(
        b"[Editor]\nBookmarks: 5, 1,x,,7.5,-3\n[Metadata]\nTags:  one  two\nBeatmapID:7\n"
        b"BeatmapSetID:-1\nBeatmapID:x\n Title : a:b \nArtist\n"
    )
    assert beatmap.bookmarks == (5, 1, -3)
    assert beatmap.tags == ("one", "two")
    assert (beatmap.beatmap_id, beatmap.beatmap_set_id) == (7, None)
    assert (beatmap.title, beatmap.artist) == ("a:b", "")


def test_colours() -> None:
    colours = parse(
        b"[Colours]\nCombo2 : 1,2,3\nCombo1: 4 , 5,6,x\nCombo9:7,7,7\nCombo : 8,8,8\n"
        b"SliderBorder:9,9,9\nCombo3:256,0,0\nCombo3:-1,0,0\nCombo3:1,2\nCombo3:1,2,3,4,5\n"
        b"SliderBorder : 10,9,9\n"
    ).colours
    assert colours.combos == ((1, 2, 3), (4, 5, 6)), "in file order, whatever their numbers"
    assert dict(colours.others) == {
        "Combo9": (7, 7, 7),
        "Combo": (8, 8, 8),
        "SliderBorder": (10, 9, 9),
    }


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ('0,0,"bg.jpg",0,0', "bg.jpg"),
        ("Background,0,bg.jpg", "bg.jpg"),
        ('0,0,"a\\b\\\\c.jpg"', "a/b/c.jpg"),
        ('0,0,"a.jpg"\n0,0,"b.jpg"', "b.jpg"),
        ('1,0,"still.PNG"', "still.PNG"),
        ('Sprite,Background,Centre,"sb.png",320,240', "sb.png"),
        ('4,0,0,"sb.png"\n4,0,0,"other.png"', "sb.png"),
        ('0,0,""\nSprite,0,0,"sb.png"', "sb.png"),
        ('0,0,"bg.jpg"\nSprite,0,0,"sb.png"', "bg.jpg"),
        ('0,0,""', None),
        ("0,0", None),
        ('background,0,"bg.jpg"', None),
        ('Video,0,"v.avi"', None),
    ],
)
def test_backgrounds(lines: str, name: str | None) -> None:
    background = parse(f"[Events]\n//here\n{lines}\n".encode()).background
    assert (background.filename if background else None) == name


def test_videos_and_sounds_of_the_storyboard() -> None:
    beatmap = parse(
        b'[Events]\nVideo,-120,"v.MP4"\n1,x,"w.mp4"\nSample,1000,0,"a.wav",70\n5,5.5,1,"b.wav"\n'
        b'Sample,x,0,"c.wav"\nSprite,Pass,Centre,"s.png",1,2\n F,0,0,1,0\n__L,1,2\n'
    )
    assert beatmap.video is not None
    assert (beatmap.video.filename, beatmap.video.time, beatmap.video.line) == ("v.MP4", -120, 1)
    assert [(s.filename, s.time, s.volume, s.line) for s in beatmap.storyboard_samples] == [
        ("a.wav", 1000, 70, 3),
        ("b.wav", 5.5, 100, 4),
    ]
