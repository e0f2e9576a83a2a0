"""The whole generation flow, call by call: prompts, stops and tokens as the reference had them.

``greedy`` cases run the small checkpoint; ``scripted`` cases replay what the reference's stand-in
wrote. In both, each call continues from the stored tokens, so one difference does not become
many. Calls whose best two scores lie closer than 0.01 are compared teacher-forced.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from model_core.audio.decode import Audio, normalise
from model_core.audio.windows import Window, windows
from model_core.beatmap import Beatmap, parse
from model_core.errors import CompanionError, NotSupported
from model_core.generation.decode_loop import Row as DecodeRow
from model_core.generation.decode_loop import generate_window
from model_core.generation.rules import Scores
from model_core.generation.sampling import Greedy
from model_core.generation.sequential import (
    Call,
    Settings,
    Variant,
    generate_sequential,
    trim,
)
from model_core.model import Model, load_model
from model_core.remap.conditions import conditions_of
from model_core.remap.options import RemapOptions
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import columns_as_positions, event_times, rescale_positions, splice
from model_core.tokens.events import ContextType, TimedEvents
from model_core.tokens.from_beatmap import map_events
from model_core.tokens.generate_timing import generate_timing, markers_from_events
from model_core.tokens.layout import Layout
from model_core.tokens.prompts import Context
from model_core.tokens.reference_timing import RedLine
from model_core.tokens.timelines import kiai_events, sv_events, timing_events
from tests.conformance.report import Row, Status, first_difference

_CLOSE = 0.01
_ORDER = (ContextType.TIMING, ContextType.KIAI, ContextType.MAP, ContextType.SV)


def rows(folder: Path) -> Iterator[Row]:
    """Every call of every greedy and scripted case."""
    for family in sorted(path.parent.parent for path in folder.glob("*/checkpoint/config.json")):
        cases = sorted([*family.glob("greedy/*.json"), *family.glob("scripted/*.json")])
        if not cases:
            continue
        try:
            model = load_model(family / "checkpoint", "cpu", "float32")
        except CompanionError as error:
            status: Status = "not built yet" if isinstance(error, NotSupported) else "mismatch"
            for case in cases:
                yield Row(_name(case), status, str(error))
            continue
        for case in cases:
            yield from _case(model, folder, case)


def _name(case: Path) -> str:
    return f"{case.parent.parent.name}/{case.parent.name}-{case.stem}/calls"


def _case(model: Model, folder: Path, path: Path) -> Iterator[Row]:
    name = _name(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored["args"]["super_timing"]:
        yield Row(name, "not built yet", "flows with super timing are not built")
        return
    audio = reference_audio(folder, Path(stored["args"]["audio_path"]).name)
    if audio is None:
        yield Row(name, "skipped", "no decoded audio in v32/tensors.npz")
        return
    greedy = path.parent.name == "greedy"
    replay = _Replay(model, audio, stored["calls"], greedy, _conditions(stored, audio))
    try:
        _run(model, folder, stored, audio, replay)
    except Exception as error:
        replay.found.append(Row(name, "mismatch", f"{type(error).__name__}: {error}"))
    for row in replay.found:
        yield replace(row, name=f"{name}{row.name}")
    if len(replay.calls) != replay.next and all(row.status == "ok" for row in replay.found):
        yield Row(name, "mismatch", f"{len(replay.calls)} calls expected, {replay.next} made")


def reference_audio(folder: Path, name: str) -> Audio | None:
    """An input as the reference decoded it, which every family starts from."""
    file = folder / "v32" / "tensors.npz"
    if not file.is_file():
        return None
    with np.load(file) as arrays:
        if f"raw_{name}" not in arrays:
            return None
        raw = arrays[f"raw_{name}"]
    digest = hashlib.sha256(raw.tobytes()).hexdigest()
    return Audio(normalise(raw.astype(np.float32)), digest)


@dataclass(slots=True)
class _Replay:
    """Stands in for the network: compares each call, then answers with the stored tokens."""

    model: Model
    audio: Audio
    calls: list[dict[str, Any]]
    greedy: bool
    conditions: Conditions
    next: int = 0
    passes: int = 0
    found: list[Row] = field(default_factory=list)

    def __call__(self, window: Window, decode_rows: Sequence[DecodeRow]) -> list[list[int]]:
        if self.next >= len(self.calls):
            raise AssertionError(f"only {len(self.calls)} calls expected")
        call, number = self.calls[self.next], self.next
        self.next += 1
        (row,) = decode_rows
        stage = f".{number:02}-{call['context']}-{call['frame_time']}"
        self._add(f"{stage}.prompt", self._prompt(call, window, row))
        self._add(f"{stage}.stops", self._stops(call, row))
        if self.greedy:
            self._add(f"{stage}.tokens{self._how(call)}", self._tokens(call, window, row))
        return [list(call["output"])]

    def compare_pass(self, stored: dict[str, Any], written: dict[ContextType, TimedEvents]) -> None:
        """The events that one pass over the song wrote, cut and with positions in pixels."""
        stages = [stage for stage in stored["stages"] if stage["stage"] == "processor.generate"]
        stage = stages[self.passes]
        self.passes += 1
        for context, wanted in zip(stage["out_context"], stage["results"], strict=False):
            if context not in written:
                continue
            name = f".pass-{self.passes}-{context}"
            found = written[ContextType(context)]
            events = [[event.type.value, event.value] for event in found.events]
            self._add(f"{name}.events", first_difference(wanted["events"], events, "event"))
            self._add(f"{name}.times", first_difference(wanted["times"], list(found.times), "time"))

    def _add(self, stage: str, difference: str | None) -> None:
        status: Status = "ok" if difference is None else "mismatch"
        self.found.append(Row(stage, status, difference or ""))

    def _prompt(self, call: dict[str, Any], window: Window, row: DecodeRow) -> str | None:
        if window.start_ms != call["frame_time"]:
            return f"window at {window.start_ms}, expected {call['frame_time']}"
        difference = first_difference(call["prompt"], list(row.prompt), "prompt")
        if difference is None and row.guidance is not None:
            negative = [token for token in call["negative_prompt"] if token]
            difference = first_difference(negative, list(row.guidance.negative_prompt), "negative")
        return difference

    def _stops(self, call: dict[str, Any], row: DecodeRow) -> str | None:
        stops = {token for low, high in call["eos_ranges"] for token in range(low, high + 1)}
        return first_difference(sorted(stops), sorted(row.stops), "stops")

    def _how(self, call: dict[str, Any]) -> str:
        return "-teacher-forced" if call["min_top2_margin"] < _CLOSE else ""

    def _tokens(self, call: dict[str, Any], window: Window, row: DecodeRow) -> str | None:
        states = self.model.encode_window(self.audio, window, self.conditions)
        output = call["output"]
        if self._how(call):
            follow = _Follow(output)
            forced = replace(row, prompt=call["prompt"], sampler=follow)
            forced = replace(forced, limit=len(call["prompt"]) + len(output))
            forced = replace(forced, stops=frozenset())
            generate_window(self.model.stepper, states, [forced])
            return follow.difference
        own = replace(row, prompt=call["prompt"], sampler=Greedy())
        (answer,) = generate_window(self.model.stepper, states, [own])
        return first_difference(output, answer, "tokens")


class _Follow(Greedy):
    """Picks the stored tokens, and notes where another one was clearly better."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = iter(tokens)
        self._step = 0
        self.difference: str | None = None

    def pick(self, scores: Scores) -> int:
        token = next(self._tokens)
        best = super().pick(scores)
        gap = float(scores[best] - scores[token])
        if gap > _CLOSE and self.difference is None:
            self.difference = f"step {self._step}: {best} is {gap:.4f} better than {token}"
        self._step += 1
        return token


