"""``make demo``: the whole way once, on the bundled mapset, with nothing of the user's touched.

Copies the mapset to a Songs folder of its own, starts a daemon with a home of its own, remaps four
seconds through gRPC, writes them, shows the diff and a picture, takes them back, and checks that
every byte is as it was.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from osu_companion.local.paths import HOME_VARIABLE, Paths, find_paths

from clients.cli.exits import exit_code
from clients.cli.output import error_text, make_output
from clients.cli.timestamps import format_time
from clients.client.errors import ClientError
from clients.patching import Patcher, PatchingError
from clients.remapping import Done, follow, remap_and_apply

if TYPE_CHECKING:
    from clients.client import Client

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
OUTPUT = ROOT / "demo-output"

START_MS, END_MS, SEED = 20_000, 24_000, 7
_STOP_TIMEOUT_S = 20.0


def main() -> int:
    """Run the demo; 0 if all of it worked."""
    map_file = _find_map(SAMPLES)
    if map_file is None:
        print(f"There is no mapset in {SAMPLES}; the demo runs from the project's folder.")
        return 4
    with tempfile.TemporaryDirectory(prefix="osu-companion-demo-") as folder:
        songs, home = Path(folder) / "Songs", Path(folder) / "home"
        shutil.copytree(SAMPLES, songs)
        # The daemon is a process of its own and inherits these.
        os.environ[HOME_VARIABLE] = str(home)
        os.environ["OSU_COMPANION_SONGS"] = str(songs)
        path = songs / map_file.relative_to(SAMPLES)
        try:
            return _run(path, find_paths())
        except (ClientError, PatchingError, OSError, KeyboardInterrupt) as error:
            print(f"\nThe demo stopped: {error_text(error)}", file=sys.stderr)
            return int(exit_code(error))


def _run(path: Path, paths: Paths) -> int:
    from clients.client import Client

    original = path.read_bytes()
    _say(f"A copy of the bundled map: {path.name} ({len(original):,} bytes)")
    took = _timer()
    client = Client.connect(paths, _say)
    try:
        _say(f"The daemon answers at {client.endpoint.address} after {took():.1f} s.")
        patcher = Patcher(paths.state)
        done = _remap(client, patcher, path)
        _show(client, done, path)
        same = _again(client, path, original, done)
        return 0 if _undo(patcher, path, original) and same else 1
    finally:
        client.stop()
        client.close()
        _wait_until_gone(client)
        _say("The daemon has stopped; nothing is left behind but the picture.")


def _remap(client: Client, patcher: Patcher, path: Path) -> Done:
    _say(f"\nRemapping {format_time(START_MS)} - {format_time(END_MS)} with seed {SEED} …")
    took = _timer()
    with make_output(as_json=False) as output:
        done = remap_and_apply(
            client,
            patcher,
            path,
            start_ms=START_MS,
            end_ms=END_MS,
            seed=SEED,
            on_event=output.event,
            on_notice=output.told,
        )
    result = done.result
    _say(f"{done.applied.prepared.patch.summary.text}")
    _say(
        f"Written after {took():.1f} s, the start of the model included: model {result.model} on "
        f"{result.device} ({result.precision})."
    )
    return done


def _show(client: Client, done: Done, path: Path) -> None:
    from clients.client import Variant

    prepared = done.applied.prepared
    _say("\n" + prepared.diff(path.name) + "\n")
    picture = OUTPUT / "before-after.png"
    OUTPUT.mkdir(parents=True, exist_ok=True)
    # The map holds the change by now; the daemon keeps what it was, and draws that.
    drawn = client.draw(variant=Variant(done.job_id), start_ms=START_MS, end_ms=END_MS)
    picture.write_bytes(drawn.picture)
    (OUTPUT / "remap.diff").write_text(
        prepared.diff(path.name) + "\n", encoding="utf-8", newline="\n"
    )
    _say(f"The range before and after: {picture}")


def _again(client: Client, path: Path, original: bytes, done: Done) -> bool:
    """The same request on the same bytes, now warm: the same answer, not written."""
    copy = path.with_name("again.osu")
    copy.write_bytes(original)
    try:
        took = _timer()
        with client.remap(copy, start_ms=START_MS, end_ms=END_MS, seed=SEED) as stream:
            result = follow(stream, lambda _event: None)
        seconds = took()
    finally:
        copy.unlink()
    timings = result.timings
    stages = ("queue", "audio", "encoder", "decode", "post", "patch")
    split = ", ".join(f"{stage} {getattr(timings, f'{stage}_ms'):.0f}" for stage in stages)
    _say(
        f"\nThe same request again, warm: {seconds:.2f} s (ms: {split}); "
        f"{timings.tokens} tokens at {timings.tokens_per_second:.0f}/s."
    )
    first = done.applied.prepared.patch.result_sha256
    same = result.variants[0].patch.result_sha256 == first
    _say("Same seed, same bytes." if same else "It answered differently; it should not have.")
    return same


def _undo(patcher: Patcher, path: Path, original: bytes) -> bool:
    patcher.undo(path)
    restored = path.read_bytes() == original
    _say(
        "\nUndone: every byte is as it was."
        if restored
        else "\nUndone, but the bytes differ; that is a bug."
    )
    return restored


def _wait_until_gone(client: Client) -> None:
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while client.endpoint.process_alive() and time.monotonic() < deadline:
        time.sleep(0.05)


def _find_map(folder: Path) -> Path | None:
    """The hardest map of the mapset: the last by name would be the easiest."""
    maps = sorted(folder.glob("*/*.osu"))
    return next((path for path in maps if "[Insane]" in path.name), maps[0] if maps else None)


def _timer() -> Callable[[], float]:
    started = time.perf_counter()
    return lambda: time.perf_counter() - started


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
