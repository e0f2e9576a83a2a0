"""The requests, each defined once for both clients: what is asked, and what comes of it.

Every one takes, beside its own values:

``model``: another than the configured one; ``"MODEL + ADAPTER"`` names an adapter with it.
``on_progress``: told how far it is. What it raises ends the request.
``on_notice``: told what people have to know before a map is changed; without it, that is logged as
a warning, which Python writes to standard error unless a program says otherwise.
``cancel``: cancels it from any thread.
``timeout``: in seconds, waiting in the queue included; then ``TimedOutError``.

Ranges are in ms, both ends included, or ``range_text`` as copied in the editor:
``"00:12:345 (1,2,3) - 00:16:000 (4) - "``. The same ``seed`` gives the same result again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from osu_companion.v1.parameters import (
    DifficultyOptions,
    HitsoundOptions,
    MapOptions,
    ModOptions,
    RemapOptions,
    TimingOptions,
)

from clients.client.asking import Asking
from clients.client.requests import absolute
from clients.client.songs import DifficultyWish, SongMetadata
from clients.library import async_outcomes, outcomes
from clients.library.cancelling import Cancellation
from clients.library.progress import OnProgress
from clients.library.results import Notice
from clients.library.writing import Hand

AnyPath = str | os.PathLike[str]
OnNotice = Callable[[Notice], None]

Now = TypeVar("Now", covariant=True)
Later = TypeVar("Later", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[Now, Later]):
    """A request that was not made yet.

    start: asks a client of either kind, and gives the stream of events back.
    now, later: make the result for the synchronous and for the asynchronous client.
    """

    path: Path
    start: Callable[[Asking[Any]], Any]
    now: Callable[[Hand], Now]
    later: Callable[[Hand], Later]
    on_progress: OnProgress | None
    on_notice: OnNotice | None
    cancel: Cancellation | None
    timeout: float | None


def remap(
    path: AnyPath,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    seed: int | None = None,
    variants: int = 1,
    model: str = "",
    options: RemapOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.Patches, async_outcomes.AsyncPatches]:
    """New objects for a range of a map.

    Args:
        variants: how many candidates are made; the best is number 1.

    Raises:
        ClientError: see :mod:`clients.client.errors`; nothing was written.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.remap(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            variants=variants,
            model=model,
            options=options,
        ),
        now=outcomes.Patches.of,
        later=async_outcomes.AsyncPatches.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )


def hitsound(
    path: AnyPath,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    copy_from: AnyPath | None = None,
    seed: int | None = None,
    variants: int = 1,
    model: str = "",
    options: HitsoundOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.Patches, async_outcomes.AsyncPatches]:
    """Other sounds for the objects of a map, or of a range, and nothing else.

    Args:
        copy_from: another difficulty, whose sounds go before the model's.

    Raises:
        ClientError: see :mod:`clients.client.errors`; nothing was written.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.hitsound(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            copy_from=copy_from,
            seed=seed,
            variants=variants,
            model=model,
            options=options,
        ),
        now=outcomes.Patches.of,
        later=async_outcomes.AsyncPatches.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )


def guest_difficulty(
    path: AnyPath,
    name: str,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    seed: int | None = None,
    variants: int = 1,
    model: str = "",
    options: DifficultyOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.NewMap, async_outcomes.AsyncNewMap]:
    """A new difficulty called ``name`` beside a map, with its timing, kiai and metadata.

    Raises:
        ClientError: see :mod:`clients.client.errors`; nothing was written.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.guest_difficulty(
            path,
            name,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            variants=variants,
            model=model,
            options=options,
        ),
        now=outcomes.NewMap.of,
        later=async_outcomes.AsyncNewMap.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )


def mod(
    path: AnyPath,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    mapset: bool = False,
    rules_only: bool = False,
    model: str = "",
    options: ModOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.Modding, async_outcomes.AsyncModding]:
    """What rules and a model have to say of a map, or of a range of it; nothing is changed.

    Args:
        mapset: also what disagrees between the difficulties of the map's folder.
        rules_only: do not ask the model.

    Raises:
        ClientError: see :mod:`clients.client.errors`.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.mod(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            mapset=mapset,
            rules_only=rules_only,
            model=model,
            options=options,
        ),
        now=outcomes.Modding.of,
        later=async_outcomes.AsyncModding.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )


def timing(
    path: AnyPath,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    range_text: str = "",
    seed: int | None = None,
    model: str = "",
    options: TimingOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.Timing, async_outcomes.AsyncTiming]:
    """The red lines of a song, or of a part of it; of a map also as a change that can be applied.

    Args:
        path: of an audio file, or of a map.

    Raises:
        ClientError: see :mod:`clients.client.errors`; nothing was written.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.timing(
            path,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            seed=seed,
            model=model,
            options=options,
        ),
        now=outcomes.Timing.of,
        later=async_outcomes.AsyncTiming.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )


def generate(
    path: AnyPath,
    difficulties: Sequence[DifficultyWish] = (),
    *,
    metadata: SongMetadata | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
    seed: int | None = None,
    variants: int = 1,
    model: str = "",
    options: MapOptions | None = None,
    on_progress: OnProgress | None = None,
    on_notice: OnNotice | None = None,
    cancel: Cancellation | None = None,
    timeout: float | None = None,
) -> Ask[outcomes.NewMapset, async_outcomes.AsyncNewMapset]:
    """A whole mapset from the audio file at ``path``.

    Args:
        difficulties: one each; without them one, as ``options`` say.
        options: of every difficulty, where its own do not say otherwise.

    Raises:
        ClientError: see :mod:`clients.client.errors`; nothing was written.
    """
    return Ask(
        path=Path(absolute(path)),
        start=lambda client: client.generate(
            path,
            difficulties,
            metadata=metadata,
            start_ms=start_ms,
            end_ms=end_ms,
            seed=seed,
            variants=variants,
            model=model,
            options=options,
        ),
        now=outcomes.NewMapset.of,
        later=async_outcomes.AsyncNewMapset.of,
        on_progress=on_progress,
        on_notice=on_notice,
        cancel=cancel,
        timeout=timeout,
    )
