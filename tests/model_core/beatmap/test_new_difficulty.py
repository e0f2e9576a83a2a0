"""New difficulties: what is copied is copied, what is meant is read back, and nothing is hidden."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, NewObject, ObjectKind, RedLine, parse
from model_core.beatmap.columns import key_count
from model_core.beatmap.edits import DifficultySettings, NewDifficulty, new_difficulty
from model_core.beatmap.edits.contracts.new_files import COPIED, Meant, check_new_difficulty
from model_core.beatmap.edits.file_names import difficulty_file_name
from model_core.errors import EditRefused, InputError

from .maps import circle, corpus_entries, hold, random_notes, random_objects, slider, small_map

MODEL = "owner/a model v1"
TAGS = ["ai-generated", "owner/a-model-v1"]


def make(source: bytes | Beatmap, *objects: NewObject, **more: object) -> NewDifficulty:
    """A difficulty called "New" of a few objects."""
    beatmap = parse(source) if isinstance(source, bytes) else source
    given_objects = objects or (circle(500), slider(1000), circle(3000))
    wanted = {"name": "New", "made_by": MODEL, "objects": given_objects, **more}
    return new_difficulty(beatmap, **wanted)  # type: ignore[arg-type]


def section(data: bytes, name: str) -> bytes:
    """The bytes of the sections of a name, one after the other."""
    document = parse(data).document
    spans = [span for span in document.sections if span.name == name]
    return b"".join(b"".join(document.lines[s.header : s.end]) for s in spans)


def test_sections_are_copied_and_the_rest_is_written_as_the_editor_does() -> None:
    source = small_map()
    made = make(source)
    assert [span.name for span in made.result.document.sections] == [
        *("General", "Editor", "Metadata", "Difficulty"),
        *("Events", "TimingPoints", "Colours", "HitObjects"),
    ]
    for name in ("General", "Events", "Colours"):
        assert section(made.data, name).rstrip() == section(source, name).rstrip()
    assert made.data.startswith(b"osu file format v14\r\n\r\n[General]\r\n")
    assert made.data.count(b"\n") == made.data.count(b"\r\n")
    assert section(made.data, "Metadata") == (
        b"[Metadata]\r\nTitle:A song\r\nVersion:New\r\nTags:ai-generated owner/a-model-v1\r\n"
        b"BeatmapID:0\r\n\r\n"
    )
    assert made.result.editor["Bookmarks"] == "1000,2000"
    assert made.result.slider_multiplier == 1.4 and made.result.overall_difficulty == 7
    assert made.result.timing.kiai_changes() == parse(source).timing.kiai_changes()
    assert made.file_name == "- A song () [New].osu"
    assert "3 objects" in made.summary.text and made.summary.generated == 3


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_odd_sources_are_copied_as_they_are(eol: str) -> None:
    text = small_map("\n").decode()
    text = text.replace("SampleSet: Soft", "SampleSet: Soft\n// why\nUnknownKey: 1,2\n\nMode:0  ")
    text = text.replace("Title:A song", "Title:A // song\nBeatmapID: 77\nTags: a b  ")
    text = text.replace("[Colours]\n", "[Colours]\n// warm\n")
    text = text.replace(
        "[HitObjects]\n", "[HitObjects]\n100,100,500,1,0\n\n[General]\nCountdown:0\n"
    )
    text += '[Metadata]\nSource:x\nVersion: twice\n[Events]\nSample,100,0,"s.wav"'
    data = text.replace("\n", eol).encode()
    made = make(data)
    general = section(made.data, "General")
    assert general == section(data, "General") + (
        b"" if general == section(data, "General") else b"\r\n"
    )
    metadata = section(made.data, "Metadata").decode()
    assert (
        f"BeatmapID: 0{eol}" in metadata
        and f"Tags: a b ai-generated owner/a-model-v1{eol}" in metadata
    )
    assert f"Title:A // song{eol}" in metadata and f"Version: New{eol}" in metadata
    assert made.result.difficulty_name == "New" and made.result.metadata["Source"] == "x"
    assert section(made.data, "Events").endswith(b'Sample,100,0,"s.wav"\r\n\r\n')


def test_the_tags_say_what_made_it_once() -> None:
    tagged = small_map().replace(b"Version:Hard", b"Version:Hard\r\nTags:one AI-Generated")
    made = make(tagged)
    assert made.result.metadata["Tags"].split() == ["one", "AI-Generated", "owner/a-model-v1"]
    again = make(made.data, name="Newer")
    assert again.result.metadata["Tags"] == made.result.metadata["Tags"]
    for nothing in ("", "  ", "\n"):
        with pytest.raises(InputError, match="made by"):
            make(small_map(), made_by=nothing)


def test_bytes_that_are_no_text_stay_in_the_tags() -> None:
    odd = small_map().replace(b"Version:Hard", b"Version:Hard\r\nTags:caf\xe9 ")
    assert b"Tags:caf\xe9 ai-generated owner/a-model-v1\r\n" in make(odd).data


def test_breaks_give_way_to_objects_and_stay_otherwise() -> None:
    source = small_map()  # a break of 9000..14000
    assert section(make(source).data, "Events") == section(source, "Events")
    split = make(source, circle(500), circle(11_000))
    assert [(b.start, b.end) for b in split.result.breaks] == [(9000, 10_550), (11_200, 14_000)]
    assert split.summary.breaks_changed == 1 and "1 break" in split.summary.text
    gone = make(source, *(circle(time) for time in range(500, 15_000, 500)))
    assert gone.result.breaks == ()
    assert b"//Break Periods\r\n//Storyboard" in section(gone.data, "Events")
    # A slider that only reaches in counts as well.
    reaching = make(source, slider(8800, 140.0))
    assert reaching.result.breaks[0].start == 9500


def test_times_of_early_versions_keep_their_meaning() -> None:
    text = (
        small_map().decode().replace("v14", "v3").replace("Mode: 0", "Mode: 0\r\nPreviewTime: 400")
    )
    source = parse(text.encode())
    made = make(source, circle(524))
    assert made.result.general["PreviewTime"] == "424"
    assert [(b.start, b.end) for b in made.result.breaks] == [(9024, 14_024)]
    assert made.result.timing_points[0].time == 24
    assert (
        made.result.timing.kiai_changes()
        == source.timing.kiai_changes()
        == ((4024, True), (6024, False))
    )
    assert b" F,0,0,1000,1\r\n" in made.data


def test_variables_come_with_the_storyboard_and_unknown_sections_with_general() -> None:
    text = small_map().decode()
    text = text.replace(
        "[Events]", "[Variables]\r\n$a=1\r\n\r\n[Odd]\r\nLetterboxInBreaks: 1\r\n\r\n[Events]"
    )
    made = make(text.encode())
    names = [span.name for span in made.result.document.sections]
    assert names.index("Variables") == names.index("Events") - 1
    assert made.result.general["LetterboxInBreaks"] == "1"


def test_files_with_little_in_them_become_whole_ones() -> None:
    bare = b"\xef\xbb\xbfosu file format v9\n[TimingPoints]\n100,400"
    made = make(bare, circle(900))
    assert made.result.version == 14 and not made.data.startswith(b"\xef")
    assert made.result.metadata["Tags"].split() == TAGS
    assert made.result.timing.beat_length_at(0) == 400
    with pytest.raises(InputError, match="no red line"):
        make(b"osu file format v14\n[General]\nAudioFilename: a.mp3\n")
    with pytest.raises(InputError, match="no beatmap"):
        make(b"[General]\nMode: 0\n")


def test_what_cannot_be_copied_is_refused() -> None:
    with pytest.raises(EditRefused, match="utf-16"):
        make(small_map().decode().encode("utf-16"))
    with pytest.raises(EditRefused, match="carriage return"):
        make(small_map().replace(b"\r\n[Metadata]\r\n", b"\r[Metadata]\r"))


def test_another_mode_changes_its_line_and_wants_its_columns() -> None:
    made = make(small_map(), circle(500), mode=1)
    assert b"Mode: 1\r\n" in made.data and made.result.mode == 1
    absent = small_map().replace(b"Mode: 0\r\n", b"")
    assert make(absent, circle(500), mode=2).result.mode == 2
    assert b"Mode" not in make(absent, circle(500)).data
    with pytest.raises(InputError, match="circle size"):
        make(small_map(), hold(500, 900), mode=3)
    keys = DifficultySettings(circle_size=7)
    mania = make(small_map(), hold(500, 900, 6, 7), mode=3, settings=keys)
    item = mania.result.hit_objects[0]
    assert (item.kind, item.end_time, key_count(mania.result.circle_size)) == ("hold", 900, 7)
    for wrong, mode in ((slider(500), 3), (hold(500, 900), 0)):
        with pytest.raises(InputError, match=f"{wrong.kind} at 500 ms"):
            make(small_map(), wrong, mode=mode, settings=keys)


def test_what_is_given_takes_the_place_of_the_sources() -> None:
    made = make(
        small_map(),
        red_lines=(RedLine(250, 400.0, 3, omit_barline=True), RedLine(5000, 300.5)),
        kiai=((1000, 2000), (2000, 2500), (9000, float("inf"))),
        settings=DifficultySettings(approach_rate=9.4, slider_multiplier=2.0),
    )
    reds = [
        (p.time, p.beat_length, p.meter, p.effects & 8)
        for p in made.result.timing_points
        if p.uninherited
    ]
    assert reds == [(250, 400.0, 3, 8), (5000, 300.5, 4, 0)]
    assert made.result.timing.kiai_changes() == ((1000, True), (2500, False), (9000, True))
    assert made.result.approach_rate == 9.4 and made.result.slider_multiplier == 2.0
    with pytest.raises(InputError, match="approach rate"):
        make(small_map(), settings=DifficultySettings(approach_rate=11))


def test_a_red_line_just_behind_a_sound_leaves_its_volume_alone() -> None:
    reds = (RedLine(0, 500.0), RedLine(3004, 400.0))
    made = make(small_map(), circle(500, 40), circle(3000, 70), circle(4000, 20), red_lines=reds)
    heard = [made.result.timing.sample_at(time + 5).volume for time in (500, 3000, 4000)]
    assert heard == [40, 70, 20]


def test_scroll_speeds_of_taiko() -> None:
    objects = [
        replace(circle(time), slider_velocity=v)
        for time, v in ((500, None), (900, 2.0), (1500, None))
    ]
    made = make(small_map(), *objects, mode=1, scroll=((0, 0.5), (1200, 0.05)))
    speeds = [made.result.timing.scroll_speed_at(item.time) for item in made.result.hit_objects]
    assert speeds == pytest.approx([0.5, 2.0, 0.05])
    with pytest.raises(InputError, match="scroll"):
        make(small_map(), circle(500), scroll=((0, 0.5),))


def test_what_would_not_be_read_as_meant_is_refused() -> None:
    with pytest.raises(EditRefused, match="slider velocity of the slider at 00:01:000"):
        make(small_map(), slider(1000, velocity=2.0), slider(1000, velocity=0.5))
    with pytest.raises(EditRefused, match="2 objects were meant, 1"):
        make(small_map(), circle(500), replace(circle(800), x=2_000_000))


def test_names() -> None:
    for bad in ("", " ", "a\nb", "a\x00b"):
        with pytest.raises(InputError, match="difficulty's name"):
            make(small_map(), name=bad)
    for same in ("Hard", "hARD ", "Ha/rd", "Hard?"):
        with pytest.raises(InputError, match="Choose another name"):
            make(small_map(), name=same)
    assert difficulty_file_name('A:"<b>', "t*|?\\/", "c\t", "x.") == "Ab - t (c) [x.].osu"
    long = difficulty_file_name("a" * 100, "t" * 300, "c", "Insane")
    assert len(long) <= 184 and long.startswith("a" * 100) and long.endswith(" (c) [Insane].osu")
    wide = difficulty_file_name("音" * 100, "樂" * 100, "c", "Insane")
    assert len(wide.encode()) <= 255 and wide.endswith("(c) [Insane].osu")
    assert difficulty_file_name("a\ud800", "t", "c", "x" * 400).encode()


def _damaged(data: bytes) -> list[tuple[bytes, str]]:
    """Files with one thing wrong in each, and the word that its refusal says."""
    return [
        (data.replace(b"AudioFilename: audio.mp3", b"AudioFilename: other.mp3"), "General"),
        (data.replace(b"Sprite,", b"sprite,"), "Events"),
        (data.replace(b"2,9000,14000\r\n", b""), "break"),
        (data.replace(b"2,9000,14000", b"2,400,14000"), "break"),
        (data.replace(b"Combo1 : 255", b"Combo1 : 254"), "Colours"),
        (data.replace(b"Title:A song", b"Title:Another"), "Metadata"),
        (data.replace(b"Version:New", b"Version:Old"), "name"),
        (data.replace(b" owner/a-model-v1", b""), "tags"),
        (data.replace(b"BeatmapID:0", b"BeatmapID:5"), "BeatmapID"),
        (data.replace(b"Mode: 0", b"Mode: 1"), "mode"),
        (data.replace(b"0,500,4,", b"0,501,4,"), "red lines"),
        (data.replace(b"256,192,3000", b"256,193,3000"), "position"),
        (data.replace(b"256,192,3000", b"256,192,3001"), "time"),
        (data.replace(b"256,192,3000,1,0", b"256,192,3000,1,2"), "additions"),
        (data.replace(b"256,192,3000,1,0,0:0", b"256,192,3000,1,0,3:0"), "sample set"),
        (data.replace(b"256,192,3000,1,0,0:0:0:0", b"256,192,3000,1,0,0:0:0:9"), "volume"),
        (data.replace(b"L|240:100", b"L|241:100"), "path"),
        (data.replace(b"[HitObjects]", b"[HitObjects]\r\n1,1,1,1,0"), "objects were meant"),
    ]


def test_the_contract_sees_every_change() -> None:
    source = parse(small_map())
    made = make(source)
    timing = made.result.timing
    meant = Meant(
        name="New",
        tags=("ai-generated", "owner/a-model-v1"),
        mode=0,
        circle_size=4.0,
        slider_multiplier=1.4,
        objects=(circle(500), replace(slider(1000, velocity=1.0), end_time=1500), circle(3000)),
        red_lines=(RedLine(0, 500.0),),
        kiai=((4000, 6000),),
    )
    assert timing.kiai_changes() == ((4000, True), (6000, False))
    check_new_difficulty(source, made.result, meant)
    for damaged, word in _damaged(made.data):
        assert damaged != made.data, word
        with pytest.raises(EditRefused, match=word):
            check_new_difficulty(source, parse(damaged), meant)


def _objects(dice: random.Random, mode: int, keys: int, start: int) -> list[NewObject]:
    """Objects that a map of the mode can hold and whose sounds and speeds do not contradict."""
    count, end = dice.randint(0, 30), start + 30_000
    if mode == 3:
        made = random_notes(dice, start, end, count, keys)
    else:
        made = [item for item in random_objects(dice, start, end, count) if item.time >= start]
    alone: dict[tuple[int, int], NewObject] = {}
    for item in made:
        if item.time >= start:
            alone.setdefault((item.time, item.x if mode == 3 else 0), item)
    if mode != 3:
        return list(alone.values())
    speeds = {item.time: item.slider_velocity for item in alone.values()}
    return [replace(item, slider_velocity=speeds[item.time]) for item in alone.values()]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_map_of_the_corpus_gets_a_new_difficulty(corpus: Path, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(corpus_entries(corpus)))
    source = parse((corpus / str(entry["file"])).read_bytes())
    dice = random.Random(data.draw(st.integers(0, 10**6)))
    mode = data.draw(st.sampled_from([None, None, 0, 1, 2, 3]))
    actual = source.mode if mode is None else mode
    keys = dice.randint(1, 10)
    circle_size = float(keys) if actual == 3 else dice.choice([3.5, 4.0])
    first = min((p.time for p in source.timing_points if p.uninherited), default=None)
    usable = source.document.has_header and first is not None and source.document.is_utf8
    start = 0 if first is None else int(max(0.0, first)) + 10
    objects = _objects(dice, actual, keys, start)
    wanted = {
        "name": data.draw(st.sampled_from(["Gen's Extra", "Übung 練習", "a: b/c // d"])),
        "made_by": MODEL,
        "objects": objects,
        "mode": mode,
        "settings": DifficultySettings(circle_size=circle_size),
        "kiai": data.draw(st.sampled_from([None, (), ((start + 100, start + 9000),)])),
    }
    if not usable:
        with pytest.raises((InputError, EditRefused)):
            new_difficulty(source, **wanted)
        return
    made = new_difficulty(source, **wanted)
    result = made.result
    assert parse(made.data).to_bytes() == made.data and result.version == 14
    assert result.mode == actual and result.difficulty_name == wanted["name"]
    assert set(TAGS) <= set(result.metadata["Tags"].split())
    assert result.metadata["BeatmapID"] == "0"
    assert (result.title, result.artist, result.creator) == (
        source.title,
        source.artist,
        source.creator,
    )
    assert result.audio_filename == source.audio_filename
    for name in COPIED:
        if name == "Colours" or (name == "Events" and not made.summary.breaks_changed):
            old = section(source.to_bytes(), name).rstrip()
            if source.version >= 5:
                assert section(made.data, name).rstrip().endswith(old)
    found = [(item.kind, item.time, item.x, item.y) for item in result.hit_objects]
    ordered = sorted(objects, key=lambda item: item.time)
    assert found == [(item.kind, item.time, item.x, item.y) for item in ordered]
    for item, meant in zip(result.hit_objects, ordered, strict=True):
        if meant.kind in (ObjectKind.SPINNER, ObjectKind.HOLD):
            assert item.end_time == meant.end_time
        assert not any(b.start <= item.time <= b.end for b in result.breaks)
    assert result.timing_points[0].uninherited
    assert made.file_name.endswith(".osu") and not set(made.file_name) & set('<>:"/\\|?*\r\n')


def test_sliders_before_the_first_red_line_keep_their_duration() -> None:
    early = slider(200, velocity=2.0, length=140.0)
    made = make(small_map(), early, circle(3000), red_lines=[RedLine(1000, 500)])
    item = made.result.hit_objects[0]
    assert (item.length, item.end_time) == (70.0, 450.0)


def test_scroll_speeds_before_the_first_red_line_are_left_out() -> None:
    early = replace(circle(200), slider_velocity=2.0)
    made = make(small_map(), early, circle(3000), mode=1, red_lines=[RedLine(1000, 500)])
    assert [item.time for item in made.result.hit_objects] == [200, 3000]
