"""What can be heard in a window: its samples, and which part sounds in which encoder state.

The labels teach the encoder to hear before the decoder has learnt to listen: a small head, thrown
away after training, names the parts that start in each state.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model_core.training.corpus import AUDIBLE, SAMPLE_RATE, SongEntry

__all__ = ["COLUMNS", "STATE_MS", "HearingHead", "window_audio", "window_labels"]

STATE_MS = 16.0  # one encoder state: two mel frames of 128 samples at 16 kHz
COLUMNS = len(AUDIBLE) + 1  # an onset for each part, and "a held note sounds"


class HearingHead(nn.Linear):
    """Encoder states ``[B, S, d]`` to logits ``[B, S, COLUMNS]``."""

    def __init__(self, d_model: int) -> None:
        super().__init__(d_model, COLUMNS)
        weight = torch.full((COLUMNS,), 5.0)
        weight[-1] = 1.0
        self.register_buffer("hit_weight", weight, persistent=False)
        self.hit_weight: Tensor

    def loss(self, states: Tensor, labels: Tensor, heard: Tensor | None = None) -> Tensor:
        """Mean binary cross-entropy; onsets are rare, so their hits weigh more.

        heard: ``[B]``, 1 for windows whose labels count.
        """
        each = nn.functional.binary_cross_entropy_with_logits(
            self(states).float(), labels, pos_weight=self.hit_weight, reduction="none"
        ).mean(dim=(1, 2))
        if heard is None:
            return each.mean()
        return (each * heard).sum() / heard.sum().clamp_min(1.0)


def window_audio(song: SongEntry, start_ms: int, samples: int) -> NDArray[np.float32]:
    """Samples of a window ``[samples]``, normalised by the song's own peak, zeros past its end."""
    first = start_ms * SAMPLE_RATE // 1000
    piece = song.samples[first : first + samples]
    audio = np.zeros(samples, dtype=np.float32)
    # Taken apart, since the lowest int16 has no absolute value among them.
    peak = max(1, int(song.samples.max(initial=0)), -int(song.samples.min(initial=0)))
    audio[: len(piece)] = piece / np.float32(peak)
    return audio


def window_labels(song: SongEntry, start_ms: int, states: int) -> NDArray[np.float32]:
    """``[states, COLUMNS]``: 1 where a part starts, and while a held note sounds."""
    labels = np.zeros((states, COLUMNS), dtype=np.float32)
    onset = np.rint((song.notes[:, 1] - start_ms) / STATE_MS).astype(np.int64)
    inside = (onset >= 0) & (onset < states)
    labels[onset[inside], song.notes[inside, 0].astype(np.int64)] = 1.0
    held = song.notes[song.notes[:, 3] > 0]
    ends = held[:, 1] + held[:, 2]
    window_end = start_ms + states * STATE_MS
    for _, start, duration, _ in held[(ends >= start_ms) & (held[:, 1] < window_end)]:
        first, last = ((start + t - start_ms) / STATE_MS for t in (0.0, duration))
        labels[max(0, int(first)) : max(0, int(last)), -1] = 1.0
    return labels
