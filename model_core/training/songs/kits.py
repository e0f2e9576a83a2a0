"""Drum kits: every stroke is synthesised once a song, from a style whose values are varied.

Drums are swept sines with a click and shaped noise; cymbals are noise with a metallic part of
six squares that are no harmonics of one another, as drum machines make them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from model_core.training.songs.plan import Part

__all__ = ["KITS", "Kit", "KitStyle"]

Samples = NDArray[np.float32]
_METAL = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
_VARIANTS = 3


@dataclass(frozen=True, slots=True)
class KitStyle:
    """A kit's sound; frequencies in Hz, lengths in seconds (to about a third), shares 0 to 1.

    ``sweep``: by how much a kick falls; ``click``: its beater; ``drive``: how hard the kick is
    overdriven; ``metal``: share of the metallic part in cymbals; ``soft``: a stroke's attack, for
    brushes; ``hold``: each noise sample is repeated so often; ``bits``: 0 for full depth;
    ``dull``: low-pass for the whole kit, 0 for none; ``room``: a short room around every stroke.
    """

    kick: float = 52.0
    sweep: float = 160.0
    kick_length: float = 0.12
    click: float = 0.3
    drive: float = 1.0
    snare: float = 190.0
    snare_length: float = 0.11
    snare_noise: float = 0.75
    snare_low: float = 1200.0
    hat_length: float = 0.04
    hat_low: float = 6000.0
    metal: float = 0.2
    ride_length: float = 0.3
    crash_length: float = 0.45
    tom: float = 110.0
    tom_length: float = 0.14
    soft: float = 0.0
    hold: int = 1
    bits: int = 0
    dull: float = 0.0
    room: float = 0.0


KITS: dict[str, KitStyle] = {
    "acoustic": KitStyle(kick=60, sweep=120, room=0.15),
    "dry studio": KitStyle(kick=64, sweep=80, kick_length=0.08, snare=210, snare_length=0.08,
                           hat_length=0.03, click=0.2),
    "rock room": KitStyle(kick=58, sweep=140, snare=175, snare_length=0.16, crash_length=0.6,
                          hat_length=0.06, room=0.5, click=0.4),
    "garage": KitStyle(kick=66, sweep=100, snare=230, snare_length=0.14, drive=2.0,
                       hat_length=0.07, room=0.35, dull=6500, bits=9),
    "tight": KitStyle(kick=55, sweep=220, kick_length=0.08, snare=220, snare_length=0.08,
                      hat_length=0.025, click=0.5),
    "metal": KitStyle(kick=54, sweep=260, kick_length=0.06, click=1.0, snare=200,
                      snare_length=0.12, crash_length=0.5, ride_length=0.22, metal=0.3, room=0.2),
    "brush": KitStyle(kick=58, sweep=60, kick_length=0.13, click=0.08, snare=180,
                      snare_noise=0.95, snare_length=0.14, soft=0.006, hat_length=0.05,
                      ride_length=0.5, snare_low=2200),
    "808": KitStyle(kick=44, sweep=90, kick_length=0.34, click=0.1, snare=185, snare_noise=0.6,
                    snare_length=0.1, hat_length=0.03, metal=0.9, hat_low=7000, tom=90,
                    tom_length=0.25),
    "909": KitStyle(kick=50, sweep=280, kick_length=0.16, click=0.35, drive=1.6, snare=200,
                    snare_noise=0.85, snare_length=0.13, metal=0.5, hat_length=0.05),
    "electronic": KitStyle(kick=50, sweep=300, kick_length=0.15, snare=180, snare_noise=0.9,
                           snare_length=0.12, metal=0.4),
    "club": KitStyle(kick=47, sweep=380, kick_length=0.2, click=0.5, drive=2.2, snare=210,
                     snare_length=0.16, hat_length=0.035, hat_low=7200, room=0.1),
    "gabber": KitStyle(kick=52, sweep=420, kick_length=0.3, click=0.5, drive=9.0, snare=240,
                       snare_length=0.12, metal=0.5, hat_length=0.045),
    "industrial": KitStyle(kick=48, sweep=240, kick_length=0.2, drive=5.0, snare=150,
                           snare_length=0.2, metal=0.9, hold=2, bits=7, room=0.4),
    "break": KitStyle(kick=68, sweep=90, kick_length=0.09, snare=240, snare_length=0.1,
                      ride_length=0.16, hat_length=0.05, dull=7000, bits=8, drive=1.8, room=0.3),
    "lo-fi": KitStyle(kick=56, sweep=80, kick_length=0.12, click=0.15, snare=195,
                      snare_length=0.1, hat_length=0.04, hat_low=4500, dull=4200, bits=8),
    "chip": KitStyle(kick=70, sweep=300, kick_length=0.07, click=0.5, snare=260, snare_noise=0.95,
                     snare_length=0.07, hat_length=0.02, metal=0.0, hold=3, bits=4),
    "chip noise": KitStyle(kick=90, sweep=500, kick_length=0.05, click=0.9, snare=300,
                           snare_noise=1.0, snare_length=0.09, hat_length=0.03, metal=0.0,
                           hold=5, bits=4, snare_low=400),
    "latin": KitStyle(kick=62, sweep=100, kick_length=0.1, snare=320, snare_noise=0.35,
                      snare_length=0.06, hat_length=0.06, hat_low=5000, tom=190,
                      tom_length=0.12, room=0.2),
    "orchestra": KitStyle(kick=48, sweep=40, kick_length=0.4, click=0.1, snare=200,
                          snare_length=0.14, tom=75, tom_length=0.35, crash_length=0.9,
                          soft=0.003, room=0.6),
}  # fmt: skip


class Kit:
    """One song's kit: strokes as float32 samples at ``sample_rate``, made when first asked for."""

    def __init__(self, name: str, rng: np.random.Generator, sample_rate: int) -> None:
        self._style = _varied(KITS[name], rng)
        self._rate = sample_rate
        self._rng = rng
        self._made: dict[tuple[Part, int, int], Samples] = {}

    def stroke(self, part: Part, pitch: int, count: int) -> Samples:
        """A stroke on ``part``; ``pitch`` in semitones moves toms, ``count`` tells takes apart."""
        take = count % _VARIANTS if part not in (Part.KICK, Part.CRASH) else 0
        key = (part, pitch if part is Part.TOM else 0, take)
        shot = self._made.get(key)
        if shot is None:
            shot = self._made[key] = self._finished(self._make(part, pitch), part)
        return shot

    def _make(self, part: Part, pitch: int) -> NDArray[np.float64]:
        style = self._style
        if part is Part.KICK:
            return self._kick()
        if part is Part.SNARE:
            return self._snare()
        if part is Part.CLAP:
            return self._clap()
        if part is Part.TOM:
            base = style.tom * 2.0 ** (pitch / 24.0)
            body = 0.7 * self._swept(base, 60.0, style.tom_length, 0.03)
            skin = 0.1 * self._noise(0.1, 0.02, 800.0)
            body[: len(skin)] += skin[: len(body)]
            return body
        if part is Part.HAT:
            return 0.32 * self._cymbal(style.hat_length, style.hat_low, style.metal)
        if part is Part.RIDE:
            ping = self._cymbal(0.02, 5000.0, 0.3)
            body = 0.35 * self._cymbal(style.ride_length, 4500.0, 0.4 + 0.5 * style.metal)
            body[: len(ping)] += 0.6 * ping[: len(body)]
            return 0.36 * body
        return 0.3 * self._cymbal(style.crash_length, 3000.0, 0.5 * style.metal)

    def _clock(self, seconds: float) -> NDArray[np.float64]:
        return np.arange(max(8, int(seconds * self._rate))) / self._rate

    def _noise(self, seconds: float, length: float, low: float) -> NDArray[np.float64]:
        t = self._clock(seconds)
        raw = self._rng.standard_normal(len(t) // self._style.hold + 1)
        raw = np.repeat(raw, self._style.hold)[: len(t)]
        edge = min(low, 0.42 * self._rate)
        sos = signal.butter(2, edge, "highpass", fs=self._rate, output="sos")
        return np.asarray(signal.sosfilt(sos, raw) * np.exp(-t / length))

    def _swept(self, base: float, sweep: float, length: float, fall: float) -> NDArray[np.float64]:
        t = self._clock(min(1.2, 5.0 * length))
        phase = base * t + sweep * fall * (1 - np.exp(-t / fall))
        end = np.minimum(1.0, (len(t) - np.arange(len(t))) / (0.01 * self._rate))
        return np.asarray(np.sin(2 * np.pi * phase) * np.exp(-t / length) * end)

    def _kick(self) -> NDArray[np.float64]:
        style = self._style
        body = self._swept(style.kick, style.sweep, style.kick_length, 0.028)
        click = self._noise(0.012, 0.003, 1500.0)
        body[: len(click)] += 0.6 * style.click * click[: len(body)]
        if style.drive > 1.01:
            body = np.tanh(style.drive * body) / np.tanh(style.drive)
        return 0.95 * body

    def _snare(self) -> NDArray[np.float64]:
        style = self._style
        noise = self._noise(6 * style.snare_length, style.snare_length, style.snare_low)
        tone = self._swept(style.snare, 60.0, 0.05, 0.02)
        upper = self._swept(style.snare * 1.73, 40.0, 0.035, 0.02)
        tone[: len(upper)] += 0.5 * upper[: len(tone)]
        count = min(len(noise), len(tone))
        out = 0.75 * style.snare_noise * noise
        out[:count] += (1.15 - style.snare_noise) * tone[:count]
        return 0.75 * out

    def _clap(self) -> NDArray[np.float64]:
        tail = self._noise(0.4, 0.07, 900.0)
        out = 0.8 * tail
        for burst in (0.009, 0.018):
            at = int(burst * self._rate)
            out[at:] += 0.6 * self._noise(0.4, 0.006, 900.0)[: len(out) - at]
        return 0.6 * out

    def _cymbal(self, length: float, low: float, metal: float) -> NDArray[np.float64]:
        noise = self._noise(min(2.5, 5 * length), length, low)
        if metal < 0.05:
            return noise
        t = np.arange(len(noise)) / self._rate
        scale = float(self._rng.uniform(0.9, 1.15))
        squares = np.zeros(len(t))
        for frequency in _METAL:
            squares += np.sign(np.sin(2 * np.pi * frequency * scale * 4.0 * t))
        sos = signal.butter(2, min(low, 0.42 * self._rate), "highpass", fs=self._rate, output="sos")
        ringing = signal.sosfilt(sos, squares) * np.exp(-t / (1.2 * length))
        return np.asarray((1 - metal) * noise + 0.4 * metal * ringing)

    def _finished(self, shot: NDArray[np.float64], part: Part) -> Samples:
        style = self._style
        if style.soft and part is not Part.KICK:
            rise = max(1, int(style.soft * self._rate))
            shot[:rise] *= np.linspace(0.1, 1, len(shot[:rise]))
        if style.room > 0.02:
            tail = int(0.25 * self._rate)
            echo = self._rng.standard_normal(tail) * np.exp(-np.arange(tail) * 5 / tail)
            echo *= style.room * 0.6 / np.sqrt(np.sum(echo**2))
            echo[: int(0.004 * self._rate)] = 0
            wet = signal.fftconvolve(shot, echo)
            wet[: len(shot)] += shot
            shot = wet
        if style.bits:
            levels = 2.0 ** (style.bits - 1)
            shot = np.round(shot * levels) / levels
        if style.dull and style.dull < 0.45 * self._rate:
            sos = signal.butter(1, style.dull, "lowpass", fs=self._rate, output="sos")
            shot = signal.sosfilt(sos, shot)
        return np.asarray(shot, dtype=np.float32)


def _varied(style: KitStyle, rng: np.random.Generator) -> KitStyle:
    """The style with every measure a little off, so that no two kits are equal."""
    changes: dict[str, Any] = {}
    for item in fields(style):
        value = getattr(style, item.name)
        if isinstance(value, float | int) and item.name not in ("hold", "bits", "soft"):
            changes[item.name] = float(value) * float(rng.uniform(0.8, 1.25))
    changes["metal"] = min(1.0, changes["metal"])
    changes["snare_noise"] = min(1.0, changes["snare_noise"])
    return replace(style, **changes)
