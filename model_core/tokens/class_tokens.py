"""What a map should be like, as tokens: difficulty, mapper, year, tags and the rest."""

from __future__ import annotations

from dataclasses import dataclass

from model_core.tokens.events import Event, EventType
from model_core.tokens.layout import Layout
from model_core.tokens.vocabulary import Vocabulary

_UNKNOWN_YEAR = 2077
_UNKNOWN_RATIO = 12
_UNKNOWN_DIFFICULTY = 5.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is asked of a map. None: not said, and the model is told so."""

    gamemode: int = 0
    difficulty: float | None = None  # stars
    mapper_id: int | None = None  # osu! user id (the starter: style id)
    year: int | None = None
    hitsounded: bool = True
    song_length_ms: float = 0.0
    global_sv: float = 1.4  # slider multiplier
    circle_size: float | None = None
    keycount: int | None = None  # osu!mania
    hold_note_ratio: float | None = None  # osu!mania
    scroll_speed_ratio: float | None = None  # osu!taiko, osu!mania
    descriptors: tuple[str | int, ...] = ()  # names of osu! user tags, or their rows


def class_tokens(vocab: Vocabulary, layout: Layout, conditions: Conditions) -> list[int]:
    """The conditions' tokens in their fixed order, as far as the vocabulary has such tokens."""
    tokens: list[int] = []

    def add(kind: EventType, value: int) -> None:
        if vocab.has(kind):
            tokens.append(vocab.encode(Event(kind, value)))

    mode = conditions.gamemode
    add(EventType.GAMEMODE, mode)
    add(EventType.DIFFICULTY, difficulty_class(vocab, conditions.difficulty))
    row = None if conditions.mapper_id is None else vocab.mapper_index(conditions.mapper_id)
    add(EventType.MAPPER, vocab.num_mappers if row is None else row)
    add(EventType.YEAR, _year(vocab, conditions.year))
    add(EventType.HITSOUNDED, int(conditions.hitsounded))
    add(EventType.SONG_LENGTH, min(max(int(conditions.song_length_ms // 10000), 0), 60))
    if mode in (0, 2):
        add(EventType.GLOBAL_SV, round(min(max(conditions.global_sv, 0.4), 3.6) * 100))
        add(EventType.CIRCLE_SIZE, _circle_size(vocab, conditions.circle_size))
    if mode == 3:
        keycount = 4 if conditions.keycount is None else conditions.keycount
        add(EventType.KEYCOUNT, min(max(keycount, 1), 18))
        add(EventType.HOLD_NOTE_RATIO, _ratio(conditions.hold_note_ratio))
    if mode in (1, 3):
        add(EventType.SCROLL_SPEED_RATIO, _ratio(conditions.scroll_speed_ratio))
    if vocab.has(EventType.DESCRIPTOR):
        rows = _descriptor_rows(vocab, conditions.descriptors)
        for descriptor in rows or [vocab.num_descriptors]:
            add(EventType.DESCRIPTOR, descriptor)
    return tokens


def encoder_conditions(vocab: Vocabulary, conditions: Conditions) -> tuple[float, int]:
    """Difficulty (stars) and mapper row for encoders that are conditioned (v30, v31).

    An unknown difficulty is 5 stars, an unknown mapper row -1.
    """
    row = None if conditions.mapper_id is None else vocab.mapper_index(conditions.mapper_id)
    difficulty = _UNKNOWN_DIFFICULTY if conditions.difficulty is None else conditions.difficulty
    return float(difficulty), -1 if row is None else row


def song_position_token(vocab: Vocabulary, time_ms: float, song_length_ms: float) -> int | None:
    """Where in the song a window starts, or None if the model is not told that way."""
    if not vocab.has(EventType.SONG_POSITION):
        return None
    share = time_ms / song_length_ms if song_length_ms > 0 else 0.0
    return vocab.encode(Event(EventType.SONG_POSITION, _share(share, 100)))


def difficulty_class(vocab: Vocabulary, difficulty: float | None) -> int:
    """Row of a star rating; the last row is "unknown"."""
    classes = vocab.num_difficulties
    if difficulty is None or not vocab.max_difficulty:
        return classes
    return min(max(int(difficulty * classes / vocab.max_difficulty), 0), classes - 1)


def _circle_size(vocab: Vocabulary, circle_size: float | None) -> int:
    classes = vocab.num_circle_sizes
    if circle_size is None:
        return classes
    return min(max(int(circle_size * (classes - 1) / 10), 0), classes - 1)


def _year(vocab: Vocabulary, year: int | None) -> int:
    if year is None:
        return _UNKNOWN_YEAR
    years = vocab.value_range(EventType.YEAR)
    if not years:
        return year
    return min(max(year, years.start), years.stop - 2)  # the last one means "unknown"


def _ratio(ratio: float | None) -> int:
    return _UNKNOWN_RATIO if ratio is None else _share(ratio, 10)


def _share(share: float, resolution: int) -> int:
    """A share of 1 in steps, with classes of their own for "none" and "all"."""
    if share <= 0:
        return -1
    if share >= 1:
        return resolution + 1
    return min(max(round(share * resolution), 0), resolution)


def _descriptor_rows(vocab: Vocabulary, descriptors: tuple[str | int, ...]) -> list[int]:
    rows: list[int] = []
    for descriptor in descriptors:
        row = descriptor if isinstance(descriptor, int) else vocab.descriptor_index(descriptor)
        if row is not None and 0 <= row < vocab.num_descriptors:
            rows.append(row)
    return rows
