"""The published families in their real sizes, as their ``config.json`` files have them.

Only what the network is built from. The table of mappers is of a size like the published ones'.
"""

from __future__ import annotations

from typing import Any

MAPPERS = 4000

_SMALL = {
    "d_model": 768,
    "encoder_layers": 12,
    "decoder_layers": 12,
    "encoder_attention_heads": 12,
    "decoder_attention_heads": 12,
    "encoder_ffn_dim": 3072,
    "decoder_ffn_dim": 3072,
}
_BASE = {
    "d_model": 512,
    "encoder_layers": 6,
    "decoder_layers": 6,
    "encoder_attention_heads": 8,
    "decoder_attention_heads": 8,
    "encoder_ffn_dim": 2048,
    "decoder_ffn_dim": 2048,
}
_AUDIO = {"sample_rate": 16000, "hop_length": 128, "n_fft": 1024, "f_max": 8000}
_LINEAR_MEL = {
    **_AUDIO,
    "f_min": 0,
    "n_mels": 388,
    "spectrogram_implementation": "nnAudio",
    "spectrogram_log_scale": False,
    "pad_mode": "constant",
    "project_encoder_input": True,
}
_LOG_MEL = {
    **_AUDIO,
    "f_min": 20,
    "spectrogram_implementation": "torchaudio",
    "spectrogram_log_scale": True,
    "pad_mode": "reflect",
    "project_encoder_input": False,
}
_CONDITIONED = {
    "do_difficulty_embed": True,
    "do_mapper_embed": True,
    "do_song_position_embed": True,
    "cond_dim": 128,
    "num_mappers": MAPPERS,
}


def _family(
    backbone: str,
    sizes: dict[str, int],
    windows: tuple[int, int],
    vocabulary: tuple[int, int],
    *others: dict[str, Any],
) -> dict[str, Any]:
    """windows: encoder and decoder positions; vocabulary: ids read and written."""
    config: dict[str, Any] = {
        "backbone_model_name": backbone,
        "backbone_config": {
            **sizes,
            "max_source_positions": windows[0],
            "max_target_positions": windows[1],
        },
        "vocab_size_in": vocabulary[0],
        "vocab_size": vocabulary[1],
    }
    for other in others:
        config |= other
    return config


#: ``config.json`` of each family.
FAMILIES: dict[str, dict[str, Any]] = {
    "v28": _family("openai/whisper-base", _BASE, (512, 2048), (4396 + MAPPERS, 3667), _LINEAR_MEL),
    "v29": _family(
        "openai/whisper-small", _SMALL, (512, 2048), (4396 + MAPPERS, 3667), _LINEAR_MEL
    ),
    "v30": _family(
        "Tiger14n/ropewhisper-small",
        _SMALL,
        (2048, 5120),
        (4607, 4607),
        {**_LOG_MEL, "n_mels": 80},
        _CONDITIONED,
    ),
    "v31": _family(
        "Tiger14n/ropewhisper-small",
        _SMALL,
        (2048, 8192),
        (6189, 5650),
        {**_LOG_MEL, "n_mels": 80},
        _CONDITIONED,
    ),
    "v32": _family(
        "OliBomby/varwhisper-small",
        _SMALL,
        (1024, 2560),
        (4900 + MAPPERS, 4097),
        {**_LOG_MEL, "n_mels": 128},
    ),
    "v32-mini": _family(
        "OliBomby/varwhisper-base",
        _BASE,
        (1024, 2560),
        (4900 + MAPPERS, 4097),
        {**_LOG_MEL, "n_mels": 128},
    ),
}
