"""The order of passes, and who decides which contexts are written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model_core.audio.decode import Audio
from model_core.errors import InputError
from model_core.generation.sampling import Greedy
from model_core.generation.sequential import Call, Settings
from model_core.maps.flow import FlowRequest, run_flow
from model_core.model import Model
from model_core.tokens import Conditions, ContextType
from model_core.tokens.reference_timing import RedLine
from tests.model_core.remap.maps import song_map

TIMING, KIAI, MAP, SV = ContextType.TIMING, ContextType.KIAI, ContextType.MAP, ContextType.SV
GD, NONE = ContextType.GD, ContextType.NONE


def passes(model: Model, audio: Audio, request: FlowRequest, **options: object) -> list[str]:
    """The contexts in the order in which they were written, by a model that writes nothing."""
    calls: list[Call] = []
    eos = model.vocabulary.eos
    run_flow(
        model, audio, request, Greedy(), on_call=calls.append,
        generate=lambda window, rows: [[eos] for _ in rows], **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return list(dict.fromkeys(call.context.value for call in calls))


def request(model: Model, mode: int = 0, **changes: object) -> FlowRequest:
    plain = FlowRequest(
        conditions=Conditions(gamemode=mode),
        settings=Settings.for_layout(model.layout),
        outs=(MAP,),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_timing_first_then_everything_up_to_what_is_wanted(tiny_model: Model, noise: Audio) -> None:
    assert passes(tiny_model, noise, request(tiny_model)) == ["timing", "kiai", "map"]
    assert passes(tiny_model, noise, request(tiny_model, outs=(TIMING,)))[0] == "timing"


def test_scroll_speeds_are_written_in_mania_only(tiny_model: Model, noise: Audio) -> None:
    for mode, last in ((0, "map"), (1, "map"), (3, "sv")):
        asked = request(tiny_model, mode, outs=(MAP, SV))
        assert passes(tiny_model, noise, asked)[-1] == last


def test_known_timing_is_not_written(tiny_model: Model, noise: Audio) -> None:
    lines = [RedLine(0, 500)]
    asked = request(tiny_model, red_lines=lines)
    assert passes(tiny_model, noise, asked) == ["kiai", "map"]
    timed = passes(tiny_model, noise, request(tiny_model), time_song=lambda: lines)
    assert timed == ["kiai", "map"]


def test_what_a_map_has_is_taken_from_it(tiny_model: Model, noise: Audio) -> None:
    given = request(tiny_model, reference=song_map(), ins=(TIMING, KIAI))
    assert passes(tiny_model, noise, given) == ["map"]
    guest = request(tiny_model, reference=song_map(), ins=(GD,), gd_conditions=Conditions())
    assert passes(tiny_model, noise, guest) == ["timing", "kiai", "map"]
    with pytest.raises(InputError, match="no map is given"):
        passes(tiny_model, noise, request(tiny_model, ins=(GD,)))


def test_windows_cover_the_part_and_nothing_else(tiny_model: Model, noise: Audio) -> None:
    calls: list[Call] = []
    eos = tiny_model.vocabulary.eos
    asked = request(tiny_model, red_lines=[RedLine(0, 500)], start_ms=5000, end_ms=9000)
    for as_reference in (False, True):
        calls.clear()
        run_flow(
            tiny_model, noise, replace(asked, as_reference=as_reference), Greedy(),
            on_call=calls.append, generate=lambda window, rows: [[eos] for _ in rows],
        )  # fmt: skip
        starts = [call.window.start_ms for call in calls if call.context is MAP]
        assert starts == sorted(starts)
        assert (starts[0] == 5000) != as_reference
        assert starts[-1] <= 9000 <= starts[-1] + tiny_model.layout.window_ms
