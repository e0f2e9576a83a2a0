"""What a checkpoint's ``config.json`` says about its network, checked and named.

Covers the VarWhisper family (fused projections, rotary positions, RMS norms). The other published
families are recognised and refused by name, so that nobody wonders about missing weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_core.audio.mel import MelConfig
from model_core.errors import CheckpointError, NotSupported


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Sizes and choices of one encoder-decoder."""

    d_model: int
    encoder_layers: int
    decoder_layers: int
    encoder_heads: int
    decoder_heads: int
    encoder_ffn: int
    decoder_ffn: int
    vocab_in: int
    vocab_out: int
    mel: MelConfig
    # Positions after the strided convolution: one for every two mel frames.
    source_positions: int
    target_positions: int
    rope_theta: float = 10000.0
    # "sinusoidal" adds Whisper's fixed sinusoids after the convolutions, "sinusoidal-twice" to the
    # states that leave the encoder as well; None adds nothing.
    encoder_positions: str | None = None
    dropout: float = 0.0

    @property
    def mel_frames(self) -> int:
        """Spectrogram frames in one window."""
        return 2 * self.source_positions

    @property
    def window_samples(self) -> int:
        """Audio samples in one window; the centred spectrogram adds the last frame."""
        return (self.mel_frames - 1) * self.mel.hop_length

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> NetworkConfig:
        """Read a parsed ``config.json``.

        Raises:
            NotSupported: a family, or an option of this one, that this network does not build.
            CheckpointError: a needed setting is missing or does not fit the others.
        """
        backbone = config.get("backbone_config")
        if not isinstance(backbone, Mapping):
            raise CheckpointError(
                "config.json has no backbone_config; it does not describe a model of this family."
            )
        _refuse_other_families(config, backbone)
        try:
            result = cls(
                d_model=int(backbone["d_model"]),
                encoder_layers=int(backbone["encoder_layers"]),
                decoder_layers=int(backbone["decoder_layers"]),
                encoder_heads=int(backbone["encoder_attention_heads"]),
                decoder_heads=int(backbone["decoder_attention_heads"]),
                encoder_ffn=int(backbone["encoder_ffn_dim"]),
                decoder_ffn=int(backbone["decoder_ffn_dim"]),
                vocab_in=int(config["vocab_size_in"]),
                vocab_out=int(config["vocab_size"]),
                mel=_mel(config),
                source_positions=int(backbone["max_source_positions"]),
                target_positions=int(backbone["max_target_positions"]),
                rope_theta=float(backbone.get("global_rope_theta", 10000)),
                encoder_positions=backbone.get("encoder_positions"),
                dropout=float(backbone.get("dropout") or 0.0),
            )
        except KeyError as error:
            raise CheckpointError(f"config.json lacks {error.args[0]!r}.") from error
        for heads in (result.encoder_heads, result.decoder_heads):
            if result.d_model % heads or (result.d_model // heads) % 2:
                raise CheckpointError(
                    f"config.json: d_model {result.d_model} cannot be split into {heads} heads"
                    " of even size."
                )
        return result


def _mel(config: Mapping[str, Any]) -> MelConfig:
    return MelConfig(
        sample_rate=int(config["sample_rate"]),
        hop_length=int(config["hop_length"]),
        n_fft=int(config["n_fft"]),
        n_mels=int(config["n_mels"]),
        f_min=float(config["f_min"]),
        f_max=float(config["f_max"]),
    )


def _refuse_other_families(config: Mapping[str, Any], backbone: Mapping[str, Any]) -> None:
    name = str(config.get("backbone_model_name", ""))
    if "varwhisper" not in name.lower() and "global_attn_every_n_layers" not in backbone:
        raise NotSupported(
            f"The model's backbone is {name or 'not named'}; only VarWhisper models are supported."
        )
    if config.get("spectrogram_implementation", "torchaudio") != "torchaudio" or not config.get(
        "spectrogram_log_scale", True
    ):
        raise NotSupported("The model wants a linear spectrogram, which is not supported.")
    if config.get("pad_mode", "reflect") != "reflect":
        raise NotSupported(f"Spectrogram padding {config['pad_mode']!r} is not supported.")
    for flag in ("do_style_embed", "do_difficulty_embed", "do_mapper_embed",
                 "do_song_position_embed", "project_encoder_input"):  # fmt: skip
        if config.get(flag):
            raise NotSupported(f"The model sets {flag}, which is not supported.")
    if backbone.get("global_attn_every_n_layers", 1) != 1:
        raise NotSupported("Models with local attention layers are not supported.")
    scaling = backbone.get("rope_scaling") or {}
    if scaling.get("factor", 1.0) != 1.0:
        raise NotSupported("Models with scaled rotary positions are not supported.")
    positions = backbone.get("encoder_positions")
    if positions not in (None, "sinusoidal", "sinusoidal-twice"):
        raise NotSupported(f"Encoder positions {positions!r} are not known.")
