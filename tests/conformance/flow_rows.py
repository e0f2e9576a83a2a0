"""The whole generation flow, call by call: prompts, stops and tokens as the reference had them.

``greedy`` cases run the small checkpoint; ``scripted`` cases replay what the reference's stand-in
wrote. In both, each call continues from the stored tokens, so one difference does not become
many. Calls whose best two scores lie closer than 0.01 are compared teacher-forced; beams cannot
be led like that, so where they differ in such a call the row is skipped.

With super timing the hearings are made first, from their stored calls where there are any, else
from their stored events; the flow goes on from the stored beats.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from model_core.audio.decode import Audio, normalise
from model_core.audio.windows import Window
from model_core.beatmap import Beatmap, parse
from model_core.errors import CompanionError, NotSupported
from model_core.generation.decode_loop import Row as DecodeRow
from model_core.generation.decode_loop import generate_window
from model_core.generation.rules import Scores
from model_core.generation.sampling import Greedy
from model_core.generation.sequential import Settings
from model_core.maps.conditions import conditions_like
from model_core.maps.flow import FlowRequest, Written, run_flow
from model_core.model import Model, load_model
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import ContextType
from tests.conformance.flow_hearings import Hearings, lines_difference
from tests.conformance.report import Row, Status, first_difference
from tests.conformance.stored_calls import one_by_one

_CLOSE = 0.01


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
    audio = reference_audio(folder, Path(stored["args"]["audio_path"]).name)
    if audio is None:
        yield Row(name, "skipped", "no decoded audio in any tensors.npz")
        return
    greedy = path.parent.name == "greedy"
    calls = one_by_one(stored["calls"])
    replay = _Replay(model, audio, calls, greedy, _conditions(stored, audio))
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
    files = sorted(folder.glob("*/tensors.npz"), key=lambda file: file.parent.name != "v32")
    raw = None
    for file in files:  # they are stored once, usually with v32
        with np.load(file) as arrays:
            if f"raw_{name}" in arrays:
                raw = arrays[f"raw_{name}"]
                break
    if raw is None:
        return None
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
    found: list[Row] = field(default_factory=list)

    def __call__(self, window: Window, decode_rows: Sequence[DecodeRow]) -> list[list[int]]:
        if self.next >= len(self.calls):
            raise AssertionError(f"only {len(self.calls)} calls expected")
        call, number = self.calls[self.next], self.next
        self.next += 1
        (row,) = decode_rows
        stage = f".{number:02}-{call.get('context', 'hearing')}-{window.start_ms}"
        self._add(f"{stage}.prompt", self._prompt(call, window, row))
        if "eos_ranges" in call:
            self._add(f"{stage}.stops", self._stops(call, row))
        if self.greedy:
            name = f"{stage}.tokens{self._how(call, row)}"
            difference = self._tokens(call, window, row)
            if difference and row.beams > 1 and _is_close(call):
                self.found.append(Row(name, "skipped", f"beams are close: {difference}"))
            else:
                self._add(name, difference)
        return [list(call["output"])]

    def compare(self, stored: dict[str, Any], written: Written) -> None:
        """What was written in each pass and given with it, and the red lines made of it."""
        passes = [stage for stage in stored["stages"] if stage["stage"] == "processor.generate"]
        if stored["args"]["super_timing"]:  # before them, the hearings' own
            passes = passes[-len(written.passes) :]
        for number, stage in enumerate(passes, 1):
            found = written.contexts if number == len(passes) else written.passes[number - 1]
            names = [context for context in stage["out_context"] if context in found]
            for context, wanted in zip(names, stage["results"], strict=False):
                name = f".pass-{number}-{context}"
                own = found[ContextType(context)]
                events = [[event.type.value, event.value] for event in own.events]
                self._add(f"{name}.events", first_difference(wanted["events"], events, "event"))
                difference = first_difference(wanted["times"], list(own.times), "time")
                self._add(f"{name}.times", difference)
            missing = len(stage["results"]) - len(names)
            if missing > 0:
                self._add(f".pass-{number}", f"{missing} contexts are not there")
        for stage in stored["stages"]:
            if stage["stage"] == "generate_timing":
                difference = lines_difference(stage["timing"], written.red_lines or [])
                self._add(".timing-lines", difference)

    def _add(self, stage: str, difference: str | None) -> None:
        status: Status = "ok" if difference is None else "mismatch"
        self.found.append(Row(stage, status, difference or ""))

    def _prompt(self, call: dict[str, Any], window: Window, row: DecodeRow) -> str | None:
        if window.start_ms != call.get("frame_time", window.start_ms):
            return f"window at {window.start_ms}, expected {call['frame_time']}"
        difference = first_difference(call["prompt"], list(row.prompt), "prompt")
        if difference is None and row.guidance is not None:
            negative = [token for token in call["negative_prompt"] if token]
            difference = first_difference(negative, list(row.guidance.negative_prompt), "negative")
        return difference

    def _stops(self, call: dict[str, Any], row: DecodeRow) -> str | None:
        stops = {token for low, high in call["eos_ranges"] for token in range(low, high + 1)}
        return first_difference(sorted(stops), sorted(row.stops), "stops")

    def _how(self, call: dict[str, Any], row: DecodeRow) -> str:
        if row.beams > 1:
            return f"-{row.beams}-beams"
        return "-teacher-forced" if _is_close(call) else ""

    def _tokens(self, call: dict[str, Any], window: Window, row: DecodeRow) -> str | None:
        states = self.model.encode_window(self.audio, window, self.conditions)
        output = call["output"]
        if _is_close(call) and row.beams == 1:
            follow = _Follow(output)
            forced = replace(row, prompt=call["prompt"], sampler=follow)
            forced = replace(forced, limit=len(call["prompt"]) + len(output))
            forced = replace(forced, stops=frozenset())
            generate_window(self.model.stepper, states, [forced])
            return follow.difference
        own = replace(row, prompt=call["prompt"], sampler=Greedy())
        (answer,) = generate_window(self.model.stepper, states, [own])
        return first_difference(output, answer, "tokens")


def _is_close(call: dict[str, Any]) -> bool:
    """Whether other kernels may have picked another token somewhere."""
    return bool(call.get("min_top2_margin", math.inf) < _CLOSE)


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
    """The reference's flow, by the code that serves requests."""
    request = request_of(model, folder, stored, audio)
    hear = None
    if stored["args"]["super_timing"]:
        hear = Hearings(model, audio, request, stored, replay, replay.found.append).red_lines
    written = run_flow(model, audio, request, Greedy(), generate=replay, time_song=hear)
    replay.compare(stored, written)


