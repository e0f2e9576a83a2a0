"""Windows in sequence, with a stand-in for the network and with a tiny one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.audio.windows import windows as cut_windows
from model_core.errors import Cancelled
from model_core.generation.decode_loop import Row
from model_core.generation.progress import Progress
from model_core.generation.sampling import Greedy, Sampler
from model_core.generation.sequential import Call, Settings, Variant, generate_sequential, trim
from model_core.model import Model, load_model
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    TimedEvents,
)

MAP = ContextType.MAP
NONE = (Context(ContextType.NONE),)


def song_windows(model: Model, audio: Audio) -> list[Window]:
    layout = model.layout
    return cut_windows(
        len(audio.samples),
        model.network.config.window_samples,
        layout.lookback,
        layout.lookahead,
    )


def variant(seed: int | None = None) -> Variant:
    sampler = Greedy() if seed is None else Sampler.seeded(seed)
    return Variant(Conditions(), sampler, NONE)


def circles(model: Model, times: Sequence[int], frame_time: int) -> list[int]:
    """Ids of circles at these times, each ``time, circle``."""
    ids = []
    for time in times:
        ids.append(model.vocabulary.encode(Event(EventType.TIME, (time - frame_time) // 10)))
        ids.append(model.vocabulary.encode(Event(EventType.CIRCLE)))
    return ids


def test_each_window_goes_on_from_what_is_known(tiny_model: Model, noise: Audio) -> None:
    """The stand-in writes a circle every 500 ms, and stops as a model would."""
    model = tiny_model
    prompts: list[list[int]] = []
    written: list[int] = []
    counts: list[int] = []

    def generate(window: Window, rows: Sequence[Row]) -> list[list[int]]:
        (row,) = rows
        prompts.append(list(row.prompt))
        counts.append(len(written))
        answer: list[int] = []
        time = written[-1] + 500 if written else 200
        while time < window.start_ms + model.layout.window_ms:
            step = circles(model, [time], window.start_ms)
            answer.append(step[0])
            if step[0] in row.stops:
                return [answer]
            answer.append(step[1])
            written.append(time)
            time += 500
        return [[*answer, model.vocabulary.context_eos[MAP]]]

    reports: list[Progress] = []
    found = song_windows(model, noise)
    (lists,) = generate_sequential(
        model, noise, found, [variant()], [MAP], [MAP],
        Settings.for_layout(model.layout), progress=reports.append, generate=generate,
    )  # fmt: skip
    heads = [
        time
        for event, time in zip(lists[MAP].events, lists[MAP].times, strict=True)
        if event.type is EventType.CIRCLE
    ]
    # Every circle once, in order, through all windows, to within a step.
    assert len(heads) == len(written)
    assert all(abs(head - time) <= 10 for head, time in zip(heads, written, strict=True))
    # The second window's prompt repeats what the first wrote of its own span, and ends there.
    start = found[1].start_ms
    repeated = circles(model, [t + 5 for t in written[: counts[1]] if t + 5 >= start], start)
    assert repeated
    assert prompts[1][-len(repeated) - 1 :] == [model.vocabulary.context_sos[MAP], *repeated]
    assert [report.window for report in reports][-1] == len(found)
    assert reports[-1].objects == len(written)


def test_stops_and_cuts_of_first_and_last_windows(tiny_model: Model, noise: Audio) -> None:
    seen: list[frozenset[int]] = []

    def generate(window: Window, rows: Sequence[Row]) -> list[list[int]]:
        seen.append(rows[0].stops)
        return [[2]]

    generate_sequential(
        tiny_model, noise, song_windows(tiny_model, noise), [variant()], [MAP], [MAP],
        Settings.for_layout(tiny_model.layout), generate=generate,
    )  # fmt: skip
    times = tiny_model.vocabulary.id_range(EventType.TIME)
    assert times[0] not in seen[0]
    assert times[-1] in seen[0]
    assert all(times[0] in stops and times[-1] in stops for stops in seen[1:-1])
    assert times[0] in seen[-1]
    assert times[-1] not in seen[-1]


def test_nothing_is_written_outside_the_bounds(tiny_model: Model, noise: Audio) -> None:
    settings = Settings(0.4, 0.2, temperature=3.0, first_ms=7000, last_ms=9000)
    found = [w for w in song_windows(tiny_model, noise) if w.start_ms < 9000]
    known = {MAP: TimedEvents((Event(EventType.TIME, 5000), Event(EventType.CIRCLE)), (5000, 5000))}
    variants = [Variant(Conditions(), Sampler.seeded(seed, 1.0), NONE, known) for seed in range(3)]
    results = generate_sequential(tiny_model, noise, found, variants, [MAP], [MAP], settings)
    for lists in results:
        said = [e.value for e in lists[MAP].events if e.type is EventType.TIME]
        assert said[0] == 5000
        assert all(6990 <= time <= 9010 for time in said[1:])
    assert any(len(lists[MAP]) > 10 for lists in results)


def test_a_seed_gives_the_same_answer_whoever_else_is_there(
    tiny_model: Model, noise: Audio
) -> None:
    """The network of one row computes the same alone; the draws are its own either way."""
    found = song_windows(tiny_model, noise)[:2]
    settings = Settings(0.4, 0.2, last_ms=4000)

    def run(*seeds: int) -> list[TimedEvents]:
        lists = generate_sequential(
            tiny_model, noise, found, [variant(seed) for seed in seeds], [MAP], [MAP], settings
        )
        return [one[MAP] for one in lists]

    assert run(5) == run(5)
    assert run(5, 6)[0] == run(5)[0]
    assert run(5)[0] != run(6)[0]


def test_cancelling_leaves_at_once(tiny_model: Model, noise: Audio) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(Cancelled):
        generate_sequential(
            tiny_model, noise, song_windows(tiny_model, noise), [variant(1)], [MAP], [MAP],
            Settings.for_layout(tiny_model.layout), cancelled=cancelled,
        )  # fmt: skip
    assert asked == 6


def test_trim_has_ten_ms_of_grace() -> None:
    events = TimedEvents(
        tuple(Event(EventType.CIRCLE, i) for i in range(6)), (0, 989, 990, 2010, 2011, 2005)
    )
    assert trim(events, 1000, 2000).times == (990, 2010, 2011, 2005)
    assert trim(events, None, 1999).times == (0, 989, 990, 2010, 2011, 2005)
    assert trim(events, None, 1994).times == (0, 989, 990)


def test_guidance_of_an_encoder_that_is_told_the_conditions(conformance: Path) -> None:
    """v31's prompts say nothing of difficulty: what differs is what the negative one hears.

    The reference lets both prompts hear the same, so that there its guidance does nothing.
    """
    model = load_model(conformance / "v31" / "checkpoint", "cpu", "float32")
    samples = np.random.default_rng(1).uniform(-1, 1, 40 * 16000).astype(np.float32)
    audio = Audio(samples, "noise")
    layout = model.layout
    found = cut_windows(
        len(samples), model.network.config.window_samples, layout.lookback, layout.lookahead
    )[:1]
    hard, easy = Conditions(difficulty=9.0), Conditions(difficulty=1.0)

    def run(guidance: float, as_reference: bool = False) -> tuple[int, ...]:
        calls: list[Call] = []
        settings = Settings(
            layout.lookback, layout.lookahead, guidance=guidance, guidance_as_reference=as_reference
        )
        generate_sequential(
            model, audio, found, [Variant(hard, Greedy(), NONE, negative=easy)],
            [ContextType.TIMING], [ContextType.TIMING], settings, on_call=calls.append,
        )  # fmt: skip
        return calls[0].answers[0]

    assert run(4.0) != run(1.0)
    assert run(4.0, as_reference=True) == run(1.0)
