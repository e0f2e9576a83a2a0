"""Patches and edits of model_core and BeatmapPatch messages, one into the other."""

from __future__ import annotations

from dataclasses import asdict

from osu_companion.v1 import patches_pb2

from model_core.beatmap import EditKind, EditSummary, Scope
from model_core.beatmap.patches import LineEdit, Patch

_KINDS = {
    EditKind.OBJECTS: patches_pb2.PatchScope.KIND_OBJECTS,
    EditKind.HITSOUNDS: patches_pb2.PatchScope.KIND_HITSOUNDS,
    EditKind.GREEN_LINES: patches_pb2.PatchScope.KIND_GREEN_LINES,
    EditKind.RED_LINES: patches_pb2.PatchScope.KIND_RED_LINES,
}
_KINDS_BACK = {number: kind for kind, number in _KINDS.items()}


def patch_to_message(patch: Patch, scope: Scope) -> patches_pb2.BeatmapPatch:
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
        start_ms=scope.start_ms,
        end_ms=scope.end_ms,
        scope=patches_pb2.PatchScope(
            kind=_KINDS[scope.kind],
            kiai=scope.kiai,
            red_lines=scope.red_lines,
            resnap=scope.resnap,
            next_combo=scope.next_combo,
            loose_state=scope.loose_state,
        ),
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


def scope_from_message(message: patches_pb2.BeatmapPatch) -> Scope:
    """What the patch in a message may change; without a scope, objects of its range."""
    scope = message.scope
    return Scope(
        kind=_KINDS_BACK.get(scope.kind, EditKind.OBJECTS),
        start_ms=message.start_ms,
        end_ms=message.end_ms,
        kiai=scope.kiai,
        red_lines=scope.red_lines,
        resnap=scope.resnap,
        next_combo=scope.next_combo,
        loose_state=scope.loose_state,
    )


def summary_to_message(summary: EditSummary) -> patches_pb2.PatchSummary:
    """The summary of an edit; the fields have the same names on both sides."""
    return patches_pb2.PatchSummary(**asdict(summary))
