"""Requests of the contract, built from plain values; shared by both clients."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osu_companion.v1 import (
    difficulty_pb2,
    hitsound_pb2,
    modding_pb2,
    parameters_pb2,
    patches_pb2,
    remap_pb2,
    timing_pb2,
)
from osu_companion.v1.parameters import (
    DifficultyOptions,
    HitsoundOptions,
    ModOptions,
    RemapOptions,
    TimingOptions,
)

from clients.client.errors import UsageError
from clients.patching import LineEdit, LinePatch

_INT32 = 2**31 - 1


def method_of(request: Any) -> str:
    """The name of the contract's method that takes such a request."""
    name: str = request.DESCRIPTOR.name
    return name.removesuffix("Request")


def remap_request(
    path: str | os.PathLike[str],
    *,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    seed: int | None,
    variants: int,
    detached: bool,
    base_sha256: str,
    model: str,
    options: RemapOptions | None,
) -> remap_pb2.RemapBeatmapRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    if not range_text and (start_ms is None or end_ms is None):
        raise UsageError("a remap needs the start and the end of its range", reason="RANGE")
    check_numbers(start_ms, end_ms, seed, variants)
    return remap_pb2.RemapBeatmapRequest(
        path=absolute(path),
        start_ms=start_ms or 0,
        end_ms=end_ms or 0,
        range_text=range_text,
        seed=seed,
        variants=variants,
        detached=detached,
        base_sha256=base_sha256,
        model=model_name(model),
        options=options_message(parameters_pb2.RemapOptions, options),
    )


def hitsound_request(
    path: str | os.PathLike[str],
    *,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    copy_from: str | os.PathLike[str] | None,
    seed: int | None,
    variants: int,
    detached: bool,
    base_sha256: str,
    model: str,
    options: HitsoundOptions | None,
) -> hitsound_pb2.HitsoundBeatmapRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    check_numbers(start_ms, end_ms, seed, variants)
    return hitsound_pb2.HitsoundBeatmapRequest(
        path=absolute(path),
        start_ms=start_ms,
        end_ms=end_ms,
        range_text=range_text,
        copy_from="" if copy_from is None else absolute(copy_from),
        seed=seed,
        variants=variants,
        detached=detached,
        base_sha256=base_sha256,
        model=model_name(model),
        options=options_message(parameters_pb2.HitsoundOptions, options),
    )


def difficulty_request(
    path: str | os.PathLike[str],
    name: str,
    *,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    seed: int | None,
    variants: int,
    detached: bool,
    base_sha256: str,
    model: str,
    options: DifficultyOptions | None,
) -> difficulty_pb2.MakeGuestDifficultyRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    check_numbers(start_ms, end_ms, seed, variants)
    return difficulty_pb2.MakeGuestDifficultyRequest(
        path=absolute(path),
        name=name,
        start_ms=start_ms,
        end_ms=end_ms,
        range_text=range_text,
        seed=seed,
        variants=variants,
        detached=detached,
        base_sha256=base_sha256,
        model=model_name(model),
        options=options_message(parameters_pb2.DifficultyOptions, options),
    )


def mod_request(
    path: str | os.PathLike[str],
    *,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    mapset: bool,
    rules_only: bool,
    detached: bool,
    base_sha256: str,
    model: str,
    options: ModOptions | None,
) -> modding_pb2.ModBeatmapRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    check_numbers(start_ms, end_ms, None)
    return modding_pb2.ModBeatmapRequest(
        path=absolute(path),
        start_ms=start_ms,
        end_ms=end_ms,
        range_text=range_text,
        mapset=mapset,
        rules_only=rules_only,
        detached=detached,
        base_sha256=base_sha256,
        model=model_name(model),
        options=options_message(parameters_pb2.ModOptions, options),
    )


