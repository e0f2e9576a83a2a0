"""How long, how fast and on what a network is trained; and the pace that follows from it."""

from __future__ import annotations

import math
import os
import shutil
import time
from dataclasses import dataclass, field

import torch

from model_core.errors import InputError
from model_core.training.augment import Augmentation
from model_core.training.dataset import LENGTHS
from model_core.training.tasks import TaskOptions

__all__ = ["Pace", "TrainingOptions", "native_bfloat16", "useful_compile", "useful_workers"]

_COMPILE_PAYS_MINUTES = 45.0


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How long and how fast.

    Attributes:
        hearing_minutes, minutes: wall-clock times of the two stages (the encoder alone, then
            everything), where steps are not given.
        hearing_steps, steps: counts of optimiser steps instead.
        batch: windows a step and process; ``accumulate`` of such make one optimiser step.
        schedule: of the learning rate, ``cosine`` or ``wsd`` (warm-up, stable, decay over the
            last fifth); ``warmup_steps`` begin either.
        smoothing: of targets that are no times; ``time_spread`` is what each of a time's two
            neighbours gets.
        hearing_weight, pointing_weight: of the helper losses; 0 leaves one out.
        precision: ``auto`` (bf16 where the processor multiplies in it), ``bf16`` or ``no``.
        compile: whether to compile; None: where it helps and can be done.
        workers: processes that read songs; None: by the processor, 0: none.
        lengths: padded sequence lengths. log_steps: averaged into one log line.
        max_bad_steps: so many steps in a row without finite gradients end the training.
        tensorboard: whether to write what is logged for TensorBoard too.
        device: ``auto``, or ``cpu`` where a GPU is to be left alone.
    """

    hearing_minutes: float = 5.0
    minutes: float = 60.0
    hearing_steps: int | None = None
    steps: int | None = None
    batch: int = 16
    accumulate: int = 1
    learning_rate: float = 1.5e-3
    schedule: str = "cosine"
    warmup_steps: int = 150
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998
    smoothing: float = 0.05
    time_spread: float = 0.05
    hearing_weight: float = 0.3
    pointing_weight: float = 0.5
    precision: str = "auto"
    compile: bool | None = None
    workers: int | None = None
    lengths: tuple[int, ...] = LENGTHS
    seed: int = 0
    save_minutes: float = 4.0
    log_steps: int = 50
    max_bad_steps: int = 50
    tensorboard: bool = False
    device: str = "auto"
    tasks: TaskOptions = field(default_factory=TaskOptions)
    augmentation: Augmentation = field(default_factory=Augmentation)
    visits: int = 48
    pool: int = 48

    def __post_init__(self) -> None:
        if self.schedule not in ("cosine", "wsd"):
            raise InputError(f"The schedule is cosine or wsd, not {self.schedule!r}.")
        if self.precision not in ("auto", "bf16", "no"):
            raise InputError(f"The precision is auto, bf16 or no, not {self.precision!r}.")
        if self.batch < 1 or self.accumulate < 1:
            raise InputError("A step needs at least one window: batch and accumulate count from 1.")
        least = {"seed": 0, "log_steps": 1, "warmup_steps": 0, "workers": 0, "steps": 0}
        for name, low in {**least, "hearing_steps": 0}.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise InputError(f"{_told(name)} counts from {low}, so {value} cannot be.")
        for name in ("minutes", "hearing_minutes", "save_minutes"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                raise InputError(f"{_told(name)} is a time in minutes from 0 on, not {value:g}.")
        if not 0.0 < self.learning_rate < 1.0:
            raise InputError(
                f"The learning rate is above 0 and below 1, not {self.learning_rate:g}."
            )
        if not 0.0 <= self.ema < 1.0:
            raise InputError(f"The average's decay (ema) is from 0 to below 1, not {self.ema:g}.")


def _told(name: str) -> str:
    return f"--{name.replace('_', '-')}"


class Pace:
    """How far a stage is, by time or by steps, and the learning rate that follows.

    What was done before a resume is given; only time in which training runs counts.
    """

    def __init__(
        self, minutes: float, steps: int | None, spent: float = 0.0, done: int = 0
    ) -> None:
        self._seconds = minutes * 60.0
        self._steps = steps
        self._before = spent
        self._begun = time.monotonic()
        self.done = done
        self._done_before = done

    @property
    def spent(self) -> float:
        """Seconds spent in the stage."""
        return self._before + time.monotonic() - self._begun

    @property
    def share(self) -> float:
        """How much of the stage is over, 0 to 1."""
        if self._steps is not None:
            return min(1.0, self.done / self._steps) if self._steps > 0 else 1.0
        return min(1.0, self.spent / self._seconds) if self._seconds > 0 else 1.0

    @property
    def minutes_left(self) -> float | None:
        """Minutes until the stage ends; None while a count of steps has no speed yet."""
        if self._steps is None:
            return max(0.0, self._seconds - self.spent) / 60.0
        own = self.done - self._done_before
        if own == 0:
            return None
        per_step = (time.monotonic() - self._begun) / own
        return max(0, self._steps - self.done) * per_step / 60.0

    def rate(self, options: TrainingOptions, share: float | None = None) -> float:
        """The learning rate of the next step; ``share`` where several processes must agree."""
        share = self.share if share is None else share
        warm = min(1.0, (self.done + 1) / max(1, options.warmup_steps))
        if options.schedule == "wsd":
            left = min(1.0, max(0.0, (1.0 - share) / 0.2))
        else:
            left = 0.5 * (1.0 + math.cos(math.pi * share))
        return options.learning_rate * warm * (0.03 + 0.97 * left)


def native_bfloat16() -> bool:
    """Whether the processor multiplies in bfloat16; elsewhere it is slower than float32."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, bool)()) for name in checks)


def useful_compile(device: torch.device, minutes: float = math.inf) -> bool:
    """Whether compiling can be done (a GPU, or a C++ compiler) and pays within the time.

    A processor compiles for about a minute for every padded length.
    """
    if device.type == "cuda":
        return True
    if minutes < _COMPILE_PAYS_MINUTES:
        return False
    named = os.environ.get("CXX")
    compilers = ("cl",) if os.name == "nt" else ("g++", "c++", "clang++")
    return any(shutil.which(name) for name in ([named] if named else compilers))


def useful_workers(device: torch.device) -> int:
    """Processes to read songs with: none where the processor trains and has few cores."""
    cores = os.cpu_count() or 1
    if device.type == "cuda":
        return max(1, min(12, cores - 2))
    return 0 if cores <= 4 else 2
