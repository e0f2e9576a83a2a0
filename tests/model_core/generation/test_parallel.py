"""Windows at once: against the reference's own calls, and what a window may know."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_core.audio.decode import Audio, normalise
from model_core.audio.windows import Window, windows
from model_core.errors import Cancelled
from model_core.generation.parallel import generate_parallel
from model_core.generation.progress import Progress
from model_core.generation.sampling import Greedy, Sampler
from model_core.generation.window_rows import Call, Settings, Variant
from model_core.model import Model, load_model
from model_core.tokens import Conditions, Context, ContextType, Event, EventType, TimedEvents

MAP, TIMING = ContextType.MAP, ContextType.TIMING
NONE = (Context(ContextType.NONE),)
ALONE = Settings(0.0, 0.0)


def shifted(folder: Path, name: str, offset_ms: int) -> Audio:
    """An input with silence before it, or without its beginning."""
    with np.load(folder / "v32" / "tensors.npz") as arrays:
        samples = normalise(arrays[f"raw_{name}"].astype(np.float32))
    if offset_ms > 0:
        samples = np.concatenate((np.zeros(offset_ms * 16, np.float32), samples))
    return Audio(samples[max(-offset_ms, 0) * 16 :], f"{name} {offset_ms}")


@pytest.mark.parametrize("family", ["v29", "v32"])
@pytest.mark.parametrize("rows_at_once", [2, 16])
def test_each_iteration_of_the_reference(conformance: Path, family: str, rows_at_once: int) -> None:
    stored: dict[str, Any] = json.loads((conformance / family / "super_timing.json").read_text())
    model = load_model(conformance / family / "checkpoint", "cpu", "float32")
    config = stored["generation_config"]
    conditions = Conditions(
        difficulty=config["difficulty"],
        year=config["year"],
        hitsounded=config["hitsounded"],
        global_sv=config["slider_multiplier"],
        circle_size=config["circle_size"],
    )
    name = Path(stored["args"]["audio_path"]).name
    for iteration, call in zip(stored["iterations"], stored["calls"], strict=True):
        audio = shifted(conformance, name, iteration["audio_offset"])
        length = iteration["song_length"]
        calls: list[Call] = []
        (lists,) = generate_parallel(
            model,
            audio,
            windows(len(audio.samples), model.network.config.window_samples, 0, 0),
            [Variant(replace(conditions, song_length_ms=length), Greedy(), NONE)],
            [TIMING],
            [TIMING],
            ALONE,
            on_call=calls.append,
            song_length_ms=length,
            rows_at_once=rows_at_once,
            as_reference=True,
        )
        assert [each.window.start_ms for each in calls] == iteration["frame_times"]
        for each, prompt, output in zip(calls, call["prompts"], call["outputs"], strict=True):
            assert list(each.prompts[0]) == [token for token in prompt if token]
            assert list(each.answers[0]) == output[: len(each.answers[0])]
            assert not any(output[len(each.answers[0]) :])  # padding
        found = [[event.type.value, event.value] for event in lists[TIMING].events]
        assert found == iteration["events"]


def test_a_window_is_the_same_alone(tiny_model: Model, noise: Audio) -> None:
    found = windows(len(noise.samples), tiny_model.network.config.window_samples, 0, 0)
    assert len(found) > 1

    def run(chosen: list[Window]) -> TimedEvents:
        (lists,) = generate_parallel(
            tiny_model, noise, chosen, [Variant(Conditions(), Greedy(), NONE)], [MAP], [MAP], ALONE
        )
        return lists[MAP]

    together = run(found)
    apart = [run([window]) for window in found]
    events = [event for each in apart for event in each.events]
    assert list(together.events) == events
    assert any(event.type is EventType.TIME for event in events)


@pytest.mark.slow
def test_variants_of_a_window_have_their_own_draws(tiny_model: Model, noise: Audio) -> None:
    found = windows(len(noise.samples), tiny_model.network.config.window_samples, 0, 0)[:1]

    def run(*seeds: int) -> list[TimedEvents]:
        own = [Variant(Conditions(), Sampler.seeded(seed), NONE) for seed in seeds]
        lists = generate_parallel(tiny_model, noise, found, own, [MAP], [MAP], ALONE)
        return [each[MAP] for each in lists]

    assert run(1, 2) == [*run(1), *run(2)]
    assert run(1) != run(2)


def test_contexts_are_read_between_their_marks(tiny_model: Model, noise: Audio) -> None:
    """Without a closing mark the reference gives nothing; a request keeps what there is."""
    found = windows(len(noise.samples), tiny_model.network.config.window_samples, 0, 0)
    kept: list[Call] = []
    for as_reference in (False, True):
        calls: list[Call] = []
        (lists,) = generate_parallel(
            tiny_model, noise, found, [Variant(Conditions(), Greedy(), NONE)], [MAP], [MAP],
            ALONE, on_call=calls.append, as_reference=as_reference,
        )  # fmt: skip
        end = tiny_model.vocabulary.context_eos[MAP]
        closed = [end in call.answers[0] for call in calls]
        assert bool(len(lists[MAP])) is (any(closed) if as_reference else True)
        assert all((end in call.stops[0]) is not as_reference for call in calls)
        kept = kept or calls
        for one, other in zip(kept, calls, strict=True):
            assert one.answers[0] == other.answers[0][: len(one.answers[0])]


def test_what_is_known_is_not_continued(tiny_model: Model, noise: Audio) -> None:
    known = {MAP: TimedEvents((Event(EventType.CIRCLE),), (0,))}
    variant = Variant(Conditions(), Greedy(), NONE, known)
    with pytest.raises(ValueError, match="map"):
        generate_parallel(tiny_model, noise, [Window(0, 0)], [variant], [MAP], [MAP], ALONE)


def test_progress_and_cancel(tiny_model: Model, noise: Audio) -> None:
    found = windows(len(noise.samples), tiny_model.network.config.window_samples, 0, 0)
    reports: list[Progress] = []
    variant = Variant(Conditions(), Greedy(), NONE)
    generate_parallel(
        tiny_model, noise, found, [variant], [MAP], [MAP], ALONE, progress=reports.append
    )
    assert (reports[0].window, reports[-1].window) == (0, len(found))
    assert reports[-1].windows == len(found)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Cancelled):
        generate_parallel(
            tiny_model, noise, found, [variant], [MAP], [MAP], ALONE, cancelled=cancelled
        )
    assert asked == 4


def test_a_row_of_more_streams_than_go_on_at_once(tiny_model: Model, noise: Audio) -> None:
    """Beams, twice as many with guidance, are one row's and stay together."""
    places = [Window(0, 0), Window(1000, 16000)]
    told, other = Conditions(difficulty=3.0), Conditions()
    calls: list[Call] = []
    generate_parallel(
        tiny_model, noise, places, [Variant(told, Greedy(), NONE, negative=other)],
        [TIMING], [TIMING], replace(ALONE, beams=3, guidance=1.5),
        on_call=calls.append, rows_at_once=2,
    )  # fmt: skip
    assert [call.window for call in calls] == places
