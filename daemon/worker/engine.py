"""The engine of the model worker: model_core behind the frames. The only module that needs torch.

torch is imported with the first task, in the thread that owns the device.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.v1 import jobs_pb2

from daemon.model_errors import reason_of
from daemon.worker.engine_api import Loaded, Progress, TaskFailed
from daemon.worker.tasks.task import Cancelled, Task, since, warnings_of
from model_core.errors import AudioError, CompanionError, InvalidParameters, RebaseConflict

if TYPE_CHECKING:
    from model_core.audio.decode import Audio
    from model_core.checkpoints.identity import Identifying
    from model_core.model import Model

log = logging.getLogger(__name__)

# Decoded songs that are kept: the one being worked on and the one before. A minute takes 4 MB.
_SONGS_KEPT = 2

# Parameters below which a second CPU thread costs more than it brings: a step is then hundreds of
# tiny products, and threads wait for each other, most of all where the editor runs beside them.
_SMALL_MODEL = 30_000_000

Answer = Callable[[Task], jobs_pb2.JobResult]

# Where each method's work is done.
_ANSWERS = {
    "RemapBeatmap": "daemon.worker.tasks.remap",
    "HitsoundBeatmap": "daemon.worker.tasks.hitsound",
    "MakeGuestDifficulty": "daemon.worker.tasks.difficulty",
    "GenerateMapset": "daemon.worker.tasks.mapset",
    "ModBeatmap": "daemon.worker.tasks.modding",
    "TimeSong": "daemon.worker.tasks.timing",
}

# What is worth doing without the song, too.
_SONG_OPTIONAL = frozenset({"ModBeatmap"})


class ModelEngine:
    """One model, and the songs it heard last. See :class:`~daemon.worker.engine_api.Engine`."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._asked = ("", "", "")  # model, device and precision as they were named
        self._identifying: dict[str, Identifying] = {}  # of "base" and "adapter"
        self._warnings: tuple[str, ...] = ()
        self._songs: OrderedDict[tuple[str, int, int], Audio] = OrderedDict()

    def load(
        self, model: str, device: str, precision: str, threads: int, mode: int = 0
    ) -> dict[str, Any]:
        with _as_failures():
            import torch

            import model_core
            from model_core.checkpoints.adapters import find_adapter, warnings_for
            from model_core.checkpoints.naming import read_name
            from model_core.checkpoints.resolve import resolve

            if threads:
                torch.set_num_threads(threads)
            asked = (model, device, precision)
            held = self._model
            named = read_name(model)
            location = resolve(named.base, mode)
            adapter = find_adapter(named.adapter) if named.adapter else None
            wanted = (location.folder, adapter)
            # Of this map's mode: another one may be served by the same weights.
            self._warnings = warnings_for(location, adapter)
            if held is None or self._asked != asked or wanted != (held.folder, held.adapter):
                # The old one's memory goes before the new one's is asked for.
                self._model = held = None
                held = model_core.load(model, device=device, dtype=precision, gamemode=mode)
                self._model, self._asked = held, asked
                folders = {"base": location.folder}
                if adapter is not None:
                    folders["adapter"] = adapter.folder
                self._identifying = {part: _begin(folder) for part, folder in folders.items()}
            info = held.info()
            if not threads and info.device == "cpu" and info.parameters < _SMALL_MODEL:
                torch.set_num_threads(1)
        return Loaded(
            name=model,
            device=info.device,
            device_reason=info.device_reason,
            precision=info.dtype,
            family=info.family,
            parameters=info.parameters,
            mode=mode,
        ).as_dict()

    def work(
        self, task: dict[str, Any], progress: Callable[[Progress], None], cancelled: Cancelled
    ) -> dict[str, Any]:
        with _as_failures():
            wanted = task["model"]
            # A job that wants no model does not mind which one is here.
            model = self._model if wanted else None
            if wanted and (model is None or self._asked[0] != wanted):
                raise TaskFailed(
                    "INTERNAL", f"The model {wanted} is not loaded. Ask again", fatal=True
                )
            progress(Progress("AUDIO"))
            begun = time.perf_counter()
            audio, unheard = self._song(task, cancelled)
            answer: Answer = importlib.import_module(_ANSWERS[task["method"]]).answer
            told = answer(Task(task, model, audio, since(begun), progress, cancelled, unheard))
        said = list(told.notices)
        del told.notices[:]
        if model is None:
            told.notices.extend(said)
            return {"result": told.SerializeToString()}
        told.notices.extend(warnings_of([*self._warnings, *(notice.text for notice in said)]))
        about = told.provenance.checkpoint
        if "base" in self._identifying:
            identity = self._identifying["base"].result()
            about.revision, about.weights_sha256 = identity.revision, identity.weights_sha256
        if model.adapter is not None and "adapter" in self._identifying:
            identity = self._identifying["adapter"].result()
            about.adapter.name, about.adapter.revision = model.adapter.name, identity.revision
            about.adapter.weights_sha256 = identity.weights_sha256
            about.adapter.left_out = model.adapter_left_out
        return {"result": told.SerializeToString()}

    def _song(self, task: dict[str, Any], cancelled: Cancelled) -> tuple[Audio | None, str]:
        """The song, or none and why, where the method does without."""
        if not task["audio"]:
            return None, ""
        try:
            return self._hear(Path(task["audio"]), cancelled), ""
        except (AudioError, TaskFailed) as error:
            if task["method"] not in _SONG_OPTIONAL:
                raise
            return None, str(error)

    def _hear(self, path: Path, cancelled: Cancelled) -> Audio:
        """The song, decoded now or before."""
        from model_core.audio.decode import decode

        try:
            status = path.stat()
        except OSError as error:
            raise TaskFailed(
                "AUDIO_NOT_FOUND", f"{path} cannot be read: {error.strerror or error}"
            ) from None
        key = (str(path), status.st_size, status.st_mtime_ns)
        if key not in self._songs:
            self._songs[key] = decode(path, cancelled)
            while len(self._songs) > _SONGS_KEPT:
                self._songs.popitem(last=False)
        self._songs.move_to_end(key)
        return self._songs[key]


def _begin(folder: Path) -> Identifying:
    from model_core.checkpoints.identity import Identifying

    return Identifying(folder)


@contextmanager
def _as_failures() -> Iterator[None]:
    """Exceptions of model_core and of torch's allocator, as failures for the caller."""
    try:
        yield
    except CompanionError as error:
        lines = error.lines if isinstance(error, RebaseConflict) else ()
        fields = error.fields if isinstance(error, InvalidParameters) else {}
        raise TaskFailed(reason_of(error), str(error), lines, fields) from error
    except RuntimeError as error:
        # torch.OutOfMemoryError is one; the CPU's allocator only says so in words.
        text = str(error).lower()
        if "out of memory" in text or "not enough memory" in text or "can't allocate" in text:
            raise MemoryError(str(error)) from error
        raise
