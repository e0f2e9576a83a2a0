"""Teaching the decoder where to listen: guided attention of two heads.

Before it writes a time, the decoder should look at the moment in the audio that the time names.
Left alone, a small model needs very long to discover that; here the first head of some
cross-attention layers is told. The loss is the negative log of the attention that the head pays
to the encoder states around the target (guided attention, after Tachibana et al. 2017,
"Efficiently trainable text-to-speech system based on deep convolutional networks with guided
attention", with exact targets in place of a diagonal).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from model_core.network.attention import CrossAttention
from model_core.network.model import Network

__all__ = ["Pointing"]

_TIME_STEP_MS = 10.0
_STATE_MS = 16.0
_NEAR = 1  # states on either side of the target that count as hit


class Pointing:
    """Captures what the guided layers are asked, and scores where they look."""

    def __init__(self, network: Network, time_ids: range) -> None:
        self._times = time_ids
        layers = list(network.decoder.layers)
        # The first layer has not yet gathered where the last time was.
        layers = layers[1:] or layers
        self._attentions: list[CrossAttention] = [layer.cross_attn for layer in layers]
        self._seen: dict[int, Tensor] = {}
        for index, attention in enumerate(self._attentions):
            attention.register_forward_pre_hook(self._capture(index))

    def _capture(self, index: int) -> Any:
        def hook(_: nn.Module, arguments: tuple[Any, ...]) -> None:
            self._seen[index] = arguments[0]

        return hook

    def loss(self, states: Tensor, targets: Tensor, chosen: Tensor) -> Tensor:
        """Mean over guided layers and chosen places.

        Args:
            states: encoder states ``[B, S, d]`` of the pass that was just made.
            targets: ``[B, T]`` int64, the id that each place is to predict.
            chosen: ``[B, T]`` bool, places whose target is a time to be pointed at.
        """
        rows, columns = chosen.nonzero(as_tuple=True)
        moments = (targets[rows, columns] - self._times.start + 0.5) * _TIME_STEP_MS / _STATE_MS
        middle = moments.long().clamp(0, states.shape[1] - 1)
        losses = []
        for index, attention in enumerate(self._attentions):
            size = states.shape[2] // attention.heads
            weight, bias = attention.Wq.weight[:size], attention.Wq.bias[:size]
            queries = F.linear(self._seen[index], weight, bias)
            weight, bias = attention.Wkv.weight[:size], attention.Wkv.bias[:size]
            keys = F.linear(states, weight, bias)
            scores = torch.bmm(queries, keys.transpose(1, 2)) * size**-0.5
            logs = scores[rows, columns].float().log_softmax(dim=1)
            near = torch.stack(
                [
                    logs.gather(1, (middle + shift).clamp(0, logs.shape[1] - 1)[:, None])[:, 0]
                    for shift in range(-_NEAR, _NEAR + 1)
                ]
            )
            losses.append(-near.logsumexp(dim=0).clamp_max(0.0).mean())
        return torch.stack(losses).mean()
