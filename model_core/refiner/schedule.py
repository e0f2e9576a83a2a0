"""How much noise each diffusion step has, and how to step back from it.

The cosine schedule and the learned variances of Nichol & Dhariwal, "Improved Denoising Diffusion
Probabilistic Models" (2021), with that paper's choice of fewer steps: all steps in double
precision, as plain numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.errors import InputError

#: Steps that the refiner was trained with.
TRAINED_STEPS = 1000

_OFFSET = 0.008  # keeps the first steps' noise from vanishing
_MAX_BETA = 0.999

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The steps that are taken, least noisy first; arrays float64 [S].

    ``steps`` are their numbers among the trained ones, which the network is told.
    """

    steps: tuple[int, ...]
    betas: Array
    clean_scale: Array  # x0 = clean_scale * x - noise_scale * noise
    noise_scale: Array
    mean_clean: Array  # mean of the step before = mean_clean * x0 + mean_noisy * x
    mean_noisy: Array
    log_variance_min: Array  # of that step, as far as it is known ("posterior, clipped")
    log_variance_max: Array

    def __len__(self) -> int:
        return len(self.steps)


def cosine_betas(count: int = TRAINED_STEPS) -> Array:
    """The share of noise that each step adds, float64 [count]."""

    def signal(share: float) -> float:
        return math.cos((share + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2

    return np.asarray(
        [min(1 - signal((i + 1) / count) / signal(i / count), _MAX_BETA) for i in range(count)]
    )


def spaced_steps(sections: Sequence[int], count: int = TRAINED_STEPS) -> tuple[int, ...]:
    """Which steps are taken: ``sections[i]`` of them, evenly spread over the i-th of equal parts.

    ``(100, 0, 0, 0, 0, 0, 0, 0, 0, 0)`` takes the first hundred and no other.

    Raises:
        InputError: a part has fewer steps than are wanted of it, or none is wanted at all.
    """
    taken: list[int] = []
    size, longer = divmod(count, len(sections)) if sections else (0, 0)
    start = 0
    for index, wanted in enumerate(sections):
        length = size + (index < longer)
        if not 0 <= wanted <= length:
            raise InputError(f"{wanted} of {length} diffusion steps cannot be taken.")
        stride = (length - 1) / (wanted - 1) if wanted > 1 else 1.0
        taken += [start + round(stride * i) for i in range(wanted)]
        start += length
    if not taken:
        raise InputError("At least one diffusion step has to be taken.")
    return tuple(taken)


def schedule(sections: Sequence[int]) -> Schedule:
    """The schedule that takes the steps of ``sections`` (see :func:`spaced_steps`)."""
    steps = spaced_steps(sections)
    kept = np.cumprod(1 - cosine_betas())[list(steps)]  # share of the signal left at each
    before = np.append(1.0, kept[:-1])
    betas = 1 - kept / before
    variance = betas * (1 - before) / (1 - kept)
    # The very first is nothing at all, whose logarithm there is not.
    clipped = np.append(variance[1], variance[1:]) if len(variance) > 1 else betas
    return Schedule(
        steps=steps,
        betas=betas,
        clean_scale=np.sqrt(1 / kept),
        noise_scale=np.sqrt(1 / kept - 1),
        mean_clean=betas * np.sqrt(before) / (1 - kept),
        mean_noisy=(1 - before) * np.sqrt(1 - betas) / (1 - kept),
        log_variance_min=np.log(clipped),
        log_variance_max=np.log(betas),
    )
