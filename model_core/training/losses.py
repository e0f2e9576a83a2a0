"""What a batch is trained on, in one module, so that it can be spread over several GPUs.

The loss of tokens is a weighted cross-entropy: targets are smoothed, times only over their two
neighbours (half a step of 10 ms is nobody's fault, another beat is). Beside it stand the hearing
loss (:mod:`audible`) and that of the guided heads (:mod:`pointing`).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from model_core.network.model import Network
from model_core.tokens import EventType, Vocabulary
from model_core.training.audible import HearingHead
from model_core.training.dataset import Batch
from model_core.training.options import TrainingOptions
from model_core.training.pointing import Pointing

__all__ = ["Losses", "token_losses"]


def token_losses(
    scores: Tensor, targets: Tensor, times: range, smoothing: float, time_spread: float
) -> Tensor:
    """Cross-entropy of each target, ``[N]`` float32.

    Args:
        scores: ``[N, vocabulary]``, any float dtype.
        targets: ``[N]`` int64.
        times: ids of time tokens.
        smoothing: share of the target spread over all ids, for targets that are no times.
        time_spread: share of a time that goes to each neighbour; none goes past the first or last.
    """
    logs = scores.float().log_softmax(dim=1)
    hit = logs.gather(1, targets[:, None])[:, 0]
    plain = -(1.0 - smoothing) * hit - smoothing * logs.mean(dim=1)
    timed = (targets >= times.start) & (targets < times.stop)
    before = (targets - 1).clamp(times.start, times.stop - 1)
    after = (targets + 1).clamp(times.start, times.stop - 1)
    near = logs.gather(1, before[:, None])[:, 0] + logs.gather(1, after[:, None])[:, 0]
    spread = -(1.0 - 2.0 * time_spread) * hit - time_spread * near
    return torch.where(timed, spread, plain)


class Losses(nn.Module):
    """The network and its helper heads; a batch in, its losses out.

    ``forward`` answers a dict of scalars, of which ``loss`` is to be minimised.
    """

    def __init__(self, network: Network, vocabulary: Vocabulary, options: TrainingOptions) -> None:
        super().__init__()
        self.network = network
        self.hearing = HearingHead(network.config.d_model)
        self.options = options
        self._times = vocabulary.id_range(EventType.TIME)
        self._pointing = Pointing(network, vocabulary) if options.pointing_weight else None
        self._encode: Callable[..., Tensor] = _encode
        self._hidden: Callable[..., tuple[Tensor, Tensor]] = _hidden

    def compile_parts(self) -> None:
        """Compile what takes the time; each of the lengths is compiled once, as it comes."""
        import torch._dynamo.config as dynamo

        dynamo.recompile_limit = max(dynamo.recompile_limit, 4 * len(self.options.lengths))
        self._encode = torch.compile(_encode, dynamic=False)
        self._hidden = torch.compile(_hidden, dynamic=False)

    def forward(self, batch: Batch, hearing_only: bool = False) -> dict[str, Tensor]:
        mel = self.network.spectrogram(batch.audio)
        if hearing_only:
            loss = self.hearing.loss(self._encode(self.network, mel), batch.labels, batch.heard)
            return {"loss": loss}
        ids, options = batch.ids, self.options
        states, hidden = self._hidden(self.network, mel, ids[:, :-1].contiguous())
        nexts, weights = ids[:, 1:], batch.weights[:, 1:]
        wanted = weights > 0
        scores = self.network.head(hidden[wanted])
        targets, chosen = nexts[wanted], weights[wanted]
        each = token_losses(scores, targets, self._times, options.smoothing, options.time_spread)
        total = chosen.sum().clamp_min(1.0)
        loss = tokens = (each * chosen).sum() / total
        parts: dict[str, Tensor] = {}
        if options.hearing_weight:
            parts["hearing"] = self.hearing.loss(states, batch.labels, batch.heard)
            loss = loss + options.hearing_weight * parts["hearing"]
        if self._pointing is not None:
            parts["pointing"] = self._pointing.loss(states, ids, wanted)
            loss = loss + options.pointing_weight * parts["pointing"]
        timed = (targets >= self._times.start) & (targets < self._times.stop)
        parts["time"] = (each * timed).sum() / timed.sum().clamp_min(1)
        parts["right"] = (scores.detach().argmax(dim=1) == targets).float().sum() / max(
            1, len(targets)
        )
        return {"loss": loss, "tokens": tokens.detach()} | {
            name: part.detach() for name, part in parts.items()
        }


def _encode(network: Network, mel: Tensor) -> Tensor:
    return network.encode(mel)


def _hidden(network: Network, mel: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    states = network.encode(mel)
    return states, network.hidden(ids, states)
