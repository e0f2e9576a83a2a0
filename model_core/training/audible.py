"""What can be heard in a window: its samples, and which part sounds in which encoder state.

The labels teach the encoder to hear before the decoder has learnt to listen: a small head, thrown
away after training, names the parts that start in each state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model_core.training.corpus import AUDIBLE, SAMPLE_RATE, SongEntry

__all__ = ["HearingHead", "encoder_batches", "window_audio", "window_labels"]

STATE_MS = 16.0  # one encoder state: two mel frames of 128 samples at 16 kHz
COLUMNS = len(AUDIBLE) + 1  # an onset for each part, and "a held note sounds"


class HearingHead(nn.Linear):
    """Encoder states ``[B, S, d]`` to logits ``[B, S, COLUMNS]``."""

    def __init__(self, d_model: int) -> None:
        super().__init__(d_model, COLUMNS)

    def loss(self, states: Tensor, labels: Tensor) -> Tensor:
        """Mean binary cross-entropy; onsets are rare, so their hits weigh more."""
        weight = torch.full((COLUMNS,), 5.0)
        weight[-1] = 1.0
        return nn.functional.binary_cross_entropy_with_logits(
            self(states).float(), labels, pos_weight=weight
        )


def window_audio(song: SongEntry, start_ms: int, samples: int) -> NDArray[np.float32]:
    """Samples of a window ``[samples]``, normalised by the song's own peak, zeros past its end."""
    first = start_ms * SAMPLE_RATE // 1000
    piece = song.samples[first : first + samples]
    audio = np.zeros(samples, dtype=np.float32)
    audio[: len(piece)] = piece / np.float32(max(1, np.abs(song.samples).max()))
    return audio


def window_labels(song: SongEntry, start_ms: int, states: int) -> NDArray[np.float32]:
    """``[states, COLUMNS]``: 1 where a part starts, and while a held note sounds."""
    labels = np.zeros((states, COLUMNS), dtype=np.float32)
    onset = np.rint((song.notes[:, 1] - start_ms) / STATE_MS).astype(np.int64)
    inside = (onset >= 0) & (onset < states)
    labels[onset[inside], song.notes[inside, 0].astype(np.int64)] = 1.0
    for _, start, duration, _ in song.notes[song.notes[:, 3] > 0]:
        first, last = ((start + t - start_ms) / STATE_MS for t in (0.0, duration))
        labels[max(0, int(first)) : max(0, int(last)), -1] = 1.0
    return labels


def encoder_batches(
    songs: Sequence[SongEntry], size: int, samples: int, states: int, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless windows of ``songs`` for the encoder alone: audio ``[B, samples]`` and labels."""
    rng = np.random.default_rng(seed)
    while True:
        drawn = [songs[int(rng.integers(len(songs)))] for _ in range(size)]
        starts = [int(rng.uniform(0, max(1.0, song.length_ms - 3000.0))) for song in drawn]
        pairs = list(zip(drawn, starts, strict=True))
        yield (
            torch.from_numpy(np.stack([window_audio(s, t, samples) for s, t in pairs])),
            torch.from_numpy(np.stack([window_labels(s, t, states) for s, t in pairs])),
        )
