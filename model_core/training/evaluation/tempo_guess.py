"""The tempo that plain signal processing hears: a trivial answer beside a model's.

Onset strength (the rise of a spectrum's levels, summed), its autocorrelation for the beat length
with a preference for tempi around 120 BPM, refined over many beats, and the phase of the comb that
gathers most onsets. As textbooks have it (for instance Ellis 2007, "Beat Tracking by Dynamic
Programming", section 3).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import correlate, stft

from model_core.audio.decode import SAMPLE_RATE
from model_core.training.evaluation.timing_truth import TempoLine

__all__ = ["guess_tempo", "onset_strength"]

_HOP = 80  # samples: 5 ms
_WINDOW = 512
_SLOWEST_BPM, _FASTEST_BPM = 60.0, 240.0
_LIKED_BPM, _OCTAVES = 120.0, 0.9
_PHASES = 400


def onset_strength(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How much begins to sound, every 5 ms: ``[n]``, mean zero; too short a song has none."""
    if len(samples) < _WINDOW:
        return np.zeros(0)
    spectrum = stft(samples, SAMPLE_RATE, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[2]
    levels = np.log1p(1000.0 * np.abs(spectrum))
    rise = np.maximum(np.diff(levels, axis=1, prepend=levels[:, :1]), 0.0).sum(axis=0)
    strength: npt.NDArray[np.float64] = rise - rise.mean()
    return strength


def guess_tempo(samples: npt.NDArray[np.float32]) -> TempoLine:
    """One red line for a song; 120 BPM at 0 where nothing is heard."""
    strength = onset_strength(samples)
    step_ms = _HOP / SAMPLE_RATE * 1000.0
    shortest, longest = (60000.0 / bpm / step_ms for bpm in (_FASTEST_BPM, _SLOWEST_BPM))
    if len(strength) < 4 * longest or not np.any(strength):
        return TempoLine(0.0, 500.0)
    like = correlate(strength, strength, "full", "fft")[len(strength) - 1 :]
    lags = np.arange(int(shortest), int(longest) + 1)
    octaves = np.log2(lags * step_ms / (60000.0 / _LIKED_BPM))
    beat = float(lags[int((like[lags] * np.exp(-0.5 * (octaves / _OCTAVES) ** 2)).argmax())])
    for beats in (4, 16, 64):  # the further apart two beats, the better their distance is known
        reach = np.arange(round(beats * (beat - 1.0)), round(beats * (beat + 1.0)) + 1)
        reach = reach[(reach > 0) & (reach < len(like) // 2)]
        if not len(reach):
            break
        near = reach[np.abs(reach - beats * beat) <= max(2.0, 0.02 * beats * beat / 4)]
        if len(near):
            beat = float(near[int(like[near].argmax())]) / beats
    places = np.arange(_PHASES) / _PHASES * beat
    combs = places[:, None] + np.arange(int((len(strength) - beat) / beat))[None] * beat
    sums = np.interp(combs, np.arange(len(strength)), strength).sum(axis=1)
    return TempoLine(float(places[int(sums.argmax())]) * step_ms, beat * step_ms)
