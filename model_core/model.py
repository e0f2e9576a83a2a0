"""A loaded checkpoint: network, vocabulary, layout, and what it has heard already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from model_core.audio.decode import Audio
from model_core.audio.windows import Window, cut
from model_core.checkpoints.adapters import Adapter, find_adapter, warnings_for, why_not_for
from model_core.checkpoints.files import CONFIG, GENERATION, TOKENIZER, read_json, understood
from model_core.checkpoints.formats import read_generation_config, read_tokenizer
from model_core.checkpoints.naming import ModelName, read_name
from model_core.checkpoints.resolve import Location, resolve
from model_core.checkpoints.weights import load_checkpoint
from model_core.errors import CheckpointError, InputError
from model_core.generation.decode_loop import never, stop_if
from model_core.network.conditions import Conditioning
from model_core.network.device import Placement, choose
from model_core.network.model import Network
from model_core.network.step import Stepper
from model_core.tokens.class_tokens import Conditions, encoder_conditions
from model_core.tokens.layout import Layout
from model_core.tokens.vocabulary import Vocabulary

# Encoder states kept for windows heard before; a song of four minutes takes 40 to 450 MB.
_CACHE_BYTES = 512 * 1024 * 1024
# Windows encoded at once; one on a processor, where more is no faster and a cancel would wait.
_ENCODE_BATCH = {"cpu": 1, "cuda": 8, "mps": 2}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a status line tells about a model."""

    name: str
    family: str
    parameters: int
    device: str
    device_reason: str
    dtype: str
    window_ms: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the checkpoint wants its tokens drawn, where the caller does not say."""

    temperature: float = 0.9
    top_p: float = 0.9
    top_k: int = 0
    star_tries: int = 1  # maps written to come near a difficulty that was asked for
    hearings: int = 1  # of a song whose first hearing gave no single tempo
    rhythm_temperature: float | None = None  # of times; None: as everything else

    @classmethod
    def from_dict(cls, generation_config: Mapping[str, Any], family: str = "") -> Sampling:
        """What ``generation_config.json`` says; what the family is published with for the rest."""
        temperature, top_p = (1.0, 0.95) if family == "v28" else (0.9, 0.9)
        rhythm = generation_config.get("rhythm_temperature")
        return cls(
            float(generation_config.get("temperature", temperature)),
            float(generation_config.get("top_p", top_p)),
            int(generation_config.get("top_k", 0)),
            max(1, int(generation_config.get("star_tries", 1))),
            max(1, int(generation_config.get("hearings", 1))),
            None if rhythm is None else float(rhythm),
        )


class _Heard(NamedTuple):
    """Which window of which song was heard, and what the encoder was told beside it."""

    sha256: str
    first_sample: int
    told: Conditioning | None


class Model:
    """A checkpoint, ready to generate. One thread at a time."""

    def __init__(
        self,
        name: str,
        network: Network,
        vocabulary: Vocabulary,
        layout: Layout,
        device_reason: str = "",
        sampling: Sampling | None = None,
        folder: Path | None = None,
        timing: Callable[[], Model] | None = None,
        warnings: Sequence[str] = (),
        adapter: Adapter | None = None,
        adapter_left_out: bool = False,
    ) -> None:
        self.name = name
        self.folder = folder
        # The one that was asked for, and whether it was made for another part of the checkpoint.
        self.adapter = adapter
        self.adapter_left_out = adapter_left_out
        self._load_timing = timing
        # What a user of this model should be told: an adapter or a fine-tune that it lacks.
        self.warnings = tuple(warnings)
        self.network = network
        self.vocabulary = vocabulary
        self.layout = layout
        self.device_reason = device_reason
        self.sampling = sampling or Sampling()
        self._heard: OrderedDict[_Heard, Tensor] = OrderedDict()
        self._heard_bytes = 0

    @cached_property
    def stepper(self) -> Stepper:
        """The network's one-token step."""
        return Stepper(self.network)

    @property
    def device(self) -> torch.device:
        return self.network.device

    @property
    def dtype(self) -> torch.dtype:
        return self.network.dtype

    @cached_property
    def timing_model(self) -> Model:
        """The model that timing is asked of: the base where this is a game mode's fine-tune.

        It is loaded when first asked for, to the same device and precision, and kept. It shares
        nothing with the fine-tune: its weights and its vocabulary are others.

        Raises as :func:`load_model` does.
        """
        return self if self._load_timing is None else self._load_timing()

    @property
    def title(self) -> str:
        """The name, with the family where that says more."""
        family = self.layout.family
        return self.name if self.name == family else f"{self.name} ({family})"

    def info(self) -> ModelInfo:
        """Name, size, place and why it is there."""
        return ModelInfo(
            name=self.name,
            family=self.layout.family,
            parameters=sum(weight.numel() for weight in self.network.parameters()),
            device=str(self.device),
            device_reason=self.device_reason,
            dtype=str(self.dtype).removeprefix("torch."),
            window_ms=self.layout.window_ms,
        )

    def conditioning(
        self, audio: Audio, window: Window, conditions: Conditions | None
    ) -> Conditioning | None:
        """What a conditioned encoder is told about a window; None where it is told nothing.

        Windows with equal answers share their encoder states.
        """
        if self.network.conditions is None:
            return None
        difficulty, mapper = encoder_conditions(self.vocabulary, conditions or Conditions())
        length = audio.song_length_ms or 1.0
        end = window.start_ms + self.layout.window_ms
        return Conditioning(difficulty, mapper, window.start_ms / length, end / length)

    def encode_window(
        self, audio: Audio, window: Window, conditions: Conditions | None = None
    ) -> Tensor:
        """Encoder states ``[1, S, d]`` of one window."""
        return self.encode_windows(audio, [window], conditions=conditions)[0]

    def encode_windows(
        self,
        audio: Audio,
        windows: Sequence[Window],
        cancelled: Callable[[], bool] = never,
        conditions: Conditions | None = None,
    ) -> list[Tensor]:
        """Encoder states ``[1, S, d]`` of each window; those heard before are remembered.

        ``cancelled`` is asked between batches of windows; ``Cancelled`` is raised if it says so.
        ``conditions`` matter where the encoder is conditioned (v30, v31).
        """
        keys = [
            _Heard(audio.sha256, window.first_sample, self.conditioning(audio, window, conditions))
            for window in windows
        ]
        found: dict[_Heard, Tensor] = {}
        missing: list[_Heard] = []
        for key in keys:
            if key in self._heard:
                self._heard.move_to_end(key)
                found[key] = self._heard[key]
            elif key not in missing:
                missing.append(key)
        size = _ENCODE_BATCH.get(self.device.type, 1)
        for start in range(0, len(missing), size):
            stop_if(cancelled)
            batch = missing[start : start + size]
            firsts = [key.first_sample for key in batch]
            samples = cut(audio.samples, firsts, self.network.config.window_samples)
            told = [key.told for key in batch if key.told is not None]
            with torch.inference_mode():
                states = self.network.encode(torch.from_numpy(samples).to(self.device), told)
            for key, own in zip(batch, states, strict=True):
                found[key] = own[None].clone()
                self._remember(key, found[key])
        return [found[key] for key in keys]

    def _remember(self, key: _Heard, states: Tensor) -> None:
        self._heard[key] = states
        self._heard_bytes += states.nbytes
        while self._heard_bytes > _CACHE_BYTES and len(self._heard) > 1:
            _, dropped = self._heard.popitem(last=False)
            self._heard_bytes -= dropped.nbytes


