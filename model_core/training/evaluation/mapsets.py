"""Real mapsets that someone has: their maps, timing and audio, against the people who made them.

Read as the importer reads them; nothing is written beside them and nothing leaves this machine.
What is broken or of no use is skipped, with the reason.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model_core.audio.decode import Audio, decode
from model_core.beatmap import Beatmap, parse
from model_core.errors import AudioError, InputError
from model_core.training.evaluation.bench import Piece
from model_core.training.importing.checks import FoundMap, Wanted, check_map, require_within
from model_core.training.importing.sources import (
    Mapset,
    Source,
    Unreadable,
    find_sources,
    open_mapset,
)

__all__ = ["Mapsets"]

_KEPT = 4  # decoded songs that are remembered


@dataclass(frozen=True, slots=True)
class _Map:
    """A map that is of use, and where it stands."""

    source: Source
    found: FoundMap
    beatmap: Beatmap


class Mapsets:
    """The maps below a folder (or of a list of mapsets), in order of names, the modes apart.

    Raises InputError where there is no such folder, or no usable map in it.
    """

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        if not folder.exists():
            raise InputError(f"{folder} does not exist. Give a folder that holds mapsets.")
        self._skipped: dict[str, str] = {}
        self._audio: dict[tuple[str, str], Audio | None] = {}
        self._maps: list[_Map] = []
        for source in find_sources(folder):
            self._read(source)
        if not self._maps:
            why = "; ".join(f"{name}: {text}" for name, text in [*self._skipped.items()][:3])
            raise InputError(f"No usable map was found in {folder}.{' ' + why if why else ''}")
        report(f"{len(self._maps)} maps in {folder}, {len(self._skipped)} skipped")

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was left out and why, a sentence each; more come while audio is read."""
        return tuple(f"{name}: {text}" for name, text in self._skipped.items())

    def maps(self, mode: int, count: int) -> Iterator[Piece]:
        """One map of each mapset in turn, then the second of each, and so on."""
        own = [item for item in self._maps if item.beatmap.mode == mode]
        return self._pieces(_in_turn(own), count)

    def steady(self, count: int) -> Iterator[Piece]:
        """Songs whose map has one red line."""
        return self._songs(lambda lines: lines == 1, count)

    def changing(self, count: int) -> Iterator[Piece]:
        """Songs whose map has more red lines."""
        return self._songs(lambda lines: lines > 1, count)

    def conditioned(self, count: int, mappers: tuple[int, ...]) -> Iterator[Piece]:
        """None: what a real map was conditioned on is not known."""
        return iter(())

    def _songs(self, wanted: Callable[[int], bool], count: int) -> Iterator[Piece]:
        first: dict[tuple[str, str], _Map] = {}
        for item in self._maps:
            first.setdefault((item.source.name, item.found.audio.casefold()), item)
        own = [item for item in first.values() if wanted(len(item.beatmap.timing.red_lines))]
        return self._pieces(own, count)

    def _pieces(self, maps: list[_Map], count: int) -> Iterator[Piece]:
        number = 0
        for item in maps:
            if number == count:
                return
            audio = self._heard(item)
            if audio is None:
                continue
            name = f"{item.source.name}: {item.found.file}"
            try:
                require_within(item.found, audio.song_length_ms)
            except Unreadable as error:
                self._skipped[name] = str(error)
                continue
            yield Piece(name, number, number, audio, item.beatmap, entry=item.found.entry)
            number += 1

    def _read(self, source: Source) -> None:
        try:
            with open_mapset(source) as mapset:
                for name in mapset.map_names():
                    try:
                        data = mapset.read_map(name)
                        found = check_map(name, data, Wanted())
                        self._maps.append(_Map(source, found, parse(data)))
                    except Unreadable as error:
                        self._skipped[f"{source.name}: {name}"] = str(error)
        except Unreadable as error:
            self._skipped[source.name] = str(error)

    def _heard(self, item: _Map) -> Audio | None:
        """A map's song; None where it cannot be used, which is told once."""
        key = (item.source.name, item.found.audio.casefold())
        if key not in self._audio:
            self._audio = dict([*self._audio.items()][-_KEPT:])
            try:
                with open_mapset(item.source) as mapset:
                    self._audio[key] = _decoded(mapset, item.found)
            except Unreadable as error:
                self._skipped[f"{item.source.name}: {item.found.audio}"] = str(error)
                self._audio[key] = None
        return self._audio[key]


def _decoded(mapset: Mapset, found: FoundMap) -> Audio:
    """The song of a map, decoded as a request decodes it; through a temporary file elsewhere."""
    data = mapset.read_audio(found.file, found.audio)
    with tempfile.TemporaryDirectory(prefix="osu-companion-") as folder:
        path = Path(folder) / "audio"
        path.write_bytes(data)
        try:
            return decode(path)
        except AudioError as error:
            told = str(error).replace(f"{path} ", "").replace(str(path), "the audio file")
            raise Unreadable("audio undecodable", f"The audio {told}") from error


def _in_turn(maps: list[_Map]) -> list[_Map]:
    seen: dict[str, int] = {}
    turns = []
    for item in maps:
        turn = seen.get(item.source.name, 0)
        seen[item.source.name] = turn + 1
        turns.append((turn, item))
    return [item for _, item in sorted(turns, key=lambda pair: pair[0])]
