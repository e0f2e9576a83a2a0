"""Training: first the encoder learns to hear, then everything learns to map.

Both stages run for a given time or a given count of steps, on one GPU, several (under
``accelerate launch``) or a processor. Weights stay in float32; products are bfloat16 where the
hardware multiplies in it. State is saved every few minutes and resumed from; the log, one JSON
object a line, is the learning curve.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.utils import broadcast
from torch import Tensor, nn

from model_core.errors import CompanionError, InputError
from model_core.network.model import Network
from model_core.tokens import Layout, Vocabulary
from model_core.training.dataset import Batch, WindowStream, batches_of
from model_core.training.log import Report, TrainingLog
from model_core.training.losses import Losses
from model_core.training.options import (
    Pace,
    TrainingOptions,
    native_bfloat16,
    useful_compile,
    useful_workers,
)
from model_core.training.state import STATE, Average, alone_in, read_state, write_state

__all__ = ["Trainer", "TrainingOptions", "train"]

_STAGES = ("hearing", "mapping")


class TrainingDivergedError(CompanionError):
    """Gradients are no numbers any more, step after step."""


class Trainer:
    """Owns the network, its average, the optimiser and the log.

    Args:
        network: trained in place; parameters that need no gradient are left alone (adapters).
        corpus: a folder of songs with maps. out: state and log go here.
        save: writes a checkpoint of the network it is given, which has the average for weights.
        report: told every logged row.
    """

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        layout: Layout,
        corpus: Path,
        out: Path,
        options: TrainingOptions,
        save: Callable[[Network], None],
        report: Report | None = None,
    ) -> None:
        if network.conditions is not None:
            raise InputError(
                f"Models of the family {layout.family}, whose encoder is told difficulty and "
                "mapper, cannot be trained here. Choose one of another family."
            )
        self.network, self.options, self.out = network, options, out
        self._vocabulary, self._layout, self._corpus = vocabulary, layout, corpus
        self._save_checkpoint = save
        self.accelerator = _accelerator(options)
        device = self.accelerator.device
        torch.manual_seed(options.seed)
        losses = Losses(network.to(device).train(), vocabulary, options).to(device)
        compiled = options.compile
        if compiled is None:
            minutes = options.minutes if options.steps is None else 0.0
            compiled = useful_compile(device, minutes)
        if compiled:
            losses.compile_parts()
        self._losses = losses
        self._optimiser = torch.optim.AdamW(
            _parameter_groups(losses, options.weight_decay),
            lr=options.learning_rate,
            betas=(0.9, 0.98),
            fused=device.type in ("cpu", "cuda"),
        )
        self.average = Average(network, options.ema)
        self.step = 0
        self.spent = dict.fromkeys(_STAGES, 0.0)
        self.done = dict.fromkeys(_STAGES, 0)
        self.windows = 0
        self._bad = 0
        if self.accelerator.is_main_process:
            out.mkdir(parents=True, exist_ok=True)
        self.accelerator.wait_for_everyone()
        self._alone = ExitStack()
        if self.accelerator.is_main_process:
            self._alone.enter_context(alone_in(out))
        self._log = TrainingLog(
            out,
            tensorboard=options.tensorboard and self.accelerator.is_main_process,
            report=report,
        )
        try:
            self._resume()
        except BaseException:
            self._alone.close()
            raise
        self._begun = self.step
        self._module: nn.Module
        self._module, self._stepper = self.accelerator.prepare(losses, self._optimiser)

    # ------------------------------------------------------------------ stages

    def run(self) -> None:
        """Both stages, from where the saved state left off.

        Raises:
            TrainingDivergedError: too many steps in a row had gradients that are no numbers; the
                last saved state is from before or among them.
        """
        options = self.options
        try:
            self._stage("hearing", options.hearing_minutes, options.hearing_steps)
            self._stage("mapping", options.minutes, options.steps)
            self._store()
        except (KeyboardInterrupt, InputError):  # the latter: the corpus is gone or damaged
            # Among several processes some would wait for ones that are gone already.
            if self.accelerator.num_processes == 1 and self.step > self._begun:
                self._store()
            raise
        finally:
            self._log.close()
            self._alone.close()

    def _stage(self, name: str, minutes: float, steps: int | None) -> None:
        options = self.options
        pace = Pace(minutes, steps, self.spent[name], self.done[name])
        if self._share(pace) >= 1.0:
            return
        batches = self._batches(heard=name == "hearing")
        saved = noted = pace.spent
        sums: dict[str, Tensor] = {}
        count = 0
        while (share := self._share(pace)) < 1.0:
            rate = pace.rate(options, share)
            parts = self._one_step(batches, name == "hearing", rate)
            pace.done += 1
            self.done[name], self.spent[name] = pace.done, pace.spent
            self.windows += options.batch * options.accumulate * self.accelerator.num_processes
            if parts is not None:
                for key, value in parts.items():
                    sums[key] = sums.get(key, torch.zeros_like(value)) + value
                count += 1
            if count == options.log_steps:
                took = max(1e-9, pace.spent - noted)
                per_step = options.batch * options.accumulate * self.accelerator.num_processes
                self._note(
                    stage=name,
                    lr=round(rate, 6),
                    windows_per_s=round(count * per_step / took, 2),
                    minutes_left=self._minutes_left(name, pace),
                    **{key: round(float(value) / count, 4) for key, value in sums.items()},
                )
                sums, count, noted = {}, 0, pace.spent
            if pace.spent - saved > options.save_minutes * 60.0:
                self._store()
                saved = pace.spent

    def _one_step(
        self, batches: Iterator[Batch], hearing: bool, rate: float
    ) -> dict[str, Tensor] | None:
        """One optimiser step; its losses, or None where it was skipped."""
        total: dict[str, Tensor] = {}
        count = self.options.accumulate
        for number in range(count):
            last = number + 1 == count
            with nullcontext() if last else self.accelerator.no_sync(self._module):
                batch = next(batches).to(self.accelerator.device)
                parts = self._module(batch, hearing)
                self.accelerator.backward(parts["loss"] / count)
            for key, value in parts.items():
                part = value.detach() / count
                total[key] = total[key] + part if key in total else part
        parameters = [p for group in self._optimiser.param_groups for p in group["params"]]
        norm = nn.utils.clip_grad_norm_(parameters, self.options.clip)
        self.step += 1
        if not math.isfinite(float(norm)):
            self._optimiser.zero_grad(set_to_none=True)
            self._skip()
            return None
        self._bad = 0
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._stepper.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.average.update(self.step)
        return total | {"norm": norm.detach()}

    def _skip(self) -> None:
        self._bad += 1
        if self.accelerator.is_main_process:
            self._log.tell(
                {"step": self.step, "warning": "a step was skipped: its gradients are no numbers"}
            )
        if self._bad >= self.options.max_bad_steps:
            raise TrainingDivergedError(
                f"{self._bad} steps in a row had gradients that are no numbers. Train again from "
                f"{self.out / STATE} with a lower learning rate, or without bf16."
            )

    def _share(self, pace: Pace) -> float:
        """How much of a stage is over; every process has the first one's word for it."""
        if self.accelerator.num_processes == 1:
            return pace.share
        told = torch.tensor([pace.share], dtype=torch.float64, device=self.accelerator.device)
        return float(broadcast(told)[0])

    def _minutes_left(self, stage: str, pace: Pace) -> float | None:
        left = pace.minutes_left
        if left is not None and stage == "hearing" and self.options.steps is None:
            left += self.options.minutes
        return None if left is None else round(left, 2)

    def _batches(self, *, heard: bool) -> Iterator[Batch]:
        options, device = self.options, self.accelerator.device
        stream = WindowStream(
            self._corpus,
            self._vocabulary,
            self._layout,
            size=options.batch,
            lengths=options.lengths,
            # The step is among the seeds: what is resumed must not repeat its first windows.
            seeds=(options.seed, self.step, int(heard)),
            heard=heard,
            process=(self.accelerator.process_index, self.accelerator.num_processes),
            tasks=options.tasks,
            augmentation=options.augmentation,
            visits=options.visits,
            pool=options.pool,
        )
        workers = useful_workers(device) if options.workers is None else options.workers
        return batches_of(stream, workers, pin=device.type == "cuda")

    # ------------------------------------------------------------------ state

    def _store(self) -> None:
        """Save the state, and a checkpoint of the average."""
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            losses = self._losses
            write_state(
                self.out / STATE,
                {
                    "version": 2,
                    "mappers": list(self._vocabulary.mappers),
                    "network": _trained(losses.network),
                    "hearing": losses.hearing.state_dict(),
                    "average": self.average.state_dict(),
                    "optimiser": self._optimiser.state_dict(),
                    "step": self.step,
                    "windows": self.windows,
                    "spent": self.spent,
                    "done": self.done,
                },
            )
            with self.average.in_place():
                self._save_checkpoint(self.network)
        self.accelerator.wait_for_everyone()

    def _resume(self) -> None:
        state = read_state(self.out / STATE)
        if state is None:
            return
        if tuple(state.get("mappers", self._vocabulary.mappers)) != self._vocabulary.mappers:
            raise InputError(
                f"{self.out / STATE} is of a model with other mappers. Train in another folder."
            )
        try:
            own = self._losses.network.state_dict()
            self._losses.network.load_state_dict({**own, **state["network"]})
            self._losses.hearing.load_state_dict(state["hearing"])
            self.average.load_state_dict(state["average"])
            self._optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise InputError(
                f"{self.out / STATE} is of a network of other sizes. Train in another folder, or "
                "with the sizes it was begun with."
            ) from error
        self.step, self.windows = state["step"], state["windows"]
        self.spent, self.done = state["spent"], state["done"]
        if self.accelerator.is_main_process:
            self._log.go_on_from(self.step)

    def _note(self, **row: Any) -> None:
        if self.accelerator.is_main_process:
            minutes = round(sum(self.spent.values()) / 60.0, 2)
            row["hardware"] = _hardware(self.accelerator)
            self._log.note({"step": self.step, "minutes": minutes, **row})


