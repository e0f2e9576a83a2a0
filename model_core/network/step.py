"""The one-token step of generation: the same weights as the decoder, without its generality.

Generation spends nearly all its time here, a few hundred microseconds a token for a small model,
so what is constant over a window is prepared once: weights looked up, rotations tabulated, caches
allocated. Per layer and token this leaves about a dozen tensor operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from model_core.network.cache import DecoderCache
from model_core.network.model import Network


@dataclass(frozen=True, slots=True)
class _LayerWeights:
    """One decoder layer's tensors, in the order of use."""

    norm1: Tensor
    wqkv: Tensor
    bqkv: Tensor
    wo: Tensor
    bo: Tensor
    norm2: Tensor
    wq: Tensor
    bq: Tensor
    wo2: Tensor
    bo2: Tensor
    norm3: Tensor
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


_NAMES = (
    "self_attn_layer_norm.weight",
    "self_attn.Wqkv.weight",
    "self_attn.Wqkv.bias",
    "self_attn.Wo.weight",
    "self_attn.Wo.bias",
    "cross_attn_layer_norm.weight",
    "cross_attn.Wq.weight",
    "cross_attn.Wq.bias",
    "cross_attn.Wo.weight",
    "cross_attn.Wo.bias",
    "final_layer_norm.weight",
    "fc1.weight",
    "fc1.bias",
    "fc2.weight",
    "fc2.bias",
)


class Stepper:
    """Steps of one network; build it once, after the weights are where they will stay."""

    def __init__(self, network: Network) -> None:
        self.network = network
        decoder = network.decoder
        self.heads = network.config.decoder_heads
        self.width = network.config.d_model
        self.dtype = network.dtype
        self.layers = [
            _LayerWeights(*(layer.get_parameter(name).detach() for name in _NAMES))
            for layer in decoder.layers
        ]
        self.embedding = network.decoder_embedder.weight.detach()
        self.norm = decoder.layer_norm.weight.detach()
        # Transposed: one row times this layout is twice as fast as against the stored one.
        self.head = network.head.weight.detach().t().contiguous()
        self.cos, self.sin = self._rotations()

    def _rotations(self) -> tuple[Tensor, Tensor]:
        """Tables ``[positions, 3, 1, head_dim]`` that turn q and k and leave v as it is."""
        cos, sin = self.network.decoder.rotary.on(self.embedding.device)
        both_cos = torch.cat((cos, cos), dim=1)
        both_sin = torch.cat((-sin, sin), dim=1)
        one, zero = torch.ones_like(both_cos), torch.zeros_like(both_sin)
        dtype = self.embedding.dtype
        return (
            torch.stack((both_cos, both_cos, one), dim=1).unsqueeze(2).to(dtype),
            torch.stack((both_sin, both_sin, zero), dim=1).unsqueeze(2).to(dtype),
        )

    def step(
        self, ids: Tensor, cache: DecoderCache, positions: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Feed one token a row; scores of the next one, ``[B, vocab_out]``.

        ids, positions: ``[B]`` int64. bias: ``[B, 1, 1, capacity]`` to add to the attention
        scores (minus infinity at padding), or None where no row is padded.
        """
        rows, heads, width = ids.shape[0], self.heads, self.width
        size = (width,)
        at, end = cache.length, cache.length + 1
        cos, sin = self.cos[positions], self.sin[positions]
        half = width // heads // 2
        if bias is not None:
            bias = bias[..., :end]
        shared = cache.cross_keys[0].shape[0] == 1
        x = F.embedding(ids, self.embedding)
        for layer, store, cross_k, cross_v in zip(
            self.layers, cache.stores, cache.cross_keys, cache.cross_values, strict=True
        ):
            h = F.rms_norm(x, size, layer.norm1)
            qkv = F.linear(h, layer.wqkv, layer.bqkv).view(rows, 3, heads, -1)
            qkv = torch.addcmul(qkv * cos, qkv.roll(half, 3), sin)
            store[:, :, :, at] = qkv[:, 1:]
            seen = store[:, :, :, :end]
            q = qkv[:, 0].unsqueeze(2)
            h = F.scaled_dot_product_attention(q, seen[:, 0], seen[:, 1], bias)
            x = x + F.linear(h.view(rows, width), layer.wo, layer.bo)

            h = F.rms_norm(x, size, layer.norm2)
            q = F.linear(h, layer.wq, layer.bq)
            if shared:
                # Rows that hear the same window are queries to one set of keys.
                q = q.view(1, rows, heads, -1).transpose(1, 2)
                h = F.scaled_dot_product_attention(q, cross_k, cross_v).transpose(1, 2)
            else:
                h = F.scaled_dot_product_attention(q.view(rows, heads, 1, -1), cross_k, cross_v)
            x = x + F.linear(h.reshape(rows, width), layer.wo2, layer.bo2)

            h = F.gelu(F.linear(F.rms_norm(x, size, layer.norm3), layer.w1, layer.b1))
            x = x + F.linear(h, layer.w2, layer.b2)
        cache.length = end
        return torch.mm(F.rms_norm(x, size, self.norm), self.head)
