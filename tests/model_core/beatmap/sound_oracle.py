"""A second, plain reading of what a map sounds like, to judge changes of hitsounds by.

It shares no code with the room it judges. It only claims to know files whose timing lines stand
in order of time and have all eight fields, and sliders that say how long they are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

Heard = tuple[int, int, int, int]
"""Additions, sample set, set of the additions, volume."""

CIRCLE = re.compile(rb"^((?:[^,]*,){4})[^,]*(?:,[^,]*)?((?:,.*)?)$")
SLIDER = re.compile(rb"^((?:[^,]*,){4})[^,]*(,[^,]*,[^,]*(?:,[^,]*)?)(?:,[^,]*){0,3}((?:,.*)?)$")
SPINNER = re.compile(rb"^((?:[^,]*,){4})[^,]*(,[^,]*)(?:,[^,]*)?((?:,.*)?)$")
HOLD = re.compile(rb"^((?:[^,]*,){4})[^,]*((?:,[^,:]*)?)(?::[^,]*)?((?:,.*)?)$")


@dataclass
class Sounding:
    """One object: where it stands, its kind (1, 2, 8 or 128) and what is heard of it."""

    number: int
    kind: int
    time: float
    end: float
    nodes: list[float]
    heard: list[Heard]
    body: Heard | None
    own: list[int]

    def lookups(self) -> list[float]:
        return [*(node + 5 for node in self.nodes), self.time + 6, self.end + 5, self.end + 6]


class SoundReading:
    """The lines of one file of format 5 to 14; ``ValueError`` for shapes it does not know."""

    def __init__(self, data: bytes) -> None:
        self.raw = data.split(b"\n")
        self.mode, self.multiplier = 0, 1.4
        self.states: list[tuple[float, float, int, tuple[int, int, int], int]] = []
        self.tempi: list[tuple[float, float, int]] = []
        self.greens: dict[int, float] = {}
        section = b""
        rows: list[tuple[int, bytes]] = []
        for number, raw in enumerate(self.raw):
            line = raw.strip(b"\r")
            if line.startswith(b"["):
                section = line.strip()[1:-1]
            elif section == b"TimingPoints" and line.strip() and not line.startswith(b"//"):
                self._timing(number, line)
            elif section == b"HitObjects" and line.strip() and not line.startswith(b"//"):
                rows.append((number, line))
            elif line.startswith(b"Mode:"):
                self.mode = int(line[5:])
            elif line.startswith(b"SliderMultiplier:"):
                self.multiplier = min(3.6, max(0.4, float(line[17:])))
        times = [state[0] for state in self.states]
        if times != sorted(times) or not times:
            raise ValueError("timing lines out of order")
        self.winners: dict[float, tuple[float, float, int, tuple[int, int, int], int]] = {}
        for state in self.states:
            if state[0] not in self.winners or not state[2]:
                self.winners[state[0]] = state
        self.times = sorted(self.winners)
        self.objects = [self._object(number, line) for number, line in rows]

    def _timing(self, number: int, line: bytes) -> None:
        fields = line.decode().split("//")[0].split(",")
        if len(fields) != 8:
            raise ValueError("not eight fields")
        time, beat = float(fields[0]), float(fields[1])
        red = fields[6] == "1"
        sample = (int(fields[3]), int(fields[4]), min(100, max(0, int(fields[5]))))
        self.states.append((time, beat, int(red), sample, int(fields[7])))
        if not red:
            self.greens[number] = time
        elif not any(known[0] == time for known in self.tempi[-1:]):
            self.tempi.append((time, min(60000.0, max(6.0, beat)), int(fields[2])))

    def _at(self, time: float) -> tuple[float, float, int, tuple[int, int, int], int] | None:
        index = bisect_right(self.times, time)
        return self.winners[self.times[index - 1]] if index else None

    def sample(self, time: float) -> tuple[int, int, int]:
        state = self._at(time) or self.winners[self.times[0]]
        return state[3]

    def motion(self, time: float) -> tuple[float, bool, bool, bool]:
        """Scroll speed, ticks, kiai, hidden bar line."""
        state = self._at(time)
        if state is None:
            return (1.0, True, False, False)
        speed = 1.0 if not state[1] < 0 else min(10.0, max(0.01, -100 / state[1]))
        return (speed, state[1] == state[1], bool(state[4] & 1), bool(state[4] & 8))

    def tempo(self, time: float) -> tuple[float, float, int] | None:
        if not self.tempi:
            return None
        index = bisect_right([tempo[0] for tempo in self.tempi], time)
        return self.tempi[max(0, index - 1)]

    def _object(self, number: int, line: bytes) -> Sounding:
        fields = line.decode("latin-1").split("//")[0].rstrip().split(",")
        time, bits, sound = float(fields[2]), int(fields[3]), int(fields[4])
        kind = next(bit for bit in (1, 2, 8, 128) if bits & bit)
        if kind == 2:
            return self._slider(number, fields, time, sound)
        end, sample = time, fields[5] if len(fields) > 5 else ""
        if kind == 8:
            end, sample = max(time, float(fields[5])), fields[6] if len(fields) > 6 else ""
        elif kind == 128:
            text, _, sample = sample.partition(":")
            end = max(time, float(text)) if text else time
        node = end if kind == 8 else time
        sets, volume = _sample(sample)
        heard = self._heard(sound, sets, volume, node + 5)
        return Sounding(number, kind, time, end, [node], [heard], None, [volume])

    def _slider(self, number: int, fields: list[str], time: float, sound: int) -> Sounding:
        slides = max(1, int(fields[6]))
        length = float(fields[7])
        points = fields[5].split("|")
        if not length > 0 or points[-1] == points[-2]:
            # A curve that ends on a double point is as long as it is drawn.
            raise ValueError("a slider of unknown length")
        tempo = self.tempo(time)
        beat = 1000.0 if tempo is None else tempo[1]
        speed = max(0.1, self.motion(time)[0])
        span = length * beat / (self.multiplier * 100.0 * speed)
        nodes = [time + span * index for index in range(slides + 1)]
        sets, _ = _sample(fields[10] if len(fields) > 10 else "")
        bits = [sound] * len(nodes)
        for index, text in enumerate((fields[8] if len(fields) > 8 else "").split("|")):
            if index < len(nodes) and text:
                bits[index] = int(text)
        pairs, volumes = [sets] * len(nodes), [0] * len(nodes)
        for index, text in enumerate((fields[9] if len(fields) > 9 else "").split("|")):
            if index < len(nodes) and text:
                pairs[index], volumes[index] = _sample(text)
        heard = [
            self._heard(bit, pair, volume, node + 5)
            for bit, pair, volume, node in zip(bits, pairs, volumes, nodes, strict=True)
        ]
        body = self._heard(sound, sets, 0, time + 6)
        return Sounding(number, 2, time, nodes[-1], nodes, heard, body, volumes)

    def _heard(self, bits: int, sets: tuple[int, int], volume: int, moment: float) -> Heard:
        given = self.sample(moment)
        normal = sets[0] or given[0] or 1
        return (bits & 14, normal, sets[1] or normal, volume or given[2])

    def skeleton(self, start: float, end: float, until: float) -> tuple[list[bytes], list[int]]:
        """The file without the sounds of the range, and which of its lines are its greens."""
        lines, greens = list(self.raw), []
        for item in self.objects:
            if start <= item.time <= end:
                lines[item.number] = _without_sounds(lines[item.number], item.kind)
        for number, time in self.greens.items():
            if start <= time <= end:
                fields = lines[number].split(b",")
                lines[number] = b",".join([*fields[:3], b"", b"", b"", *fields[6:]])
            if start <= time <= until:
                greens.append(number)
        return lines, greens


def _sample(text: str) -> tuple[tuple[int, int], int]:
    parts = text.split(":")
    if len(parts) < 2:
        return (0, 0), 0
    normal, addition = (n if 0 <= n <= 3 else 1 for n in (int(parts[0]), int(parts[1])))
    return (normal, addition), max(0, int(parts[3])) if len(parts) > 3 else 0


def _without_sounds(line: bytes, kind: int) -> bytes:
    head, comment, rest = line.partition(b"//")
    stripped = head.rstrip()
    pattern = {1: CIRCLE, 2: SLIDER, 8: SPINNER, 128: HOLD}[kind]
    match = pattern.match(stripped)
    assert match is not None, line
    kept = b"<>".join(match.groups())
    return kept + head[len(stripped) :] + comment + rest


def judge(
    old_data: bytes,
    new_data: bytes,
    start: float,
    end: float,
    wanted: dict[int, tuple[list[Heard], Heard | None]],
    take: tuple[bool, bool, bool],
    unreached: set[tuple[int, int]],
    keep_custom: bool = True,
) -> int:
    """Asserts that only sounds of the range changed, and to what was wanted.

    ``wanted`` and ``unreached`` go by the object's place in the file, the latter with the node
    (-1: the body); ``take`` is volume, sets, additions. Returns how many sounds were compared.
    """
    old, new = SoundReading(old_data), SoundReading(new_data)
    assert len(old.objects) == len(new.objects)
    inside = [item for item in old.objects if start <= item.time <= end]
    until = max([end, *(max(item.lookups()) + 1 for item in inside)])
    _judge_lines(old, new, start, end, until)
    moments = sorted({*old.times, *new.times, start - 1e-6, until})
    for moment in moments:
        assert old.motion(moment) == new.motion(moment), moment
        assert old.tempo(moment) == new.tempo(moment), moment
        if moment >= old.times[0] and not start <= moment < until:
            assert old.sample(moment) == new.sample(moment), moment
    compared = 0
    for index, (was, now) in enumerate(zip(old.objects, new.objects, strict=True)):
        assert (was.time, was.end, was.nodes) == (now.time, now.end, now.nodes)
        if not start <= was.time <= end:
            for lookup in was.lookups():
                assert old.sample(lookup) == new.sample(lookup), (index, lookup)
            assert (was.heard, was.body) == (now.heard, now.body)
        elif index not in wanted:
            assert (was.heard, was.body) == (now.heard, now.body), index
        else:
            compared += _judge_named(index, was, now, wanted[index], take, unreached, keep_custom)
    return compared


def _judge_lines(
    old: SoundReading, new: SoundReading, start: float, end: float, until: float
) -> None:
    before, _ = old.skeleton(start, end, until)
    after, greens = new.skeleton(start, end, until)
    position = 0
    for number, line in enumerate(after):
        if position < len(before) and line == before[position]:
            position += 1
        else:
            assert number in greens, (number, line)
    assert position == len(before)
    kinds = [(state[0], state[2]) for state in new.states]
    known = [(state[0], state[2]) for state in old.states]
    for kind in set(kinds):
        assert kinds.count(kind) <= max(1, known.count(kind)), kind


def _judge_named(
    index: int,
    was: Sounding,
    now: Sounding,
    wanted: tuple[list[Heard], Heard | None],
    take: tuple[bool, bool, bool],
    unreached: set[tuple[int, int]],
    keep_custom: bool,
) -> int:
    nodes, body = wanted
    trios = [(i, *trio) for i, trio in enumerate(zip(was.heard, now.heard, nodes, strict=True))]
    if body is not None and was.body is not None and now.body is not None:
        trios.append((-1, was.body, now.body, body))
    elif was.body is not None and now.body is not None:
        assert was.body[:3] == now.body[:3]
    for node, before, after, goal in trios:
        assert after[0] == (goal[0] if take[2] else before[0]), (index, node)
        assert after[1] == (goal[1] if take[1] else before[1]), (index, node)
        if after[0] and take[1]:
            assert after[2] == goal[2], (index, node)
        if not take[0] or (keep_custom and node >= 0 and was.own[node]):
            assert after[3] == before[3], (index, node)
        elif (index, node) not in unreached:
            assert after[3] == goal[3], (index, node)
    return len(trios)
