"""Calls of the reference as they are stored: one row each, also where a batch was stored as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PAD, _EOS = 0, 2
#: What a batch holds of each of its rows, under either number of the word.
_PER_ROW = ("prompt", "output", "negative_prompt", "frame_time", "min_top2_margin")


def one_by_one(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every row of every call, in order, without a batch's padding."""
    return [row for call in calls for row in _rows(call)]


def without_padding(ids: Sequence[int]) -> list[int]:
    """A row of a batch without its padding: before the prompt, after the end of the sequence."""
    first = next((index for index, token in enumerate(ids) if token != _PAD), len(ids))
    ids = list(ids[first:])
    return ids[: ids.index(_EOS) + 1] if _EOS in ids else ids


def _rows(call: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = {key: call.get(f"{key}s", call.get(key)) for key in _PER_ROW}
    rest = {key: value for key, value in call.items() if key.removesuffix("s") not in _PER_ROW}
    prompts = found["prompt"]
    if not (prompts and isinstance(prompts[0], list)):
        yield rest | {key: value for key, value in found.items() if value is not None}
        return
    for index in range(len(prompts)):
        own = {
            key: value[index] if isinstance(value, list) else value
            for key, value in found.items()
            if value is not None
        }
        for key in ("prompt", "output", "negative_prompt"):
            if key in own:
                own[key] = without_padding(own[key])
        yield rest | own
