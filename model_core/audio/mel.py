"""Mel spectrograms as the published checkpoints were trained on.

The newer families: HTK mel scale, triangular filters without normalisation, power spectrum of a
periodic Hann window, centred frames with reflected edges, then ``log(1 + x)``. The oldest: Slaney's
mel scale and normalisation, silence around the edges, no logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class MelConfig:
    """The spectrogram in front of the encoder. Frequencies in Hz, lengths in samples."""

    sample_rate: int = 16000
    hop_length: int = 128
    n_fft: int = 1024
    n_mels: int = 80
    f_min: float = 20.0
    f_max: float = 8000.0
    slaney: bool = False
    padding: str = "reflect"
    logarithmic: bool = True


class MelSpectrogram(nn.Module):
    """``samples [B, n]`` in -1..1 to ``[B, n // hop + 1, n_mels]``, always in float32."""

    def __init__(self, config: MelConfig) -> None:
        super().__init__()
        self.config = config
        # Kept out of the buffers: casting the network to half precision must not touch them.
        self._tables: dict[torch.device, tuple[Tensor, Tensor]] = {}

    def forward(self, samples: Tensor) -> Tensor:
        config = self.config
        window, filters = self._tables_on(samples.device)
        with torch.autocast(samples.device.type, enabled=False):
            spectrum = torch.stft(
                samples.float(),
                config.n_fft,
                config.hop_length,
                window=window,
                center=True,
                pad_mode=config.padding,
                return_complex=True,
            )
            power = spectrum.real.square() + spectrum.imag.square()
            mel = power.transpose(1, 2) @ filters
            return torch.log1p(mel) if config.logarithmic else mel

    def _tables_on(self, device: torch.device) -> tuple[Tensor, Tensor]:
        if device not in self._tables:
            window = torch.hann_window(self.config.n_fft, periodic=True, dtype=torch.float32)
            self._tables[device] = (window.to(device), mel_filters(self.config).to(device))
        return self._tables[device]


def mel_filters(config: MelConfig) -> Tensor:
    """Triangular filters ``[n_fft // 2 + 1, n_mels]``, float32.

    Each peaks at 1, or with Slaney's normalisation has the same area.
    """
    # Imported here: half a second that only whoever hears something should pay.
    from transformers.audio_utils import mel_filter_bank

    filters = mel_filter_bank(
        num_frequency_bins=config.n_fft // 2 + 1,
        num_mel_filters=config.n_mels,
        min_frequency=config.f_min,
        max_frequency=config.f_max,
        sampling_rate=config.sample_rate,
        norm="slaney" if config.slaney else None,
        mel_scale="slaney" if config.slaney else "htk",
    )
    return torch.from_numpy(filters).to(torch.float32)