def load_model(
    checkpoint: str | Path = "starter",
    device: str = "auto",
    dtype: str = "auto",
    gamemode: int | None = 0,
    auto_select: bool = True,
    lora: str | Path | None = None,
) -> Model:
    """Load ``"starter"``, a local folder, or a hub repository (``owner/name``).

    An adapter may stand behind a plus in the same name (``"v32 + owner/style"``, see
    :mod:`model_core.checkpoints.naming`).

    gamemode: where the checkpoint has a fine-tune for this mode (``gamemode=N/``) it is taken, and
    the base is loaded beside it when timing is asked for; None takes the base.
    auto_select: False takes the base for every mode.
    lora: the adapter to merge, a folder or a hub repository, where the name has none. One that was
    trained on another part of the checkpoint than the chosen one is left out; ``Model.warnings``
    then says so. The same holds for the base that timing is asked of.

    Raises:
        CheckpointError: files are missing, damaged or not understood, or cannot be fetched; an
            adapter's modules are not those of the checkpoint.
        NotSupported: the model's family, or the device asked for, is not supported here.
        InputError: ``device`` or ``dtype`` is none; an adapter in the name and another beside it.
    """
    named = read_name(str(checkpoint))
    if lora is not None:
        if named.adapter:
            raise InputError(f"{named} has an adapter already; {lora} cannot be merged beside it.")
        named = ModelName(named.base, str(lora))
    placement = choose(device, dtype)
    # What is missing is told before anything is read.
    adapter = find_adapter(named.adapter) if named.adapter else None
    return _load(resolve(named.base, gamemode, auto_select), placement, adapter)


def _load(location: Location, placement: Placement, adapter: Adapter | None) -> Model:
    folder = location.folder
    config = read_json(folder, CONFIG)
    generation = read_generation_config(folder)
    with understood(folder, TOKENIZER):
        vocabulary = Vocabulary.from_dict(read_tokenizer(folder))
    with understood(folder, CONFIG, GENERATION):
        layout = Layout.from_files(config, generation, vocabulary)
    with understood(folder, GENERATION):
        sampling = Sampling.from_dict(generation, layout.family)
    left_out = None if adapter is None else why_not_for(adapter, location.subfolder)
    merged = None if left_out or adapter is None else adapter.folder
    network = load_checkpoint(folder, placement.device, placement.dtype, merged)
    sizes = (network.config.vocab_in, network.config.vocab_out, network.config.mel_frames)
    wanted = (vocabulary.size_in, vocabulary.size_out, layout.src_frames)
    if sizes != wanted:
        raise CheckpointError(
            f"{folder}: config.json (input vocabulary {sizes[0]}, output {sizes[1]}, {sizes[2]}"
            f" frames) and tokenizer.json ({wanted[0]}, {wanted[1]}, {wanted[2]}) do not belong"
            " together."
        )
    return Model(
        str(ModelName(location.checkpoint, "" if adapter is None else adapter.name)),
        network,
        vocabulary,
        layout,
        placement.reason,
        sampling,
        folder,
        (lambda: _load(location.base(), placement, adapter)) if location.selected else None,
        warnings_for(location, adapter),
        adapter,
        bool(left_out),
    )
