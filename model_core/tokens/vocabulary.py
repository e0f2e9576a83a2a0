"""Token ids: reading ``tokenizer.json``, building one, and going between events and ids.

Everything a published ``tokenizer.json`` says is taken from it: no size or position is assumed,
since a repository's game-mode folders leave ids out. Ids are laid out as: pad, sos, eos, two per
context type, then one range per kind of event; the ranges that the model only reads (conditions)
come after those it writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model_core.errors import CheckpointError
from model_core.tokens.events import ContextType, Event, EventType

PAD = 0
SOS = 1
EOS = 2

_MODE_OSU, _MODE_TAIKO, _MODE_CATCH, _MODE_MANIA = 0, 1, 2, 3


class Vocabulary:
    """A checkpoint's token ids and the tables that come with them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data: dict[str, Any] = dict(data)
        # Files from before context tokens existed have no offset: events start after eos.
        self.offset: int = int(data.get("offset", 3))
        self.context_sos = _context_ids(data.get("context_sos", {}))
        self.context_eos = _context_ids(data.get("context_eos", {}))
        self.pad, self.sos, self.eos = PAD, SOS, EOS

        self._ranges: dict[EventType, range] = {}  # values, inclusive of both ends
        self._first: dict[EventType, int] = {}  # id of the smallest value
        self._event_of: dict[int, Event] = {}
        stated_starts: Mapping[str, int] = data.get("event_start", {})
        next_id = self.offset
        for key in ("event_ranges", "input_event_ranges"):
            for entry in data.get(key, []):
                kind = EventType(entry["type"])
                values = range(int(entry["min_value"]), int(entry["max_value"]) + 1)
                first = int(stated_starts.get(entry["type"], next_id))
                self._ranges[kind] = values
                self._first[kind] = first
                for position, value in enumerate(values):
                    self._event_of[first + position] = Event(kind, value)
                next_id = first + len(values)
            if key == "event_ranges":
                self.size_out: int = int(data.get("vocab_size_out", next_id))
        self.size_in: int = int(data.get("vocab_size_in", next_id))

        self.num_mappers: int = int(data.get("num_mapper_classes", 0))
        self.num_descriptors: int = int(data.get("num_descriptor_classes", 0))
        self.num_difficulties: int = int(data.get("num_diff_classes", 0))
        self.max_difficulty: float = float(data.get("max_difficulty", 0))
        self.num_circle_sizes: int = int(data.get("num_cs_classes", 0))
        self._mapper_index = _int_table(data.get("mapper_idx", {}))
        self._beatmap_mapper = _int_table(data.get("beatmap_mapper", {}))
        self._descriptor_index = {str(k): int(v) for k, v in data.get("descriptor_idx", {}).items()}
        self._beatmap_descriptors = {
            int(k): tuple(int(i) for i in v) for k, v in data.get("beatmap_descriptors", {}).items()
        }

    # ---------------------------------------------------------------- reading and writing

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Vocabulary:
        """Read the content of a ``tokenizer.json``.

        Raises :class:`CheckpointError` if it holds a kind of event or context this program does
        not know.
        """
        try:
            return cls(data)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"tokenizer.json is not understood ({error}); it may come from a newer family of "
                "models than this version of the program knows"
            ) from error

    @classmethod
    def from_file(cls, path: Path) -> Vocabulary:
        """Read a ``tokenizer.json``; :class:`CheckpointError` if it cannot be read."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CheckpointError(f"cannot read {path}: {error}") from error
        if not isinstance(data, dict):
            raise CheckpointError(f"{path} does not hold a tokenizer table")
        return cls.from_dict(data)

    def to_dict(self) -> dict[str, Any]:
        """The content of ``tokenizer.json``."""
        return dict(self._data)

    # ---------------------------------------------------------------- events and ids

    def has(self, kind: EventType) -> bool:
        """Whether this vocabulary knows such events."""
        return kind in self._ranges

    def id_range(self, kind: EventType) -> range:
        """All ids of a kind (empty when it is unknown)."""
        if kind not in self._ranges:
            return range(0)
        return range(self._first[kind], self._first[kind] + len(self._ranges[kind]))

    def value_range(self, kind: EventType) -> range:
        """All values of a kind, both ends included (empty when it is unknown)."""
        return self._ranges.get(kind, range(0))

    def encode(self, event: Event) -> int:
        """The id of an event; ``ValueError`` where the vocabulary has none."""
        values = self._ranges.get(event.type)
        if values is None or event.value not in values:
            raise ValueError(f"{event.type.value}={event.value} is not in this vocabulary")
        return self._first[event.type] + event.value - values.start

    def encode_clipped(self, kind: EventType, value: int) -> int:
        """The id of the nearest value that the vocabulary has (``KeyError``: unknown kind)."""
        values = self._ranges[kind]
        clipped = min(max(value, values.start), values.stop - 1)
        return self._first[kind] + clipped - values.start

    def decode(self, token: int) -> Event:
        """The event of an id; ``ValueError`` for pad, sos, eos and context marks."""
        event = self._event_of.get(token)
        if event is None:
            raise ValueError(f"token {token} stands for no event")
        return event

    def try_decode(self, token: int) -> Event | None:
        """The event of an id, or None for pad, sos, eos and context marks."""
        return self._event_of.get(token)

    # ---------------------------------------------------------------- tables

    def mapper_index(self, user_id: int) -> int | None:
        """Row of a mapper (by osu! user id), or None if the model does not know them."""
        return self._mapper_index.get(user_id)

    def beatmap_mapper(self, beatmap_id: int) -> int | None:
        """The user id of a known beatmap's mapper."""
        return self._beatmap_mapper.get(beatmap_id)

    def descriptor_index(self, name: str) -> int | None:
        """Row of a descriptor (an osu! user tag such as ``style/messy``), or None."""
        return self._descriptor_index.get(name)

    @property
    def descriptors(self) -> tuple[str, ...]:
        """Names of all known descriptors."""
        return tuple(self._descriptor_index)

    @property
    def mappers(self) -> tuple[int, ...]:
        """User ids of all known mappers."""
        return tuple(self._mapper_index)

    def beatmap_descriptors(self, beatmap_id: int) -> tuple[int, ...]:
        """Descriptor rows of a known beatmap."""
        return self._beatmap_descriptors.get(beatmap_id, ())

    # ---------------------------------------------------------------- building one

    @classmethod
    def build(
        cls,
        *,
        window_ms: float,
        templates: Sequence[tuple[Sequence[ContextType], Sequence[ContextType]]],
        position_precision: int,
        split_positions: bool = False,
        refinement: int | None = None,
        distances: bool = False,
        scroll_speed: bool = True,
        timing_points: bool = True,
        sustain: bool = False,
        modes: Iterable[int] = (0, 1, 2, 3),
        conditions: Iterable[EventType] = (),
        mappers: Sequence[int] = (),
        descriptors: Sequence[str] = (),
        num_difficulties: int = 24,
        max_difficulty: int = 12,
        num_circle_sizes: int = 21,
    ) -> Vocabulary:
        """Lay out a new vocabulary in the published order.

        ``templates`` are (in, out) context types; ``conditions`` the condition events wanted, in
        any order; ``mappers`` user ids and ``descriptors`` names, in the order of their rows.
        """
        contexts: list[ContextType] = []
        for ins, outs in templates:
            contexts.extend(c for c in (*ins, *outs) if c not in contexts)
        context_sos = {context.value: 3 + 2 * i for i, context in enumerate(contexts)}
        context_eos = {context.value: 4 + 2 * i for i, context in enumerate(contexts)}
        offset = 3 + 2 * len(contexts)

        written = _written_ranges(
            window_ms=window_ms,
            position_precision=position_precision,
            split_positions=split_positions,
            refinement=refinement,
            distances=distances,
            scroll_speed=scroll_speed,
            timing_points=timing_points,
            kiai=ContextType.KIAI in contexts,
            sustain=sustain,
            modes=frozenset(modes),
        )
        wanted = frozenset(conditions)
        limits = {
            EventType.GAMEMODE: (0, 3),
            EventType.DIFFICULTY: (0, num_difficulties),
            EventType.MAPPER: (0, len(mappers)),
            EventType.CIRCLE_SIZE: (0, num_circle_sizes),
            EventType.YEAR: (2007, 2077),
            EventType.HITSOUNDED: (0, 1),
            EventType.SONG_LENGTH: (0, 60),
            EventType.SONG_POSITION: (-1, 101),
            EventType.DESCRIPTOR: (0, len(descriptors)),
            EventType.KEYCOUNT: (1, 18),
            EventType.HOLD_NOTE_RATIO: (-1, 12),
            EventType.SCROLL_SPEED_RATIO: (-1, 12),
            EventType.GLOBAL_SV: (40, 360),
        }
        read_only = [(kind, low, high) for kind, (low, high) in limits.items() if kind in wanted]

        entries: dict[str, dict[str, Any]] = {}
        starts: dict[str, int] = {}
        ends: dict[str, int] = {}
        next_id = offset
        size_out = offset
        for index, (kind, low, high) in enumerate((*written, *read_only)):
            entries[kind.value] = {"type": kind.value, "min_value": low, "max_value": high}
            starts[kind.value] = next_id
            next_id += high - low + 1
            ends[kind.value] = next_id
            if index == len(written) - 1:
                size_out = next_id
        return cls.from_dict(
            {
                "offset": offset,
                "context_sos": context_sos,
                "context_eos": context_eos,
                "event_ranges": [entries[kind.value] for kind, _, _ in written],
                "input_event_ranges": [entries[kind.value] for kind, _, _ in read_only],
                "num_classes": 0,
                "num_diff_classes": num_difficulties,
                "max_difficulty": max_difficulty,
                "event_range": entries,
                "event_start": starts,
                "event_end": ends,
                "vocab_size_out": size_out,
                "vocab_size_in": next_id,
                "beatmap_idx": {},
                "beatmap_mapper": {},
                "mapper_idx": {str(user): row for row, user in enumerate(mappers)},
                "num_mapper_classes": len(mappers),
                "beatmap_descriptors": {},
                "descriptor_idx": {name: row for row, name in enumerate(descriptors)},
                "num_descriptor_classes": len(descriptors),
                "num_cs_classes": num_circle_sizes,
            }
        )