def _run(model: Model, folder: Path, stored: dict[str, Any], audio: Audio, replay: _Replay) -> None:
    """The reference's flow.

    Timing is written in a pass of its own where no context is read and the model can write it;
    otherwise contexts that are not given are written one after the other.
    """
    args = stored["args"]
    beatmap = None
    if args["beatmap_path"]:
        beatmap = parse((folder / args["beatmap_path"]).read_bytes())
    ins = [ContextType(name) for name in args["in_context"] if name != "none"]
    outs = [ContextType(name) for name in args["output_type"]]
    makers = {
        # Beats go on to the song's end only where timing is among what is asked for.
        ContextType.TIMING: lambda b: timing_events(
            b, model.layout, audio.song_length_ms if ContextType.TIMING in outs else None
        ),
        ContextType.KIAI: lambda b: kiai_events(b, model.layout),
        ContextType.MAP: lambda b: map_events(b, model.layout),
        ContextType.SV: lambda b: sv_events(b, model.layout),
    }
    known: dict[ContextType, TimedEvents] = {}
    for context in ins:
        if context in makers:
            assert beatmap is not None
            known[context] = makers[context](beatmap)
    if not ins and ContextType.TIMING in model.layout.out_contexts:
        found = _one_pass(model, stored, audio, beatmap, replay, [ContextType.TIMING], {})
        lines = generate_timing(markers_from_events(found), args["timing_leniency"])
        stage = next(s for s in stored["stages"] if s["stage"] == "generate_timing")
        expected = [
            RedLine(line["offset"], line["mpb"], line["meter"])
            for line in stage["timing"]
            if line["red"]
        ]
        replay._add(".timing-lines", first_difference(expected, lines, "line"))
        timing = timing_events(expected, model.layout, audio.song_length_ms)
        known[ContextType.TIMING] = timing
    template = model.layout.choose_template([*ins, *known], outs)
    last = max(template.outs.index(out) for out in outs)
    written = [
        out
        for out in template.outs[: last + 1]
        if out not in known and (out is not ContextType.SV or args["gamemode"] == 3)
    ]
    _one_pass(model, stored, audio, beatmap, replay, written, known)


