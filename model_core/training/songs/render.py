"""Rendering: from a song plan to audio samples.

``play`` makes the dry parts; here they are mixed and mastered. All effects run over the whole
song at once, which keeps a minute of music well under a second of work. What is drawn for the mix
comes from the plan's seed: the same plan gives the same samples on the same machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model_core.training.songs import degrade, effects
from model_core.training.songs.plan import Part, SongPlan
from model_core.training.songs.play import BUSES, play

__all__ = ["render", "render_stereo"]

Samples = NDArray[np.float32]
_DRUMS, _BASS, _CHORDS, _ARP, _LEAD, _VOCAL, _NOISE = range(len(BUSES))
_PAN = (0.5, 0.5, 0.36, 0.66, 0.54, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class _Mix:
    """What is drawn for one song; gains are linear, against parts of equal loudness."""

    gains: NDArray[np.float32]
    sends: NDArray[np.float32]
    room_seconds: float
    pump: float
    pump_ms: float
    echo: float
    dynamics: float
    amp: float


def render(plan: SongPlan, sample_rate: int = 16000) -> Samples:
    """The song as mono float32 samples; the peak is at most 1, in some songs far below."""
    rng = np.random.default_rng([plan.seed, 1])
    buses, mix = _mixed(plan, sample_rate, rng)
    dry = (mix.gains @ buses)[None, :]
    sent = (mix.sends @ buses)[None, :]
    return np.asarray(_master(plan, mix, dry, sent, sample_rate, rng)[0], dtype=np.float32)


def render_stereo(plan: SongPlan, sample_rate: int = 44100) -> NDArray[np.float32]:
    """The song as float32 ``[2, n]``: the same music, its parts placed left to right."""
    rng = np.random.default_rng([plan.seed, 1])
    buses, mix = _mixed(plan, sample_rate, rng)
    angle = np.array(_PAN) * np.pi / 2
    sides = (np.sqrt(2) * np.stack([np.cos(angle), np.sin(angle)])).astype(np.float32)
    dry = (sides * mix.gains) @ buses
    sent = (sides * mix.sends) @ buses
    return _master(plan, mix, dry, sent, sample_rate, rng)


def _mixed(
    plan: SongPlan, sample_rate: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], _Mix]:
    """The parts at equal loudness, with the effects of each, and how they are to be mixed."""
    buses = play(plan, sample_rate, rng)
    mix = _draw_mix(plan, rng)
    for number, bus in enumerate(buses):
        if not bus.any():
            continue
        amplified = (
            (number == _CHORDS and plan.chord_voice in ("distorted", "guitar"))
            or (number == _LEAD and plan.lead_voice == "lead guitar")
            or (number == _BASS and plan.bass_voice == "growl")
        )
        if amplified:
            strength = mix.amp if plan.chord_voice == "distorted" else 0.4 * mix.amp
            cabinet = 1600.0 if number == _BASS else 4200.0
            bus[:] = effects.overdrive(bus, strength, sample_rate, cabinet)
        if number in (_ARP, _LEAD, _VOCAL) and mix.echo > 0.05:
            beats = 0.5 if plan.bpm < 110 else 0.75
            delay = int(beats * plan.tempos[0].beat_length * sample_rate / 1000)
            bus[:] = effects.echo(bus, delay, 0.45, mix.echo)
        bus /= np.float32(_loudness(bus))
    if mix.pump > 0:
        kicks = [
            round(note.onset_ms * sample_rate / 1000)
            for note in plan.notes
            if note.part is Part.KICK
        ]
        length = int(mix.pump_ms * sample_rate / 1000)
        gain = effects.pumping(buses.shape[1], kicks, mix.pump, length)
        buses[[_BASS, _CHORDS, _ARP]] *= gain
    return buses, mix


def _loudness(bus: Samples) -> float:
    """The mean loudness of a part where it plays."""
    block = 1024
    count = len(bus) // block * block
    power = np.mean(bus[:count].reshape(-1, block)[:, ::2] ** 2, axis=1)
    floor = 0.02 * float(np.sort(power)[-max(1, len(power) // 50)])
    return float(np.sqrt(np.mean(power[power > floor]))) or 1.0


def _draw_mix(plan: SongPlan, rng: np.random.Generator) -> _Mix:
    """Loudness of each part; the melody is in front of everything but sometimes the drums."""
    decibels = np.array(
        [
            rng.uniform(-4, 3.5), rng.uniform(-9, 0), rng.uniform(-13, -5), rng.uniform(-13, -6),
            rng.uniform(-2, 3.5), rng.uniform(-1, 4), rng.uniform(-12, -5),
        ]
    )  # fmt: skip
    if plan.chord_voice == "distorted":
        decibels[_CHORDS] += 3.0  # the wall of sound that such music has
    if plan.kit in ("orchestra", "brush"):
        decibels[_DRUMS] -= 5.0
    gains = 10 ** (decibels / 20)
    wetness = 10 ** (rng.uniform(-26, -9) / 20)
    sends = gains * wetness * np.array([0.5, 0.1, 1.0, 1.2, 1.0, 1.3, 1.0])
    pumps = plan.electronic and rng.random() < 0.65
    return _Mix(
        gains=gains.astype(np.float32),
        sends=sends.astype(np.float32),
        room_seconds=float(rng.choice([rng.uniform(0.2, 0.7), rng.uniform(0.7, 1.8)])),
        pump=float(rng.uniform(0.3, 0.9)) if pumps else 0.0,
        pump_ms=float(min(rng.uniform(120, 350), 0.9 * plan.tempos[0].beat_length)),
        echo=float(rng.uniform(0.1, 0.4)) if rng.random() < 0.35 else 0.0,
        dynamics=float(rng.uniform(0, 9)) if rng.random() < 0.7 else 0.0,
        amp=float(rng.uniform(4, 16)),
    )


def _dynamics(plan: SongPlan, mix: _Mix, count: int, sample_rate: int) -> Samples:
    """The song's rise and fall: sections by their energy, and fades at either end."""
    block = sample_rate // 50
    times = np.arange(count // block + 2) * 20.0
    gains = np.ones(len(times))
    if mix.dynamics > 0:
        starts = [plan.milliseconds(section.first_tick) for section in plan.sections]
        which = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
        energies = np.array([section.energy for section in plan.sections])
        gains *= 10 ** (mix.dynamics * (energies[which] - 1.0) / 20)
        gains = np.convolve(np.pad(gains, 2, mode="edge"), np.full(5, 0.2), "valid")
    if plan.fade_in_ms:
        begin = plan.tempos[0].start_ms
        gains *= np.clip(0.02 + (times - begin) / plan.fade_in_ms, 0.02, 1.0)
    if plan.fade_out_ms:
        gains *= np.clip((plan.length_ms - times) / plan.fade_out_ms, 0.0, 1.0)
    return effects.smooth_gain(gains.astype(np.float32), count, block)


def _master(
    plan: SongPlan,
    mix: _Mix,
    dry: NDArray[np.float32],
    sent: NDArray[np.float32],
    sample_rate: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Room, tone, compression, clipping, and what storage does, on ``[channels, samples]``."""
    before = float(rng.uniform(0.008, 0.03))
    out = dry + effects.reverb(sent, mix.room_seconds, before, rng, sample_rate)
    count = out.shape[1]
    out *= _dynamics(plan, mix, count, sample_rate)
    low, high = 10 ** (rng.uniform(-4, 4, 2) / 20)
    out = effects.shelf(out, float(rng.uniform(250, 2500)), low, high, sample_rate)
    draws = rng.random(8)
    if draws[0] < 0.7:
        out = effects.compress(
            out, float(rng.uniform(0.15, 0.6)), float(rng.uniform(1.5, 5)),
            float(rng.uniform(0.03, 0.25)), sample_rate,
        )  # fmt: skip
    peak = float(np.max(np.abs(out))) or 1.0
    drive = float(rng.choice([rng.uniform(0.5, 1.5), rng.uniform(1.5, 4.0)], p=[0.6, 0.4]))
    if draws[1] < 0.25:
        out = np.clip(out * np.float32(drive / peak), -1, 1)
    else:
        out = np.tanh(out * np.float32(drive / peak))
    out = _aged(plan, out, draws, sample_rate, rng)
    hiss = 10 ** float(rng.uniform(-5.0, -2.7))
    out = out + np.float32(hiss) * rng.standard_normal(out.shape, dtype=np.float32)
    if draws[2] < 0.45:
        corner = float(rng.uniform(0.3, 0.49)) * sample_rate
        out = degrade.codec(out, corner, float(rng.uniform(0.2, 0.9)), sample_rate)
    level = float(rng.uniform(0.55, 0.999))
    if draws[3] < 0.1:
        level = float(rng.uniform(0.03, 0.3))
    out = out * np.float32(level / (float(np.max(np.abs(out))) or 1.0))
    if draws[4] < 0.05:
        out = out + np.float32(rng.uniform(-0.03, 0.03))
    return np.asarray(np.clip(out, -1, 1), dtype=np.float32)


def _aged(
    plan: SongPlan,
    out: NDArray[np.float32],
    draws: NDArray[np.float64],
    sample_rate: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Lo-fi: some songs come from an old machine, a record or a small loudspeaker."""
    old = 0.5 if plan.kit == "lo-fi" else 0.04
    if draws[5] < old:
        clicks = degrade.crackle(out.shape[1], float(rng.uniform(2, 25)), rng, sample_rate)
        out = out + np.float32(rng.uniform(0.05, 0.4)) * clicks
        out = effects.shelf(out, float(rng.uniform(1500, 4000)), 1.0, 0.3, sample_rate)
    if draws[6] < 0.04 or (plan.kit.startswith("chip") and draws[6] < 0.3):
        out = degrade.crush(out, int(rng.integers(6, 10)), int(rng.integers(1, 3)))
    if draws[7] < 0.02:
        out = degrade.telephone(out, float(rng.uniform(100, 300)), float(rng.uniform(3400, 6000)),
                                sample_rate)  # fmt: skip
    return out
