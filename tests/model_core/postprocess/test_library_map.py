"""Maps read, merged and written as the published models' library does it."""

from __future__ import annotations

from model_core.postprocess.library_map import LibraryMap, add_to_map

HEAD = """osu file format v14

[General]
AudioFilename: a.mp3
Mode: 0

[Difficulty]
SliderMultiplier:1.4

[Events]
//Background and Video events
0,0,"bg.jpg",0,0
2,100,200

"""


def _map(timing: str, objects: str) -> str:
    return f"{HEAD}[TimingPoints]\n{timing}\n\n[HitObjects]\n{objects}\n"


def _section(text: str, name: str) -> list[str]:
    rest = text.partition(f"[{name}]\n")[2]
    return [line for line in rest.partition("\n[")[0].split("\n") if line]


OLD = _map(
    "0,500,4,1,1,60,1,0\n5000,-50,4,1,1,80,0,0\n9000,-100,4,1,1,70,0,0",
    "10,10,0,5,0\n20,20,4000,1,0,0:0:0:0:\n30,30,6000,1,0,0:0:0:0:\n40,40,9500,1,0,0:0:0:0:",
)


def test_what_the_file_leaves_out_is_written() -> None:
    text = _map("0,500", "0,0,0,2,0,P|9:9|20:0|30:5,2,100.5\n256,192,4000,12,0,5000")
    packed = LibraryMap.read(text).pack()
    assert _section(packed, "HitObjects") == [
        "0,0,0,2,0,B|9:9|20:0|30:5,2,100.5,,,0:0:0:0:",
        "256,192,4000,12,0,5000,0:0:0:0:",
    ]
    assert _section(packed, "General") == ["AudioFilename:a.mp3", "Mode:0"]
    assert _section(packed, "Events")[1:4] == ['0,0,"bg.jpg",0,0', "// Break Periods", "2,100,200"]


def test_a_part_brings_its_state_and_leaves_it() -> None:
    new = _map("0,500,4,2,-1,40,1,0\n3000,-200,4,2,-1,30,0,1", "99,99,5000,1,0,0:0:0:0:")
    merged = add_to_map(OLD, new, 4000, 8000)
    assert _section(merged, "TimingPoints") == [
        "0,500,4,1,1,60,1,0",
        "3000,-200,4,1,1,30,0,1",
        "9000,-100,4,1,1,70,0,0",
    ]
    assert [line.split(",")[0] for line in _section(merged, "HitObjects")] == ["10", "99", "40"]


def test_another_tempo_begins_a_bar_before_the_part() -> None:
    new = _map("100,400,4,2,-1,60,1,0", "99,99,5000,1,0,0:0:0:0:")
    merged = add_to_map(OLD, new, 4000, 8000)
    # Bars begin at 100 + k * 1600 ms: the last before the part at 3300.
    assert "3299,400,4,1,1,60,1,0" in _section(merged, "TimingPoints")


def test_all_of_a_map_takes_the_place_of_all_of_another() -> None:
    new = _map("100,400,4,2,-1,60,1,0", "99,99,5000,1,0,0:0:0:0:")
    merged = add_to_map(OLD, new, None, None)
    assert _section(merged, "TimingPoints") == ["100,400,4,2,-1,60,1,0", "100,-100,4,2,-1,60,0,0"]
    assert _section(merged, "HitObjects") == ["99,99,5000,1,0,0:0:0:0:"]
