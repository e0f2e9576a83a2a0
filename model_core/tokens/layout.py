"""How a checkpoint spells beatmaps: order, precision, contexts and windows.

The published files do not state most of this, so it is inferred from what distinguishes the
families in them (:meth:`Layout.from_files`). A checkpoint may also state it in full under the key
``layout`` of its ``config.json``; then nothing is inferred.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from model_core.errors import CheckpointError
from model_core.tokens.events import ContextType, EventType
from model_core.tokens.vocabulary import Vocabulary

MS_PER_FRAME = 128 * 1000 / 16000  # hop length over sample rate, equal in every family


@dataclass(frozen=True, slots=True)
class Template:
    """A combination of contexts the model was trained for."""

    ins: tuple[ContextType, ...]
    outs: tuple[ContextType, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A checkpoint's way of spelling. Lengths in frames or tokens, times in ms."""

    family: str
    templates: tuple[Template, ...]
    src_frames: int  # mel frames in a window
    tgt_len: int  # longest decoder sequence
    types_first: bool  # whether the type opens or closes a group
    split_positions: bool  # x and y apart, or one joint cell
    position_precision: int  # px of a cell
    refinement: int | None  # px of the offset inside a joint cell
    distances: bool  # distance to the previous position is spelled
    snapping: bool
    timing_points: bool  # red lines have an event of their own
    slider_version: int
    sustain_interval_ms: int | None
    scroll_speed: bool  # slider heads carry their velocity
    timing_in_map: bool  # beats are interleaved with objects
    last_kiai_computed: bool  # False: the token always says "no kiai"
    lookback: float = 0.5  # shares of a window
    lookahead: float = 0.4
    timing_leniency: int = 20  # ms
    encoder_conditions: bool = False  # difficulty and mapper go into the encoder, not the prompt
    floor_positions: bool = False  # off-screen cells hold their points (see joint_cell)
    modes: tuple[int, ...] = (0, 1, 2, 3)  # game modes that it was trained to write
    reads_maps: bool = True  # its training had maps to read (gd, no_hs), as its templates say

    @property
    def joint_positions(self) -> bool:
        """Whether a position is one event."""
        return not self.split_positions

    @property
    def window_ms(self) -> float:
        """Length of a window in ms: one frame less than it has, frames being centred."""
        return (self.src_frames - 1) * MS_PER_FRAME

    @property
    def position_columns(self) -> int:
        """Cells in a row of joint positions."""
        return 768 // self.position_precision - -256 // self.position_precision + 1

    def written_mode(self, mode: int) -> int:
        """The mode in which a map of ``mode`` is spelled: its own, or osu!standard.

        A model that was never shown a mode writes nothing in it; what it writes in osu!standard
        can be turned into the mode's objects (:mod:`model_core.tokens.translation`).
        """
        return mode if mode in self.modes else 0

    @property
    def out_contexts(self) -> tuple[ContextType, ...]:
        """Every context that some template generates."""
        seen: list[ContextType] = []
        for template in self.templates:
            seen.extend(context for context in template.outs if context not in seen)
        return tuple(seen)

    def choose_template(
        self, ins: Collection[ContextType], outs: Collection[ContextType]
    ) -> Template:
        """The template that uses most of ``ins`` and can generate all of ``outs``.

        Raises :class:`CheckpointError` if there is none: the model cannot do what was asked.
        """
        best: Template | None = None
        best_used = -1
        for template in self.templates:
            if not set(outs) <= set(template.outs):
                continue
            needed = [context for context in template.ins if context is not ContextType.NONE]
            if not set(needed) <= set(ins):
                continue
            if len(needed) > best_used:
                best, best_used = template, len(needed)
        if best is None:
            raise CheckpointError(
                f"this model ({self.family}) cannot generate {_names(outs)} from {_names(ins)}; "
                "it knows: "
                + "; ".join(f"{_names(t.ins)} -> {_names(t.outs)}" for t in self.templates)
            )
        return best

    # ---------------------------------------------------------------- files

    def to_dict(self) -> dict[str, Any]:
        """The value of ``config.json``'s key ``layout``."""
        data = asdict(self)
        data["templates"] = [
            {"in": [c.value for c in t.ins], "out": [c.value for c in t.outs]}
            for t in self.templates
        ]
        for stated_elsewhere in ("lookback", "lookahead"):
            del data[stated_elsewhere]
        return data

    @classmethod
    def from_files(
        cls,
        config: Mapping[str, Any],
        generation_config: Mapping[str, Any],
        vocabulary: Vocabulary,
    ) -> Layout:
        """The layout of a checkpoint: stated in ``config["layout"]``, or inferred.

        ``lookback`` and ``lookahead`` (shares of a window) come from ``generation_config`` where
        it has them.
        """
        windows = {
            key: float(generation_config[key])
            for key in ("lookback", "lookahead")
            if generation_config.get(key) is not None
        }
        stated = config.get("layout")
        if stated is not None:
            return cls._stated(stated, windows)
        return cls._inferred(config, generation_config, vocabulary, windows)

    @classmethod
    def _stated(cls, stated: Mapping[str, Any], windows: Mapping[str, float]) -> Layout:
        known = {field.name for field in fields(cls)}
        try:
            templates = tuple(
                Template(
                    tuple(ContextType(name) for name in entry["in"]),
                    tuple(ContextType(name) for name in entry["out"]),
                )
                for entry in stated["templates"]
            )
            rest = {key: value for key, value in stated.items() if key in known - {"templates"}}
            if "modes" in rest:
                rest["modes"] = tuple(int(mode) for mode in rest["modes"])
            return cls(**{**rest, "templates": templates, **windows})
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f'the "layout" in config.json is not understood: {error}'
            ) from error

    @classmethod
    def _inferred(
        cls,
        config: Mapping[str, Any],
        generation_config: Mapping[str, Any],
        vocabulary: Vocabulary,
        windows: Mapping[str, float],
    ) -> Layout:
        family = _family(config, vocabulary)
        contexts = set(vocabulary.context_sos)
        outs = tuple(
            context
            for context in (ContextType.TIMING, ContextType.KIAI, ContextType.MAP, ContextType.SV)
            if context in contexts
        )
        ins = [c for c in (ContextType.NONE, ContextType.NO_HS, ContextType.GD) if c in contexts]
        if ins:
            templates = tuple(Template((context,), outs) for context in ins)
        else:
            templates = (Template((), outs or (ContextType.MAP,)),)

        split = vocabulary.has(EventType.POSITION_X)
        precision = _precision(vocabulary)
        refinement: int | None = None
        if vocabulary.has(EventType.POSITION_REFINEMENT):
            per_side = math.isqrt(len(vocabulary.value_range(EventType.POSITION_REFINEMENT)))
            refinement = precision // per_side
        backbone = config.get("backbone_config") or {}
        positions = backbone.get("max_source_positions") or config.get("max_source_positions")
        if positions is None:  # the time range still tells the window to within a frame or two
            steps = len(vocabulary.value_range(EventType.TIME))
            positions = 1 << round(math.log2(steps * 10 / MS_PER_FRAME / 2))
        tgt_len = (
            generation_config.get("max_length")
            or backbone.get("max_target_positions")
            or config.get("max_target_positions")
        )
        if tgt_len is None:
            raise CheckpointError(
                "neither generation_config.json (max_length) nor config.json "
                "(max_target_positions) says how long the model's sequences may be"
            )
        return cls(
            family=family,
            templates=templates,
            src_frames=2 * int(positions),  # the convolutional front end halves the frames
            tgt_len=int(tgt_len),
            types_first=family in ("v28", "v29", "v31"),
            split_positions=split,
            position_precision=precision,
            refinement=refinement,
            distances=vocabulary.has(EventType.DISTANCE),
            snapping=vocabulary.has(EventType.SNAPPING),
            timing_points=vocabulary.has(EventType.TIMING_POINT),
            slider_version=2 if family == "v32" else 1,
            sustain_interval_ms=8000 if vocabulary.has(EventType.SLIDER_SUSTAIN) else None,
            scroll_speed=vocabulary.has(EventType.SCROLL_SPEED),
            timing_in_map=family == "v30",
            last_kiai_computed=family in ("v28", "v31"),
            timing_leniency=3 if family in ("v28", "v29") else 20,
            encoder_conditions=bool(config.get("do_difficulty_embed")),
            lookback=windows.get("lookback", 0.5),
            lookahead=windows.get("lookahead", 0.4),
            modes=_modes(vocabulary),
        )


