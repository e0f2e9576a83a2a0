"""The requests that become jobs, as methods; both clients have them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from osu_companion.v1 import (
    difficulty_pb2_grpc,
    hitsound_pb2_grpc,
    mapset_pb2_grpc,
    modding_pb2_grpc,
    remap_pb2_grpc,
    timing_pb2_grpc,
)
from osu_companion.v1.parameters import (
    DifficultyOptions,
    HitsoundOptions,
    MapOptions,
    ModOptions,
    RemapOptions,
    TimingOptions,
)

from clients.client import requests
from clients.client.songs import DifficultyWish, SongMetadata, mapset_request

Stream = TypeVar("Stream")


class Asking(Generic[Stream]):
    """Asks for jobs; each method gives the stream of the job's events back.

    ``variants`` is how many candidates are made, the best first. A job ends when its stream is
    left, unless it is ``detached``. ``base_sha256`` says which bytes of the map are meant.
    """

    def __init__(self, channel: Any) -> None:
        self._difficulty = stub(difficulty_pb2_grpc.DifficultyServiceStub, channel)
        self._hitsound = stub(hitsound_pb2_grpc.HitsoundServiceStub, channel)
        self._modding = stub(modding_pb2_grpc.ModServiceStub, channel)
        self._mapset = stub(mapset_pb2_grpc.MapsetServiceStub, channel)
        self._remap = stub(remap_pb2_grpc.RemapServiceStub, channel)
        self._timing = stub(timing_pb2_grpc.TimingServiceStub, channel)

    def _ask(self, method: Callable[..., Any], request: Any) -> Stream:
        raise NotImplementedError

    def generate(
        self,
        path: str | os.PathLike[str],
        difficulties: Sequence[DifficultyWish] = (),
        *,
        metadata: SongMetadata | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        seed: int | None = None,
        variants: int = 1,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: MapOptions | None = None,
    ) -> Stream:
        """Ask for a whole mapset from the audio file at ``path``.

        Args:
            difficulties: one each; without them one, as ``options`` say.
            options: of every difficulty, where its own do not say otherwise.
            base_sha256: which bytes of the audio are meant.
        """
        request = mapset_request(
            path,
            difficulties=difficulties,
            metadata=metadata,
            start_ms=start_ms,
            end_ms=end_ms,
            seed=seed,
            variants=variants,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._mapset.GenerateMapset, request)

    def remap(
        self,
        path: str | os.PathLike[str],
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        seed: int | None = None,
        variants: int = 1,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: RemapOptions | None = None,
    ) -> Stream:
        """Ask for new objects in a range (ms, inclusive; or ``range_text`` from the editor)."""
        request = requests.remap_request(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            variants=variants,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._remap.RemapBeatmap, request)

    def hitsound(
        self,
        path: str | os.PathLike[str],
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        copy_from: str | os.PathLike[str] | None = None,
        seed: int | None = None,
        variants: int = 1,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: HitsoundOptions | None = None,
    ) -> Stream:
        """Ask for other sounds of the objects in a range (ms, inclusive), or of all.

        Args:
            copy_from: another difficulty, whose sounds go before the model's.
        """
        request = requests.hitsound_request(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            copy_from=copy_from,
            seed=seed,
            variants=variants,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._hitsound.HitsoundBeatmap, request)

    def guest_difficulty(
        self,
        path: str | os.PathLike[str],
        name: str,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        seed: int | None = None,
        variants: int = 1,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: DifficultyOptions | None = None,
    ) -> Stream:
        """Ask for a new difficulty called ``name`` beside the one at ``path``."""
        request = requests.difficulty_request(
            path,
            name,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            variants=variants,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._difficulty.MakeGuestDifficulty, request)

    def mod(
        self,
        path: str | os.PathLike[str],
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        mapset: bool = False,
        rules_only: bool = False,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: ModOptions | None = None,
    ) -> Stream:
        """Ask what rules and a model have to say of a map, or of a range of it (ms, inclusive).

        Nothing is changed. The result's ``report.json`` is the report: see docs/modding.md.

        Args:
            mapset: also what disagrees between the difficulties of the map's folder.
            rules_only: do not ask the model.
        """
        request = requests.mod_request(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            mapset=mapset,
            rules_only=rules_only,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._modding.ModBeatmap, request)

    def timing(
        self,
        path: str | os.PathLike[str],
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        seed: int | None = None,
        detached: bool = False,
        base_sha256: str = "",
        model: str = "",
        options: TimingOptions | None = None,
    ) -> Stream:
        """Ask for the red lines of a song, or of a part of it (ms, inclusive).

        The result's ``timing`` has them; of a map it has one variant too, a patch of its red lines,
        which has no edits where they are right.

        Args:
            path: of an audio file, or of a map.
            base_sha256: which bytes of that file are meant.
        """
        request = requests.timing_request(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            detached=detached,
            base_sha256=base_sha256,
            model=model,
            options=options,
        )
        return self._ask(self._timing.TimeSong, request)


def stub(factory: Callable[..., Any], channel: Any) -> Any:
    """A stub; generated ones are untyped, and the clients' methods give the types back."""
    return factory(channel)
