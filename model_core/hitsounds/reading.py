"""Asking a model for the open nodes of a map: its tokens are given, sounds among them chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.beatmap import Beatmap
from model_core.errors import NotSupported
from model_core.hitsounds.deciding import Decider
from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.picking import Picker
from model_core.hitsounds.plan import Plan
from model_core.hitsounds.results import Source
from model_core.hitsounds.slots import Slot, hitsound_values, sound_of, value_of, volume_values
from model_core.hitsounds.voices import Voice, voices_of, why_unread
from model_core.maps.conditions import as_spelled, conditions_of
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.remap.options import Progress
from model_core.remap.windows import place_windows
from model_core.tokens import Context, ContextType, Event, EventType, TimedEvents, map_events
from model_core.tokens.layout import Layout
from model_core.tokens.translation import spelled

__all__ = ["Outcome", "read_sounds", "reads_without_sounds"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it took: windows heard, passes over their tokens, tokens chosen, ms by stage."""

    windows: int
    passes: int
    decided: int
    timings_ms: dict[str, float] = field(default_factory=dict)


def read_sounds(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    plan: Plan,
    options: HitsoundOptions,
    report: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> Outcome:
    """Choose what is open in ``plan``; what the model cannot read stays open, with the reason."""
    layout = model.layout
    for kind in (EventType.HITSOUND, EventType.VOLUME):
        if not model.vocabulary.has(kind):
            raise NotSupported(f"{model.name} ({layout.family}) has no words for hitsounds.")
    begun = time.perf_counter()
    read = spelled(beatmap, layout)
    given = map_events(read, layout)
    voices = voices_of(beatmap, read, layout, given)
    events = list(given.events)
    slots = _slots(plan, voices, events)
    decider = Decider(
        model=model,
        audio=audio,
        conditions=as_spelled(
            conditions_of(model, beatmap, audio, options.parameters()), layout, beatmap.mode
        ),
        contexts_in=_contexts_in(layout, read),
        contexts_out=known_contexts(model, beatmap, audio),
        map_type=Context(ContextType.MAP),
        events=events,
        times=given.times,
        picker=Picker(options.temperature, options.top_p, options.seed),
        cancelled=cancelled,
    )
    timings = {"read": (time.perf_counter() - begun) * 1000.0, "encoder": 0.0, "decode": 0.0}
    parts = _parts(layout, given, slots, audio.song_length_ms)
    for number, (window, own) in enumerate(parts):
        report(Progress("decode", number, len(parts), len(decider.chosen)))
        begun = time.perf_counter()
        decider.hear(window)
        heard = time.perf_counter()
        decider.decide(window, own)
        timings["encoder"] += (heard - begun) * 1000.0
        timings["decode"] += (time.perf_counter() - heard) * 1000.0
    report(Progress("post", len(parts), len(parts), len(decider.chosen)))
    _settle(plan, voices, given, decider, {slot.index for slot in slots})
    _explain(plan, beatmap, voices, audio.song_length_ms)
    return Outcome(len(parts), decider.passes, len(decider.chosen), timings)


def reads_without_sounds(layout: Layout) -> bool:
    """Whether a model was trained to be shown the map without its sounds before it adds them."""
    return layout.reads_maps and any(ContextType.NO_HS in t.ins for t in layout.templates)


def _contexts_in(layout: Layout, read: Beatmap) -> list[Context]:
    if reads_without_sounds(layout):
        return [Context(ContextType.NO_HS, map_events(read, layout, with_hitsounds=False))]
    return [Context(ContextType.NONE)]


def _slots(plan: Plan, voices: Sequence[Voice], events: list[Event]) -> list[Slot]:
    """The open tokens in order; what is settled is written into ``events`` first."""
    slots: list[Slot] = []
    for voice in voices:
        own = events[voice.index].value
        known = plan.settled(voice.nodes[0])
        if known is not None and known.source is Source.COPIED:
            events[voice.index] = Event(EventType.HITSOUND, value_of(known.sound))
            events[voice.volume_index] = Event(EventType.VOLUME, known.sound.volume)
        if not all(map(plan.is_open, voice.nodes)):
            continue
        values = hitsound_values(own, plan.additions, plan.sets)
        if len(values) > 1:
            slots.append(Slot(voice.index, EventType.HITSOUND, values))
        if any(map(plan.may_be_louder, voice.nodes)):
            slots.append(Slot(voice.volume_index, EventType.VOLUME, volume_values()))
    return slots


def _parts(
    layout: Layout, given: TimedEvents, slots: Sequence[Slot], song_length_ms: float
) -> list[tuple[Window, list[Slot]]]:
    """Windows, and the slots that each decides: those behind its lookback, before the next's."""
    waiting = [slot for slot in slots if 0 <= given.times[slot.index] <= song_length_ms]
    if not waiting:
        return []
    first, last = given.times[waiting[0].index], given.times[waiting[-1].index]
    lookback = layout.lookback * layout.window_ms
    goes_on = any(first - lookback <= at < first for at in given.times)
    placed = place_windows(layout, first, last, goes_on=goes_on)
    found: list[tuple[Window, list[Slot]]] = []
    at = 0
    for window, following in zip(placed, [*placed[1:], None], strict=True):
        until = at
        while until < len(waiting) and (
            following is None or given.times[waiting[until].index] < following.start_ms + lookback
        ):
            until += 1
        if until > at:
            found.append((window, waiting[at:until]))
        at = until
    return found


def _settle(
    plan: Plan,
    voices: Sequence[Voice],
    given: TimedEvents,
    decider: Decider,
    asked: set[int],
) -> None:
    """Hand the choices to the nodes that they are for."""
    for voice in voices:
        wanted = [index for index in (voice.index, voice.volume_index) if index in asked]
        if not wanted or not all(index in decider.chosen for index in wanted):
            continue
        value = decider.events[voice.index].value
        volume = decider.events[voice.volume_index].value
        confidence = decider.chosen[wanted[0]].confidence
        # Where the model agrees with what is there, the map's own words for it stay.
        same_sets = value // 8 == given.events[voice.index].value // 8
        for node in voice.nodes:
            own = plan.own(node)
            if own is None:
                continue
            sound = sound_of(value, volume)
            if same_sets:
                sound = replace(sound, sample_set=own.sample_set, addition_set=own.addition_set)
            if node[0] != voice.nodes[0][0]:
                # One note of a chord carries the additions, or it would be too loud.
                sound = replace(sound, additions=0)
            plan.choose(node, sound, confidence)


def _explain(plan: Plan, beatmap: Beatmap, voices: Sequence[Voice], song_length_ms: float) -> None:
    """Say of everything that is still open why."""
    heard = {line: voice.time for voice in voices for line, _ in voice.nodes}
    for item in beatmap.hit_objects:
        if not any(plan.is_open(node) for node in plan.nodes_of(item)):
            continue
        at = heard.get(item.line)
        if at is None:
            plan.leave(item.line, why_unread(item))
        elif 0 <= at <= song_length_ms:
            plan.leave(item.line, "there is more at once than the model can read")
        else:
            plan.leave(item.line, "it lies outside the song")
