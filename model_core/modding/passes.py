"""One teacher-forced pass over several sequences: what the decoder makes of what stands there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model_core.model import Model

# Keeps tokens that the model rules out at 33 bits instead of infinity.
FLOOR = 1e-10


def decoder_states(
    model: Model, encoder_states: Sequence[Tensor], sequences: Sequence[Sequence[int]]
) -> list[Tensor]:
    """Hidden states ``[n_i, d]`` of each sequence's tokens; call within ``inference_mode``.

    encoder_states: ``[1, S, d]`` for each sequence. Always causal. (The published program's own
    pass was not, for VarWhisper without padding: a mask was dropped.)
    """
    longest = max(len(sequence) for sequence in sequences)
    ids = np.full((len(sequences), longest), model.vocabulary.pad, dtype=np.int64)
    for row, sequence in zip(ids, sequences, strict=True):
        row[: len(sequence)] = sequence
    # Padding stands at the end, where nothing before it can see it: plain causal.
    states = torch.cat(list(encoder_states))
    hidden = model.network.hidden(torch.from_numpy(ids).to(model.device), states)
    return [row[: len(sequence)] for row, sequence in zip(hidden, sequences, strict=True)]
