"""The sound fields of an object's line, rewritten where they say something else, and only there.

The fields are hitSound, a slider's edge sounds and edge sets, and the hit sample. Every other
byte of the line stays: the spelling of numbers, spaces, further fields, a comment. A field that
the line does not have is written only where it is needed, in the shape of the map's version; an
entry that says what is wanted already keeps its spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..hit_objects import HitObject, HitSample, parse_sample
from ..new_objects import ObjectKind, Sound
from ..numbers import parse_int
from ..object_sounds import ADDITIONS, ObjectSounds, body_lookup, node_lookups
from ..timing import Timing
from .object_lines import FULL_SAMPLE_VERSION

HIT_SOUND = 4
EDGE_SOUNDS, EDGE_SETS = 8, 9
#: Where the hit sample stands; a hold note's stands behind its end, in the same field.
SAMPLE = {
    ObjectKind.CIRCLE: 5,
    ObjectKind.SLIDER: 10,
    ObjectKind.SPINNER: 6,
    ObjectKind.HOLD: 5,
}


class LineTooShort(ValueError):  # noqa: N818 - reads as what happened
    """A line ends before a field that sounds would have to stand behind."""


@dataclass(frozen=True, slots=True)
class SoundFields:
    """What the sound fields of a line say; the node fields are a slider's only."""

    hit_sound: int
    sample: HitSample
    node_sounds: tuple[int, ...] = ()
    node_samples: tuple[HitSample, ...] = ()

    @classmethod
    def of(cls, item: HitObject) -> SoundFields:
        """The fields of an object as the game reads them."""
        return cls(item.hit_sound, item.sample, item.node_sounds, item.node_samples)


def wanted_fields(
    item: HitObject, sounds: ObjectSounds, timing: Timing, sets: bool, additions: bool
) -> SoundFields:
    """The fields that make an object sound so among these timing lines; no volumes.

    ``sets`` and ``additions`` say which of the two are wanted. A set that the timing line gives
    already is written as 0, as the editor does, and the set of additions is left alone where
    there are none.
    """

    def bits_of(old: int, sound: Sound) -> int:
        return (old & ~ADDITIONS) | (sound.additions & ADDITIONS) if additions else old

    def sample_of(old: HitSample, bits: int, sound: Sound, moment: float) -> HitSample:
        if not sets:
            return old
        given = timing.sample_at(moment).sample_set
        normal, addition = old.normal_set, old.addition_set
        if (normal or given) != sound.sample_set:
            normal = 0 if sound.sample_set == given else sound.sample_set
        known = normal or given
        if bits & ADDITIONS and (addition or known) != sound.addition_set:
            addition = 0 if sound.addition_set == known else sound.addition_set
        return replace(old, normal_set=normal, addition_set=addition)

    fields = SoundFields.of(item)
    moments = node_lookups(item)
    if item.kind is ObjectKind.SLIDER:
        node_sounds = tuple(map(bits_of, item.node_sounds, sounds.nodes))
        samples = tuple(map(sample_of, item.node_samples, node_sounds, sounds.nodes, moments))
        fields = replace(fields, node_sounds=node_sounds, node_samples=samples)
        whole, moment = sounds.body, body_lookup(item)
    else:
        whole, moment = sounds.nodes[0], moments[0]
    if whole is None:
        return fields
    bits = bits_of(item.hit_sound, whole)
    return replace(fields, hit_sound=bits, sample=sample_of(item.sample, bits, whole, moment))


def rewrite_line(content: bytes, item: HitObject, wanted: SoundFields, version: int) -> bytes:
    """The line ``content`` (no line end) of ``item`` with other sound fields.

    Raises ``LineTooShort`` where the line lacks what the sounds would stand behind: a slider
    without a length, a hold note without an end.
    """
    if wanted == SoundFields.of(item):
        return content
    text = content.decode("utf-8", errors="surrogateescape")
    head = text.rstrip()
    comment = head.find("//")
    if comment > 0:
        head = head[:comment].rstrip()
    fields = head.split(",")
    if parse_int(fields[HIT_SOUND]) != wanted.hit_sound:
        fields[HIT_SOUND] = str(wanted.hit_sound)
    if item.kind is ObjectKind.SLIDER:
        _write_edges(fields, wanted)
    if item.sample != wanted.sample:
        _write_sample(fields, item, wanted, version)
    rewritten = ",".join(fields) + text[len(head) :]
    return rewritten.encode("utf-8", errors="surrogateescape")