def timing_request(
    path: str | os.PathLike[str],
    *,
    start_ms: int | None,
    end_ms: int | None,
    range_text: str,
    seed: int | None,
    detached: bool,
    base_sha256: str,
    model: str,
    options: TimingOptions | None,
) -> timing_pb2.TimeSongRequest:
    """The request message.

    Raises:
        UsageError: a value that the contract cannot carry.
    """
    check_numbers(start_ms, end_ms, seed)
    return timing_pb2.TimeSongRequest(
        path=absolute(path),
        start_ms=start_ms,
        end_ms=end_ms,
        range_text=range_text,
        seed=seed,
        detached=detached,
        base_sha256=base_sha256,
        model=model_name(model),
        options=options_message(parameters_pb2.TimingOptions, options),
    )


def check_numbers(
    start_ms: int | None, end_ms: int | None, seed: int | None, variants: int = 1
) -> None:
    """Raises UsageError where a range (ms), a seed or a number is none."""
    for name, value in (("start", start_ms), ("end", end_ms)):
        if value is not None and not -_INT32 <= value <= _INT32:
            raise UsageError(f"the {name} of the range, {value} ms, is no time in a song")
    if seed is not None and not 0 <= seed < 2**63:
        raise UsageError(f"a seed is a whole number from 0 to 2^63 - 1, not {seed}")
    if not 0 <= variants <= _INT32:
        raise UsageError(f"the number of variants is a whole number from 1 up, not {variants}")


def options_message(message: Callable[..., Any], options: Any) -> Any:
    """The message of options; what is not given is absent. What a value may be, the daemon says."""
    given = {} if options is None else dataclasses.asdict(options)
    filled = message()
    for name, value in given.items():
        try:
            if value is None:
                continue
            if isinstance(value, list | tuple):
                getattr(filled, name).extend(value)
            else:
                setattr(filled, name, value)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{name} cannot be {value!r}: {error}") from None
    return filled


def rebase_request(
    patch: patches_pb2.BeatmapPatch,
    current: bytes | str | os.PathLike[str],
    base: bytes,
) -> patches_pb2.RebasePatchRequest:
    """``current`` is the file as it is now: its bytes, or its path for the daemon to read."""
    if isinstance(current, bytes):
        return patches_pb2.RebasePatchRequest(patch=patch, current_bytes=current, base_bytes=base)
    return patches_pb2.RebasePatchRequest(
        patch=patch, current_path=absolute(current), base_bytes=base
    )


def absolute(path: str | os.PathLike[str]) -> str:
    """Absolute, symlinks kept: the audio is looked for beside the name that the user gave.

    A home of nobody (``~who/map.osu``) is taken as it is written.
    """
    return str(Path(os.path.expanduser(path)).absolute())  # noqa: PTH111 - never raises


def model_name(name: str) -> str:
    """A model as the daemon is asked for it: a folder by its absolute path, other names as given.

    The daemon runs in another folder. A bare word such as ``v32`` is never taken for a folder. In
    ``MODEL + ADAPTER`` both may be folders; which plus divides the name is the daemon's to say.
    """
    name = name.strip()
    if _is_folder(name):
        return absolute(name)
    places = [place for place, letter in enumerate(name) if letter == "+"]
    for place in reversed(places):
        base, adapter = name[:place].strip(), name[place + 1 :].strip()
        if any(map(_is_folder, (base, adapter))):
            return f"{model_name(base)} + {model_name(adapter)}"
    return name


def _is_folder(name: str) -> bool:
    looks_like_one = name.startswith(("~", ".")) or os.sep in name or "/" in name
    return looks_like_one and os.path.isdir(absolute(name))  # noqa: PTH112 - never raises


def line_patch(patch: patches_pb2.BeatmapPatch) -> LinePatch:
    """The part of a patch that the patcher needs."""
    return LinePatch(
        patch.base_sha256,
        patch.result_sha256,
        tuple(
            LineEdit(edit.first_line, edit.count, tuple(edit.replacement)) for edit in patch.edits
        ),
    )
