"""Super timing: where the audio is shifted to, what each hearing writes, and what they agree on.

``super_timing_scripted`` cases bring each iteration's beats along; ``super_timing`` cases run the
small checkpoint. Calls whose tokens differ are compared teacher-forced by the flows' rows only;
here a whole iteration's calls must agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from model_core.errors import CompanionError, NotSupported
from model_core.generation.window_rows import Call
from model_core.model import Model, load_model
from model_core.timing.average import average
from model_core.timing.hearing import (
    hear_as_reference,
    reference_offsets,
    reference_windows,
)
from model_core.timing.marks import Mark, marks_of, plain
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.generate_timing import generate_timing
from tests.conformance.flow_hearings import lines_difference, stored_marks
from tests.conformance.flow_rows import reference_audio
from tests.conformance.report import Row, Status, check, first_difference
from tests.conformance.stored_calls import one_by_one


def rows(folder: Path) -> Iterator[Row]:
    """Every stage of every case of super timing, of every family."""
    for path in sorted(folder.glob("*/super_timing*.json")):
        name = f"{path.parent.name}/{path.stem}"
        try:
            model = load_model(path.parent / "checkpoint", "cpu", "float32")
        except CompanionError as error:
            status: Status = "not built yet" if isinstance(error, NotSupported) else "mismatch"
            yield Row(f"{name}/checkpoint", status, str(error))
            continue
        yield from _case(model, folder, name, json.loads(path.read_text(encoding="utf-8")))


def _case(model: Model, folder: Path, name: str, stored: dict[str, Any]) -> Iterator[Row]:
    args = stored["args"]
    window_ms = model.layout.window_ms
    offsets = [iteration["audio_offset"] for iteration in stored["iterations"]]
    yield check(
        f"{name}/offsets",
        lambda: first_difference(
            offsets, reference_offsets(len(offsets), window_ms, args["seed"]), "offset"
        ),
    )
    length_ms = int(stored["num_miliseconds"])
    samples = model.network.config.window_samples
    for number, iteration in enumerate(stored["iterations"]):
        yield check(
            f"{name}/windows-{number}", lambda each=iteration: first_difference(
                each["frame_times"],
                [w.start_ms for w in reference_windows(length_ms * 16, samples,
                                                       each["audio_offset"])],
                "window",
            ),
        )  # fmt: skip
    heard = [stored_marks(model, iteration) for iteration in stored["iterations"]]
    if "calls" in stored:
        yield from _hearings(model, folder, name, stored, heard)
    marks: list[Mark] = []

    def averaged() -> str | None:
        marks.extend(average(heard, length_ms, as_reference=True))
        kinds = [event[0] for event in stored["beats"] if event[0] != "t"]
        times = [event[1] for event in stored["beats"] if event[0] == "t"]
        wanted = [list(pair) for pair in zip(kinds, times, strict=True)]
        return first_difference(wanted, [[mark.kind.value, mark.time] for mark in marks], "beat")

    yield check(f"{name}/beats", averaged)
    yield check(f"{name}/red-lines", _same_lines(stored, model, args["timing_leniency"]))


def _hearings(
    model: Model, folder: Path, name: str, stored: dict[str, Any], heard: list[list[Mark]]
) -> Iterator[Row]:
    """Each iteration by the network: prompts, tokens, and the beats that are read from them."""
    audio = reference_audio(folder, Path(stored["args"]["audio_path"]).name)
    if audio is None:
        yield Row(f"{name}/hearings", "skipped", "no decoded audio in any tensors.npz")
        return
    beams = stored["args"]["timer_num_beams"]
    for number, (iteration, call) in enumerate(
        zip(stored["iterations"], stored["calls"], strict=True)
    ):
        written: list[Call] = []
        marks: list[Mark] = []

        def tokens(
            iteration: dict[str, Any] = iteration,
            call: dict[str, Any] = call,
            written: list[Call] = written,
            marks: list[Mark] = marks,
        ) -> str | None:
            marks += hear_as_reference(
                model, audio, _conditions(stored), iteration["audio_offset"],
                beams=beams, on_call=written.append,
            )  # fmt: skip
            prompts = [list(each.prompts[0]) for each in written]
            answers = [list(each.answers[0]) for each in written]
            rows = one_by_one([call])
            outputs = [row["output"] for row in rows]
            return first_difference(
                [row["prompt"] for row in rows], prompts, "prompt"
            ) or first_difference(outputs, answers, "output")

        yield check(f"{name}/tokens-{number}", tokens)
        yield check(
            f"{name}/marks-{number}",
            lambda wanted=heard[number], found=marks: first_difference(wanted, found, "mark"),
        )


def _same_lines(stored: dict[str, Any], model: Model, leniency: float) -> Callable[[], str | None]:
    def compare() -> str | None:
        events = tuple(Event(EventType(kind), value) for kind, value in stored["beats"])
        # The averaged beats are written as a model of the family would write them.
        timed = TimedEvents(events, tuple(stored["times"]))
        marks = marks_of(timed, types_first=model.layout.types_first)
        found = generate_timing(plain(marks), leniency)
        return lines_difference(stored["timing"], found)

    return compare


def _conditions(stored: dict[str, Any]) -> Conditions:
    config = stored["generation_config"]
    return Conditions(
        gamemode=config["gamemode"],
        difficulty=config["difficulty"],
        mapper_id=config["mapper_id"],
        year=config["year"],
        hitsounded=config["hitsounded"],
        global_sv=config["slider_multiplier"],
        circle_size=config["circle_size"],
        keycount=config["keycount"],
        hold_note_ratio=config["hold_note_ratio"],
        scroll_speed_ratio=config["scroll_speed_ratio"],
        descriptors=tuple(config["descriptors"] or ()),
    )
