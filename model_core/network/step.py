"""The one-token step of generation: the same weights as the decoder, without its generality.

Generation spends nearly all its time here, a few hundred microseconds a token for a small model,
so what is constant over a window is prepared once: weights looked up, rotations tabulated, caches
allocated. Per layer and token this leaves about a dozen tensor operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from model_core.network.attention import RotaryTable
from model_core.network.cache import DecoderCache
from model_core.network.model import Network

Norm = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class _LayerWeights:
    """One decoder layer's tensors, in the order of use."""

    norm1: Norm
    wqkv: Tensor
    bqkv: Tensor
    wo: Tensor
    bo: Tensor
    norm2: Norm
    wq: Tensor
    bq: Tensor
    wo2: Tensor
    bo2: Tensor
    norm3: Norm
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


_NAMES = (
    "self_attn_layer_norm",
    "self_attn.Wqkv.weight",
    "self_attn.Wqkv.bias",
    "self_attn.Wo.weight",
    "self_attn.Wo.bias",
    "cross_attn_layer_norm",
    "cross_attn.Wq.weight",
    "cross_attn.Wq.bias",
    "cross_attn.Wo.weight",
    "cross_attn.Wo.bias",
    "final_layer_norm",
    "fc1.weight",
    "fc1.bias",
    "fc2.weight",
    "fc2.bias",
)


def _layer(layer: nn.Module) -> _LayerWeights:
    return _LayerWeights(
        *(
            _norm(layer.get_submodule(name))
            if name.endswith("norm")
            else layer.get_parameter(name).detach()
            for name in _NAMES
        )  # type: ignore[arg-type]
    )


def _norm(module: nn.Module) -> Norm:
    """The norm of one place as a function of one argument: a module's call costs as much again."""
    weight = module.get_parameter("weight").detach()
    size = tuple(weight.shape)
    if isinstance(module, nn.LayerNorm):
        bias, eps = module.bias.detach(), module.eps
        return lambda x: F.layer_norm(x, size, weight, bias, eps)
    return lambda x: F.rms_norm(x, size, weight)


class Stepper:
    """Steps of one network; build it once, after the weights are where they will stay."""

    def __init__(self, network: Network) -> None:
        self.network = network
        decoder = network.decoder
        self.heads = network.config.decoder_heads
        self.width = network.config.d_model
        self.dtype = network.dtype
        self.layers = [_layer(layer) for layer in decoder.layers]
        self.embedding = network.decoder_embedder.weight.detach()
        self.norm = _norm(decoder.layer_norm)
        # Transposed: one row times this layout is twice as fast as against the stored one.
        self.head = network.head.weight.detach().t().contiguous()
        learned = decoder.embed_positions
        self.places = None if learned is None else learned.weight.detach()
        self.turns = None if decoder.rotary is None else self._rotations(decoder.rotary)

    def _rotations(self, rotary: RotaryTable) -> tuple[Tensor, Tensor]:
        """Tables ``[positions, 3, 1, head_dim]`` that turn q and k and leave v as it is."""
        cos, sin = rotary.on(self.embedding.device)
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
        at, end = cache.length, cache.length + 1
        half = width // heads // 2
        if bias is not None:
            bias = bias[..., :end]
        shared = cache.cross_keys[0].shape[0] == 1
        x = F.embedding(ids, self.embedding)
        if self.places is not None:
            x = x + self.places[positions]
        if self.turns is not None:
            cos, sin = self.turns[0][positions], self.turns[1][positions]
        for layer, store, cross_k, cross_v in zip(
            self.layers, cache.stores, cache.cross_keys, cache.cross_values, strict=True
        ):
            h = layer.norm1(x)
            qkv = F.linear(h, layer.wqkv, layer.bqkv).view(rows, 3, heads, -1)
            if self.turns is not None:
                qkv = torch.addcmul(qkv * cos, qkv.roll(half, 3), sin)
            store[:, :, :, at] = qkv[:, 1:]
            seen = store[:, :, :, :end]
            q = qkv[:, 0].unsqueeze(2)
            h = F.scaled_dot_product_attention(q, seen[:, 0], seen[:, 1], bias)
            x = x + F.linear(h.view(rows, width), layer.wo, layer.bo)

            h = layer.norm2(x)
            q = F.linear(h, layer.wq, layer.bq)
            if shared:
                # Rows that hear the same window are queries to one set of keys.
                q = q.view(1, rows, heads, -1).transpose(1, 2)
                h = F.scaled_dot_product_attention(q, cross_k, cross_v).transpose(1, 2)
            else:
                h = F.scaled_dot_product_attention(q.view(rows, heads, 1, -1), cross_k, cross_v)
            x = x + F.linear(h.reshape(rows, width), layer.wo2, layer.bo2)

            h = F.gelu(F.linear(layer.norm3(x), layer.w1, layer.b1))
            x = x + F.linear(h, layer.w2, layer.b2)
        cache.length = end
        return torch.mm(self.norm(x), self.head)
