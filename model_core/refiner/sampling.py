"""The refiner's steps: from positions that are nearly right to some that fit each other.

The published refiner does not begin from noise: the positions that were generated are taken for
slightly noisy ones, and the last steps of the diffusion are walked from there. Points that are
given stay where they are (in-painting), and sliders end where their paths do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model_core.errors import DegenerateOutput
from model_core.generation.decode_loop import never, stop_if
from model_core.refiner.network import AXES, RefinerNetwork, band
from model_core.refiner.points import PointSequence
from model_core.refiner.schedule import Schedule
from model_core.refiner.slider_ends import put_ends

Floats = npt.NDArray[np.float32]
#: Noise float32 [2, count] for a window (counted from 0), a step of it (likewise), so many points.
Noise = Callable[[int, int, int], Floats]
#: Told of every step's positions, float32 [2, count]: window, step, positions.
Watch = Callable[[int, int, Floats], None]


@dataclass(frozen=True, slots=True)
class WindowRule:
    """How a long sequence is cut, in points.

    ``overlap`` points at the end of a window are done again by the next, which keeps the
    ``overlap`` before those as they are. ``band``: how many points see each other.
    """

    longest: int = 1024
    overlap: int = 128
    band: int = 128

    def starts(self, points: int, skip_short: bool) -> range:
        """First points of the windows.

        With ``skip_short``, as in the reference, a sequence of no more than two overlaps is left
        out altogether.
        """
        new = points - 2 * self.overlap
        return range(0, new if skip_short or not points else max(new, 1), self.stride)

    @property
    def stride(self) -> int:
        return self.longest - 2 * self.overlap


def walk(
    network: RefinerNetwork,
    sequence: PointSequence,
    kept: npt.NDArray[np.bool_],
    asked: Floats,
    nothing: Floats,
    guidance_scale: float,
    schedule: Schedule,
    rule: WindowRule,
    noise: Noise,
    skip_short: bool = False,
    cancelled: Callable[[], bool] = never,
    report: Callable[[int, int], None] | None = None,
    watch: Watch | None = None,
) -> Floats:
    """Refined positions, float32 [2, N]; those that are ``kept`` (bool [N]) stay.

    ``asked`` and ``nothing`` are class vectors, float32 [C]. ``report`` is told the steps done and
    those there are. Ends of sliders that lie in one window follow from their paths even where kept.

    Raises:
        DegenerateOutput: the network's answer is no number.
        Cancelled: asked before every step.
    """
    positions = sequence.positions.copy()
    starts = rule.starts(len(sequence), skip_short)
    total = len(starts) * len(schedule)
    for window, start in enumerate(starts):
        end = min(start + rule.longest, len(sequence))
        fixed = kept[start:end].copy()
        if window:
            fixed[: rule.overlap] = True
        x = positions[:, start:end].copy()
        put_ends(x, sequence.sliders, start)
        given = x.copy()
        answer = _Answer(network, sequence.context[:, start:end], asked, nothing, guidance_scale)
        allowed = band(end - start, rule.band, network.device)
        for turn, step in enumerate(reversed(range(len(schedule)))):
            stop_if(cancelled)
            guess, log_variance = answer.at(x, schedule, step, allowed)
            guess = np.where(fixed, given, guess)
            put_ends(guess, sequence.sliders, start)
            x = schedule.mean_clean[step] * guess + schedule.mean_noisy[step] * x
            if step:
                x = x + np.exp(0.5 * log_variance) * noise(window, turn, end - start)
            x = x.astype(np.float32)
            if watch is not None:
                watch(window, turn, x)
            if report is not None:
                report(window * len(schedule) + turn + 1, total)
        if not np.isfinite(x).all():
            raise DegenerateOutput(
                "The position refiner's answer is no number. Use another precision (float32), or"
                " leave positions as they are generated."
            )
        # The next window does the end of this one again, and hears what comes after it.
        done = end - start if window == len(starts) - 1 else rule.longest - rule.overlap
        positions[:, start : start + done] = x[:, :done]
    return positions


class _Answer:
    """What the network says about one window's points at each step."""

    def __init__(
        self,
        network: RefinerNetwork,
        context: Floats,
        asked: Floats,
        nothing: Floats,
        scale: float,
    ) -> None:
        # Where guidance changes nothing, the row that leads away from nothing is not computed.
        classes = [asked] if scale == 1 else [asked, nothing]
        self._network = network
        self._scale = scale
        self._classes = torch.from_numpy(np.stack(classes)).to(network.device)
        own = torch.from_numpy(np.ascontiguousarray(context)).to(network.device)
        self._context = own[None].expand(len(classes), -1, -1)

    def at(
        self, x: Floats, schedule: Schedule, step: int, allowed: Tensor | None
    ) -> tuple[Floats, npt.NDArray[np.float64]]:
        """The guess of the clean positions, and the logarithm of the step's variance [2, N]."""
        rows = len(self._classes)
        noisy = torch.from_numpy(x).to(self._network.device)[None]
        steps = torch.full((rows,), schedule.steps[step], device=noisy.device)
        with torch.inference_mode():
            if rows == 1:
                said = self._network(noisy, steps, self._context, self._classes, allowed)
            else:
                said = self._network.guided(
                    noisy, steps, self._context, self._classes, self._scale, allowed
                )
        values = said[0].cpu().numpy()
        share = (values[AXES:].astype(np.float64) + 1) / 2
        least, most = schedule.log_variance_min[step], schedule.log_variance_max[step]
        guess = schedule.clean_scale[step] * x - schedule.noise_scale[step] * values[:AXES]
        return guess.astype(np.float32), share * most + (1 - share) * least
