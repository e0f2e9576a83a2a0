"""Changes, undo and redo on real files, byte for byte."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from clients.patching import (
    Entry,
    LineEdit,
    LinePatch,
    NothingToUndoError,
    Origin,
    Patcher,
    UndoConflictError,
)
from model_core.beatmap import Patch

from .map_cases import MUTATIONS, MapCase, Mutation, map_cases, mutated

NAMES = ("a.osu", "ä b.osu")


@dataclass(frozen=True)
class Step:
    """``what`` is done to the file ``name``; changes are made of mutations."""

    what: str
    name: str
    mutations: tuple[Mutation, ...]


@dataclass(frozen=True)
class Story:
    """A map under two names, and what happens to it; ``others``: other programs write too."""

    case: MapCase
    steps: tuple[Step, ...]
    others: bool


def stories() -> st.SearchStrategy[Story]:
    changes = st.lists(MUTATIONS, min_size=1, max_size=3).map(tuple)
    kinds = st.sampled_from(["apply", "apply", "undo", "redo", "anew", "other"])
    steps = st.lists(
        st.builds(Step, kinds, st.sampled_from(NAMES), changes), min_size=2, max_size=10
    )
    return st.builds(Story, map_cases(most=1), steps.map(tuple), st.booleans())


def line_patch(old: bytes, new: bytes) -> LinePatch:
    patch = Patch.from_bytes(old, new)
    edits = tuple(LineEdit(e.first_line, e.count, e.replacement) for e in patch.edits)
    return LinePatch(patch.base_sha256, patch.result_sha256, edits)


def goes_back_and_forth(story: Story) -> str:
    """Every step does what it says to one file and nothing to the other."""
    with tempfile.TemporaryDirectory() as folder:
        return _Play(Path(folder), story).play()


class _Play:
    def __init__(self, folder: Path, story: Story) -> None:
        self.story = story
        self.songs = folder / "songs"
        self.songs.mkdir()
        self.state = folder / "state"
        self.clock = itertools.count(1_700_000_000)
        self.original = story.case.data()
        self.files = {name: self.original for name in NAMES}
        for name, data in self.files.items():
            (self.songs / name).write_bytes(data)
        self.patcher = self.open()
        # By entry: the file before and after.
        self.sides: dict[int, tuple[bytes, bytes]] = {}
        self.met = "plain"

    def open(self) -> Patcher:
        return Patcher(self.state, clock=lambda: float(next(self.clock)))

    def play(self) -> str:
        for step in self.story.steps:
            self.take(step)
            self.agree()
        if not self.story.others:
            self.all_the_way_back()
        leftovers = {path.name for path in self.songs.iterdir()} - set(NAMES)
        assert not leftovers
        return self.met

    def agree(self) -> None:
        for name, data in self.files.items():
            assert (self.songs / name).read_bytes() == data, name

    def take(self, step: Step) -> None:
        path = self.songs / step.name
        before = self.files[step.name]
        match step.what:
            case "apply":
                after = mutated(before, step.mutations)
                entry = self.patcher.apply(path, line_patch(before, after), Origin("remap"))
                self.files[step.name] = after
                self.sides[entry.id] = (before, after)
            case "undo":
                self.move(path, undoing=True)
            case "redo":
                self.move(path, undoing=False)
            case "anew":
                self.patcher = self.open()
            case "other" if self.story.others:
                self.files[step.name] = mutated(before, step.mutations)
                path.write_bytes(self.files[step.name])

    def move(self, path: Path, undoing: bool) -> Entry | None:
        try:
            entry = self.patcher.undo(path) if undoing else self.patcher.redo(path)
        except NothingToUndoError:
            return None
        except UndoConflictError as conflict:
            assert self.story.others
            before, after = conflict.current, conflict.wanted
            assert before == self.files[path.name]
            assert conflict.copy.read_bytes() == after
            self.met = "conflict"
            return None
        self.files[path.name] = self.sides[entry.id][0 if undoing else 1]
        return entry

    def all_the_way_back(self) -> None:
        """Undo to the first bytes, and redo the last undone step; no step is lost or stuck."""
        for name in NAMES:
            path = self.songs / name
            newest = self.files[name]
            count = 0
            while self.move(path, undoing=True):
                self.agree()
                count += 1
            assert self.files[name] == self.original
            for _ in range(count):
                assert self.move(path, undoing=False) is not None
                self.agree()
            assert self.files[name] == newest
            self.met = "there and back" if count else self.met
