"""Maps to try things on: real ones, cut to a part and damaged, and ones made for the purpose."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from model_core.beatmap import Beatmap, parse, split_lines
from tests.conftest import ROOT

CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLES = ROOT / "samples"
#: Larger files take their share of time without showing anything that smaller ones do not.
LARGEST = 400_000
HARSH_LINES = (
    b"",
    b"// a comment",
    b"[HitObjects]",
    b"[TimingPoints]",
    b"[Events]",
    b"[Nowhere]",
    b"_F,0,0,0,1",
    b"2,500,9000",
    b"Mode: 3",
    b"SliderMultiplier:NaN",
    b"0,-100,4,1,0,50,0,1",
    b"0,-1e308,4,1,0,50,0,8",
    b"1000,NaN,4,1,0,50,0,0",
    b"1500,300",
    b"2000,-50,4,3,2,101,0,1,9",
    b"-2147483648,500,4,1,0,50,1,0",
    b"256,192,1000,1,0",
    b"256,192,1000.5,5,2,3:2:1:70:a.wav",
    b"10,20,1500,2,0,B|30:30|NaN:1|30:30,3,1e9",
    b"10,20,2000,2,14,P|30:40|50:60,2,70.5,2|0|8,0:0|1:2|3:3,0:0:0:0:",
    b"10,20,2500,6,0,L|30:40,1,-5",
    b"256,192,3000,12,0,2000",
    b"64,192,1000,128,0,1500:0:0:0:0:",
    b"1,1,1\r2,2,2,1,0\r3,3,3",
    b"\xff\xfe\x00",
    b"99999999999,1,1,1,1",
)
HARSH_FIELDS = (b"", b"0", b"-1", b"NaN", b"1e400", b"2147483648", b"0.5", b" 7 ", b"x", b"1|2")
KINDS = (
    *("drop", "double", "swap", "harsh", "field", "nudge"),
    *("byte", "cut", "lf", "crlf", "cr", "mark", "open end", "blank end"),
)
Mutation = tuple[str, int, int]


@dataclass(frozen=True)
class MapCase:
    """One map: where it comes from, the part of its objects that is kept, what was done to it.

    ``seed`` decides what a check does with it.
    """

    source: str
    window: tuple[int, int] | None
    mutations: tuple[Mutation, ...]
    seed: int

    def data(self) -> bytes:
        """The bytes of the file."""
        return mutated(windowed(self.source, self.window), self.mutations)

    def beatmap(self) -> Beatmap:
        return parse(self.data())

    def dice(self) -> random.Random:
        return random.Random(self.seed)


@lru_cache(maxsize=1)
def sources() -> dict[int, tuple[str, ...]]:
    """Names of all maps there are, by mode; those made for the purpose are named by a number."""
    found: dict[int, list[str]] = {mode: [] for mode in range(4)}
    for folder in (CORPUS, SAMPLES):
        for path in sorted(folder.rglob("*.osu")):
            if path.stat().st_size <= LARGEST:
                mode = re.search(rb"^Mode *: *([0-3])", path.read_bytes(), re.MULTILINE)
                found[int(mode[1]) if mode else 0].append(str(path.relative_to(folder)))
    return {
        mode: (*names, *(f"made {mode} {n}" for n in range(20))) for mode, names in found.items()
    }


@lru_cache(maxsize=400)
def read(source: str) -> bytes:
    """The bytes of a source."""
    if source.startswith("made "):
        _, mode, number = source.split()
        return made_map(int(mode), random.Random(int(number))).encode()
    folder = CORPUS if (CORPUS / source).is_file() else SAMPLES
    return Path(folder / source).read_bytes()


def windowed(source: str, window: tuple[int, int] | None) -> bytes:
    """A source with only some of its objects: (the first in 1024ths of all, how many)."""
    data = read(source)
    if window is None:
        return data
    lines = split_lines(data)
    heads = [i for i, line in enumerate(lines) if line.strip() == b"[HitObjects]"]
    if not heads:
        return data
    first = heads[0] + 1 + (len(lines) - heads[0] - 1) * window[0] // 1024
    return b"".join(lines[: heads[0] + 1] + lines[first : first + window[1]])


def mutated(data: bytes, mutations: tuple[Mutation, ...]) -> bytes:
    """``data`` after some changes, each (kind, place, choice)."""
    for kind, place, choice in mutations:
        data = _mutated(data, kind, place, choice)
    return data


def _mutated(data: bytes, kind: str, place: int, choice: int) -> bytes:
    match kind:
        case "lf":
            return data.replace(b"\r\n", b"\n")
        case "crlf":
            return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        case "mark":
            return data[3:] if data.startswith(b"\xef\xbb\xbf") else b"\xef\xbb\xbf" + data
        case "open end":
            return data.rstrip(b"\r\n")
        case "blank end":
            return data + b"\r\n\n"[choice % 3 :]
    lines = split_lines(data)
    if not lines:
        return data
    at, other = place % len(lines), choice % len(lines)
    match kind:
        case "drop":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "swap":
            lines[at], lines[other] = lines[other], lines[at]
        case "harsh":
            lines.insert(at, HARSH_LINES[choice % len(HARSH_LINES)] + b"\r\n"[choice % 2 :])
        case "field" | "nudge":
            fields = lines[at].split(b",")
            index = (choice >> 5) % len(fields)
            if kind == "field":
                fields[index] = HARSH_FIELDS[choice % len(HARSH_FIELDS)]
            elif fields[index].lstrip(b"-").isdigit():
                fields[index] = b"%d" % (int(fields[index]) + choice % 11 - 5)
            lines[at] = b",".join(fields)
        case "byte":
            line = bytearray(lines[at])
            line[choice % len(line)] ^= 1 << (choice >> 8) % 8
            lines[at] = bytes(line)
        case "cut":
            lines = lines[: max(at, len(lines) - choice % 40)]
        case "cr":
            lines[at] = lines[at].replace(b"\n", b"")
    return b"".join(lines)


def made_map(mode: int, dice: random.Random) -> str:
    """Timing lines and objects close to one another, long ones reaching over others at times."""
    version = dice.choice([14, 14, 14, 128, 12, 9, 6, 4, 3])
    lines = ["0,400,4,1,0,70,1,0"]
    time = 0
    for _ in range(dice.randint(0, 25)):
        time += dice.choice([0, 1, 4, 6, 100, 400])
        red = dice.random() < 0.2
        beat = dice.choice([300, 400.5]) if red else dice.choice([-50, -100, -133.3])
        sample = f"{dice.randint(0, 3)},{dice.randint(0, 2)},{dice.randint(1, 100)}"
        lines.append(f"{time},{beat},4,{sample},{int(red)},{dice.randint(0, 1)}")
    objects, time = [], 0
    for _ in range(dice.randint(0, 30)):
        time += dice.choice([0, 1, 3, 50, 100, 250, 1500])
        kind = dice.choice(["circle", "circle", "spinner", "hold" if mode == 3 else "slider"])
        combo = 4 * dice.randint(0, 1)
        x = dice.randint(0, 511)
        if kind == "circle":
            objects.append(f"{x},10,{time},{1 + combo},{dice.choice([0, 2, 8])},0:0:0:0:")
        elif kind == "slider":
            slides, length = dice.randint(1, 3), dice.choice([20, 70, 150])
            objects.append(f"{x},10,{time},{2 + combo},0,L|200:10,{slides},{length}")
        elif kind == "spinner":
            objects.append(f"256,192,{time},{8 + combo},0,{time + dice.choice([1, 300])},0:0:0:0:")
        else:
            objects.append(f"{x},192,{time},128,0,{time + dice.choice([1, 90, 700])}:0:0:0:0:")
    parts = [
        f"osu file format v{version}\n\n[General]\nMode: {mode}\n",
        f"[Difficulty]\nCircleSize:{dice.choice([4, 7])}\nSliderMultiplier:1.4\n",
        f"[Events]\n2,{dice.randint(0, 3000)},{dice.randint(1000, 9000)}\n",
        "[TimingPoints]",
        "\n".join(lines) + "\n",
        "[HitObjects]",
        "\n".join(objects) + "\n" * dice.randint(0, 2),
    ]
    return "\n".join(parts)


MUTATIONS: SearchStrategy[Mutation] = st.tuples(
    st.sampled_from(KINDS), st.integers(0, 2**20), st.integers(0, 2**20)
)
WINDOWS = st.tuples(st.integers(0, 1023), st.integers(5, 150))


def map_cases(modes: tuple[int, ...] = (0, 1, 2, 3), most: int = 5) -> SearchStrategy[MapCase]:
    """Maps of some modes, whole or with some of their objects, after up to ``most`` mutations."""
    names = [name for mode in modes for name in sources()[mode]]
    return st.builds(
        MapCase,
        source=st.sampled_from(names),
        window=st.one_of(WINDOWS, st.none()),
        mutations=st.lists(MUTATIONS, max_size=most).map(tuple),
        seed=st.integers(0, 2**32 - 1),
    )
