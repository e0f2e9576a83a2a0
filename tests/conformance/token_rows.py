"""Vocabulary, contexts, conditions and prompts against each family's reference values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from model_core.beatmap import Beatmap, parse
from model_core.tokens import (
    Conditions,
    ContextType,
    EventType,
    Layout,
    TimedEvents,
    Vocabulary,
    class_tokens,
    kiai_events,
    map_events,
    sv_events,
    timing_events,
)
from model_core.tokens.class_tokens import encoder_conditions, song_position_token
from model_core.tokens.decode import event_times, rescale_positions
from model_core.tokens.groups import events_to_groups
from model_core.tokens.prompts import encode_events, special_tokens
from tests.conformance.overlong import overlong
from tests.conformance.report import Row, check, first_difference

_SCRATCH_END_MS = 40000


def rows(folder: Path) -> Iterator[Row]:
    """All token checks of every family in a folder."""
    for family in sorted(path for path in folder.iterdir() if path.is_dir()):
        tokenizer = family / "checkpoint" / "tokenizer.json"
        config = family / "checkpoint" / "config.json"
        if not (tokenizer.is_file() and config.is_file()) or family.name == "diffusion":
            continue
        name = family.name
        try:
            vocab = Vocabulary.from_file(tokenizer)
            layout = Layout.from_files(
                _json(config), _json(family / "checkpoint" / "generation_config.json"), vocab
            )
        except Exception as error:
            yield Row(f"{name}/checkpoint/layout", "mismatch", f"{type(error).__name__}: {error}")
            continue
        if (family / "facts.json").is_file():
            yield from _facts(name, _json(family / "facts.json"), vocab, layout)
        if (family / "events.json").is_file():
            for case, stages in _json(family / "events.json").items():
                source = folder / "inputs" / f"{case}.osu"
                if not source.is_file():
                    yield Row(f"{name}/{case}/events", "skipped", f"no inputs/{case}.osu")
                    continue
                yield from _events(name, case, stages, parse(source.read_bytes()), vocab, layout)
        if (family / "class_vectors.json").is_file():
            yield from _classes(name, _json(family / "class_vectors.json"), vocab, layout)
        if (family / "overlong_prompts.json").is_file():
            source = folder / "inputs" / "std_a.osu"
            if source.is_file():
                cases = _json(family / "overlong_prompts.json")
                yield from overlong(name, cases, parse(source.read_bytes()), vocab, layout)
            else:
                yield Row(f"{name}/overlong_prompts/prompt", "skipped", "no inputs/std_a.osu")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _facts(name: str, facts: Mapping[str, Any], vocab: Vocabulary, layout: Layout) -> Iterator[Row]:
    def vocabulary() -> str | None:
        for key in ("event_ranges", "input_event_ranges"):
            for entry in facts[key]:
                kind = EventType(entry["type"])
                ids = vocab.id_range(kind)
                values = vocab.value_range(kind)
                found = (values.start, values.stop - 1, ids.start, ids.stop - 1)
                expected = (entry["min"], entry["max"], entry["first_id"], entry["last_id"])
                if found != expected:
                    return f"{kind.value}: expected {expected}, found {found}"
        return first_difference(
            [facts["vocab_size_out"], facts["vocab_size_in"]],
            [vocab.size_out, vocab.size_in],
            "size",
        )

    def contexts() -> str | None:
        return first_difference(
            [facts["context_sos"], facts["context_eos"]],
            [
                {context.value: token for context, token in vocab.context_sos.items()},
                {context.value: token for context, token in vocab.context_eos.items()},
            ],
            "context marks",
        )

    def window() -> str | None:
        return first_difference(
            [facts["ms_per_sequence"], facts["src_seq_len"], facts["tgt_seq_len"]],
            [layout.window_ms, layout.src_frames, layout.tgt_len],
            "window ms, frames, tokens",
        )

    def settings() -> str | None:
        data = facts["data_cfg"]
        templates = [
            {"in": [c.value for c in t.ins], "out": [c.value for c in t.outs]}
            for t in layout.templates
        ]
        pairs = [
            (data["context_types"], templates),
            (data["types_first"], layout.types_first),
            (data["position_split_axes"], layout.split_positions),
            (data["position_precision"], layout.position_precision),
            (data["add_distances"], layout.distances),
            (data["add_timing"], layout.timing_in_map),
            (data["add_timing_points"], layout.timing_points),
            (data["slider_version"], layout.slider_version),
            (data.get("sustain_interval"), layout.sustain_interval_ms),
            (data.get("position_refinement"), layout.refinement),
            (data["add_kiai_special_token"], layout.last_kiai_computed),
            (facts["inference_defaults"]["timing_leniency"], layout.timing_leniency),
        ]
        return first_difference([a for a, _ in pairs], [b for _, b in pairs], "setting")

    def special() -> str | None:
        for outs, expected in facts["required_special_tokens"].items():
            wanted = [ContextType(out) for out in outs.split("|")]
            tokens = special_tokens(vocab, layout, wanted, (), 0, 1)
            kinds = {
                EventType.KIAI: "last_kiai",
                EventType.SCROLL_SPEED: "last_sv",
                EventType.SONG_POSITION: "song_position",
            }
            found = [kinds[vocab.decode(token).type] for token in tokens]
            if found != expected:
                return f"{outs}: expected {expected}, found {found}"
        return None

    yield check(f"{name}/facts/vocabulary", vocabulary)
    yield check(f"{name}/facts/context-marks", contexts)
    yield check(f"{name}/facts/window", window)
    yield check(f"{name}/facts/settings", settings)
    yield check(f"{name}/facts/special-tokens", special)


def _events(
    name: str,
    case: str,
    stages: Mapping[str, Any],
    beatmap: Beatmap,
    vocab: Vocabulary,
    layout: Layout,
) -> Iterator[Row]:
    split = replace(layout, split_positions=True, position_precision=1, refinement=None)
    red_lines = [point for point in beatmap.timing_points if point.uninherited]
    makers = {
        "map": lambda: map_events(beatmap, layout),
        "timing": lambda: timing_events(beatmap, layout),
        "kiai": lambda: kiai_events(beatmap, layout),
        "sv": lambda: sv_events(beatmap, layout, as_reference=True),
        "map_rescaled_positions": lambda: rescale_positions(map_events(beatmap, layout), layout),
        "map_reference_parser_precision1_split": lambda: map_events(beatmap, split),
        "timing_from_redlines_list_song_length_40000": lambda: timing_events(
            red_lines, layout, _SCRATCH_END_MS
        ),
    }
    for stage, expected in stages.items():
        label = f"{name}/{case}/{stage}"
        if stage not in makers:
            yield Row(label, "not built yet")
            continue
        try:
            found = makers[stage]()
        except Exception as error:
            yield Row(label, "mismatch", f"{type(error).__name__}: {error}")
            continue
        yield check(f"{label}-events", lambda e=expected, f=found: _same_events(e, f))
        if "tokens_frame0" in expected:
            yield check(
                f"{label}-tokens",
                lambda e=expected, f=found: first_difference(
                    e["tokens_frame0"], encode_events(vocab, f.events, 0), "token"
                ),
            )
        if "windows" in expected:
            yield check(
                f"{label}-windows",
                lambda e=expected, f=found: _same_windows(e["windows"], f, vocab, layout),
            )
        if "groups" in expected:
            yield check(
                f"{label}-groups", lambda e=expected, f=found: _same_groups(e["groups"], f, layout)
            )
        if "update_event_times_from_scratch_end40000" in expected:
            yield check(
                f"{label}-times-from-events",
                lambda e=expected, f=found: first_difference(
                    e["update_event_times_from_scratch_end40000"],
                    list(event_times(f.events, layout, end_ms=_SCRATCH_END_MS)),
                    "time",
                ),
            )


def _same_events(expected: Mapping[str, Any], found: TimedEvents) -> str | None:
    events = [[event.type.value, event.value] for event in found.events]
    return first_difference(expected["events"], events, "event") or first_difference(
        expected["times"], list(found.times), "time"
    )


def _same_windows(
    expected: list[Mapping[str, Any]], found: TimedEvents, vocab: Vocabulary, layout: Layout
) -> str | None:
    for window in expected:
        frame_time = window["frame_time"]
        start, end = found.slice_indices(frame_time, frame_time + layout.window_ms)
        part = found.slice(frame_time, frame_time + layout.window_ms)
        difference = (
            first_difference([window["start"], window["end"]], [start, end], "range")
            or first_difference(
                window["tokens"], encode_events(vocab, part.events, frame_time), "token"
            )
            or first_difference(
                [window["last_kiai"], window["last_sv"]],
                [
                    _or(found.last_value_before(EventType.KIAI, frame_time), 0),
                    _or(found.last_value_before(EventType.SCROLL_SPEED, frame_time), 100),
                ],
                "last kiai, last sv",
            )
        )
        if difference:
            return f"window at {frame_time}: {difference}"
    return None


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _same_groups(
    expected: list[Mapping[str, Any]], found: TimedEvents, layout: Layout
) -> str | None:
    groups = [
        {
            "type": None if group.type is None else group.type.value,
            "value": group.value,
            "time": group.time,
            "distance": group.distance,
            "x": group.x,
            "y": group.y,
            "nc": group.new_combo,
            "hitsounds": group.hitsounds,
            "samplesets": group.samplesets,
            "additions": group.additions,
            "volumes": group.volumes,
            "sv": group.scroll_speed,
        }
        for group in events_to_groups(found, layout)
    ]
    return first_difference(expected, groups, "group")


def conditions_of(config: Mapping[str, Any], song_length_ms: float) -> Conditions:
    """Conditions from a stored generation config."""
    return Conditions(
        gamemode=config["gamemode"],
        difficulty=config["difficulty"],
        mapper_id=config["mapper_id"],
        year=config["year"],
        hitsounded=config["hitsounded"],
        song_length_ms=song_length_ms,
        global_sv=config["slider_multiplier"],
        circle_size=config["circle_size"],
        keycount=config["keycount"],
        hold_note_ratio=config["hold_note_ratio"],
        scroll_speed_ratio=config["scroll_speed_ratio"],
        descriptors=tuple(config["descriptors"] or ()),
    )


def _classes(
    name: str, stored: Mapping[str, Any], vocab: Vocabulary, layout: Layout
) -> Iterator[Row]:
    for vector in stored["class_vectors"]:

        def compare(vector: Mapping[str, Any] = vector) -> str | None:
            conditions = conditions_of(vector["config"], vector["song_length"])
            difference = first_difference(
                vector["tokens"], class_tokens(vocab, layout, conditions), "token"
            )
            if difference or not layout.encoder_conditions:
                return difference
            difficulty, row = encoder_conditions(vocab, conditions)
            kwargs = vector["model_kwargs"]
            if abs(kwargs["difficulty"][0] - difficulty) > 1e-6 * max(abs(difficulty), 1):
                return f"difficulty: expected {kwargs['difficulty'][0]}, found {difficulty}"
            return first_difference(kwargs["mapper_idx"], [row], "mapper row")

        yield check(f"{name}/class {vector['note']}/tokens", compare)

    def positions() -> str | None:
        for entry in stored["song_positions"]:
            token = song_position_token(vocab, entry["time"], entry["length"])
            if token != entry["token"]:
                return f"{entry['time']} ms: expected {entry['token']}, found {token}"
        return None

    yield check(f"{name}/song_positions/tokens", positions)
