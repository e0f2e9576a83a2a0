"""Reading the weights and the vocabulary of a checkpoint folder, whatever they were saved as.

Tensors of safetensors files are read one by one, when they are asked for, into memory of their own:
a network then takes them one after the other, and a half-precision network of a float32 file never
needs both. They are not mapped: a mapped file that is written over takes the process down, and on
Windows could be neither replaced nor removed while a model is loaded.

Pickled files are opened by torch's restricted unpickler, which builds tensors and plain containers
and runs nothing.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model_core.checkpoints.files import (
    GENERATION,
    TOKENIZER,
    TRAINING_TOKENIZER,
    Stored,
    missing_shards,
    read_header,
    read_json,
    weight_files,
)
from model_core.errors import CheckpointError

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}

# Put in front of every name by wrappers that a network may have been saved in.
_WRAPPERS = ("module.", "_orig_mod.")


class StoredWeights(Mapping[str, Tensor]):
    """Tensors by their names, each read anew when it is asked for, in its stored dtype.

    ``shapes`` says what there is without reading any.
    """

    def __init__(
        self, shapes: Mapping[str, tuple[int, ...]], readers: Mapping[str, Callable[[], Tensor]]
    ) -> None:
        self.shapes = dict(shapes)
        self._readers = dict(readers)

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> StoredWeights:
        """Tensors that are in memory already; asking gives a copy."""
        return cls(
            {name: tuple(tensor.shape) for name, tensor in tensors.items()},
            {name: tensor.clone for name, tensor in tensors.items()},
        )

    def __getitem__(self, name: str) -> Tensor:
        return self._readers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def with_changed(self, changed: Mapping[str, Tensor]) -> StoredWeights:
        """The same with some tensors in place of, or beside, those that are stored."""
        other = StoredWeights.of(changed)
        return StoredWeights({**self.shapes, **other.shapes}, {**self._readers, **other._readers})


def read_weights(folder: Path) -> StoredWeights:
    """The weights of ``model*.safetensors``, else of ``pytorch_model*.bin``.

    Raises:
        CheckpointError: a file is missing, damaged, or holds other things than tensors.
    """
    files = weight_files(folder)
    if not files:
        raise CheckpointError(f"{folder} holds no weights (model*.safetensors).")
    missing = missing_shards(folder)
    if missing:
        raise CheckpointError(f"{folder} lacks weights: {', '.join(missing)} is missing.")
    if files[0].suffix == ".bin":
        tensors: dict[str, Tensor] = {}
        for file in files:
            tensors.update(_tensors(file))
        return StoredWeights.of(_unwrapped(tensors))
    shapes: dict[str, tuple[int, ...]] = {}
    readers: dict[str, Callable[[], Tensor]] = {}
    for file in files:
        for name, stored in read_header(file).items():
            shapes[name] = stored.shape
            readers[name] = partial(_read, file, name, stored)
    return StoredWeights(shapes, readers)


def _read(file: Path, name: str, stored: Stored) -> Tensor:
    dtype = _DTYPES.get(stored.dtype)
    if dtype is None:
        raise CheckpointError(
            f"{file}: {name} is stored as {stored.dtype}, which is not supported."
        )
    tensor = torch.empty(stored.shape, dtype=dtype)
    if not tensor.numel():
        return tensor
    try:
        with file.open("rb", buffering=0) as opened:
            opened.seek(stored.begin)
            place: Any = tensor.view(-1).view(torch.uint8).numpy()
            left = memoryview(place)
            while left:
                count = opened.readinto(left)
                if not count:
                    raise CheckpointError(f"{file} is cut off: {name} is not all there.")
                left = left[count:]
    except OSError as error:
        raise CheckpointError(f"{file} cannot be read: {error.strerror or error}.") from error
    return tensor


def read_tokenizer(folder: Path) -> dict[str, Any]:
    """The content of ``tokenizer.json``, or the same from a checkpoint saved during training.

    Raises:
        CheckpointError: neither is there, or it cannot be read.
    """
    file = folder / TRAINING_TOKENIZER
    if (folder / TOKENIZER).exists() or not file.exists():
        return read_json(folder, TOKENIZER)
    value = unpickled(file)
    if not isinstance(value, Mapping) or "event_ranges" not in value:
        raise CheckpointError(f"{file} does not hold a vocabulary (no event_ranges).")
    try:
        # As the file in the published format would be read: keys of tables become texts.
        plain: dict[str, Any] = json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{file} holds more than a vocabulary's tables: {error}.") from error
    return plain


def read_generation_config(folder: Path) -> dict[str, Any]:
    """``generation_config.json``; a checkpoint saved during training may lack it."""
    if not (folder / GENERATION).exists() and (folder / TRAINING_TOKENIZER).exists():
        return {}
    return read_json(folder, GENERATION)


def _tensors(file: Path) -> dict[str, Tensor]:
    """The tensors of a pickled state; they stay in the file until they are read."""
    value = unpickled(file, mmap=True)
    if not isinstance(value, Mapping) or not all(
        isinstance(each, Tensor) for each in value.values()
    ):
        raise CheckpointError(f"{file} holds other things than a network's weights.")
    return {str(name): tensor for name, tensor in value.items()}


def unpickled(file: Path, mmap: bool = False) -> Any:
    """What ``torch.save`` wrote, from tensors and plain containers; nothing in it is run.

    mmap: tensors stay in the file until they are read.

    Raises:
        CheckpointError: the file is missing or damaged, or holds anything else.
    """
    try:
        return torch.load(file, map_location="cpu", weights_only=True, mmap=mmap)
    except OSError as error:
        raise CheckpointError(f"{file} cannot be read: {error.strerror or error}.") from error
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{file} was not opened: it is damaged, or holds objects other than tensors and plain"
            " containers, which could run anything. Save the model again in the published format"
            " (safetensors, tokenizer.json)."
        ) from error
    except Exception as error:  # a damaged file makes the unpickler fail in any way
        if mmap and isinstance(error, RuntimeError) and "mmap" in str(error):
            return unpickled(file)  # the format from before torch 1.6
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(f"{file} is damaged: {reason}.") from error


def _unwrapped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    for wrapper in _WRAPPERS:
        if tensors and all(name.startswith(wrapper) for name in tensors):
            tensors = {name.removeprefix(wrapper): value for name, value in tensors.items()}
    return tensors
