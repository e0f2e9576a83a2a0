"""The starter's sizes and its checkpoint folder: a recipe as data.

The folder has the published on-disk format; ``config.json`` additionally states the layout, which
published checkpoints leave to be inferred.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from model_core.checkpoints.weights import save_weights
from model_core.network.config import NetworkConfig
from model_core.network.model import Network
from model_core.tokens import EventType, Layout, Vocabulary, starter_layout, starter_vocabulary
from model_core.tokens.starter_layout import DESCRIPTORS
from model_core.training.initial import initialise
from model_core.training.mapper import STYLES

__all__ = ["checkpoint_writer", "starter_config", "starter_generation_config", "starter_network"]

LOOKBACK = 0.35
LOOKAHEAD = 0.15
STAR_TRIES = 4
#: How often it hears a song whose first hearing gave no single tempo.
HEARINGS = 9


def starter_config(
    vocabulary: Vocabulary,
    layout: Layout,
    *,
    d_model: int = 160,
    layers: int = 3,
    heads: int = 4,
    positions: str | None = "sinusoidal-twice",
) -> dict[str, Any]:
    """``config.json`` of a starter: VarWhisper with rotary positions, RMS norms and bias."""
    times = vocabulary.id_range(EventType.TIME)
    states = layout.src_frames // 2
    backbone: dict[str, Any] = {
        "model_type": "whisper",
        "attention_bias": True,
        "activation_function": "gelu",
        "d_model": d_model,
        "encoder_layers": layers,
        "decoder_layers": layers,
        "encoder_attention_heads": heads,
        "decoder_attention_heads": heads,
        "encoder_ffn_dim": 4 * d_model,
        "decoder_ffn_dim": 4 * d_model,
        "dropout": 0.0,
        "global_attn_every_n_layers": 1,
        "global_rope_theta": 10000,
        "rope_scaling": {"factor": 1.0, "rope_type": "default"},
        "max_source_positions": states,
        "max_target_positions": layout.tgt_len,
        "num_mel_bins": 80,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "decoder_start_token_id": 1,
        "vocab_size": vocabulary.size_out,
    }
    if positions is not None:
        backbone["encoder_positions"] = positions
    return {
        "architectures": ["Mapperatorinator"],
        "model_type": "mapperatorinator",
        "backbone_model_name": "osu-companion/varwhisper-starter",
        "backbone_config": backbone,
        "layout": layout.to_dict(),
        "vocab_size": vocabulary.size_out,
        "vocab_size_in": vocabulary.size_in,
        "num_mappers": vocabulary.num_mappers,
        "spectrogram_implementation": "torchaudio",
        "spectrogram_log_scale": True,
        "sample_rate": 16000,
        "hop_length": 128,
        "n_fft": 1024,
        "n_mels": 80,
        "f_min": 20,
        "f_max": 8000,
        "pad_mode": "reflect",
        "input_features": True,
        "embed_decoder_input": True,
        "is_encoder_decoder": True,
        "hidden_size": d_model,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "max_source_positions": states,
        "max_target_positions": layout.tgt_len,
        "rhythm_token_start": times.start,
        "rhythm_token_end": times.stop,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "decoder_start_token_id": 1,
        "dtype": "float16",
    }


def starter_generation_config(layout: Layout) -> dict[str, Any]:
    """``generation_config.json``: sequence length, sampling, and how windows overlap."""
    return {
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "decoder_start_token_id": 1,
        "do_sample": True,
        "max_length": layout.tgt_len,
        "temperature": 0.9,
        # Rhythms are nearer to what is heard so; places and shapes keep their variety.
        "rhythm_temperature": 0.5,
        "top_p": 0.9,
        "top_k": 0,
        # A small model is quick: a map that misses the asked stars is written again.
        "star_tries": STAR_TRIES,
        # So is one whose tempo changes heard again.
        "hearings": HEARINGS,
        "lookback": layout.lookback,
        "lookahead": layout.lookahead,
    }


def starter_network(
    *,
    seed: int = 0,
    aligned: bool = True,
    mappers: Sequence[int] | None = None,
    descriptors: Sequence[str] = DESCRIPTORS,
    modes: Sequence[int] = (0, 1, 2, 3),
    **sizes: Any,
) -> tuple[Network, Vocabulary, Layout, dict[str, Any]]:
    """An untrained starter: network, vocabulary, layout and ``config.json``.

    mappers: ids in the order of their rows; the rule mappers' styles unless given. modes: those
    it is to write, and read maps of. sizes: see :func:`starter_config`.
    """
    if mappers is None:
        mappers = [style.mapper_id for style in STYLES]
    layout = replace(
        starter_layout(LOOKBACK, LOOKAHEAD), modes=tuple(sorted(modes)), reads_maps=True
    )
    vocabulary = starter_vocabulary(mappers, descriptors)
    config = starter_config(vocabulary, layout, **sizes)
    torch.manual_seed(seed)
    network = Network(NetworkConfig.from_dict(config))
    initialise(network, vocabulary, seed=seed, aligned=aligned)
    return network, vocabulary, layout, config


def checkpoint_writer(
    folder: Path, vocabulary: Vocabulary, layout: Layout, config: dict[str, Any]
) -> Callable[[Network], None]:
    """A function that writes a whole checkpoint folder, weights in half precision.

    Each file is put in its place whole: whoever has the last ones open, a request perhaps, is not
    disturbed.
    """

    def write(network: Network) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder.with_name(f"{folder.name}.tmp")
        partial.mkdir(exist_ok=True)
        names = []
        for name, content in (
            ("config.json", config),
            ("generation_config.json", starter_generation_config(layout)),
            ("tokenizer.json", vocabulary.to_dict()),
        ):
            text = json.dumps(content, indent=1) + "\n"
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
            names.append(name)
        names.append(save_weights(network, partial, torch.float16).name)
        for name in names:
            (partial / name).replace(folder / name)
        partial.rmdir()

    return write