def _modes(vocabulary: Vocabulary) -> tuple[int, ...]:
    """The modes whose objects the vocabulary has words for.

    A vocabulary that is never told the mode was trained on osu!standard alone; catch has the
    words of osu!standard.
    """
    if not vocabulary.has(EventType.GAMEMODE):
        return (0,)
    modes = [0, 2]
    if vocabulary.has(EventType.DRUMROLL):
        modes.append(1)
    if vocabulary.has(EventType.COLUMN):
        modes.append(3)
    return tuple(sorted(modes))


def _names(contexts: Collection[ContextType]) -> str:
    return ", ".join(context.value for context in contexts) or "nothing"


def _family(config: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """Which published family the files belong to, by what only that family has."""
    if vocabulary.has(EventType.POSITION_REFINEMENT):
        return "v32"
    if not vocabulary.context_sos:
        return "v30"
    if vocabulary.has(EventType.POSITION_X):
        return "v31"
    return "v28" if str(config.get("backbone_model_name", "")).endswith("-base") else "v29"


def _precision(vocabulary: Vocabulary) -> int:
    """Pixels of a position cell, from how many cells there are."""
    if vocabulary.has(EventType.POSITION_X):
        return -256 // vocabulary.value_range(EventType.POSITION_X).start
    cells = len(vocabulary.value_range(EventType.POSITION))
    for precision in (1, 2, 4, 8, 16, 32, 64, 128):
        columns = 768 // precision - -256 // precision + 1
        rows = 640 // precision - -256 // precision + 1
        if columns * rows == cells:
            return precision
    raise CheckpointError(f"tokenizer.json has {cells} position cells, which fits no known grid")
