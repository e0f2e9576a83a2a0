"""The position refiner: weights, network, schedule, and refined maps step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from model_core.refiner.classes import RefinerClasses
from model_core.refiner.network import RefinerConfig, RefinerNetwork
from model_core.refiner.points import PointSequence, read_points
from model_core.refiner.refine import (
    Refiner,
    RefinerOptions,
    kept_points,
    load_refiner,
    with_positions,
)
from model_core.refiner.sampling import Floats, WindowRule, walk
from model_core.refiner.schedule import Schedule, schedule
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import event_times
from model_core.tokens.events import TYPE_EVENTS, Event, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.starter_layout import starter_layout
from tests.conformance.report import Row, check, first_difference

_NETWORK = 1e-4  # of the network's answers
_PLACES = 1e-4  # of coordinates from -1 to 1
_CONTEXT = 1e-3  # waves of times of minutes: the last digits of single precision
_NEAR_HALF = 1e-2  # px: so near to a half, a coordinate may be rounded either way

_CURVES = {"Bezier": "B", "PerfectCurve": "P", "Catmull": "C", "Linear": "B"}


def rows(folder: Path) -> Iterator[Row]:
    """Everything in ``diffusion/``."""
    own = folder / "diffusion"
    if not own.is_dir():
        return
    if (own / "full_state_dict.tsv").is_file():
        yield check("diffusion/full_state_dict/names-and-shapes", lambda: _names(own))
    if (own / "schedule.json").is_file():
        for name, stored in _json(own / "schedule.json").items():
            yield check(f"diffusion/schedule/{name.replace('/', '-')}", _compare_schedule(stored))
    try:
        files = own if (own / "model_ema.pkl").is_file() else own / "checkpoint"
        refiner = load_refiner(files, "cpu", "float32")
    except Exception as error:
        yield Row("diffusion/checkpoint/load", "mismatch", f"{type(error).__name__}: {error}")
        return
    yield Row("diffusion/checkpoint/load", "ok")
    if (own / "checkpoint").is_dir():
        yield check("diffusion/checkpoint/both-formats-agree", lambda: _formats(refiner, own))
    if (own / "forward.npz").is_file():
        yield from _forward(refiner, own / "forward.npz")
    for path in sorted(own.glob("refine_*.json")):
        yield from _refined(refiner, path)


def _json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def _far(expected: npt.NDArray[Any], found: npt.NDArray[Any], tolerance: float) -> str | None:
    if expected.shape != found.shape:
        return f"expected the shape {expected.shape}, found {found.shape}"
    worst = float(np.abs(expected.astype(np.float64) - found).max(initial=0))
    return None if worst <= tolerance else f"differs by {worst:.3g}, allowed {tolerance}"


def _names(own: Path) -> str | None:
    """The names and shapes of the real refiner, from its own sizes."""
    stored: dict[str, tuple[int, ...]] = {}
    for line in (own / "full_state_dict.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, shape, _ = line.split("\t")
        stored[name] = tuple(int(length) for length in shape.split("x"))
    weights = {name: torch.empty(shape, device="meta") for name, shape in stored.items()}
    config = RefinerConfig.from_weights(weights, str(own))
    with torch.device("meta"):
        network = RefinerNetwork(config)
    found = {name: tuple(weight.shape) for name, weight in network.state_dict().items()}
    return first_difference(sorted(stored.items()), sorted(found.items()))


def _compare_schedule(stored: Mapping[str, Any]) -> Callable[[], str | None]:
    def compare() -> str | None:
        listed = list(stored["timesteps"])
        sections = listed + [0] * (stored["timesteps_len"] - len(listed))
        own = schedule(sections)
        for key in ("used", "timestep_map"):
            if list(own.steps) != list(stored.get(key, own.steps)):
                return f"{key}: expected {stored[key][:5]}…, found {own.steps[:5]}…"
        numbers = {
            "betas": own.betas,
            "posterior_mean_coef1": own.mean_clean,
            "posterior_mean_coef2": own.mean_noisy,
            "posterior_log_variance_clipped": own.log_variance_min,
        }
        for key, found in numbers.items():
            expected = np.asarray(stored[key])
            if expected.shape != found.shape or not np.allclose(expected, found, 1e-9, 1e-12):
                return f"{key}: expected {expected[:3]}, found {found[:3]}"
        return None

    return compare


def _formats(refiner: Refiner, own: Path) -> str | None:
    other = load_refiner(own / "checkpoint", "cpu", "float32")
    if other.classes != refiner.classes:
        return "the tables differ"
    weights = other.network.state_dict()
    for name, weight in refiner.network.state_dict().items():
        if not torch.equal(weight, weights[name]):
            return f"{name} differs"
    return None


def _forward(refiner: Refiner, path: Path) -> Iterator[Row]:
    with np.load(path) as stored:
        values = {name: torch.from_numpy(stored[name]) for name in stored.files}
    inputs = (values["x"], values["t"], values["c"], values["y"])
    allowed = ~values["attn_mask"] if "attn_mask" in values else None
    network = refiner.network

    def answer(name: str) -> torch.Tensor:
        with torch.inference_mode():
            if name.startswith("out_cfg"):
                scale = float(name.removeprefix("out_cfg").replace("_", "."))
                return network.guided(*inputs, scale=scale, allowed=allowed)
            return network(*inputs, allowed if name == "out_mask" else None)

    for name in sorted(values):
        if name.startswith("out_"):
            yield check(
                f"diffusion/forward/{name}",
                lambda name=name: _far(values[name].numpy(), answer(name).numpy(), _NETWORK),
            )


class _Case:
    """One stored refinement."""

    def __init__(self, path: Path, classes: RefinerClasses) -> None:
        self.stored = _json(path)
        with np.load(path.with_suffix(".npz")) as arrays:
            self.arrays = {name: arrays[name] for name in arrays.files}
        listed = self.stored["events_in"]
        events = tuple(Event(EventType(kind), value) for kind, value in listed)
        self.layout = _layout(events)
        self.timed = TimedEvents(events, event_times(events, self.layout))
        said = self.stored["generation_config"]
        self.scale = float(self.stored["cfg_scale"])
        self.range = (self.stored["start_time"], self.stored["end_time"])
        self.beatmap_id = said["beatmap_id"]
        self.conditions = Conditions(
            difficulty=said["difficulty"],
            mapper_id=said["mapper_id"],
            circle_size=said["circle_size"],
            global_sv=said["slider_multiplier"],
            descriptors=tuple(said["descriptors"] or ()),
        )
        self.asked = classes.asked(self.conditions, self.beatmap_id, mapper_as_beatmap=True)
        self.nothing = classes.nothing(self.conditions, said["negative_descriptors"] or ())
        rule = WindowRule(
            self.stored["max_seq_len"], self.stored["overlap_buffer"], self.stored["band_seq_len"]
        )
        windows = len(rule.starts(self.stored["seq_len"], skip_short=True))
        taken = self.stored["n_steps"] // max(windows, 1)
        self.options = RefinerOptions.as_reference(_sections(taken or 10), self.scale, rule)

    def beat_length_at(self, time: float) -> float:
        """The stored red lines' ms of a beat."""
        red = [line for line in self.stored["timing"] if line["red"]]
        before = [line for line in red if line["offset"] <= time]
        return float((before[-1] if before else red[0])["mpb"])

    def sequence(self) -> PointSequence:
        return read_points(
            self.timed,
            self.layout,
            self.beat_length_at,
            self.conditions.global_sv,
            zero_is_nowhere=True,
        )

    def noise(self, steps: Schedule) -> Callable[[int, int, int], Floats]:
        """The stored noise of what is asked for (the second row leads away from nothing)."""
        return lambda window, turn, _: self.arrays[f"noise_{window * len(steps) + turn:03d}"][0]

    def walk(self, refiner: Refiner, rule: WindowRule, watch: Any = None) -> Floats:
        steps = schedule(self.options.sections)
        sequence = self.sequence()
        return walk(
            refiner.network,
            sequence,
            kept_points(sequence, *self.range),
            self.asked,
            self.nothing,
            self.scale,
            steps,
            rule,
            self.noise(steps),
            skip_short=True,
            watch=watch,
        )


