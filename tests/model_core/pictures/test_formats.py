"""Both formats of one scene; limits; odd maps; and maps of people."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model_core.beatmap import parse
from model_core.errors import AudioError, InvalidParameters
from model_core.pictures.fonts import fitting, has_glyph, width_of
from model_core.pictures.options import Format, PictureOptions
from model_core.pictures.picture import draw, usual_span
from model_core.pictures.png import to_png
from model_core.pictures.scene import Scene
from model_core.pictures.svg import to_svg
from model_core.pictures.theme import BACKGROUND
from tests.model_core.pictures.drawing import beatmap, groups, labels, picture, svg

CIRCLE = "256,192,1000,5,0"


def _pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_scene_looks_alike_in_both_formats() -> None:
    """SVG is read back as numbers; PNG as pixels at those places."""
    scene = Scene(200)
    scene.height = 120
    scene.box((10, 10, 60, 50), "#ff0000")
    scene.disc((120, 30), 20, "#00ff00", "#0000ff", 4)
    scene.stroke([(20, 90), (180, 90)], 10, "#ffff00")
    with scene.group("cut", clip=(150, 10, 160, 110)):
        scene.box((0, 60, 200, 70), "#ff00ff")
    pixels = _pixels(to_png(scene, "#000000"))
    assert pixels.shape == (120, 200, 3)
    expected = {
        (30, 30): (255, 0, 0),
        (120, 30): (0, 255, 0),
        (102, 30): (0, 0, 255),
        (98, 30): (0, 0, 0),
        (17, 90): (255, 255, 0),
        (13, 90): (0, 0, 0),
        (155, 65): (255, 0, 255),
        (140, 65): (0, 0, 0),
    }
    for (x, y), colour in expected.items():
        assert tuple(pixels[y, x]) == colour, (x, y)
    root = ElementTree.fromstring(to_svg(scene, "#000000", "shapes"))
    assert [each.tag.rpartition("}")[2] for each in root][2:] == [
        "rect",
        "rect",
        "circle",
        "polyline",
        "g",
    ]
    circle = root[4]
    # Its edge lies inside, as in the PNG: the line's middle is two pixels further in.
    assert (circle.get("r"), circle.get("stroke-width")) == ("18", "4")


@pytest.mark.parametrize("mode", range(4))
def test_a_png_shows_the_map_and_is_the_same_every_time(mode: int) -> None:
    objects = (CIRCLE, "100,100,1500,2,0,L|300:100,1,100")
    one = picture(beatmap(objects, mode=mode), form=Format.PNG)
    pixels = _pixels(one.data)
    assert pixels.shape == (one.height, one.width, 3) and one.width == 1600
    assert one.media_type == "image/png"
    background = np.array([int(BACKGROUND[at : at + 2], 16) for at in (1, 3, 5)])
    full = np.abs(pixels - background).sum(2) > 30
    # Header, playfield and timeline have something on them each.
    for part in np.array_split(full, 3):
        assert part.mean() > 0.004
    assert picture(beatmap(objects, mode=mode), form=Format.PNG).data == one.data
    empty = picture(beatmap((), mode=mode), form=Format.PNG)
    assert _pixels(empty.data).size and empty.data != one.data


def test_parts_can_be_left_out_and_the_width_chosen() -> None:
    whole = picture(beatmap((CIRCLE,)))
    field = picture(beatmap((CIRCLE,)), timeline=False, width=700)
    line = picture(beatmap((CIRCLE,)), playfield=False)
    assert field.width == 700 and max(field.height, line.height) < whole.height
    assert not groups(ElementTree.fromstring(field.data), "timeline")
    assert not groups(ElementTree.fromstring(line.data), "frame")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"width": 479}, "width"),
        ({"width": 4001}, "width"),
        ({"start": 10, "end": 9}, "end_ms"),
        ({"end": 3_600_001}, "end_ms"),
        ({"playfield": False, "timeline": False}, "without_timeline"),
    ],
)
def test_what_is_outside_its_limits_is_named(options: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        picture(beatmap((CIRCLE,)), **options)
    assert list(caught.value.fields) == [field] and str(caught.value)


def test_an_unreadable_song_is_the_callers_to_deal_with() -> None:
    def hear(*_: float) -> None:
        raise AudioError("no song")

    with pytest.raises(AudioError):
        picture(beatmap((CIRCLE,)), hear=hear)


def test_texts_of_any_letters_are_drawn_and_stay_within_the_picture() -> None:
    odd = "夜\x07 <&> \ud800Ünï \u202e" + "W" * 3000
    data = beatmap((CIRCLE,)).to_bytes().replace(b"A song", odd.encode(errors="surrogatepass"))
    for form in Format:
        made = picture(parse(data), form=form)
        assert made.data
    root = svg(parse(data))
    shown = next(text for text in labels(root) if "夜" in text)
    assert shown.endswith("…") and width_of(shown, 21, True) < 1600
    assert has_glyph("Ж") and has_glyph("é") and not has_glyph("夜")
    assert fitting("short", 12, 500) == "short" and fitting("W" * 50, 12, 3) == ""


def test_moments_and_maps_of_nothing_are_drawn() -> None:
    for data in (b"", b"osu file format v14\n", beatmap(timing=()).to_bytes()):
        empty = parse(data)
        start, end = usual_span(empty)
        assert end - start == 10_000
        assert picture(empty, start, end).data and picture(empty, 5, 5).data
    assert usual_span(beatmap((CIRCLE,)))[0] == 800


ODD = {
    "far": ("100000,-90000,1000,1,0", "256,192,2147483000,1,0"),
    "endless": ("256,192,1200,2,0,B|99999:99999|-99999:5,9000,100000",),
    "spinning": ("256,192,1300,12,0,2000000000",),
    "one place": ("256,192,1000,1,0",) * 900,
    "every ms": tuple(f"256,192,{time},1,{time % 16}" for time in range(900)),
    "no length": ("256,192,1000,2,0,L|256:192,3,0", "1,1,1001,2,0,B,1,5"),
}
LONG = ("endless", "spinning")
LINES = (
    "0,300,4,2,0,50,1,0",
    "500,NaN,4,2,0,50,0,1",
    "900,-0.0001,4,1,0,50,0,0",
    "950,1e-9,4,1,0,50,1,8",
)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        # What falls for ever in catch has half a million parts, which takes seconds to count.
        pytest.param(mode, name, marks=[pytest.mark.slow] * (mode == 2 and name in LONG))
        for mode in range(4)
        for name in ODD
    ],
)
def test_odd_maps_are_drawn_within_bounds(mode: int, name: str) -> None:
    odd = beatmap(ODD[name], mode=mode, timing=LINES)
    made = draw(odd, PictureOptions(0, 6000, width=800), Format.SVG)
    ElementTree.fromstring(made.data)
    assert made.height < 14_000 and len(made.data) < 12_000_000


@pytest.mark.parametrize("mode", range(4))
def test_an_hour_is_drawn_within_bounds(mode: int) -> None:
    objects = tuple(f"{64 + time // 50 % 384},99,{time},1,0" for time in range(0, 3_600_000, 9000))
    made = picture(beatmap(objects, mode=mode), 0, 3_600_000, width=480)
    ElementTree.fromstring(made.data)
    assert made.height < 14_000 and len(made.data) < 12_000_000
    assert mode or any("frames as short as usual" in reason for reason in made.left_out)


@pytest.mark.slow
@pytest.mark.parametrize("mode", range(4))
def test_a_hundred_thousand_objects_are_drawn_and_told(mode: int) -> None:
    slider = ",B|99:33|400:80,2,150"
    objects = [
        f"{t % 512},{t % 384},{t},{2 - t % 2},{t % 16}{'' if t % 2 else slider}"
        for t in range(100_000)
    ]
    made = picture(beatmap(objects, mode=mode), 0, 100_000, form=Format.PNG)
    assert made.height < 14_000 and len(made.data) < 20_000_000
    assert any("95001 objects" in reason or "95000 objects" in reason for reason in made.left_out)


def test_maps_of_people_are_drawn(corpus: Path) -> None:
    """Every tenth of the corpus, in its own mode; narrow, to be quick."""
    names = [each["file"] for each in json.loads((corpus / "index.json").read_text("utf-8"))]
    modes = set()
    for number, name in enumerate(names[::10]):
        found = parse((corpus / name).read_bytes())
        modes.add(found.mode)
        start, end = usual_span(found)
        root = svg(found, start, end, width=480)
        assert groups(root, "frame") and groups(root, "timeline"), name
        if found.hit_objects:
            assert groups(root, "object"), name
        if number % 5 == 0:
            made = picture(found, start, start + 2000, form=Format.PNG, width=480)
            assert Image.open(io.BytesIO(made.data)).size == (480, made.height)
    assert modes == {0, 1, 2, 3}