def _write_sample(fields: list[str], item: HitObject, wanted: SoundFields, version: int) -> None:
    place = SAMPLE[item.kind]
    if item.kind is ObjectKind.HOLD:
        if len(fields) <= place or not fields[place]:
            raise LineTooShort("a hold note without an end has no place for a hit sample")
        end, _, after_end = fields[place].partition(":")
        fields[place] = f"{end}:{_sample_text(after_end, wanted.sample, version)}"
        return
    if item.kind is ObjectKind.SLIDER:
        _fill_edges(fields, wanted, place)
    if len(fields) == place:
        fields.append("")
    sample = wanted.sample
    if item.kind is ObjectKind.SLIDER and fields[place]:
        # The game reads no more than the two sets there; what stands behind them stays.
        known = parse_sample(fields[place])
        sets = (sample.normal_set, sample.addition_set)
        sample = replace(known, normal_set=sets[0], addition_set=sets[1])
    fields[place] = _sample_text(fields[place], sample, version)


def _sample_text(text: str, wanted: HitSample, version: int) -> str:
    known = parse_sample(text)
    if not text:
        text = "0:0:0:0:" if version >= FULL_SAMPLE_VERSION else "0:0:0"
    parts = text.split(":")
    values = (
        (known.normal_set, wanted.normal_set),
        (known.addition_set, wanted.addition_set),
        (known.index, wanted.index),
        (known.volume, wanted.volume),
    )
    for place, (value, meant) in enumerate(values):
        if value == meant:
            continue
        parts += ["0"] * (place + 1 - len(parts))
        parts[place] = str(meant)
    if known.filename != wanted.filename:
        parts[4] = wanted.filename
    return ":".join(parts)


def _write_edges(fields: list[str], wanted: SoundFields) -> None:
    entries = _entries(fields, EDGE_SOUNDS)
    missing = wanted.hit_sound
    read = [_edge_sound(text) for text in entries[: len(wanted.node_sounds)]]
    if _differ(read, wanted.node_sounds, missing):
        _fill_edges(fields, wanted, EDGE_SOUNDS)
        texts = [
            entries[index] if index < len(read) and read[index] == bits else str(bits)
            for index, bits in enumerate(wanted.node_sounds)
        ]
        fields[EDGE_SOUNDS : EDGE_SOUNDS + 1] = ["|".join(texts + entries[len(texts) :])]
    entries = _entries(fields, EDGE_SETS)
    known = [
        parse_sample(text) if text else wanted.sample
        for text in entries[: len(wanted.node_samples)]
    ]
    if _differ(known, wanted.node_samples, wanted.sample):
        _fill_edges(fields, wanted, EDGE_SETS)
        texts = [
            entries[index]
            if index < len(known) and known[index] == sample
            else _edge_text(entries[index] if index < len(entries) else "", sample)
            for index, sample in enumerate(wanted.node_samples)
        ]
        fields[EDGE_SETS : EDGE_SETS + 1] = ["|".join(texts + entries[len(texts) :])]


def _entries(fields: Sequence[str], place: int) -> list[str]:
    return fields[place].split("|") if len(fields) > place and fields[place] else []


def _differ(read: Sequence[object], wanted: Sequence[object], missing: object) -> bool:
    """Whether a list, its missing entries filled in, says something else than is wanted."""
    return any(
        (read[index] if index < len(read) else missing) != value
        for index, value in enumerate(wanted)
    )


def _fill_edges(fields: list[str], wanted: SoundFields, place: int) -> None:
    """Writes the lists that must stand before the field ``place`` of a slider's line."""
    if len(fields) >= place:
        return
    if len(fields) < EDGE_SOUNDS:
        raise LineTooShort("a slider without a length has no place for lists of sounds")
    if len(fields) == EDGE_SOUNDS:
        fields.append("|".join(str(bits) for bits in wanted.node_sounds))
    if len(fields) == EDGE_SETS and place > EDGE_SETS:
        fields.append("|".join(_edge_text("", sample) for sample in wanted.node_samples))


def _edge_sound(text: str) -> int:
    try:
        return parse_int(text)
    except ValueError:
        return 0


def _edge_text(text: str, sample: HitSample) -> str:
    """An entry of the edge sets: two sets, and what else stands behind them."""
    return _sample_text(text or "0:0", sample, FULL_SAMPLE_VERSION)
