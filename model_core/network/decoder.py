"""The decoder over whole sequences: training, prefill and scoring."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from model_core.network.attention import CrossAttention, RotaryTable, SelfAttention, Turns, norm
from model_core.network.cache import DecoderCache
from model_core.network.config import NetworkConfig


class DecoderLayer(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        d = config.d_model
        self.dropout = config.dropout
        self.self_attn = SelfAttention(d, config.decoder_heads)
        self.self_attn_layer_norm = norm(config)
        self.cross_attn = CrossAttention(d, config.decoder_heads)
        self.cross_attn_layer_norm = norm(config)
        self.fc1 = nn.Linear(d, config.decoder_ffn)
        self.fc2 = nn.Linear(config.decoder_ffn, d)
        self.final_layer_norm = norm(config)

    def forward(
        self,
        x: Tensor,
        cross: tuple[Tensor, Tensor],
        turns: Turns | None,
        mask: Tensor | None,
        store: Tensor | None,
        start: int,
    ) -> Tensor:
        """``x [B, T, d]``; ``store`` is this layer's part of the cache, written at ``start``."""
        q, k, v = self.self_attn.project(self.self_attn_layer_norm(x), turns)
        if store is not None:
            end = start + x.shape[1]
            store[:, 0, :, start:end] = k
            store[:, 1, :, start:end] = v
            k, v = store[:, 0, :, :end], store[:, 1, :, :end]
        mixed = self.self_attn.attend(q, k, v, mask, causal=True)
        x = x + F.dropout(mixed, self.dropout, self.training)
        mixed = self.cross_attn(self.cross_attn_layer_norm(x), *cross)
        x = x + F.dropout(mixed, self.dropout, self.training)
        mixed = self.fc2(F.gelu(self.fc1(self.final_layer_norm(x))))
        return x + F.dropout(mixed, self.dropout, self.training)


class Decoder(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.layer_norm = norm(config)
        self.rotary: RotaryTable | None = None
        self.embed_positions: nn.Embedding | None = None
        if config.rotary:
            head_dim = config.d_model // config.decoder_heads
            self.rotary = RotaryTable(config.target_positions, head_dim, config.rope_theta)
        else:
            self.embed_positions = nn.Embedding(config.target_positions, config.d_model)

    def forward(
        self,
        x: Tensor,
        encoder_states: Tensor | None,
        cache: DecoderCache | None = None,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Input embeddings ``[B, T, d]`` to normed states ``[B, T, d]``; see ``Network.decode``."""
        length = x.shape[1]
        start = 0 if cache is None else cache.length
        if mask is not None and positions is None:
            positions = positions_of(mask)
        if positions is not None:
            positions = positions[:, -length:]
        if self.embed_positions is not None:
            places = slice(start, start + length) if positions is None else positions
            x = x + self.embed_positions.weight[places]
        turns = self._turns(x.device, start, length, positions)
        allowed = attention_mask(mask, start, length, x.device)
        for index, layer in enumerate(self.layers):
            if cache is not None:
                cross = (cache.cross_keys[index], cache.cross_values[index])
                own = cache.stores[index]
            else:
                assert encoder_states is not None
                assert isinstance(layer, DecoderLayer)
                cross, own = layer.cross_attn.keys_values(encoder_states), None
            x = layer(x, cross, turns, allowed, own, start)
        if cache is not None:
            cache.length = start + length
        normed: Tensor = self.layer_norm(x)
        return normed

    def _turns(
        self, device: torch.device, start: int, length: int, positions: Tensor | None
    ) -> Turns | None:
        if self.rotary is None:
            return None
        cos, sin = self.rotary.on(device)
        if positions is None:
            return cos[start : start + length], sin[start : start + length]
        # [B, 1, T, half]: each row counts its own tokens, past its padding.
        return cos[positions].unsqueeze(1), sin[positions].unsqueeze(1)

    def cross_keys_values(self, encoder_states: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Each layer's projections of the encoder states ``[B, S, d]``."""
        attentions = (layer.get_submodule("cross_attn") for layer in self.layers)
        return [a.keys_values(encoder_states) for a in attentions if isinstance(a, CrossAttention)]


def positions_of(mask: Tensor) -> Tensor:
    """``mask [B, T]`` (True = a token) to each token's position, ``[B, T]`` int64."""
    return (mask.long().cumsum(dim=1) - 1).clamp_min(0)


def attention_mask(
    mask: Tensor | None, start: int, length: int, device: torch.device
) -> Tensor | None:
    """Which keys each query may see, ``[B or 1, 1, length, start + length]``; None = plain causal.

    ``mask [B, start + length]`` is True where there is a token. Padding on the right needs no mask
    at all, since nothing before it can see it, so such batches keep the fast kernel too.
    """
    left_padded = mask is not None and not bool(mask[:, 0].all())
    if not left_padded and (start == 0 or length == 1):
        if start == 0:
            return None
        return torch.ones(1, 1, 1, start + 1, dtype=torch.bool, device=device)
    queries = torch.arange(start, start + length, device=device)[:, None]
    keys = torch.arange(start + length, device=device)[None, :]
    allowed = (keys <= queries)[None, None]
    if mask is not None:
        # A padding token sees itself, so that its (unused) row has something to normalise over.
        allowed = (allowed & mask[:, None, None, :]) | (keys == queries)
    return allowed
