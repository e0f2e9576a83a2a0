"""Reading: any bytes come back as they are, and no view ever raises."""

from __future__ import annotations

from functools import cached_property

from hypothesis import strategies as st

from model_core.beatmap import parse, split_lines

from .map_cases import HARSH_LINES, MapCase

#: Objects and lines of a map whose every property is asked for.
EXAMINED = 60

ANY_BYTES = st.one_of(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from([*HARSH_LINES, b"osu file format v14", b"\xef\xbb\xbf", b"[General]"]),
        max_size=25,
    ).flatmap(lambda lines: st.sampled_from([b"\n", b"\r\n", b"\r"]).map(lambda e: e.join(lines))),
)


def any_bytes_come_back(data: bytes) -> str:
    beatmap = parse(data)
    assert beatmap.to_bytes() == data
    assert b"".join(split_lines(data)) == data
    look_at_everything(data)
    return "read"


def any_map_comes_back(case: MapCase) -> str:
    data = case.data()
    assert parse(data).to_bytes() == data
    return f"{look_at_everything(data)}"


def look_at_everything(data: bytes) -> str:
    """Asks a map for all it knows; returns whether that is any objects."""
    beatmap = parse(data)
    properties_of(beatmap)
    properties_of(beatmap.document)
    timing = beatmap.timing
    properties_of(timing)
    objects = beatmap.hit_objects
    step = max(1, len(objects) // EXAMINED)
    for item in objects[::step]:
        properties_of(item)
        for moment in (item.time, item.end_time):
            timing.sample_at(moment)
            timing.slider_velocity_at(moment)
            timing.kiai_at(moment)
            timing.meter_at(moment)
            timing.beat_length_at(moment)
            timing.nearest_tick(moment)
    for point in beatmap.timing_points[: EXAMINED * 4]:
        properties_of(point)
    assert all(0 <= item.line < max(1, len(beatmap.document)) for item in objects)
    assert len(beatmap.combo_starts()) == len(objects)
    return "objects" if objects else "none"


def properties_of(thing: object) -> None:
    """Every public property of an object, computed."""
    for name in dir(type(thing)):
        if name.startswith("_"):
            continue
        if isinstance(getattr(type(thing), name), property | cached_property):
            getattr(thing, name)
