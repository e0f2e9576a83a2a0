"""A whole map in a process of its own, as a worker makes it: its time and its peak memory.

``python -m model_core.training.evaluation.whole_map_worker CHECKPOINT AUDIO CORES SEED`` prints
one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

__all__ = ["main", "peak_memory_mb"]

_MB = 1024.0 * 1024.0


def peak_memory_mb() -> float:
    """The most memory that this process has held so far, in MiB."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / _MB
    if sys.platform == "linux":
        # getrusage begins with what the parent held when it forked.
        status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In kilobytes on Linux, in bytes on macOS.
    return peak / _MB if sys.platform == "darwin" else peak / 1024.0


def main(arguments: list[str]) -> int:
    """Time the map: decoding, timing, kiai, objects, file; loading the model stands apart."""
    checkpoint, audio_path, cores, seed = arguments
    begun = time.perf_counter()
    import psutil
    import torch

    torch.set_num_threads(int(cores))
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):  # not on macOS
        allowed = process.cpu_affinity()
        process.cpu_affinity(allowed[: int(cores)])
    from model_core import load
    from model_core.audio.decode import decode
    from model_core.maps.generate import generate_map
    from model_core.maps.parameters import GenerationParameters

    model = load(checkpoint, device="cpu")
    loaded, busy = time.perf_counter(), time.process_time()
    audio = decode(audio_path)
    made = generate_map(model, audio, GenerationParameters(seed=int(seed), difficulty=4.0))
    row = {
        "load_seconds": loaded - begun,
        "seconds": time.perf_counter() - loaded,
        "busy_seconds": time.process_time() - busy,
        "song_seconds": audio.song_length_ms / 1000.0,
        "peak_mb": peak_memory_mb(),
        "objects": len(made.objects),
        "stages_ms": made.timings_ms,
    }
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
