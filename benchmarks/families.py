"""The published families in full size: ``python -m benchmarks.families [FAMILY …]``.

For each family a checkpoint of its real size with random weights is written in the published
format, then loaded in a process of its own. Measured are loading (from a file that the system
still has in memory, so without the disk), the memory it took at most and what stayed, the encoder
for one window, and tokens a second of one row and of eight rows in one batch. The tokens are drawn
from nearly flat scores, which is the slow case for sampling. Peak memory is that of the whole
process, imports included; ``memory_before_mb`` says what those alone took.

``--adapter lora`` or ``--adapter pissa`` merges a random adapter of rank 64 on every attention
matrix while loading.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import torch

from benchmarks.family_sizes import FAMILIES
from benchmarks.report import machine, print_figures, print_table, spread
from model_core.checkpoints.weights import load_checkpoint
from model_core.generation.decode_loop import Row, generate_window
from model_core.generation.rules import Temperature
from model_core.generation.sampling import Sampler
from model_core.network.conditions import Conditioning
from model_core.network.config import NetworkConfig
from model_core.network.device import choose
from model_core.network.model import Network
from model_core.network.step import Stepper
from model_core.network.weight_names import published_shapes

_PROMPT = 300  # tokens: a window's timing, and its lookback
_BATCHES = (1, 8)
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_ADAPTED = ("q_proj", "k_proj", "v_proj", "out_proj", "Wq", "Wkv", "Wqkv", "Wo")
_RANK = 64


def write_checkpoint(folder: Path, family: str, stored: torch.dtype) -> int:
    """A family's checkpoint with random weights; the bytes of its weights."""
    from safetensors.torch import save_file

    (folder / "config.json").write_text(json.dumps(FAMILIES[family]))
    torch.manual_seed(0)
    weights = {name: _random(name, shape).to(stored) for name, shape in _shapes(family).items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return (folder / "model.safetensors").stat().st_size


def write_adapter(folder: Path, family: str, start: str) -> None:
    """A random LoRA adapter for a family, begun plainly or with PiSSA."""
    from peft import LoraConfig
    from safetensors.torch import save_file

    parts = {}
    for name, shape in _shapes(family).items():
        module = name.removesuffix(".weight")
        if len(shape) == 2 and module.rpartition(".")[2] in _ADAPTED:
            key = f"base_model.model.{module}"
            parts[f"{key}.lora_A.weight"] = torch.randn(_RANK, shape[1]) * 0.01
            parts[f"{key}.lora_B.weight"] = torch.randn(shape[0], _RANK) * 0.01
    modules = sorted({key.split(".")[-3] for key in parts})
    config = LoraConfig(
        r=_RANK,
        lora_alpha=_RANK,
        target_modules=modules,
        init_lora_weights="pissa" if start == "pissa" else True,
    )
    config.save_pretrained(str(folder))
    save_file(parts, folder / "adapter_model.safetensors")


def _shapes(family: str) -> dict[str, tuple[int, ...]]:
    config = NetworkConfig.from_dict(FAMILIES[family])
    with torch.device("meta"):
        own = {name: weight.shape for name, weight in Network(config).state_dict().items()}
    return published_shapes(own, config.family)


def _random(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    if "norm" in name:
        return torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
    return torch.randn(shape) * 0.02


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Load the checkpoint in ``folder`` and use it; seconds, megabytes, tokens a second."""
    placement = choose(options.device, options.dtype)
    device = placement.device
    torch.ones(1, device=device).sum().item()  # the device's own start is not the model's load
    before = _memory_mb()
    adapter = folder / "adapter" if options.adapter else None
    if adapter is not None:
        import peft  # noqa: F401 - its import is not the merge
    begun = time.perf_counter()
    network = load_checkpoint(folder, device, placement.dtype, adapter)
    _wait(device)
    loaded = time.perf_counter() - begun
    figures: dict[str, Any] = {
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "device": str(device),
        "dtype": str(placement.dtype).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "load_s": loaded,
        "memory_before_mb": before,
        "memory_loaded_mb": _memory_mb(),
        "memory_peak_loading_mb": _peak_mb(),
    }
    config = network.config
    audio = torch.rand(1, config.window_samples, device=device) - 0.5
    told = [Conditioning(5.0, -1, 0.1, 0.2)] if network.conditions is not None else []
    with torch.inference_mode():
        network.encode(audio, told)
        hearing = spread(
            [_timed(lambda: network.encode(audio, told), device) for _ in range(options.repeats)]
        )
        states = network.encode(audio, told)
    figures["window_s"] = config.window_samples / config.mel.sample_rate
    figures["encode_ms"] = {key: v if key == "count" else v * 1000 for key, v in hearing.items()}
    stepper = Stepper(network)
    for batch in _BATCHES:
        _answer(stepper, states, batch, 2)
        reading, speeds = [], []
        for _ in range(options.repeats):
            first = _timed(partial(_answer, stepper, states, batch, 1), device)
            whole = _timed(partial(_answer, stepper, states, batch, options.tokens + 1), device)
            reading.append(first * 1000)
            speeds.append(batch * options.tokens / (whole - first))
        figures[f"prompt_ms_x{batch}"] = spread(reading)
        figures[f"tokens_per_s_x{batch}"] = spread(speeds)
    figures["memory_peak_mb"] = _peak_mb()
    if device.type == "cuda":
        figures["device_memory_peak_mb"] = torch.cuda.max_memory_allocated(device) / 1e6
        figures["device_name"] = torch.cuda.get_device_name(device)
    return figures


def _answer(stepper: Stepper, states: torch.Tensor, batch: int, tokens: int) -> None:
    size = stepper.network.config.vocab_out
    prompt = [3 + number % (size - 3) for number in range(_PROMPT)]
    rows = [
        Row(prompt, [Temperature(0.9)], Sampler.seeded(seed), frozenset(), len(prompt) + tokens)
        for seed in range(batch)
    ]
    answers = generate_window(stepper, states, rows)
    assert all(len(answer) == tokens for answer in answers)


def _timed(work: Callable[[], object], device: torch.device) -> float:
    begun = time.perf_counter()
    work()
    _wait(device)
    return time.perf_counter() - begun


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _memory_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def _peak_mb() -> float | None:
    """The most this process has held at once, where the system tells it."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage, which on Linux hands a parent's peak down to the child.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _in_its_own_process(family: str, arguments: list[str], options: argparse.Namespace) -> Any:
    with tempfile.TemporaryDirectory(prefix="osu-companion-bench-") as made:
        folder = Path(made)
        size = write_checkpoint(folder, family, _DTYPES[options.stored])
        if options.adapter:
            (folder / "adapter").mkdir()
            write_adapter(folder / "adapter", family, options.adapter)
        command = [sys.executable, "-m", "benchmarks.families", *arguments, "--measure", made]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{family} could not be measured (exit code {done.returncode})")
    return {"file_mb": size / 1e6, **json.loads(done.stdout.splitlines()[-1])}


def _row(family: str, figures: dict[str, Any]) -> tuple[object, ...]:
    return (
        family,
        f"{figures['parameters'] / 1e6:.0f} M",
        figures["load_s"],
        figures["memory_loaded_mb"],
        figures["memory_peak_loading_mb"],
        figures["memory_peak_mb"],
        figures["encode_ms"]["median"],
        figures["tokens_per_s_x1"]["median"],
        figures["tokens_per_s_x8"]["median"],
    )


def main() -> None:
    """Print the table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", nargs="*", help=f"of {', '.join(FAMILIES)}; all when left out")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto", help="what the network computes in")
    parser.add_argument("--stored", default="float32", choices=sorted(_DTYPES), help="in the file")
    parser.add_argument("--threads", type=int, help="default: as torch chooses")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=64, help="of each answer")
    parser.add_argument("--adapter", choices=("lora", "pissa"))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.measure is not None:
        print(json.dumps(measure(options.measure, options)))
        return
    unknown = set(options.family) - set(FAMILIES)
    if unknown:
        parser.error(f"no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    passed_on = ["--device", options.device, "--dtype", options.dtype]
    passed_on += ["--repeats", str(options.repeats), "--tokens", str(options.tokens)]
    passed_on += ["--adapter", options.adapter] if options.adapter else []
    passed_on += ["--threads", str(options.threads)] if options.threads else []
    facts = machine()
    found: dict[str, Any] = {}
    for family in options.family or FAMILIES:
        found[family] = _in_its_own_process(family, passed_on, options)
        # What ran beside it spoils times; how much did, at the end of each.
        found[family]["load_average"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
        print(f"measured {family}", file=sys.stderr, flush=True)
    some = next(iter(found.values()))
    print_table(
        f"Families on {some['device']} in {some['dtype']}, {some['threads']} threads",
        ("", "size", "load s", "MB", "peak", "used", "encode ms", "tok/s x1", "tok/s x8"),
        [_row(family, figures) for family, figures in found.items()],
    )
    print_figures("families", {"machine": facts, "stored": options.stored, "families": found})


if __name__ == "__main__":
    main()
