"""The child: answers one question about a checkpoint, asking the hub if need be, and ends."""

from __future__ import annotations

import logging
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from daemon.model_errors import reason_of
from daemon.worker import frames
from daemon.worker.child import take_pipes
from model_core.checkpoints.adapters import ADAPTER_CONFIG
from model_core.checkpoints.hub import look
from model_core.checkpoints.integrity import check
from model_core.checkpoints.published import HubName, hub_name
from model_core.checkpoints.pull_progress import PullProgress
from model_core.checkpoints.pulling import pull
from model_core.checkpoints.resolve import mode_folders
from model_core.checkpoints.summary import summarise
from model_core.errors import CheckpointError, CheckpointNotFound, CompanionError

log = logging.getLogger(__name__)


def main() -> None:
    """Read a question, answer it, end; end at once when the daemon closes the pipe."""
    incoming, outgoing = take_pipes()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    try:
        question = frames.read(incoming)
    except frames.BrokenPipe:
        return
    threading.Thread(target=_end_with, args=(incoming,), daemon=True).start()

    def send(frame: dict[str, Any]) -> None:
        try:
            outgoing.write(frames.encode(frame))
            outgoing.flush()
        except OSError:
            os._exit(0)

    try:
        answer = {
            "look": lambda: _look(question),
            "describe": lambda: _describe(Path(question["model"]), bool(question["deep"])),
            "pull": lambda: _pull(question, send),
        }[question["type"]]()
        send({"type": "done", **answer})
    except CompanionError as error:
        send({"type": "failed", "reason": reason_of(error), "message": str(error)})
    except Exception as error:
        log.exception("%s of %s failed", question["type"], question["model"])
        doing = {"pull": "The download of", "look": "Asking the hub for"}
        what = doing.get(question["type"], "The check of")
        message = (
            f"{what} {question['model']} hit an unexpected error ({type(error).__name__}: {error})"
        )
        send({"type": "failed", "reason": "INTERNAL", "message": message})
    sys.stdout.flush()


def _pull(question: dict[str, Any], send: Any) -> dict[str, Any]:
    def tell(progress: PullProgress) -> None:
        send({"type": "progress", **asdict(progress)})

    pulled = pull(question["model"], question["modes"] or None, progress=tell)
    return {"downloaded": pulled.downloaded, "changed": pulled.changed, "commit": pulled.commit}


def _look(question: dict[str, Any]) -> dict[str, Any]:
    listing = look(_named(question["model"]))
    return {
        "commit": listing.commit,
        "size": sum(file.size for file in listing.needed()),
        "licence": listing.licence,
        "modes": list(listing.modes()),
    }


def _describe(folder: Path, deep: bool) -> dict[str, Any]:
    # A refiner has no files of a checkpoint; its own are proved when it is pulled.
    refiner = (folder / "model_ema.pkl").is_file()
    problems = [] if refiner else [str(problem) for problem in check(folder, deep)]
    why: list[str] = []
    for place in (folder, *(folder / mode for mode in mode_folders(folder))):
        try:
            summary = summarise(place)
        except CheckpointError as error:
            why.append(str(error).removesuffix("."))
            continue
        return {
            "problems": problems,
            "known": True,
            "family": summary.family,
            "parameters": summary.parameters or 0,
            "modes": list(summary.modes),
            "weights_dtype": summary.weights_dtype,
            "window_ms": summary.window_ms or 0.0,
            "mappers": summary.mappers or 0,
            "descriptors": summary.descriptors or 0,
            "contexts": list(summary.contexts),
        }
    if not (problems or refiner or (folder / ADAPTER_CONFIG).is_file()):
        # Each file can be read, and the model cannot be understood all the same.
        problems = why[:1]
    return {"problems": problems, "known": False}


def _named(name: str) -> HubName:
    found = hub_name(name)
    if found is None:
        raise CheckpointNotFound(f"{name} is not the name of a model on the hub.")
    return found


def _end_with(incoming: BinaryIO) -> None:
    try:
        frames.read(incoming)
    except frames.BrokenPipe:
        # What came is on the disk, and the next pull carries on.
        os._exit(0)


if __name__ == "__main__":
    main()
