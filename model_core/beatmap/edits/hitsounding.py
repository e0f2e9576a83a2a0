"""New sounds for the objects of a range: what they sound like changes, and nothing else.

Additions and sample sets are written into the objects' own lines; volumes become green lines, as
mappers set them, because a slider's nodes have no volume of their own. Where objects of one moment
are to be unequally loud, as in a mania chord, the line gives most of them their volume, and the
others get one of their own. An object to which the mapper gave a file, a custom index or a volume
of its own keeps them unless the request says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...errors import EditRefused, InputError, NotSupported
from ..beatmap import Beatmap, parse
from ..hit_objects import HitObject, HitSample
from ..new_objects import ObjectKind
from ..object_sounds import ObjectSounds, object_sounds
from ..patches import Patch
from ..timestamps import format_timestamp
from .contracts import check
from .contracts.meant_sounds import TakenParts, check_meant_sounds
from .edit import Edit, EditKind, Scope
from .green_lines import GreenLine
from .line_builder import LineBuilder
from .object_lines import FULL_SAMPLE_VERSION
from .sound_fields import LineTooShort, SoundFields, rewrite_line, wanted_fields
from .summary import hitsound_summary
from .timing_gaps import TimingGaps
from .volume_demands import volume_lookups
from .volume_lines import LineTimes, Lookup, VolumePlan, place_volumes

TAIKO = 1

__all__ = ["HitsoundEdit", "Unreached", "set_hitsounds"]


@dataclass(frozen=True, slots=True)
class Unreached:
    """A wanted sound that the file has no room for: the object's line, the node, what of it.

    ``node`` is -1 for a slider's body and for a whole object.
    """

    line: int
    node: int
    what: str


@dataclass(frozen=True, slots=True)
class HitsoundEdit(Edit):
    """A checked change of sounds; ``unreached`` are the wanted sounds that could not be given."""

    unreached: tuple[Unreached, ...]


def set_hitsounds(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    sounds: Mapping[int, ObjectSounds],
    *,
    take_volume: bool = True,
    take_sets: bool = True,
    take_additions: bool | None = None,
    keep_custom: bool = True,
) -> HitsoundEdit:
    """Gives objects that start within ``start_ms..end_ms`` the sounds of ``sounds``.

    ``sounds`` goes by the objects' lines (:attr:`HitObject.line`); objects that it does not name
    sound as before. A slider without a body keeps the additions and sets of its own. The three
    ``take_`` options leave volumes, sets or additions as they are; additions are taken unless the
    map is a taiko map, where they are no sounds but the colour and size of a note.
    ``keep_custom`` leaves alone what an object's hit sample says of index, volume and file.

    Raises ``InputError`` where ``sounds`` does not fit the objects, ``NotSupported`` and
    ``EditRefused`` where the file cannot be edited so.
    """
    _require_editable(beatmap)
    if end_ms < start_ms:
        raise InputError(f"The range ends ({end_ms} ms) before it starts ({start_ms} ms).")
    if take_additions is None:
        take_additions = beatmap.mode != TAIKO
    take = TakenParts(take_volume, take_sets, take_additions, keep_custom)
    named = _named_objects(beatmap, start_ms, end_ms, sounds)
    fields = {item.line: _fields(beatmap, item, sounds[item.line], take) for item in named}
    short = {item.line for item in named if not _has_room(beatmap, item, fields[item.line])}
    named = tuple(item for item in named if item.line not in short)
    given = {item.line: sounds[item.line] for item in named}
    unreached = [Unreached(line, -1, "line") for line in sorted(short)]
    plan: VolumePlan | None = None
    if take_volume:
        lines = LineTimes(beatmap.timing_points)
        lookups = volume_lookups(beatmap, lines, start_ms, end_ms, given, keep_custom)
        first_fixed = _sounds_before(beatmap, lines)
        plan = place_volumes(beatmap.timing, lines, start_ms, end_ms, lookups, first_fixed)
        missed = _give_own_volumes(beatmap, fields, named, plan.missed)
        unreached += [Unreached(lookup.line, lookup.node, "volume") for lookup in missed]
    builder = LineBuilder(beatmap.document)
    _write_objects(builder, beatmap, named, fields)
    if plan is not None:
        _write_greens(builder, beatmap, plan)
    patch = Patch.from_edits(beatmap.document.data, builder.edits())
    result = parse(patch.apply(beatmap.document.data))
    scope = Scope(EditKind.HITSOUNDS, start_ms, end_ms)
    check(scope, beatmap, result)
    no_volume = {(each.line, each.node) for each in unreached if each.what == "volume"}
    check_meant_sounds(beatmap, result, scope, given, take, no_volume)
    changed = sum(
        _sounds_otherwise(beatmap, result, before, after)
        for before, after in zip(beatmap.hit_objects, result.hit_objects, strict=True)
        if start_ms <= before.time <= end_ms
    )
    summary = hitsound_summary(changed, None if plan is None else plan.greens, len(unreached))
    return HitsoundEdit(patch, scope, summary, result, tuple(unreached))


def _require_editable(beatmap: Beatmap) -> None:
    if beatmap.document.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NotSupported(
            "This file is saved as UTF-16, which is not supported yet. Open the map in the"
            " editor and save it once; that makes it UTF-8."
        )
    if not beatmap.document.has_section("HitObjects"):
        raise EditRefused(
            "This file has no [HitObjects] section, so there are no sounds to change. Is it"
            " really a beatmap? Open it in the editor and save it once."
        )


def _named_objects(
    beatmap: Beatmap, start_ms: int, end_ms: int, sounds: Mapping[int, ObjectSounds]
) -> tuple[HitObject, ...]:
    named = tuple(
        item
        for item in beatmap.hit_objects
        if item.line in sounds and start_ms <= item.time <= end_ms
    )
    strays = sounds.keys() - {item.line for item in named}
    if strays:
        raise InputError(
            f"Line {min(strays) + 1} is to sound otherwise, but no object that starts within"
            f" {start_ms}..{end_ms} ms stands there."
        )
    for item in named:
        wanted = sounds[item.line]
        count = item.slides + 1 if item.kind is ObjectKind.SLIDER else 1
        if len(wanted.nodes) != count:
            raise InputError(
                f"The {item.kind} at {_stamp(item)} (line {item.line + 1}) has {count} sounds,"
                f" not {len(wanted.nodes)}."
            )
        for sound in (*wanted.nodes, *([wanted.body] if wanted.body else [])):
            if not 0 <= sound.volume <= 100 or not (
                1 <= sound.sample_set <= 3 and 1 <= sound.addition_set <= 3
            ):
                raise InputError(
                    f"The {item.kind} at {_stamp(item)} (line {item.line + 1}) cannot sound like"
                    f" {sound}: volumes go from 0 to 100, sample sets from 1 to 3."
                )
    return named


def _stamp(item: HitObject) -> str:
    return format_timestamp(item.time).removesuffix(" - ")


def _fields(
    beatmap: Beatmap, item: HitObject, sounds: ObjectSounds, take: TakenParts
) -> SoundFields:
    wanted = wanted_fields(item, sounds, beatmap.timing, take.sets, take.additions)
    if take.custom_volumes:
        return wanted

    def plain(sample: HitSample) -> HitSample:
        volume = 0 if take.volume else sample.volume
        return replace(sample, index=0, volume=volume, filename="")

    return replace(
        wanted,
        sample=plain(wanted.sample),
        node_samples=tuple(plain(sample) for sample in wanted.node_samples),
    )


def _sounds_before(beatmap: Beatmap, lines: LineTimes) -> bool:
    """Whether sounds are looked up before the first timing line, and so follow that one."""
    if not lines.times:
        return False
    return any(min(item.sample_lookups) < lines.times[0] for item in beatmap.hit_objects)


def _has_room(beatmap: Beatmap, item: HitObject, wanted: SoundFields) -> bool:
    content = beatmap.document.lines[item.line].rstrip(b"\r\n")
    if b"\r" in content:
        # The builder refuses such lines and says why.
        return True
    try:
        rewrite_line(content, item, wanted, beatmap.version)
    except LineTooShort:
        return False
    return True


def _give_own_volumes(
    beatmap: Beatmap,
    fields: dict[int, SoundFields],
    named: Iterable[HitObject],
    missed: Sequence[Lookup],
) -> list[Lookup]:
    """Volumes that no line can give go into the hit samples; returns what has no room there."""
    items = {item.line: item for item in named}
    left: list[Lookup] = []
    for lookup in missed:
        item, wanted = items[lookup.line], fields[lookup.line]
        louder = replace(wanted, sample=replace(wanted.sample, volume=lookup.volume or 0))
        # A slider's volume would be that of all its nodes, and 0 means the timing line's.
        if (
            lookup.volume
            and beatmap.version >= FULL_SAMPLE_VERSION
            and item.kind is not ObjectKind.SLIDER
            and _has_room(beatmap, item, louder)
        ):
            fields[lookup.line] = louder
        else:
            left.append(lookup)
    return left


def _write_objects(
    builder: LineBuilder,
    beatmap: Beatmap,
    named: Iterable[HitObject],
    fields: Mapping[int, SoundFields],
) -> None:
    for item in named:
        wanted = fields[item.line]
        if wanted == SoundFields.of(item):
            continue
        content = beatmap.document.lines[item.line].rstrip(b"\r\n")
        if b"\r" not in content:
            content = rewrite_line(content, item, wanted, beatmap.version)
        builder.replace(item.line, [content])


def _write_greens(builder: LineBuilder, beatmap: Beatmap, plan: VolumePlan) -> None:
    for point, green in plan.greens.changed:
        content = beatmap.document.lines[point.line].rstrip(b"\r\n")
        builder.replace(point.line, [_with_volume(content, green)])
    offset = beatmap.time_offset
    added = zip(plan.greens.added, plan.effects, strict=True)
    TimingGaps(beatmap).insert(
        builder, [(green.time, False, green.text(offset, bits)) for green, bits in added]
    )


def _with_volume(content: bytes, green: GreenLine) -> bytes:
    """A green line with another volume; every other byte stays."""
    fields = content.split(b",")
    fields[5] = b"%d" % green.state.volume
    return b",".join(fields)


def _sounds_otherwise(old: Beatmap, new: Beatmap, before: HitObject, after: HitObject) -> bool:
    if object_sounds(before, old.timing) != object_sounds(after, new.timing):
        return True
    return SoundFields.of(before) != SoundFields.of(after)
