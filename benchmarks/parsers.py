"""Parsers of .osu files side by side: ``python -m benchmarks.parsers --maps DIR``.

This project's parser takes turns with two from the package index, ``slider`` and ``osupyparser``,
on every .osu file below a folder. Each runs in a process of its own, so that its memory is its
own. They come with ``pip install 'osu-companion[bench]'`` (in a checkout: ``pip install -e
'.[bench]'``); one that is not installed is left out, with a word about it.

What is counted, of all files: those read without an error; of them, those that were read with as
many objects as the file has lines of objects; and those that come back byte for byte when written
at once, whichever line ends and mark they are saved with. ``osupyparser`` has no writer. Each
parser is asked for all that it makes of a file: this one for the ends, curves, sounds and combos
of its objects as well, which it would otherwise put off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.report import machine, print_figures, print_table, spread

OWN = "this parser"
READERS = (OWN, "slider", "osupyparser")
BOM = "\ufeff".encode()
#: A parser that takes longer for all files is stopped, and said to have failed.
LIMIT_S = 900


class Result(NamedTuple):
    """What a parser made of a file: how many objects, and the bytes it would write.

    Where line ends and byte order mark depend on how its text is saved: every way of doing so.
    """

    objects: int
    written: tuple[bytes, ...] = ()


def _read_own(path: Path) -> Result:
    from model_core.beatmap import parse

    beatmap = parse(path.read_bytes())
    beatmap.combo_labels()
    for item in beatmap.hit_objects:
        _ = (item.end_time, item.curve, item.node_sounds, item.node_samples)
        beatmap.timing.sample_at(item.time)
    return Result(len(beatmap.hit_objects), (beatmap.to_bytes(),))


def _read_slider(path: Path) -> Result:
    slider = import_module("slider")
    beatmap = slider.Beatmap.from_path(path)
    objects = len(beatmap.hit_objects(stacking=False))
    try:
        text = beatmap.pack().encode()
    except Exception:
        return Result(objects)
    saved = (text, text.replace(b"\n", b"\r\n"))
    return Result(objects, (*saved, *(BOM + data for data in saved)))


def _read_osupyparser(path: Path) -> Result:
    osupyparser = import_module("osupyparser")
    return Result(len(osupyparser.OsuFile(str(path)).parse_file().hit_objects))


_READ: dict[str, Callable[[Path], Result]] = {
    OWN: _read_own,
    "slider": _read_slider,
    "osupyparser": _read_osupyparser,
}


def object_lines(data: bytes) -> int:
    """Lines of [HitObjects] that are neither blank nor comments, counted without any parser."""
    count = 0
    inside = False
    for line in data.decode("utf-8-sig", errors="replace").splitlines():
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            inside = text == "[HitObjects]"
        elif inside and text and not text.startswith("//"):
            count += 1
    return count


def run_reader(name: str, folder: Path) -> dict[str, Any]:
    """One turn of one parser over all files, in this process."""
    paths = sorted(folder.rglob("*.osu"))
    read = _READ[name]
    _load(name)
    before_mb = _peak_mb()
    seconds: dict[str, float] = {}
    whole = written = identical = 0
    failed: dict[str, str] = {}
    partial: list[str] = []
    for path in paths:
        shown = path.relative_to(folder).as_posix()
        data = path.read_bytes()
        began = time.perf_counter()
        try:
            result = read(path)
        except Exception as error:
            failed[shown] = f"{type(error).__name__}: {error}"[:100]
            continue
        finally:
            seconds[shown] = time.perf_counter() - began
        if result.objects == object_lines(data):
            whole += 1
        else:
            partial.append(shown)
        written += bool(result.written)
        identical += data in result.written
    return {
        "files": len(paths),
        "read": len(paths) - len(failed),
        "whole": whole,
        "written": written,
        "identical": identical,
        "seconds": seconds,
        "peak_mb": _peak_mb(),
        "peak_before_mb": before_mb,
        "failed": failed,
        "partial": partial,
    }


def _load(name: str) -> None:
    import_module("model_core.beatmap" if name == OWN else name)


def _peak_mb() -> float:
    """The most memory this process has held so far."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    # Kilobytes, but for macOS, which counts bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _take_turn(name: str, folder: Path) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "benchmarks.parsers", "--maps", str(folder), "--turn", name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: stopped after {LIMIT_S} s")
        return None
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1:]}")
        return None
    turn: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return turn


def measure(folder: Path, rounds: int) -> dict[str, Any]:
    """Figures of every parser that is installed; the counts are those of the last turn."""
    found: dict[str, Any] = {}
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in READERS if _installed(name)}
    for _ in range(rounds):
        for name, turns in taken.items():
            turn = _take_turn(name, folder)
            if turn is not None:
                turns.append(turn)
    taken = {name: turns for name, turns in taken.items() if turns}
    by_all = set.intersection(*(_files_read(turns[-1]) for turns in taken.values()))
    for name, turns in taken.items():
        found[name] = {
            **turns[-1],
            "version": _version(name),
            "seconds": spread([sum(turn["seconds"].values()) for turn in turns]),
            "seconds_read_by_all": spread(
                [sum(turn["seconds"][file] for file in by_all) for turn in turns]
            ),
            "read_by_all": len(by_all),
            "peak_mb": spread([turn["peak_mb"] for turn in turns]),
        }
    return found


def _files_read(turn: dict[str, Any]) -> set[str]:
    return set(turn["seconds"]) - set(turn["failed"])


def _installed(name: str) -> bool:
    if name == OWN or find_spec(name) is not None:
        return True
    print(f"{name} is not installed and left out. To compare: pip install -e '.[bench]'")
    return False


def _version(name: str) -> str:
    return metadata.version("osu-companion" if name == OWN else name)


def main() -> int:
    """Print the table, then one JSON line; 1 where the folder holds no map."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=Path, required=True, help="a folder with .osu files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turn", choices=READERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.turn:
        print(json.dumps(run_reader(options.turn, options.maps)))
        return 0
    if not any(options.maps.rglob("*.osu")):
        print(f"{options.maps} holds no .osu file.", file=sys.stderr)
        return 1
    facts = machine()
    figures = measure(options.maps, max(1, options.rounds))
    rows = [
        (
            f"{name} {values['version']}",
            values["read"],
            values["whole"],
            values["identical"] if values["written"] else "no writer",
            values["seconds"]["median"],
            values["seconds_read_by_all"]["median"],
            values["peak_mb"]["median"],
            values["peak_mb"]["median"] - values["peak_before_mb"],
        )
        for name, values in figures.items()
    ]
    own = figures[OWN]
    print_table(
        f"Parsers on {own['files']} files, of which all read {own['read_by_all']}",
        ("", "read", "all objects", "identical", "s", "s, read by all", "peak MB", "for the files"),
        rows,
    )
    print_figures("parsers", {"machine": facts, "readers": figures})
    return 0


if __name__ == "__main__":
    sys.exit(main())
