"""Super timing at the beginning of a flow: hearings, the beats they agree on, red lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.generation.decode_loop import Row as DecodeRow
from model_core.maps.flow import FlowRequest
from model_core.model import Model
from model_core.timing.average import average
from model_core.timing.hearing import (
    hear_as_reference,
    reference_offsets,
    reference_windows,
    timing_context,
)
from model_core.timing.marks import Mark, marks_of, plain
from model_core.tokens.events import ContextType, Event, EventType, TimedEvents
from model_core.tokens.generate_timing import generate_timing
from model_core.tokens.reference_timing import RedLine
from tests.conformance.report import Row, first_difference

_MS = 1e-6


def stored_marks(model: Model, iteration: dict[str, Any]) -> list[Mark]:
    """What one iteration heard, as its stored events say."""
    events = tuple(Event(EventType(kind), value) for kind, value in iteration["events"])
    return marks_of(
        TimedEvents(events, (0.0,) * len(events)),
        types_first=model.layout.types_first,
        shift_ms=-iteration["audio_offset"],
        as_reference=True,
    )


def lines_difference(timing: Sequence[dict[str, Any]], found: Sequence[RedLine]) -> str | None:
    """Where red lines differ from the stored timing's, by more than its own rounding (1e-6)."""
    wanted = [line for line in timing if line["red"]]
    if len(found) != len(wanted):
        return f"expected {len(wanted)} red lines, found {len(found)}"
    for index, (line, other) in enumerate(zip(found, wanted, strict=True)):
        if (
            abs(line.time - other["offset"]) > _MS
            or abs(line.beat_length - other["mpb"]) > _MS
            or line.meter != other["meter"]
        ):
            return f"line {index}: expected {other}, found {line}"
    return None


class Replay(Protocol):
    """Compares a call and answers it with what is stored."""

    calls: list[dict[str, Any]]
    greedy: bool

    def __call__(self, window: Window, decode_rows: Sequence[DecodeRow]) -> list[list[int]]:
        """The stored answer of the next call."""


class Hearings:
    """One stored flow's super timing; what differs from the reference goes to ``add``."""

    def __init__(
        self,
        model: Model,
        audio: Audio,
        request: FlowRequest,
        stored: dict[str, Any],
        replay: Replay,
        add: Callable[[Row], None],
    ) -> None:
        self._model = model
        self._audio = audio
        self._request = request
        self._stored = stored
        self._replay = replay
        self._add = add
        self._iterations: list[dict[str, Any]] = next(_found(stored, "iterations"), [])

    def red_lines(self) -> list[RedLine]:
        """The song's red lines, from the stored beats where there are any."""
        beats = self._beats()
        stages = self._stored["stages"]
        timed = next((each for each in stages if each["stage"] == "generate_timing"), None)
        if timed is None:
            return generate_timing(plain(beats or []), self._request.leniency)
        events = tuple(Event(EventType(kind), value) for kind, value in timed["events_in"])
        wanted = marks_of(
            TimedEvents(events, (0.0,) * len(events)), types_first=self._model.layout.types_first
        )
        if beats is not None:
            difference = first_difference(wanted, beats, "beat")
            row = Row(".super-timing.beats", "mismatch" if difference else "ok", difference or "")
            self._add(row)
        return generate_timing(plain(wanted), self._request.leniency)

    def _beats(self) -> list[Mark] | None:
        """The beats that the hearings agree on; None where no hearing is stored."""
        args, model = self._stored["args"], self._model
        offsets = self._offsets()
        length_ms = int(self._audio.song_length_ms)
        if self._has_calls(offsets):
            heard = [
                hear_as_reference(
                    model.timing_model, self._audio, self._request.conditions, offset,
                    beams=args["timer_num_beams"], guidance=args["timer_cfg_scale"],
                    negative=self._request.negative, generate=self._replay,
                )
                for offset in offsets
            ]  # fmt: skip
            for number, iteration in enumerate(self._iterations):
                difference = first_difference(stored_marks(model, iteration), heard[number], "mark")
                status = "mismatch" if difference else "ok"
                self._add(Row(f".super-timing.marks-{number}", status, difference or ""))
        elif any("events" in iteration for iteration in self._iterations):
            heard = [stored_marks(model, iteration) for iteration in self._iterations]
        else:
            self._add(Row(".super-timing.hearings", "skipped", "no call and no event is stored"))
            return None
        return average(heard, length_ms, as_reference=True)

    def _offsets(self) -> list[int]:
        args = self._stored["args"]
        drawn = reference_offsets(
            args["timer_iterations"], self._model.layout.window_ms, args["seed"]
        )
        stored = [each["audio_offset"] for each in self._iterations if "audio_offset" in each]
        if stored:
            difference = first_difference(stored, drawn, "offset")
            status = "mismatch" if difference else "ok"
            self._add(Row(".super-timing.offsets", status, difference or ""))
        return stored or drawn

    def _has_calls(self, offsets: Sequence[int]) -> bool:
        """Whether the hearings' calls stand among the stored ones, before all others."""
        calls, context = self._replay.calls, timing_context(self._model.layout)
        if calls and "iteration" in calls[0]:
            return True
        samples = self._model.network.config.window_samples
        needed = sum(
            len(reference_windows(len(self._audio.samples), samples, offset)) for offset in offsets
        )
        first = [call.get("context", context.value) for call in calls[:needed]]
        heard = len(first) == needed and set(first) == {context.value}
        # A model that writes beats among objects has the map's own calls in the same context.
        return heard and (context is not ContextType.MAP or len(calls) > needed)


def _found(stored: dict[str, Any], key: str) -> Iterator[list[dict[str, Any]]]:
    """A list of the case or of one of its stages."""
    for place in (stored, *stored["stages"]):
        if place.get(key):
            yield place[key]