def _read_contexts(
    model: Model, stored: dict[str, Any], beatmap: Beatmap | None, audio: Audio
) -> list[Context]:
    """Contexts that are only read: a guest difficulty's map, or the map without its sounds."""
    result = []
    for name in stored["args"]["in_context"]:
        kind = ContextType(name)
        if kind is ContextType.NO_HS:
            assert beatmap is not None
            result.append(Context(kind, map_events(beatmap, model.layout, with_hitsounds=False)))
        elif kind is ContextType.GD:
            assert beatmap is not None
            conditions = conditions_of(model, beatmap, audio, RemapOptions())
            result.append(Context(kind, map_events(beatmap, model.layout), conditions))
    return result or [Context(ContextType.NONE)]


def _one_pass(
    model: Model,
    stored: dict[str, Any],
    audio: Audio,
    beatmap: Beatmap | None,
    replay: _Replay,
    written: list[ContextType],
    known: dict[ContextType, TimedEvents],
) -> TimedEvents:
    """Write contexts after those that are known; the first one's events, cut and spliced."""
    args = stored["args"]
    start, end = args.get("start_time"), args.get("end_time")
    references: dict[ContextType, TimedEvents] = {}
    if args["add_to_beatmap"] and beatmap is not None:
        pixels = replace(model.layout, position_precision=1, split_positions=True, refinement=None)
        for context in written:
            own = _of_beatmap(context, beatmap, model.layout)
            reference = _of_beatmap(context, beatmap, pixels)
            if args["gamemode"] == 3:
                reference = columns_as_positions(reference, args["keycount"])
            references[context] = reference
            if start is not None:
                known = {**known, context: own.slice(float("-inf"), start)}
    conditions = _conditions(stored, audio)
    negative = None
    if args.get("negative_descriptors"):
        negative = replace(conditions, descriptors=tuple(args["negative_descriptors"]))
    settings = Settings(
        lookback=args["lookback"],
        lookahead=args["lookahead"],
        temperature=args["temperature"],
        timeshift_bias=args["timeshift_bias"],
        guidance=args["cfg_scale"],
        guidance_as_reference=True,
    )
    chosen = windows(
        len(audio.samples),
        model.network.config.window_samples,
        args["lookback"],
        args["lookahead"],
        start,
        end,
    )
    contexts_in = _read_contexts(model, stored, beatmap, audio) if beatmap else []
    calls: list[Call] = []
    (lists,) = generate_sequential(
        model,
        audio,
        chosen,
        [Variant(conditions, Greedy(), contexts_in, known, negative)],
        outs=[*(c for c in _ORDER if c in known or c in written)],
        written=written,
        settings=settings,
        on_call=calls.append,
        generate=replay,
    )
    results: dict[ContextType, TimedEvents] = {}
    for each in written:
        events = lists[each].events
        result = trim(
            TimedEvents(events, event_times(events, model.layout, end_ms=audio.song_length_ms)),
            start,
            end,
        )
        if each is ContextType.MAP:
            result = rescale_positions(result, model.layout)
            if args["gamemode"] == 3:
                result = columns_as_positions(result, args["keycount"])
        if each in references:
            low = float("-inf") if start is None else start
            high = float("inf") if end is None else end
            result = splice(references[each], result, low, high)
        results[each] = result
    replay.compare_pass(stored, results)
    return results[written[0]]


def _of_beatmap(context: ContextType, beatmap: Beatmap, layout: Layout) -> TimedEvents:
    match context:
        case ContextType.TIMING:
            return timing_events(beatmap, layout)
        case ContextType.KIAI:
            return kiai_events(beatmap, layout)
        case ContextType.SV:
            return sv_events(beatmap, layout)
    return map_events(beatmap, layout)


def _conditions(stored: dict[str, Any], audio: Audio) -> Conditions:
    config = stored["generation_config"]
    return Conditions(
        gamemode=config["gamemode"],
        difficulty=config["difficulty"],
        mapper_id=config["mapper_id"],
        year=config["year"],
        hitsounded=config["hitsounded"],
        song_length_ms=audio.song_length_ms,
        global_sv=config["slider_multiplier"],
        circle_size=config["circle_size"],
        keycount=config["keycount"],
        hold_note_ratio=config["hold_note_ratio"],
        scroll_speed_ratio=config["scroll_speed_ratio"],
        descriptors=tuple(config["descriptors"] or ()),
    )