def _layout(events: tuple[Event, ...]) -> Layout:
    """How the stored events are ordered; the files do not say of which family they are."""
    types = [event.type for event in events if event.type in TYPE_EVENTS]
    twice = (EventType.LAST_ANCHOR, EventType.LAST_ANCHOR) in pairwise(types)
    return replace(
        starter_layout(),
        types_first=bool(events) and events[0].type in TYPE_EVENTS,
        slider_version=2 if twice else 1,
    )


def _sections(taken: int) -> tuple[int, ...]:
    """As the families write it: the first ``taken`` of equal parts' steps, and no others."""
    return (taken, *[0] * (1000 // taken - 1))


def _refined(refiner: Refiner, path: Path) -> Iterator[Row]:
    name = f"diffusion/{path.stem}"
    try:
        case = _Case(path, refiner.classes)
    except Exception as error:
        yield Row(f"{name}/read", "mismatch", f"{type(error).__name__}: {error}")
        return
    stored, arrays = case.stored, case.arrays

    def points() -> str | None:
        found = case.sequence()
        return (
            _far(arrays["seq_x"], found.positions, 1e-6)
            or _far(arrays["seq_o"], found.times, 0)
            or _far(arrays["seq_c"], found.context, _CONTEXT)
        )

    def owners() -> str | None:
        sequence = case.sequence()
        # What comes after the last point belongs to none: nothing of it is ever placed.
        said = {
            int(event): point
            for event, point in stored["seq_indices"].items()
            if sequence.owners[int(event)] < len(sequence)
        }
        found = {event: sequence.owners[event] for event in said}
        return first_difference(sorted(said.items()), sorted(found.items()))

    def sliders() -> str | None:
        expected = [
            (s["seq_indices"], s["end_index"], _CURVES[s["curve"]], _rounded(s["length"]))
            for s in stored["sliders"]
        ]
        found = [
            (list(s.path), s.end, s.curve, _rounded(s.length)) for s in case.sequence().sliders
        ]
        return first_difference(expected, found)

    def steps() -> str | None:
        per_window = len(schedule(case.options.sections))
        worst: list[str] = []

        def watch(window: int, turn: int, found: Floats) -> None:
            number = window * per_window + turn
            said = _far(arrays[f"sample_{number:03d}"][0], found, _PLACES)
            if said is not None:
                worst.append(f"step {number}: {said}")

        case.walk(refiner, case.options.windows, watch)
        return worst[0] if worst else None

    def events() -> str | None:
        found = case.walk(refiner, case.options.windows)
        return _same_events(case, found, stored["events_out"])

    def untouched() -> str | None:
        found = case.walk(refiner, WindowRule())
        return _same_events(case, found, stored["default_settings_noop_events_out"])

    yield check(f"{name}/points", points)
    yield check(f"{name}/points-of-events", owners)
    yield check(f"{name}/sliders", sliders)
    yield check(f"{name}/classes", lambda: _far(arrays["class_vector"], case.asked, 0))
    yield check(f"{name}/steps", steps)
    yield check(f"{name}/events", events)
    if len(case.arrays["seq_o"]) <= 2 * WindowRule().overlap:
        yield check(f"{name}/events-at-default-windows", untouched)


def _rounded(length: float | None) -> float | None:
    return None if length is None else round(length, 6)


def _same_events(case: _Case, places: Floats, expected: list[list[Any]]) -> str | None:
    """Event by event; a coordinate at the very half of a pixel may be rounded either way."""
    sequence = case.sequence()
    found = with_positions(case.timed, sequence, places)
    up = with_positions(case.timed, sequence, places + np.float32(_NEAR_HALF / 256))
    down = with_positions(case.timed, sequence, places - np.float32(_NEAR_HALF / 256))
    if len(found) != len(expected):
        return f"expected {len(expected)} events, found {len(found)}"
    for index, (kind, value) in enumerate(expected):
        allowed = {side.events[index] for side in (found, up, down)}
        if Event(EventType(kind), value) not in allowed:
            return f"[{index}]: expected {kind} {value}, found {found.events[index]}"
    return None
