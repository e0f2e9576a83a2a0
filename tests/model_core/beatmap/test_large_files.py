"""Large and hostile files: read in time that grows with their size, never a hang or an error.

Each takes a second or so on an idle machine; what is quadratic does not end within the limit.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model_core.beatmap import Beatmap, parse

pytestmark = pytest.mark.slow

HEAD = "osu file format v14\n[TimingPoints]\n0,500\n"
LINES = 100_000


def read(text: str) -> Beatmap:
    beatmap = parse(text.encode())
    assert beatmap.to_bytes() == text.encode()
    _ = (beatmap.timing, beatmap.combos, beatmap.breaks, beatmap.colours, beatmap.mode)
    return beatmap


def objects(line: Callable[[int], str]) -> str:
    return HEAD + "[HitObjects]\n" + "".join(line(index) + "\n" for index in range(LINES))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("letter", "BCLP")
@pytest.mark.parametrize("tail", ["", ",100,2|0,0:0|0:0,0:0:0:0:"])
def test_many_sliders(letter: str, tail: str) -> None:
    curve = f"{letter}|300:100|250:200" + ("|100:50" if letter in "BC" else "")
    beatmap = read(objects(lambda i: f"{i % 200},{i % 300},{i * 9},2,0,{curve},1{tail}"))
    assert len(beatmap.hit_objects) == LINES


@pytest.mark.timeout(120)
@pytest.mark.parametrize("order", ["up", "down", "mixed", "one time"])
def test_many_timing_lines(order: str) -> None:
    times = {
        "up": range(LINES),
        "down": range(LINES, 0, -1),
        "mixed": [index * 7919 % LINES for index in range(LINES)],
        "one time": [5] * LINES,
    }[order]
    lines = "".join(f"{t},-{50 + t % 50},4,2,1,{t % 100},0,{t % 2}\n" for t in times)
    beatmap = read(HEAD + lines + "[HitObjects]\n1,1,1,1,0\n")
    assert len(beatmap.timing_points) == LINES + 1


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[HitObjects]\n" + "1," * 20_000_000, id="one line of 40 MB"),
        pytest.param("a" * 40_000_000, id="a word of 40 MB"),
        pytest.param("[General]\n" * LINES, id="sections"),
        pytest.param("[x]\nMode: 1\n" * LINES, id="unknown sections"),
        pytest.param("\r" * 2_000_000, id="carriage returns"),
        pytest.param("[Events]\n" + "2,1,900\n" * LINES, id="breaks"),
        pytest.param("[HitObjects]\n1,1,1,2,0,B" + "|1:1" * 1_000_000 + ",1,5", id="points"),
        pytest.param("[HitObjects]\n1,1,1,2,0,B" + "|L" * 1_000_000 + ",1,5", id="letters"),
        pytest.param("[HitObjects]\n1,1,1,2,0,L|9:9,1,5," + "0|" * 2_000_000, id="node sounds"),
        pytest.param("[HitObjects]\n1,1,1,2,0,L|9:9,1,5,," + "0:0|" * 2_000_000, id="node sets"),
        pytest.param("[HitObjects]\n1,1,1,1,0," + "0:" * 2_000_000, id="a long sample"),
        pytest.param("[TimingPoints]\n" + "9" * 2_000_000 + ",500", id="a long number"),
        pytest.param("[TimingPoints]\n0,500," + "4," * 2_000_000, id="fields of a timing line"),
        pytest.param("[Editor]\nBookmarks: " + "1," * 1_000_000, id="bookmarks"),
        pytest.param("[Metadata]\n" + "Title:a\n" * LINES, id="titles"),
        pytest.param("[Metadata]\n" + ":" * 5_000_000, id="colons"),
        pytest.param("[" + "General," * 500_000 + "]", id="a header of many names"),
        pytest.param("/" * 10_000_000, id="slashes"),
        pytest.param(" " * 10_000_000 + "x", id="spaces"),
    ],
)
def test_hostile_files(text: str) -> None:
    beatmap = read(text)
    for item in beatmap.hit_objects:
        _ = (item.node_sounds, item.node_samples)
    _ = (beatmap.title, beatmap.bookmarks, beatmap.version, len(beatmap.document))


def test_memory_grows_with_the_file() -> None:
    import tracemalloc

    def peak(lines: int) -> int:
        data = (HEAD + "[HitObjects]\n" + "1,2,300,2,0,B|9:9|8:8,1,50\n" * lines).encode()
        tracemalloc.start()
        parse(data).combo_labels()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few, many = peak(2_000), peak(8_000)
    assert many < 5 * few
    assert many / 8_000 < 3_000, "bytes for a line of a slider"
