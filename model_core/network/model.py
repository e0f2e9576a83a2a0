"""The whole network, under the weight names that published checkpoints use.

::

    transformer.model.encoder.…      Encoder
    transformer.model.decoder.…      Decoder
    transformer.proj_out             output head, untied, no bias
    decoder_embedder                 input embedding (its vocabulary is larger than the output's)
    encoder_embedder                 Whisper: from mel bands to the encoder's width
    conditions.…                     RoPE-Whisper: difficulty, mapper, place in the song
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from model_core.audio.mel import MelSpectrogram
from model_core.network.cache import DecoderCache
from model_core.network.conditions import ConditionEmbedders, Conditioning
from model_core.network.config import NetworkConfig
from model_core.network.decoder import Decoder
from model_core.network.encoder import Encoder


class _Halves(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


class _Transformer(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.model = _Halves(config)
        self.proj_out = nn.Linear(config.d_model, config.vocab_out, bias=False)


class Network(nn.Module):
    """Audio windows and token prefixes in, next-token scores out."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.spectrogram = MelSpectrogram(config.mel)
        self.transformer = _Transformer(config)
        self.decoder_embedder = nn.Embedding(config.vocab_in, config.d_model)
        self.encoder_embedder: nn.Linear | None = None
        if config.project_mel:
            self.encoder_embedder = nn.Linear(config.mel.n_mels, config.d_model)
        self.conditions: ConditionEmbedders | None = None
        if config.conditions is not None:
            self.conditions = ConditionEmbedders(config.conditions)

    @property
    def encoder(self) -> Encoder:
        return self.transformer.model.encoder

    @property
    def decoder(self) -> Decoder:
        return self.transformer.model.decoder

    @property
    def head(self) -> nn.Linear:
        return self.transformer.proj_out

    @property
    def dtype(self) -> torch.dtype:
        return self.head.weight.dtype

    @property
    def device(self) -> torch.device:
        return self.head.weight.device

    def encode(self, audio: Tensor, conditions: Sequence[Conditioning] = ()) -> Tensor:
        """Samples ``[B, window_samples]`` or mel ``[B, frames, n_mels]`` to ``[B, S, d]``.

        ``conditions``: one for each window, where the family's encoder is conditioned.
        """
        mel = self.spectrogram(audio) if audio.dim() == 2 else audio
        frames = mel.to(self.dtype)
        if self.encoder_embedder is not None:
            frames = self.encoder_embedder(frames)
        if self.conditions is not None:
            told = self._told(conditions, len(frames))
            frames = torch.cat((frames, told[:, None].expand(-1, frames.shape[1], -1)), dim=2)
        states: Tensor = self.encoder(frames)
        return states

    def _told(self, conditions: Sequence[Conditioning], rows: int) -> Tensor:
        assert self.conditions is not None
        if len(conditions) != rows:
            raise ValueError(f"{rows} windows need as many conditions, not {len(conditions)}")
        places = [(each.start, each.end) for each in conditions]
        told: Tensor = self.conditions(
            torch.tensor([each.difficulty for each in conditions]).to(self.device, self.dtype),
            torch.tensor([each.mapper for each in conditions], device=self.device),
            torch.tensor(places).to(self.device, self.dtype),
        )
        return told

    def decode(
        self,
        ids: Tensor,
        encoder_states: Tensor | None = None,
        cache: DecoderCache | None = None,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Scores of the next token at every place, ``[B, T, vocab_out]``; see ``hidden``."""
        scores: Tensor = self.head(self.hidden(ids, encoder_states, cache, positions, mask))
        return scores

    def hidden(
        self,
        ids: Tensor,
        encoder_states: Tensor | None = None,
        cache: DecoderCache | None = None,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Decoder states before the output head, ``[B, T, d]``; always causal.

        ids: ``[B, T]`` int64 input ids. With a cache they follow what it holds already.
        encoder_states: ``[B, S, d]``; not needed with a cache, which holds their projections.
        mask: ``[B, all tokens so far]`` bool, True for tokens and False for padding. Leave it out
            when there is none, or only on the right (as in training): that keeps the fast kernel.
        positions: ``[B, T]`` int64; taken from the mask, or counted from 0, when left out.
        """
        if cache is None and encoder_states is None:
            raise ValueError("decode needs encoder states or a cache made from them")
        embedded = self.decoder_embedder(ids)
        states: Tensor = self.decoder(embedded, encoder_states, cache, positions, mask)
        return states

    def new_cache(
        self, encoder_states: Tensor, capacity: int | None = None, rows: int | None = None
    ) -> DecoderCache:
        """An empty cache for ``capacity`` tokens a row (default: all that can be counted).

        ``rows`` above one share the same window's encoder states ``[1, S, d]``.
        """
        cross = self.decoder.cross_keys_values(encoder_states)
        return DecoderCache.allocate(cross, capacity or self.config.target_positions, rows)
