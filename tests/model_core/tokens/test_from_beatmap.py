"""Objects as events."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_core.beatmap import parse
from model_core.tokens import EventType, map_events, starter_layout, sv_events, timing_events
from model_core.tokens.from_beatmap import joint_cell, refinement_cell
from model_core.tokens.reference_timing import RedLine
from tests.model_core.tokens.maps import small_map

LAYOUT = starter_layout()


def _types(events: object) -> list[EventType]:
    return [event.type for event in events.events]  # type: ignore[attr-defined]


def test_a_circle_is_spelled_in_order() -> None:
    events = map_events(small_map(), LAYOUT)
    assert _types(events)[:8] == [
        EventType.TIME,
        EventType.SNAPPING,
        EventType.POSITION,
        EventType.POSITION_REFINEMENT,
        EventType.NEW_COMBO,
        EventType.HITSOUND,
        EventType.VOLUME,
        EventType.CIRCLE,
    ]
    assert events.times[:8] == (500,) * 8


def test_without_sounds_the_same_events_but_sounds() -> None:
    full, silent = map_events(small_map(), LAYOUT), map_events(small_map(), LAYOUT, False)
    sounds = (EventType.HITSOUND, EventType.VOLUME)
    assert silent.events == tuple(event for event in full.events if event.type not in sounds)


def test_long_objects_are_recalled_while_they_last() -> None:
    events = map_events(small_map(), LAYOUT)
    recalled = [
        time
        for event, time in zip(events.events, events.times, strict=True)
        if event.type is EventType.SPINNER_SUSTAIN
    ]
    assert recalled == [7500]  # every 3 s of 4500..9300


def test_off_screen_positions_come_back_exactly() -> None:
    cell, fine = joint_cell(LAYOUT, -40, 200), refinement_cell(LAYOUT, -40, 200)
    row, column = divmod(cell, LAYOUT.position_columns)
    assert ((column - 8) * 32 + fine % 16 * 2, (row - 8) * 32 + fine // 16 * 2) == (-40, 200)


def test_beats_of_a_list_of_red_lines_go_on_to_the_end_of_the_song() -> None:
    lines = [RedLine(0, 500, 4), RedLine(2000, 400, 3)]
    events = timing_events(lines, LAYOUT, 4000)
    kinds = [
        (time, event.type)
        for event, time in zip(events.events, events.times, strict=True)
        if event.type is not EventType.TIME
    ]
    assert kinds[0] == (0, EventType.TIMING_POINT)
    assert kinds[3:6] == [
        (1500, EventType.BEAT),
        (2000, EventType.TIMING_POINT),
        (2400, EventType.BEAT),
    ]
    assert kinds[7] == (3200, EventType.MEASURE)
    assert kinds[-1][0] == 4000
    with pytest.raises(ValueError, match="song_length_ms"):
        timing_events(lines, LAYOUT)


def test_speeds_are_told_where_they_change() -> None:
    events = sv_events(small_map(), LAYOUT)
    speeds = [event.value for event in events.events if event.type is EventType.SCROLL_SPEED]
    assert speeds == [100, 133, 100]


@pytest.mark.slow
def test_strange_maps_are_read_without_errors(corpus: Path) -> None:
    """Test maps of osu! itself: broken lines, infinite numbers, unknown versions."""
    for path in sorted(corpus.rglob("*.osu"))[:200]:
        beatmap = parse(path.read_bytes())
        if len(beatmap.hit_objects) > 3000:
            continue
        map_events(beatmap, LAYOUT)
        sv_events(beatmap, LAYOUT)
        timing_events(beatmap, LAYOUT)
