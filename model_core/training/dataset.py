"""Windows of mapped songs as training examples, spelled by the code that inference uses.

A window starts anywhere in a song (inference places windows at any millisecond). Its sequence is
the prompt that a request would send, followed by what the mapper did. Conditions are dropped at
random, so that the model also answers who says nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model_core.beatmap import parse
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    EventType,
    Layout,
    TimedEvents,
    Vocabulary,
    build_training_sequence,
    kiai_events,
    map_events,
    timing_events,
)
from model_core.training.audible import window_audio, window_labels
from model_core.training.corpus import MapEntry, SongEntry, read_song

__all__ = ["Batch", "WindowDataset"]

_DROP = {"difficulty": 0.1, "mapper_id": 0.6, "circle_size": 0.15, "descriptors": 0.5}
_TIME_WEIGHT = 2.0
_TIMING_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Batch:
    """Training examples, padded on the right.

    ``audio``: ``[B, window samples]`` float32. ``ids``: ``[B, T]`` int64. ``weights``: ``[B, T]``
    float32, the loss weight of predicting ``ids[:, t]``. ``labels``: ``[B, states, parts + 1]``
    float32, what sounds in each encoder state.
    """

    audio: Tensor
    ids: Tensor
    weights: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class Example:
    """A map of a song, already spelled as events (whole song; windows take their part)."""

    song: SongEntry
    timing: TimedEvents
    kiai: TimedEvents
    objects: TimedEvents
    conditions: Conditions
    first_ms: float
    last_ms: float


class WindowDataset:
    """Draws windows from a folder of songs; ``refresh`` picks up songs that came since."""

    def __init__(
        self, folder: Path, vocabulary: Vocabulary, layout: Layout, *, seed: int = 0
    ) -> None:
        self.folder = folder
        self.vocabulary = vocabulary
        self.layout = layout
        self.window_samples = (layout.src_frames - 1) * 128
        self._rng = np.random.default_rng(seed)
        self._seen: set[Path] = set()
        self._examples: list[Example] = []
        self._weights_by_id = self._token_weights()
        self.refresh()

    def __len__(self) -> int:
        return len(self._examples)

    def reseed(self, *seeds: int) -> None:
        """Draw other windows from now on: a resumed training must not repeat its first ones."""
        self._rng = np.random.default_rng(seeds)

    @property
    def time_ids(self) -> range:
        """Ids of the time tokens, for a figure of their own in the log."""
        return self.vocabulary.id_range(EventType.TIME)

    def songs(self) -> list[SongEntry]:
        """The songs read so far."""
        return list({id(example.song): example.song for example in self._examples}.values())

    def refresh(self) -> int:
        """Read new song files; returns how many maps there are now."""
        for path in sorted(self.folder.glob("*.npz")):
            if path in self._seen or not path.with_suffix(".json").exists():
                continue
            self._seen.add(path)
            song = read_song(path)
            self._examples.extend(self._prepare(song, entry) for entry in song.maps)
        return len(self._examples)

    def batches(self, size: int, lengths: Sequence[int], pool: int = 8) -> Iterator[Batch]:
        """Endless batches. Sequences are cut to the largest of ``lengths`` and padded to one of
        them; each batch takes sequences of like length from ``pool`` times as many draws."""
        while True:
            draws = [self.draw() for _ in range(size * pool)]
            draws.sort(key=lambda draw: len(draw[1]))
            groups = [draws[k : k + size] for k in range(0, len(draws), size)]
            for index in self._rng.permutation(len(groups)):
                yield self._collate(groups[int(index)], lengths)

    def draw(self) -> tuple[np.ndarray, list[int], np.ndarray, np.ndarray]:
        """One window: audio ``[samples]``, ids, loss weights, labels ``[states, columns]``."""
        rng = self._rng
        example = self._examples[int(rng.integers(len(self._examples)))]
        window = self.layout.window_ms
        latest = max(1.0, example.last_ms - 0.3 * window)
        start = int(rng.uniform(max(0.0, example.first_ms - 0.7 * window), latest))
        if rng.random() < 0.05:
            start = 0
        ids, covered = self.spell(example, self._drop_conditions(example.conditions), start)
        return (
            window_audio(example.song, start, self.window_samples),
            ids,
            self._loss_weights(ids, covered),
            window_labels(example.song, start, self.layout.src_frames // 2),
        )

    def spell(
        self, example: Example, conditions: Conditions, start_ms: int
    ) -> tuple[list[int], list[bool]]:
        """Ids of a window's whole sequence, and which of them are to be predicted."""
        return build_training_sequence(
            self.vocabulary,
            self.layout,
            conditions,
            contexts_in=[Context(ContextType.NONE)],
            contexts_out=[
                Context(ContextType.TIMING, example.timing),
                Context(ContextType.KIAI, example.kiai),
                Context(ContextType.MAP, example.objects),
            ],
            frame_time=start_ms,
            song_length_ms=example.conditions.song_length_ms,
            max_len=self.layout.tgt_len,
        )

    # ------------------------------------------------------------------ pieces

    def _prepare(self, song: SongEntry, entry: MapEntry) -> Example:
        beatmap = parse(entry.data)
        length_ms = song.length_ms
        times = [o.time for o in beatmap.hit_objects]
        return Example(
            song=song,
            timing=timing_events(beatmap, self.layout, song_length_ms=length_ms),
            kiai=kiai_events(beatmap, self.layout),
            objects=map_events(beatmap, self.layout),
            conditions=Conditions(
                difficulty=entry.stars,
                mapper_id=entry.style,
                circle_size=entry.circle_size,
                global_sv=entry.slider_multiplier,
                song_length_ms=length_ms,
                descriptors=entry.descriptors,
            ),
            first_ms=min(times),
            last_ms=max(times),
        )

    def _drop_conditions(self, conditions: Conditions) -> Conditions:
        rng = self._rng
        empty = {"difficulty": None, "mapper_id": None, "circle_size": None, "descriptors": ()}
        return replace(
            conditions, **{key: empty[key] for key, share in _DROP.items() if rng.random() < share}
        )

    def _token_weights(self) -> np.ndarray:
        weights = np.ones(self.vocabulary.size_in, dtype=np.float32)
        for kind in (EventType.TIME, EventType.SNAPPING):
            ids = self.vocabulary.id_range(kind)
            weights[ids.start : ids.stop] = _TIME_WEIGHT
        return weights

    def _loss_weights(self, ids: Sequence[int], covered: Sequence[bool]) -> np.ndarray:
        weights = self._weights_by_id[np.asarray(ids)] * np.asarray(covered, dtype=np.float32)
        begin = ids.index(self.vocabulary.context_sos[ContextType.MAP])
        weights[: begin + 1] *= _TIMING_WEIGHT
        return weights

    def _collate(
        self,
        rows: Sequence[tuple[np.ndarray, list[int], np.ndarray, np.ndarray]],
        lengths: Sequence[int],
    ) -> Batch:
        longest = max(len(row[1]) for row in rows)
        width = next((n for n in sorted(lengths) if n >= longest), max(lengths))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        weights = np.zeros((len(rows), width), dtype=np.float32)
        for index, (_, tokens, weight, _) in enumerate(rows):
            count = min(len(tokens), width)
            ids[index, :count] = tokens[:count]
            weights[index, :count] = weight[:count]
        return Batch(
            audio=torch.from_numpy(np.stack([row[0] for row in rows])),
            ids=torch.from_numpy(ids),
            weights=torch.from_numpy(weights),
            labels=torch.from_numpy(np.stack([row[3] for row in rows])),
        )
