"""The vocabulary and layout of the starter checkpoint.

Published spelling throughout (so that nothing but its own files tells the starter from a
published checkpoint), cut to a short window that a small network can learn on a processor.
"""

from __future__ import annotations

from collections.abc import Sequence

from model_core.tokens.events import ContextType, EventType
from model_core.tokens.layout import Layout, Template
from model_core.tokens.vocabulary import Vocabulary

#: osu! user tags that make sense for osu!standard maps, a third of those in use there.
DESCRIPTORS: tuple[str, ...] = (
    "expression/simple",
    "expression/chaotic",
    "expression/repetition",
    "expression/progression",
    "expression/high contrast",
    "expression/improvisation",
    "expression/old-style revival",
    "expression/playfield usage",
    "expression/difficulty spike",
    "style/messy",
    "style/clean",
    "style/geometric",
    "style/freeform",
    "style/grid snap",
    "style/hexgrid",
    "style/symmetrical",
    "style/distance snap",
    "style/avant-garde",
    "skillset/jumps",
    "skillset/streams",
    "skillset/tech",
    "skillset/reading",
    "skillset/precision",
    "skillset/alt",
    "jumps/sharp",
    "jumps/wide",
    "jumps/linear",
    "jumps/squares",
    "jumps/triangles",
    "jumps/back and forth",
    "streams/bursts",
    "streams/flow aim",
    "streams/spaced streams",
    "streams/stamina",
    "tech/slider tech",
    "tech/aim control",
    "tech/finger control",
    "reading/overlaps",
    "reading/perfect stacks",
    "sliders/complex slidershapes",
    "sliders/complex sv",
    "sliders/high sv",
    "sliders/low sv",
    "gimmick/circle only",
    "gimmick/slider only",
    "gimmick/spinner-heavy",
    "meta/variable timing",
    "additions/hitsounds",
)

CONDITIONS: tuple[EventType, ...] = (
    EventType.GAMEMODE,
    EventType.DIFFICULTY,
    EventType.MAPPER,
    EventType.YEAR,
    EventType.HITSOUNDED,
    EventType.SONG_LENGTH,
    EventType.GLOBAL_SV,
    EventType.CIRCLE_SIZE,
    EventType.KEYCOUNT,
    EventType.HOLD_NOTE_RATIO,
    EventType.SCROLL_SPEED_RATIO,
    EventType.DESCRIPTOR,
    EventType.SONG_POSITION,
)

_OUTS = (ContextType.TIMING, ContextType.KIAI, ContextType.MAP, ContextType.SV)


def starter_layout(lookback: float = 0.4, lookahead: float = 0.2) -> Layout:
    """The starter's layout; with the default shares a window advances 3.27 s."""
    return Layout(
        family="starter",
        templates=tuple(
            Template((context,), _OUTS)
            for context in (ContextType.NONE, ContextType.NO_HS, ContextType.GD)
        ),
        src_frames=1024,
        tgt_len=1024,
        types_first=False,
        split_positions=False,
        position_precision=32,
        refinement=2,
        distances=False,
        snapping=True,
        timing_points=True,
        slider_version=2,
        sustain_interval_ms=3000,
        scroll_speed=True,
        timing_in_map=False,
        last_kiai_computed=True,
        lookback=lookback,
        lookahead=lookahead,
        floor_positions=True,
        modes=(0,),
        reads_maps=False,
    )


def starter_vocabulary(
    mappers: Sequence[int] = tuple(range(1, 9)), descriptors: Sequence[str] = DESCRIPTORS
) -> Vocabulary:
    """The starter's vocabulary; ``mappers`` are the rule mappers' style ids."""
    layout = starter_layout()
    return Vocabulary.build(
        window_ms=layout.window_ms,
        templates=[(template.ins, template.outs) for template in layout.templates],
        position_precision=layout.position_precision,
        refinement=layout.refinement,
        distances=layout.distances,
        scroll_speed=layout.scroll_speed,
        timing_points=layout.timing_points,
        sustain=True,
        conditions=CONDITIONS,
        mappers=mappers,
        descriptors=descriptors,
    )
