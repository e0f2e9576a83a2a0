"""What a checkpoint's ``config.json`` says about its network, checked and named.

Three families share one network. What differs between them is said by a few settings here, read
from the file's own keys, and by the names that weights bear in it (:mod:`.weight_names`):

======================  ===========  ============  ===================================
family                  norms        positions     in front of the encoder
======================  ===========  ============  ===================================
Whisper (v28, v29)      layer norms  learned       a linear layer from many mel bands
RoPE-Whisper (v30, 31)  RMS norms    rotary        mel bands and embedded conditions
VarWhisper (v32)        RMS norms    rotary        mel bands
======================  ===========  ============  ===================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from model_core.audio.mel import MelConfig
from model_core.errors import CheckpointError, NotSupported


class Family(StrEnum):
    """The three ways in which published checkpoints name and arrange the same parts."""

    WHISPER = "Whisper"
    ROPE_WHISPER = "RoPE-Whisper"
    VAR_WHISPER = "VarWhisper"


@dataclass(frozen=True, slots=True)
class EncoderConditions:
    """Embeddings that stand beside each mel frame; ``width`` channels each."""

    width: int
    mappers: int


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
    family: Family = Family.VAR_WHISPER
    # A linear layer from mel bands to ``d_model`` in front of the convolutions.
    project_mel: bool = False
    conditions: EncoderConditions | None = None

    @property
    def rotary(self) -> bool:
        """Whether positions are rotations of queries and keys; else they are learned vectors."""
        return self.family is not Family.WHISPER

    @property
    def mel_frames(self) -> int:
        """Spectrogram frames in one window."""
        return 2 * self.source_positions

    @property
    def window_samples(self) -> int:
        """Audio samples in one window; the centred spectrogram adds the last frame."""
        return (self.mel_frames - 1) * self.mel.hop_length

    @property
    def encoder_channels(self) -> int:
        """Channels that enter the first convolution."""
        if self.project_mel:
            return self.d_model
        return self.mel.n_mels + (3 * self.conditions.width if self.conditions else 0)

    def require_sizes(self) -> None:
        """Raise a CheckpointError where a number of parts is none that a network can have."""
        sizes = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if type(getattr(self, field.name)) is int
        }
        sizes |= {"n_mels": self.mel.n_mels, "hop_length": self.mel.hop_length}
        wrong = ", ".join(f"{name} {size}" for name, size in sizes.items() if size < 1)
        if wrong:
            raise CheckpointError(f"config.json describes no network: {wrong}.")

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> NetworkConfig:
        """Read a parsed ``config.json``.

        Raises:
            NotSupported: a family, or an option of one, that this network does not build.
            CheckpointError: a needed setting is missing or does not fit the others.
        """
        backbone = config.get("backbone_config")
        if not isinstance(backbone, Mapping):
            raise CheckpointError(
                "config.json has no backbone_config; it does not describe a model of this family."
            )
        family = _family(config, backbone)
        _refuse_options(config, backbone)
        source = int(backbone.get("max_source_positions", 0))
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
                source_positions=source,
                target_positions=int(backbone["max_target_positions"]),
                rope_theta=float(backbone.get("global_rope_theta", 10000)),
                encoder_positions=backbone.get("encoder_positions"),
                dropout=float(backbone.get("dropout") or 0.0),
                family=family,
                project_mel=bool(config.get("project_encoder_input")),
                conditions=_conditions(config),
            )
        except KeyError as error:
            raise CheckpointError(f"config.json lacks {error.args[0]!r}.") from error
        if source < 1:
            raise CheckpointError("config.json lacks 'max_source_positions'.")
        result.require_sizes()
        for heads in (result.encoder_heads, result.decoder_heads):
            if result.d_model % heads or (result.d_model // heads) % 2:
                raise CheckpointError(
                    f"config.json: d_model {result.d_model} cannot be split into {heads} heads"
                    " of even size."
                )
        return result


def _mel(config: Mapping[str, Any]) -> MelConfig:
    implementation = config.get("spectrogram_implementation", "torchaudio")
    if implementation not in ("torchaudio", "nnAudio"):
        raise NotSupported(f"The spectrogram of {implementation!r} is not known.")
    padding = config.get("pad_mode", "reflect")
    if padding not in ("reflect", "constant"):
        raise NotSupported(f"Spectrogram padding {padding!r} is not supported.")
    return MelConfig(
        sample_rate=int(config["sample_rate"]),
        hop_length=int(config["hop_length"]),
        n_fft=int(config["n_fft"]),
        n_mels=int(config["n_mels"]),
        f_min=float(config["f_min"]),
        f_max=float(config["f_max"]),
        slaney=implementation == "nnAudio",
        padding=padding,
        logarithmic=bool(config.get("spectrogram_log_scale", True)),
    )


def _family(config: Mapping[str, Any], backbone: Mapping[str, Any]) -> Family:
    name = str(config.get("backbone_model_name", ""))
    known = name.lower()
    if "varwhisper" in known or "global_attn_every_n_layers" in backbone:
        return Family.VAR_WHISPER
    if "ropewhisper" in known or "rope_type" in backbone:
        return Family.ROPE_WHISPER
    if "whisper" in known:
        return Family.WHISPER
    raise NotSupported(
        f"The model's backbone is {name or 'not named'}; only models on Whisper, RoPE-Whisper and"
        " VarWhisper are supported."
    )


def _conditions(config: Mapping[str, Any]) -> EncoderConditions | None:
    flags = ("do_difficulty_embed", "do_mapper_embed", "do_song_position_embed")
    given = [flag for flag in flags if config.get(flag)]
    if not given:
        return None
    if len(given) != len(flags):
        missing = ", ".join(flag for flag in flags if flag not in given)
        raise NotSupported(f"The model sets {', '.join(given)} but not {missing}.")
    return EncoderConditions(int(config["cond_dim"]), int(config["num_mappers"]))


def _refuse_options(config: Mapping[str, Any], backbone: Mapping[str, Any]) -> None:
    if config.get("do_style_embed"):
        raise NotSupported("The model sets do_style_embed, which is not supported.")
    if backbone.get("global_attn_every_n_layers", 1) != 1:
        raise NotSupported("Models with local attention layers are not supported.")
    scaling = [(backbone.get("rope_scaling") or {}).get("factor", 1.0)]
    scaling += [backbone.get(f"rope_{half}_scaling_factor", 1.0) for half in ("encoder", "decoder")]
    if any(factor != 1.0 for factor in scaling):
        raise NotSupported("Models with scaled rotary positions are not supported.")
    if backbone.get("activation_function", "gelu") != "gelu":
        raise NotSupported(f"The activation {backbone['activation_function']!r} is not supported.")
    positions = backbone.get("encoder_positions")
    if positions not in (None, "sinusoidal", "sinusoidal-twice"):
        raise NotSupported(f"Encoder positions {positions!r} are not known.")
