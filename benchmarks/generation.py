"""How fast tokens are written: ``python -m benchmarks.generation [--checkpoint NAME]``.

Measures what a request waits for, apart from each other: loading, hearing a window, reading a
prompt, and the loop: for one variant, for several of the same window in one batch, for rows that
hear a window each (windows at once, different requests), and the same with the shapes kept fixed.
Without a checkpoint a network of the starter's size with random weights is measured; its scores
are nearly flat, which is the slow case for sampling. The memory figure is the bytes of weights,
keys and values that a token has to pass through the processor, against what the loop achieved a
second.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from benchmarks.report import machine, print_figures, print_table
from model_core.audio.decode import Audio
from model_core.audio.mel import MelConfig
from model_core.audio.windows import Window
from model_core.generation.decode_loop import DecodeLoop, Row, Work
from model_core.generation.rules import LogitsRule, MonotonicTime, NoLookback, Temperature
from model_core.generation.sampling import Sampler
from model_core.model import Model, load_model
from model_core.network import Network, NetworkConfig
from model_core.tokens.events import EventType
from model_core.tokens.starter_layout import starter_layout, starter_vocabulary

_PROMPT = 300  # tokens: a window's timing, and its lookback
_ANSWER = 200
_APART = 8  # rows that hear a window each


def random_model(width: int = 256, layers: int = 4) -> Model:
    """A network of the starter's kind with random weights."""
    vocabulary, layout = starter_vocabulary(), starter_layout()
    config = NetworkConfig(
        d_model=width,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_heads=width // 64,
        decoder_heads=width // 64,
        encoder_ffn=4 * width,
        decoder_ffn=4 * width,
        vocab_in=vocabulary.size_in,
        vocab_out=vocabulary.size_out,
        mel=MelConfig(),
        source_positions=layout.src_frames // 2,
        target_positions=layout.tgt_len,
    )
    torch.manual_seed(0)
    network = Network(config).eval().requires_grad_(False)
    return Model(f"random {layers}+{layers} x {width}", network, vocabulary, layout, "as built")


def measure(model: Model, variants: Sequence[int] = (1, 3, 8), repeats: int = 3) -> dict[str, Any]:
    """Milliseconds and tokens a second; the best of a few repeats each."""
    rng = np.random.default_rng(0)
    samples = rng.uniform(-1, 1, 60 * 16000).astype(np.float32)
    result: dict[str, Any] = {
        "model": model.name,
        "parameters": model.info().parameters,
        "device": model.info().device,
        "dtype": model.info().dtype,
        "threads": torch.get_num_threads(),
    }
    hearing = []
    for repeat in range(repeats + 1):
        begun = time.perf_counter()
        states = model.encode_window(Audio(samples, f"take {repeat}"), Window(0, 0))
        states.sum().item()
        hearing.append(time.perf_counter() - begun)
    result["encode_ms"] = min(hearing) * 1000

    times = model.vocabulary.id_range(EventType.TIME)
    prompt = rng.integers(times.stop, model.vocabulary.size_out, _PROMPT).tolist()
    result["prefill_ms"] = 1000 * min(
        _timed(model, [states], [_row(model, prompt, 0, 1)])[1] for _ in range(repeats)
    )
    one = [states] * _APART
    apart = [states + index * 1e-6 for index in range(_APART)]
    kinds: dict[str, tuple[list[torch.Tensor], bool]] = {
        **{f"x{count}": (one[:1] * count, False) for count in variants},
        f"x{_APART}_windows": (apart, False),
        f"x{_APART}_windows_fixed": (apart, True),
    }
    best = dict.fromkeys(kinds, 0.0)
    # In turns: what else the machine does falls on every kind alike.
    for _ in range(repeats):
        for name, (heard, fixed) in kinds.items():
            rows = [_row(model, prompt, seed, _ANSWER) for seed in range(len(heard))]
            tokens, seconds = _timed(model, heard, rows, fixed)
            best[name] = max(best[name], tokens / seconds)
    result |= {f"tokens_per_s_{name}": speed for name, speed in best.items()}
    result["bytes_per_token"] = _bytes_per_token(model)
    result["gb_per_s_x1"] = result["bytes_per_token"] * result["tokens_per_s_x1"] / 1e9
    return result


def _row(model: Model, prompt: list[int], seed: int, count: int) -> Row:
    times = model.vocabulary.id_range(EventType.TIME)
    lookback = range(times.start, times.start + len(times) // 3)
    rules: list[LogitsRule] = [
        MonotonicTime(times, [model.vocabulary.sos]),
        Temperature(0.9),
        NoLookback(lookback),
    ]
    return Row(prompt, rules, Sampler.seeded(seed), frozenset(), len(prompt) + count)


def _timed(
    model: Model, heard: Sequence[torch.Tensor], rows: Sequence[Row], fixed: bool = False
) -> tuple[int, float]:
    """Tokens written, and the seconds it took."""
    begun = time.perf_counter()
    work = Work(rows, [lambda states=states: states for states in heard])  # type: ignore[misc]
    loop = DecodeLoop(model.stepper, len(rows), fixed)
    loop.submit(work)
    while not work.done:
        loop.turn()
    if work.error is not None:
        raise work.error
    return sum(map(len, work.answers)), time.perf_counter() - begun


def _bytes_per_token(model: Model) -> int:
    """Decoder weights, output head, and both kinds of keys and values at the prompt's length."""
    network = model.network
    size = network.head.weight.element_size()
    weights = sum(weight.numel() for weight in network.decoder.parameters())
    weights += network.head.weight.numel()
    config = network.config
    stored = 2 * config.decoder_layers * config.d_model * (config.source_positions + _PROMPT)
    return size * (weights + stored)


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", help='folder, hub repository or "starter"')
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--threads", type=int, help="default: as torch chooses")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    facts = machine()
    begun = time.perf_counter()
    if options.checkpoint:
        model = load_model(options.checkpoint, options.device, options.dtype)
    else:
        model = random_model()
    loaded = time.perf_counter() - begun
    figures = {**measure(model, repeats=max(1, options.repeats)), "load_ms": loaded * 1000}
    print_table("Generation", ("", "measured"), list(figures.items()))
    print_figures("generation", {"machine": facts, **figures})


if __name__ == "__main__":
    main()