def request_of(model: Model, folder: Path, stored: dict[str, Any], audio: Audio) -> FlowRequest:
    """What a stored case asks for."""
    args = stored["args"]
    beatmap = None
    if args["beatmap_path"]:
        beatmap = parse((folder / args["beatmap_path"]).read_bytes())
    conditions = _conditions(stored, audio)
    negative = None
    if args.get("negative_descriptors"):
        negative = replace(conditions, descriptors=tuple(args["negative_descriptors"]))
    return FlowRequest(
        conditions=conditions,
        negative=negative,
        settings=Settings(
            lookback=args["lookback"],
            lookahead=args["lookahead"],
            temperature=args["temperature"],
            timeshift_bias=args["timeshift_bias"],
            guidance=args["cfg_scale"],
            guidance_as_reference=True,
            beams=args["num_beams"],
        ),
        ins=tuple(ContextType(name) for name in args["in_context"] if name != "none"),
        outs=tuple(ContextType(name) for name in args["output_type"]),
        reference=beatmap,
        gd_conditions=_gd_conditions(model, folder, beatmap, audio),
        start_ms=args["start_time"],
        end_ms=args["end_time"],
        keys=args["keycount"],
        leniency=args["timing_leniency"],
        as_reference=True,
        splice=args["add_to_beatmap"],
        parallel=args["parallel"],
    )


def _gd_conditions(
    model: Model, folder: Path, beatmap: Beatmap | None, audio: Audio
) -> Conditions | None:
    """What another difficulty is like; its stars as the reference rated them, where they are."""
    if beatmap is None:
        return None
    stars = None
    view = folder / "units" / "beatmap_library_view.json"
    if view.is_file():
        for each in json.loads(view.read_text(encoding="utf-8")).values():
            config = each.get("generation_config", {})
            if config.get("beatmap_id") == beatmap.beatmap_id:
                stars = config.get("difficulty")
    return conditions_like(
        model.vocabulary, beatmap, audio.song_length_ms, stars, as_reference=True
    )


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
