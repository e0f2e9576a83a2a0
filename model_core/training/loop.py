"""Training the starter: first the encoder learns to hear, then everything learns to map.

Both stages run for a given time, not a given count, because what matters to whoever trains is
when it ends. Mixed precision (bfloat16 products, float32 weights) is several times faster on
processors that have it; ``torch.compile`` fuses the rest where a C++ compiler is found. State is
saved every few minutes and resumed from; the log, one JSON object a line, is the learning curve.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_core.network.model import Network
from model_core.tokens.layout import Layout
from model_core.tokens.vocabulary import Vocabulary
from model_core.training.audible import HearingHead, encoder_batches
from model_core.training.dataset import Batch, WindowDataset
from model_core.training.pointing import Pointing

__all__ = ["TrainingOptions", "train"]


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How long and how fast.

    ``hearing_minutes`` and ``minutes`` are wall-clock times of the two stages.
    ``lengths`` are the padded sequence lengths. ``log_steps`` are averaged into one log line.
    """

    hearing_minutes: float = 5.0
    minutes: float = 60.0
    batch: int = 16
    learning_rate: float = 1.5e-3
    hearing_weight: float = 0.3
    pointing_weight: float = 0.5
    weight_decay: float = 0.01
    warmup_steps: int = 150
    ema: float = 0.998
    lengths: tuple[int, ...] = (192, 256, 320, 384, 448, 512, 576, 704)
    compile: bool = True
    seed: int = 0
    save_minutes: float = 4.0
    log_steps: int = 50


class _Clock:
    """Seconds spent in a stage, carried over a resume, and the learning rate that follows."""

    def __init__(self, minutes: float, spent: float = 0.0) -> None:
        self.total = minutes * 60.0
        self._before = spent
        self._begun = time.monotonic()

    @property
    def spent(self) -> float:
        return self._before + time.monotonic() - self._begun

    def share(self) -> float:
        return min(1.0, self.spent / self.total) if self.total > 0 else 1.0


