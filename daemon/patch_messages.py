"""Patches of model_core and BeatmapPatch messages, one into the other."""

from __future__ import annotations

from osu_companion.v1 import patches_pb2

from model_core.beatmap.patch import LineEdit, Patch


def patch_to_message(patch: Patch, start_ms: int, end_ms: int) -> patches_pb2.BeatmapPatch:
    """The message of a patch; summary and preview are left to the caller."""
    return patches_pb2.BeatmapPatch(
        base_sha256=patch.base_sha256,
        result_sha256=patch.result_sha256,
        edits=[
            patches_pb2.LineEdit(
                first_line=edit.first_line, count=edit.count, replacement=edit.replacement
            )
            for edit in patch.edits
        ],
        start_ms=start_ms,
        end_ms=end_ms,
    )


def patch_from_message(message: patches_pb2.BeatmapPatch) -> Patch:
    """The patch in a message; whether it fits a file is found out by applying it."""
    return Patch(
        base_sha256=message.base_sha256.lower(),
        result_sha256=message.result_sha256.lower(),
        edits=tuple(
            LineEdit(edit.first_line, edit.count, tuple(edit.replacement)) for edit in message.edits
        ),
    )
