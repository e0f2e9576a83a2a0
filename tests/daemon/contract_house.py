"""What the tests of the contract share: a map of each mode, requests by name, and their judges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osu_companion.v1 import jobs_pb2, patches_pb2

from clients.client import Client, DifficultyOptions
from daemon.patch_messages import patch_from_message, scope_from_message
from model_core.beatmap import Edit, EditKind, EditSummary, RemapEdit, parse
from tests.daemon.conftest import RunningDaemon
from tests.e2e.house import SAMPLE, moment
from tests.e2e.test_modes import in_mode
from tests.e2e.untouched import lines_of
from tests.properties.judges import judge

MODES = (0, 1, 2, 3)
REMAP, HITSOUND, DIFFICULTY = "remap", "hitsound", "guest difficulty"
KINDS = (REMAP, HITSOUND, DIFFICULTY)
METHODS = {
    REMAP: "RemapBeatmap",
    HITSOUND: "HitsoundBeatmap",
    DIFFICULTY: "MakeGuestDifficulty",
}
START = moment(20_000)
END = START + 2_393
NAME = "Somebody's"
# Written once, however far off its stars are: what is tested is the same, and sooner.
QUICK = DifficultyOptions(difficulty=2.5, star_tries=1)


@dataclass
class Contract:
    """A real daemon with the starter model, and a map of each mode in one folder."""

    daemon: RunningDaemon
    client: Client
    maps: dict[int, Path]

    def ask(self, kind: str, mode: int, **fields: Any) -> Any:
        """The stream of a request for a few seconds of the map of that mode."""
        path = self.maps[mode]
        fields = {"start_ms": START, "end_ms": END, "seed": 7, **fields}
        if kind == REMAP:
            return self.client.remap(path, **fields)
        if kind == HITSOUND:
            return self.client.hitsound(path, **fields)
        return self.client.guest_difficulty(path, NAME, **{"options": QUICK, **fields})

    def files(self) -> dict[str, bytes]:
        """All that is in the mapset's folder."""
        folder = self.maps[0].parent
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


def write_maps(folder: Path) -> dict[int, Path]:
    """The bundled mapset, and its Insane as a map of each other mode."""
    import shutil

    shutil.copytree(SAMPLE, folder)
    source = next(folder.glob("*Insane*.osu"))
    maps = {0: source}
    for mode, name in ((1, b"Oni"), (2, b"Rain"), (3, b"4K Insane")):
        data = in_mode(source.read_bytes(), mode)
        data = data.replace(b"Version:Insane", b"Version:" + name)
        maps[mode] = source.with_name(source.name.replace("Insane", name.decode()))
        maps[mode].write_bytes(data)
    return maps


def heard(stream: Any) -> tuple[list[jobs_pb2.JobEvent], jobs_pb2.JobResult]:
    """All events of a job that goes well, and its result."""
    events = list(stream)
    assert events[-1].HasField("result"), events[-1].failure.status.message
    return events, events[-1].result


def judge_variant(variant: patches_pb2.BeatmapVariant, before: bytes) -> None:
    """Asserts what a variant promises, by readings that share no code with what made it."""
    if variant.HasField("file"):
        judge_file(variant.file, before)
    else:
        judge_patch(variant.patch, before)


def judge_patch(message: patches_pb2.BeatmapPatch, before: bytes) -> None:
    """Only what the request may change is changed, and every state around it is as it was."""
    patch, scope = patch_from_message(message), scope_from_message(message)
    after = patch.apply(before)
    assert hashlib.sha256(before).hexdigest() == message.base_sha256
    assert hashlib.sha256(after).hexdigest() == message.result_sha256
    assert (message.start_ms, message.end_ms) == (START, END)
    old, new = parse(before), parse(after)
    summary = EditSummary(message.summary.text)
    if scope.kind is EditKind.OBJECTS:
        known = {(item.time, old.document.lines[item.line]) for item in old.hit_objects}
        made = tuple(
            item
            for item in new.hit_objects
            if (item.time, new.document.lines[item.line]) not in known
        )
        judge(old, RemapEdit(patch, scope, summary, new, made))  # type: ignore[arg-type]
    else:
        judge(old, Edit(patch, scope, summary, new))


def judge_file(file: patches_pb2.NewBeatmap, before: bytes) -> None:
    """A new map with all that is not its own as in the source, byte for byte."""
    data = file.content
    assert hashlib.sha256(data).hexdigest() == file.sha256
    assert Path(file.file_name).name == file.file_name and file.file_name.endswith(".osu")
    for name in ("General", "Events", "Colours", "Metadata", "Editor"):
        theirs = [line for line in section(before, name) if own_words(line)]
        ours = [line for line in section(data, name) if own_words(line)]
        assert ours == theirs, name
    assert b"BeatmapID:0\r\n" in data and f"Version:{NAME}\r\n".encode() in data
    assert data.startswith(b"osu file format v14\r\n") and b"\r\n" not in data.replace(b"\r\n", b"")
    assert data.count(b"\n") == data.count(b"\r\n")
    made, source = parse(data), parse(before)
    assert made.to_bytes() == data
    assert len(made.hit_objects) == file.objects == len(list(object_lines(data))) > 0
    assert (made.mode, made.difficulty_name) == (file.mode, file.difficulty_name)
    for read in (made, source):
        assert read.timing.red_lines
    assert [(line.time, line.beat_length) for line in made.timing.red_lines] == [
        (line.time, line.beat_length) for line in source.timing.red_lines
    ]


def section(data: bytes, name: str) -> list[bytes]:
    """The lines of a section that say something."""
    return [line for inside, line in lines_of(data) if inside == name and line.strip()]


def own_words(line: bytes) -> bool:
    """Whether a line is one that a new difficulty has from its source."""
    new = (b"Mode:", b"Version:", b"BeatmapID:", b"Tags:", b"SpecialStyle:")
    return not line.startswith((*new, b"2,", b"Break,"))


def object_lines(data: bytes) -> Iterator[bytes]:
    """The lines of the hit objects."""
    for line in section(data, "HitObjects"):
        if line.strip() != b"[HitObjects]":
            yield line