class Trainer:
    """Owns the network, its average, the optimiser and the log."""

    def __init__(
        self,
        network: Network,
        dataset: WindowDataset,
        out: Path,
        options: TrainingOptions,
        save: Callable[[Network], None],
    ) -> None:
        self.network = network
        self.dataset = dataset
        self.options = options
        self.out = out
        self._save_checkpoint = save
        self.hearing = HearingHead(network.config.d_model)
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(network, self.hearing, options.weight_decay),
            lr=options.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.average = {k: v.detach().clone() for k, v in network.state_dict().items()}
        self.step = 0
        self.spent = {"hearing": 0.0, "mapping": 0.0}
        self.pointing = Pointing(network, dataset.time_ids)
        self._hidden = torch.compile(_hidden) if options.compile else _hidden
        self._encode = torch.compile(_encode) if options.compile else _encode
        out.mkdir(parents=True, exist_ok=True)

    # ------------------------------------------------------------------ stages

    def run(self) -> None:
        """Both stages, from where the saved state left off."""
        self._load()
        self.dataset.reseed(self.options.seed, self.step)
        self._stage("hearing", self.options.hearing_minutes, self._hearing_losses())
        self._stage("mapping", self.options.minutes, self._mapping_losses())
        self._store()

    def _stage(self, name: str, minutes: float, losses: Iterator[dict[str, Tensor]]) -> None:
        clock = _Clock(minutes, self.spent[name])
        saved = noted = clock.spent
        sums: dict[str, float] = {}
        count = seen = first = 0
        while clock.share() < 1.0:
            parts = next(losses)
            parts["loss"].backward()
            norm = nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            rate = self._rate(clock.share(), first)
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
            self._average()
            self.step += 1
            first += 1
            for key, value in (*parts.items(), ("norm", norm)):
                sums[key] = sums.get(key, 0.0) + float(value.detach())
            count += 1
            seen += self.options.batch
            self.spent[name] = clock.spent
            if count == self.options.log_steps:
                row = {key: round(value / count, 4) for key, value in sums.items()}
                speed = round(seen / max(1e-9, clock.spent - noted), 2)
                self._note(stage=name, lr=round(rate, 6), windows_per_s=speed, **row)
                sums, count, seen, noted = {}, 0, 0, clock.spent
            if clock.spent - saved > self.options.save_minutes * 60.0:
                self._store()
                self.dataset.refresh()
                saved = clock.spent

    def _rate(self, share: float, steps: int) -> float:
        peak = self.options.learning_rate
        warm = min(1.0, (steps + 1) / self.options.warmup_steps)
        return peak * warm * (0.03 + 0.97 * 0.5 * (1.0 + math.cos(math.pi * share)))

    # ------------------------------------------------------------------ losses

    def _hearing_losses(self) -> Iterator[dict[str, Tensor]]:
        network = self.network
        songs = self.dataset.songs()
        samples = network.config.window_samples
        states = network.config.source_positions
        for audio, labels in encoder_batches(
            songs, self.options.batch, samples, states, self.options.seed + self.step
        ):
            mel = network.spectrogram(audio)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = self.hearing.loss(self._encode(network, mel), labels)
            yield {"loss": loss}

    def _mapping_losses(self) -> Iterator[dict[str, Tensor]]:
        for batch in self.dataset.batches(self.options.batch, self.options.lengths):
            yield self._mapping_loss(batch)

    def _mapping_loss(self, batch: Batch) -> dict[str, Tensor]:
        network = self.network
        mel = network.spectrogram(batch.audio)
        wanted = batch.weights[:, 1:] > 0
        times = self.dataset.time_ids
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states, hidden = self._hidden(network, mel, batch.ids[:, :-1].contiguous())
            scores = network.head(hidden[wanted])
            hearing = self.hearing.loss(states, batch.labels)
            nexts = batch.ids[:, 1:]
            timed = (nexts >= times.start) & (nexts < times.stop) & (batch.weights[:, 1:] >= 1.0)
            pointing = self.pointing.loss(states, nexts, timed)
        targets = nexts[wanted]
        weights = batch.weights[:, 1:][wanted]
        each = nn.functional.cross_entropy(scores.float(), targets, reduction="none")
        tokens = (each * weights).sum() / weights.sum()
        options = self.options
        return {
            "loss": tokens + options.hearing_weight * hearing + options.pointing_weight * pointing,
            "tokens": tokens.detach(),
            "time": each.detach()[timed[wanted]].mean(),
            "hearing": hearing.detach(),
            "pointing": pointing.detach(),
        }

    # ------------------------------------------------------------------ state

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.options.ema, (1.0 + self.step) / (10.0 + self.step))
        for name, value in self.network.state_dict().items():
            self.average[name].lerp_(value, 1.0 - decay)

    def _store(self) -> None:
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "average": self.average,
            "hearing": self.hearing.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "spent": self.spent,
        }
        partial = self.out / "state.tmp"
        torch.save(state, partial)
        partial.replace(self.out / "state.pt")
        own = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        self._save_checkpoint(self.network)
        self.network.load_state_dict(own)

    def _load(self) -> None:
        path = self.out / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average = state["average"]
        self.hearing.load_state_dict(state["hearing"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        self.spent = state["spent"]

    def _note(self, **row: Any) -> None:
        row = {"step": self.step, "minutes": round(sum(self.spent.values()) / 60.0, 2), **row}
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _encode(network: Network, mel: Tensor) -> Tensor:
    return network.encode(mel)


def _hidden(network: Network, mel: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    states = network.encode(mel)
    return states, network.hidden(ids, states)


def _parameter_groups(network: Network, hearing: HearingHead, decay: float) -> list[dict[str, Any]]:
    named = [*network.named_parameters(), *hearing.named_parameters()]
    return [
        {"params": [p for _, p in named if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for _, p in named if p.ndim < 2], "weight_decay": 0.0},
    ]


def train(
    network: Network,
    vocabulary: Vocabulary,
    layout: Layout,
    corpus: Path,
    out: Path,
    options: TrainingOptions,
    save: Callable[[Network], None],
) -> None:
    """Train ``network`` in place on the songs in ``corpus``; ``save`` writes the average."""
    torch.manual_seed(options.seed)
    dataset = WindowDataset(corpus, vocabulary, layout, seed=options.seed)
    Trainer(network.train(), dataset, out, options, save).run()
