"""A map read by a model, and what is suggested: ``FAMILY/ai_mod/*.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from model_core.audio.windows import windows
from model_core.beatmap import format_timestamp, parse
from model_core.errors import CompanionError
from model_core.modding.reading import EventReading, read_map, token_scores, window_sequence
from model_core.modding.suggestions import Suggestion, part_name, suggestions
from model_core.model import Model, load_model
from model_core.tokens.events import ContextType
from model_core.tokens.from_beatmap import map_events
from model_core.tokens.prompts import Context
from model_core.tokens.timelines import kiai_events, sv_events, timing_events
from tests.conformance.flow_rows import _conditions, reference_audio
from tests.conformance.report import Row, check, first_difference

_BITS = 2e-3  # as exact as logits are
_CLOSE = 0.01  # two first choices whose scores lie closer may change places
_MAKERS = {
    ContextType.TIMING: timing_events,
    ContextType.KIAI: kiai_events,
    ContextType.MAP: map_events,
    ContextType.SV: partial(sv_events, as_reference=True),
}


def rows(folder: Path) -> Iterator[Row]:
    """Prompts, scores, readings and sentences of every stored case."""
    models: dict[Path, Model] = {}
    for path in sorted(folder.glob("*/ai_mod/*.json")):
        family = path.parent.parent
        name = f"{family.name}/ai_mod-{path.stem}"
        stored = json.loads(path.read_text(encoding="utf-8"))
        audio = reference_audio(folder, Path(stored["args"]["audio_path"]).name)
        if audio is None:
            yield Row(name, "skipped", "no decoded audio in any tensors.npz")
            continue
        try:
            if family not in models:
                models[family] = load_model(family / "checkpoint", "cpu", "float32")
        except CompanionError as error:
            yield Row(name, "mismatch", str(error))
            continue
        model = models[family]
        beatmap = parse((folder / stored["args"]["beatmap_path"]).read_bytes())
        conditions = _conditions(stored, audio)
        outs = [ContextType(each["context"]) for each in stored["contexts"]]
        contexts = [Context(kind, _MAKERS[kind](beatmap, model.layout)) for kind in outs]
        yield from _passes(name, model, audio, conditions, contexts, stored)
        found = read_map(model, audio, conditions, contexts)
        for each in stored["contexts"]:
            own = found[ContextType(each["context"])]
            yield check(f"{name}/readings-{each['context']}", lambda o=own, e=each: _readings(o, e))
        said = suggestions(beatmap, model.layout, {c.type: c.events for c in contexts}, found, True)
        wanted = stored["all_suggestions_by_category"]
        yield check(
            f"{name}/suggestions-categories",
            lambda s=said, w=wanted: first_difference(
                list(w), list(dict.fromkeys(each.category.value for each in s)), "category"
            ),
        )
        for category, texts in wanted.items():
            own = [each for each in said if each.category.value == category]
            yield check(
                f"{name}/suggestions-{category.lower().replace(' ', '-')}",
                lambda o=own, t=texts: _texts(t, o),
            )


def _passes(
    name: str,
    model: Model,
    audio: Any,
    conditions: Any,
    contexts: Sequence[Context],
    stored: Mapping[str, Any],
) -> Iterator[Row]:
    layout = model.layout
    chosen = windows(
        len(audio.samples), model.network.config.window_samples, layout.lookback, layout.lookahead
    )
    yield check(
        f"{name}/windows",
        lambda: first_difference(stored["frame_times"], [w.start_ms for w in chosen], "window"),
    )
    for number, (window, prompt) in enumerate(zip(chosen, stored["prompts"], strict=False)):
        ids, _ = window_sequence(model, audio, conditions, contexts, window)
        yield check(
            f"{name}/prompt-{number}", lambda i=ids, p=prompt: first_difference(p, i, "prompt")
        )
        yield check(
            f"{name}/scores-{number}",
            lambda w=window, p=prompt, n=number: _scores(model, audio, conditions, w, p, stored, n),
        )


def _scores(
    model: Model,
    audio: Any,
    conditions: Any,
    window: Any,
    prompt: Sequence[int],
    stored: Mapping[str, Any],
    number: int,
) -> str | None:
    (own,) = token_scores(model, audio, conditions, [window], [prompt])
    entropy = np.array(stored["entropy"][number])
    if not np.abs(own.entropy - entropy).max() <= _BITS:  # nor where it is no number
        return f"entropy differs by up to {np.abs(own.entropy - entropy).max():.2g} bits"
    for position, wanted in enumerate(stored["surprisal_bits_of_next_token"][number]):
        found = own.surprisal[position]
        if np.isnan(found) or wanted is None:
            continue  # a condition, which no model writes
        if abs(found - wanted) > _BITS + 1e-3 * wanted:
            return f"surprisal after position {position}: expected {wanted}, found {found}"
    margins = stored["top2_margin"][number]
    for position, (wanted, margin) in enumerate(
        zip(stored["argmax"][number], margins, strict=True)
    ):
        if margin > _CLOSE and own.argmax[position] != wanted:
            return f"first choice at {position}: expected {wanted}, found {own.argmax[position]}"
    return None


def _readings(found: Sequence[EventReading], stored: Mapping[str, Any]) -> str | None:
    events = [[each.event.type.value, each.event.value] for each in found]
    if difference := first_difference(stored["events"], events, "event"):
        return difference
    if difference := first_difference(stored["times"], [each.time for each in found], "time"):
        return difference
    for own, surprisal, expected in zip(
        found, stored["surprisal"], stored["expected"], strict=True
    ):
        # Where the entropy is tiny its own noise shows in the ratio.
        noise = _BITS / max(own.entropy, 1e-9)
        if abs(own.relative - surprisal) > (2e-3 + 10 * noise) * surprisal + 2e-3:
            return f"{own}: expected a relative surprisal of {surprisal}"
        choice = ["control", own.expected_token]
        if own.expected is not None:
            choice = [own.expected.type.value, own.expected.value]
        if choice != expected:
            return f"{own}: expected {expected}"
    return None


_LINE = re.compile(r"( *)\[(bold(?: \w+)?)\]\((\d+)\)\[/\2\] (.*)", re.DOTALL)
_TIME = re.compile(r"\d+:\d\d:\d\d\d")


def _texts(stored: Sequence[str], found: Sequence[Suggestion]) -> str | None:
    """Sentences to the letter; the importances before them within a hundredth, or 1."""
    lines = [_LINE.fullmatch(text) for text in stored]
    said = [_rich(each) for each in found]
    difference = first_difference(
        [line and line[4] for line in lines], [text for text, _ in said], "suggestion"
    )
    if difference:
        return difference
    for line, (_, importance) in zip(lines, said, strict=True):
        assert line is not None
        shown = int(line[3])
        if abs(shown - importance) > max(0.51, 0.01 * shown):
            return f"{line[0]}: expected an importance of {shown}, found {importance:.2f}"
        styles = {_style(importance), _style(importance * 0.995), _style(importance * 1.005)}
        if line[2] not in styles:
            return f"{line[0]}: found {importance:.2f} in {_style(importance)}"
    return None


def _rich(suggestion: Suggestion) -> tuple[str, float]:
    """A suggestion as the reference prints it, after its importance."""
    part, reading = suggestion.part, suggestion.reading
    at = _stamp(reading.time)
    target = at
    if part.object_time is not None:
        target = f"{_stamp(part.object_time)}%20({part.combo_number})"
    message = _TIME.sub(lambda m: f"[link=osu://edit/{m[0]}]{m[0]}[/link]", suggestion.message)
    return (
        f"[link=osu://edit/{target}][green]{at}[/green][/link] ({part_name(part.type)})"
        f" - {message}",
        suggestion.importance,
    )


def _stamp(time_ms: float) -> str:
    return format_timestamp(time_ms).removesuffix(" - ")


def _style(importance: float) -> str:
    if importance >= 100:
        return "bold red"
    return "bold yellow" if importance >= 10 else "bold"
