"""The engine of the model worker: model_core behind the frames. The only module that needs torch.

torch is imported with the first task, in the thread that owns the device.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.v1 import jobs_pb2, provenance_pb2, remap_pb2

from daemon.model_errors import reason_of
from daemon.worker.answer import variant_message
from daemon.worker.engine_api import STAGES, Loaded, Progress, TaskFailed
from model_core.beatmap import parse
from model_core.errors import CompanionError, RebaseConflict

if TYPE_CHECKING:
    from model_core.audio.decode import Audio
    from model_core.checkpoints.identity import Identifying
    from model_core.model import Model
    from model_core.remap import Progress as ModelProgress
    from model_core.remap import RemapOptions, RemapResult

log = logging.getLogger(__name__)

# Decoded songs that are kept: the one being worked on and the one before. A minute takes 4 MB.
_SONGS_KEPT = 2

# Parameters below which a second CPU thread costs more than it brings: a step is then hundreds of
# tiny products, and threads wait for each other, most of all where the editor runs beside them.
_SMALL_MODEL = 30_000_000

Cancelled = Callable[[], bool]


class RemapEngine:
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

    def remap(
        self, task: dict[str, Any], progress: Callable[[Progress], None], cancelled: Cancelled
    ) -> dict[str, Any]:
        with _as_failures():
            request = remap_pb2.RemapBeatmapRequest.FromString(task["request"])
            model = self._model
            if model is None or self._asked[0] != request.model:
                raise TaskFailed(
                    "INTERNAL", f"The model {request.model} is not loaded. Ask again", fatal=True
                )
            from model_core.remap import remap_range

            progress(Progress("AUDIO"))
            begun = time.perf_counter()
            audio = self._hear(Path(task["audio"]), cancelled)
            audio_ms = _since(begun)
            length = audio.song_length_ms
            if request.start_ms >= length:
                raise TaskFailed(
                    "RANGE_OUTSIDE_SONG",
                    f"The range begins at {request.start_ms} ms, but the song ends at "
                    f"{length:.0f} ms",
                )
            beatmap = parse(task["map"])
            result = remap_range(
                model,
                beatmap,
                audio,
                request.start_ms,
                request.end_ms,
                options_of(request),
                lambda step: progress(_progress(step)),
                cancelled,
                refiner=task.get("refiner"),
            )
            progress(Progress("PATCH", result.windows, result.windows, result.tokens))
            begun = time.perf_counter()
            variants = [
                variant_message(
                    candidate.number,
                    candidate.seam_bits,
                    beatmap,
                    candidate.edit,
                    request.start_ms,
                    request.end_ms,
                )
                for candidate in result.candidates
            ]
            timings = _timings(result, audio_ms, patch_ms=_since(begun))
        answer = jobs_pb2.JobResult(variants=variants, timings=timings, refused=result.refused)
        answer.notices.extend(
            provenance_pb2.Notice(code=provenance_pb2.Notice.CODE_MODEL, text=text)
            for text in dict.fromkeys((*self._warnings, *result.warnings))
        )
        answer.provenance.options.update(_drawn_with(request, model))
        if result.refiner:
            answer.provenance.options.update({"refiner": result.refiner})
        about = answer.provenance.checkpoint
        if "base" in self._identifying:
            identity = self._identifying["base"].result()
            about.revision, about.weights_sha256 = identity.revision, identity.weights_sha256
        if model.adapter is not None and "adapter" in self._identifying:
            identity = self._identifying["adapter"].result()
            about.adapter.name, about.adapter.revision = model.adapter.name, identity.revision
            about.adapter.weights_sha256 = identity.weights_sha256
            about.adapter.left_out = model.adapter_left_out
        return {"result": answer.SerializeToString()}

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


def options_of(request: remap_pb2.RemapBeatmapRequest) -> RemapOptions:
    """The request's options; what it leaves open is the model's or the map's."""
    from model_core.remap import RemapOptions

    given = request.options
    names = ("temperature", "top_p", "top_k", "difficulty", "mapper_id", "year")
    chosen = {name: getattr(given, name) for name in names if given.HasField(name)}
    chosen |= {
        name: getattr(given, name)
        for name in ("take_volume", "take_slider_velocity")
        if given.HasField(name)
    }
    return RemapOptions(
        seed=request.seed,
        variants=request.variants,
        descriptors=tuple(given.descriptors),
        **chosen,
    )


def _begin(folder: Path) -> Identifying:
    from model_core.checkpoints.identity import Identifying

    return Identifying(folder)


def _drawn_with(request: remap_pb2.RemapBeatmapRequest, model: Model) -> dict[str, float]:
    """How tokens were drawn: as the request says, else as the checkpoint does."""
    given = request.options
    return {
        name: getattr(given if given.HasField(name) else model.sampling, name)
        for name in ("temperature", "top_p", "top_k")
    }


def _progress(step: ModelProgress) -> Progress:
    stage = step.stage.upper()
    return Progress(
        stage=stage if stage in STAGES else "DECODE",
        window=step.window,
        windows=step.windows,
        tokens=step.tokens,
        tokens_per_second=step.tokens_per_second,
        objects=step.objects,
        seconds_left=-1.0 if step.seconds_left is None else step.seconds_left,
    )


def _timings(result: RemapResult, audio_ms: float, patch_ms: float) -> jobs_pb2.JobTimings:
    spent = result.timings_ms
    decode_ms = spent.get("decode", 0.0)
    return jobs_pb2.JobTimings(
        audio_ms=audio_ms,
        encoder_ms=spent.get("encoder", 0.0),
        decode_ms=decode_ms,
        post_ms=spent.get("post", 0.0),
        patch_ms=spent.get("patch", 0.0) + patch_ms,
        rank_ms=spent.get("rank", 0.0),
        tokens=result.tokens,
        tokens_per_second=result.tokens / decode_ms * 1000 if decode_ms > 0 else 0.0,
    )


@contextmanager
def _as_failures() -> Iterator[None]:
    """Exceptions of model_core and of torch's allocator, as failures for the caller."""
    try:
        yield
    except CompanionError as error:
        lines = error.lines if isinstance(error, RebaseConflict) else ()
        raise TaskFailed(reason_of(error), str(error), lines) from error
    except RuntimeError as error:
        # torch.OutOfMemoryError is one; the CPU's allocator only says so in words.
        text = str(error).lower()
        if "out of memory" in text or "not enough memory" in text or "can't allocate" in text:
            raise MemoryError(str(error)) from error
        raise


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000