def _accelerator(options: TrainingOptions) -> Accelerator:
    on_processor = options.device == "cpu" or not torch.cuda.is_available()
    fast = native_bfloat16() if on_processor else torch.cuda.is_bf16_supported()
    half = options.precision == "bf16" or (options.precision == "auto" and fast)
    if not on_processor:
        torch.set_float32_matmul_precision("high")
    return Accelerator(
        mixed_precision="bf16" if half else "no",
        cpu=on_processor,
        # The first stage leaves the decoder alone.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )


def _hardware(accelerator: Accelerator) -> str:
    """What trains, in words, for the log and the model card."""
    count = accelerator.num_processes
    if accelerator.device.type == "cuda":
        return f"{count} x {torch.cuda.get_device_name(accelerator.device)}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"


def _trained(network: Network) -> dict[str, Tensor]:
    trained = {name for name, weight in network.named_parameters() if weight.requires_grad}
    return {name: value for name, value in network.state_dict().items() if name in trained}


def _parameter_groups(losses: Losses, decay: float) -> list[dict[str, Any]]:
    weights = [weight for weight in losses.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in weights if w.ndim >= 2], "weight_decay": decay},
        {"params": [w for w in weights if w.ndim < 2], "weight_decay": 0.0},
    ]


def train(
    network: Network,
    vocabulary: Vocabulary,
    layout: Layout,
    corpus: Path,
    out: Path,
    options: TrainingOptions,
    save: Callable[[Network], None],
    report: Report | None = None,
) -> Trainer:
    """Train ``network`` in place on the songs in ``corpus``; ``save`` writes the average."""
    trainer = Trainer(network, vocabulary, layout, corpus, out, options, save, report)
    trainer.run()
    return trainer