def _context_ids(table: Mapping[str, Any]) -> dict[ContextType, int]:
    return {ContextType(name): int(token) for name, token in table.items()}


def _int_table(table: Mapping[str, Any]) -> dict[int, int]:
    return {int(key): int(value) for key, value in table.items()}


def _written_ranges(
    *,
    window_ms: float,
    position_precision: int,
    split_positions: bool,
    refinement: int | None,
    distances: bool,
    scroll_speed: bool,
    timing_points: bool,
    kiai: bool,
    sustain: bool,
    modes: frozenset[int],
) -> list[tuple[EventType, int, int]]:
    """The ranges a model writes, in their published order: (kind, smallest, largest value)."""
    precision = position_precision
    ranges: list[tuple[EventType, int, int]] = [
        (EventType.TIME, 0, int(window_ms // 10)),
        (EventType.SNAPPING, 0, 16),
    ]
    if distances:
        ranges.append((EventType.DISTANCE, 0, 640))
    if split_positions:
        ranges.append((EventType.POSITION_X, -256 // precision, 768 // precision))
        ranges.append((EventType.POSITION_Y, -256 // precision, 640 // precision))
    else:
        columns = 768 // precision - -256 // precision + 1
        rows = 640 // precision - -256 // precision + 1
        ranges.append((EventType.POSITION, 0, columns * rows - 1))
        if refinement:
            ranges.append((EventType.POSITION_REFINEMENT, 0, (precision // refinement) ** 2 - 1))
    if _MODE_MANIA in modes:
        ranges.append((EventType.COLUMN, 0, 17))
    if scroll_speed or _MODE_TAIKO in modes or _MODE_MANIA in modes:
        ranges.append((EventType.SCROLL_SPEED, 0, 1000))
    ranges.append((EventType.NEW_COMBO, 0, 0))
    ranges.append((EventType.HITSOUND, 0, 72))
    ranges.append((EventType.VOLUME, 0, 100))

    singles: list[EventType] = [
        EventType.CIRCLE,
        EventType.SPINNER,
        EventType.SPINNER_END,
        EventType.SLIDER_HEAD,
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
        EventType.LAST_ANCHOR,
        EventType.SLIDER_END,
        EventType.BEAT,
        EventType.MEASURE,
    ]
    if timing_points:
        singles.append(EventType.TIMING_POINT)
    ranges.extend((kind, 0, 0) for kind in singles)
    if kiai:
        ranges.append((EventType.KIAI, 0, 1))
    singles = []
    if sustain:
        singles += [
            EventType.SLIDER_SUSTAIN,
            EventType.SLIDER_REPEAT_SUSTAIN,
            EventType.SPINNER_SUSTAIN,
        ]
    if _MODE_MANIA in modes:
        singles += [EventType.HOLD_NOTE, EventType.HOLD_NOTE_END, EventType.SCROLL_SPEED_CHANGE]
        if sustain:
            singles.append(EventType.HOLD_NOTE_SUSTAIN)
    if _MODE_TAIKO in modes:
        singles += [
            EventType.DRUMROLL,
            EventType.DRUMROLL_END,
            EventType.DENDEN,
            EventType.DENDEN_END,
        ]
        if sustain:
            singles += [EventType.DRUMROLL_SUSTAIN, EventType.DENDEN_SUSTAIN]
    ranges.extend((kind, 0, 0) for kind in singles)
    return ranges
