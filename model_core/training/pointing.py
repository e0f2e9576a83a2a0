"""Teaching the decoder where to listen: guided attention of two heads.

Before it writes a time, the decoder should look at the moment in the audio that the time names;
before it says how an object sounds, or what it is, at the object's own moment. Left alone, a small
model needs very long to discover that; here two heads of some cross-attention layers are told,
the first for times to come, the second for what the last time has. The loss is the negative log of
the attention that a head pays to the encoder states around the target (guided attention, after
Tachibana et al. 2017, "Efficiently trainable text-to-speech system based on deep convolutional
networks with guided attention", with exact targets in place of a diagonal).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from model_core.network.attention import CrossAttention
from model_core.network.model import Network
from model_core.tokens import EventType, Vocabulary
from model_core.tokens.events import TYPE_EVENTS

__all__ = ["Pointing", "own_times"]

_TIME_STEP_MS = 10.0
_STATE_MS = 16.0
_NEAR = 1  # states on either side of the target that count as hit


def own_times(ids: Tensor, times: range) -> Tensor:
    """For each place the last time id up to it, ``[B, T]`` int64; -1 before the first one."""
    places = torch.arange(ids.shape[1], device=ids.device)
    timed = (ids >= times.start) & (ids < times.stop)
    last = torch.where(timed, places, torch.full_like(places, -1)).cummax(dim=1).values
    return torch.where(last >= 0, ids.gather(1, last.clamp_min(0)), torch.full_like(ids, -1))


class Pointing:
    """Captures what the guided layers are asked, and scores where they look."""

    def __init__(self, network: Network, vocabulary: Vocabulary) -> None:
        self._times = vocabulary.id_range(EventType.TIME)
        heard = torch.zeros(vocabulary.size_in, dtype=torch.bool)
        for kind in (EventType.HITSOUND, *TYPE_EVENTS):
            ids = vocabulary.id_range(kind)
            heard[ids.start : ids.stop] = True
        self._heard = heard
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

    def loss(self, states: Tensor, ids: Tensor, wanted: Tensor) -> Tensor:
        """Mean over guided layers, heads and chosen places; 0 where nothing is to be pointed at.

        Args:
            states: encoder states ``[B, S, d]`` of the pass that was just made.
            ids: ``[B, T + 1]`` int64, the sequences whose first T tokens were read.
            wanted: ``[B, T]`` bool, places whose next token is learnt.
        """
        nexts = ids[:, 1:]
        coming = wanted & (nexts >= self._times.start) & (nexts < self._times.stop)
        before = own_times(ids[:, :-1], self._times)
        self._heard = self._heard.to(ids.device)
        heard = wanted & self._heard[nexts] & (before >= 0)
        losses = [
            self._head_loss(index, head, states, named, chosen)
            for index in range(len(self._attentions))
            for head, named, chosen in ((0, nexts, coming), (1, before, heard))
            if head < self._attentions[index].heads
        ]
        self._seen.clear()
        return torch.stack(losses).mean()

    def _head_loss(
        self, index: int, head: int, states: Tensor, named: Tensor, chosen: Tensor
    ) -> Tensor:
        """One head's loss; ``named [B, T]`` are the ids of the times to look at."""
        attention = self._attentions[index]
        size = states.shape[2] // attention.heads
        part = slice(head * size, (head + 1) * size)
        queries = F.linear(self._seen[index], attention.Wq.weight[part], attention.Wq.bias[part])
        keys = F.linear(states, attention.Wkv.weight[part], attention.Wkv.bias[part])
        rows, columns = chosen.nonzero(as_tuple=True)
        if len(rows) == 0:
            return (queries.sum() + keys.sum()).float() * 0.0
        moments = (named[rows, columns] - self._times.start + 0.5) * _TIME_STEP_MS / _STATE_MS
        middle = moments.long().clamp(0, states.shape[1] - 1)
        scores = torch.bmm(queries, keys.transpose(1, 2)) * size**-0.5
        logs = scores[rows, columns].float().log_softmax(dim=1)
        near = torch.stack(
            [
                logs.gather(1, (middle + shift).clamp(0, logs.shape[1] - 1)[:, None])[:, 0]
                for shift in range(-_NEAR, _NEAR + 1)
            ]
        )
        return -near.logsumexp(dim=0).clamp_max(0.0).mean()
