"""The one-token step of generation: the same weights as the decoder, without its generality.

Generation spends nearly all its time here, a few hundred microseconds a token for a small model,
so what is constant over a window is prepared once: weights looked up, rotations tabulated, caches
allocated. Per layer and token this leaves about a dozen tensor operations.

Sequences of different lengths stand side by side: each begins at column 0 of the cache, so that a
token's column is its position, and what lies after a shorter one's end is masked.
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

Part = Callable[[Tensor], Tensor]

# Processors: up to this width a transposed copy of every weight is held, which is up to twice as
# fast for one row (the whole decoder is a few MB there). From the second on, several rows go
# through the stored weights the other way round: one pass over them instead of one for three rows.
_COPIED_WIDTH = 384
_TURNED_WIDTH = 640
_FEW_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Layer:
    """One decoder layer's parts, in the order of use."""

    norm1: Part
    qkv: Part
    out: Part
    norm2: Part
    q: Part
    out2: Part
    norm3: Part
    fc1: Part
    fc2: Part


_NAMES = (
    "self_attn_layer_norm",
    "self_attn.Wqkv",
    "self_attn.Wo",
    "cross_attn_layer_norm",
    "cross_attn.Wq",
    "cross_attn.Wo",
    "final_layer_norm",
    "fc1",
    "fc2",
)


def _layer(layer: nn.Module, width: int) -> _Layer:
    parts = (layer.get_submodule(name) for name in _NAMES)
    return _Layer(
        *(_linear(part, width) if isinstance(part, nn.Linear) else _norm(part) for part in parts)
    )


def _norm(module: nn.Module) -> Part:
    """The norm of one place as a function of one argument: a module's call costs as much again."""
    weight = module.get_parameter("weight").detach()
    size = tuple(weight.shape)
    if isinstance(module, nn.LayerNorm):
        bias, eps = module.bias.detach(), module.eps
        return lambda x: F.layer_norm(x, size, weight, bias, eps)
    if not _full_on_processor(weight):
        return lambda x: F.rms_norm(x, size, weight)
    # The library's is ten small operations on a processor, and there are three to a layer. This is
    # x / sqrt(mean(x^2) + eps) * weight with everything constant taken out, in four.
    scaled = weight * size[0] ** 0.5
    floor = torch.tensor((size[0] * torch.finfo(weight.dtype).eps) ** 0.5)

    def rms_norm(x: Tensor) -> Tensor:
        lengths = torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), floor)
        return x.div(lengths).mul_(scaled)

    return rms_norm


def _full_on_processor(weight: Tensor) -> bool:
    return weight.device.type == "cpu" and weight.dtype == torch.float32


def _linear(module: nn.Linear, width: int) -> Part:
    """A linear layer on a few rows, the way that is fastest for its size (see above)."""
    weight, bias = module.weight.detach(), module.bias.detach()
    full = _full_on_processor(weight)
    if full and width <= _COPIED_WIDTH:
        columns = weight.t().contiguous()
        return lambda x: torch.addmm(bias, x, columns)
    if full and width >= _TURNED_WIDTH:
        upright = bias[:, None]

        def turned(x: Tensor) -> Tensor:
            if len(x) <= _FEW_ROWS:
                return F.linear(x, weight, bias)
            return torch.addmm(upright, weight, x.t()).t().contiguous()

        return turned
    return lambda x: F.linear(x, weight, bias)


class Stepper:
    """Steps of one network; build it once, after the weights are where they will stay."""

    def __init__(self, network: Network) -> None:
        self.network = network
        decoder = network.decoder
        self.heads = network.config.decoder_heads
        self.width = network.config.d_model
        self.dtype = network.dtype
        self.layers = [_layer(layer, self.width) for layer in decoder.layers]
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
        self,
        ids: Tensor,
        cache: DecoderCache,
        positions: Tensor,
        bias: Tensor | None = None,
        rows: Tensor | None = None,
    ) -> Tensor:
        """Feed one token a row; scores of the next one, ``[B, vocab_out]``.

        ids, positions: ``[B]`` int64; a token is stored at the column of its position.
        Where all rows are equally long, the token's place is ``cache.length``, which is counted
        up. Rows of different lengths need both of: bias ``[B, 1, 1, columns]`` to add to the
        attention scores (minus infinity from each row's end on; as many columns are looked at),
        and rows, ``arange(B)``; ``cache.length`` is left alone.
        """
        count, heads, width = ids.shape[0], self.heads, self.width
        half = width // heads // 2
        at = cache.length
        end = at + 1 if bias is None else bias.shape[3]
        shared = cache.cross_keys[0].shape[0] == 1
        x = F.embedding(ids, self.embedding)
        if self.places is not None:
            x = x + self.places[positions]
        if self.turns is not None:
            cos, sin = self.turns[0][positions], self.turns[1][positions]
        for layer, store, cross_k, cross_v in zip(
            self.layers, cache.stores, cache.cross_keys, cache.cross_values, strict=True
        ):
            qkv = layer.qkv(layer.norm1(x)).view(count, 3, heads, -1)
            if self.turns is not None:
                qkv = torch.addcmul(qkv * cos, qkv.roll(half, 3), sin)
            if rows is None:
                store[:, :, :, at] = qkv[:, 1:]
            else:
                store[rows, :, :, positions] = qkv[:, 1:]
            seen = store[:, :, :, :end]
            q = qkv[:, 0].unsqueeze(2)
            h = F.scaled_dot_product_attention(q, seen[:, 0], seen[:, 1], bias)
            x = x + layer.out(h.view(count, width))

            q = layer.q(layer.norm2(x))
            if shared:
                # Rows that hear the same window are queries to one set of keys.
                q = q.view(1, count, heads, -1).transpose(1, 2)
                h = F.scaled_dot_product_attention(q, cross_k, cross_v).transpose(1, 2)
            else:
                h = F.scaled_dot_product_attention(q.view(count, heads, 1, -1), cross_k, cross_v)
            x = x + layer.out2(h.reshape(count, width))

            x = x + layer.fc2(F.gelu(layer.fc1(layer.norm3(x))))
        if bias is None:
            cache.length = end
        return torch.mm(self.norm(x), self.head)
