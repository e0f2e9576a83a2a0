"""The files of a checkpoint folder, read without torch: which there are, and what they declare.

A folder in the published format holds ``config.json``, ``generation_config.json``,
``tokenizer.json`` and its weights: ``model.safetensors``, or shards
``model-00001-of-0000N.safetensors`` with ``model.safetensors.index.json``. A checkpoint saved
during training holds ``pytorch_model.bin`` (or ``model.safetensors``) and its vocabulary in
``custom_checkpoint_0.pkl``.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_core.errors import CheckpointError

CONFIG = "config.json"
GENERATION = "generation_config.json"
TOKENIZER = "tokenizer.json"
#: The vocabulary of a checkpoint that was saved during training, as a pickled dictionary.
TRAINING_TOKENIZER = "custom_checkpoint_0.pkl"

#: Bytes of one number, by the names that safetensors gives to kinds of numbers.
DTYPE_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U64": 8,
    "U32": 4,
    "U16": 2,
    "U8": 1,
    "BOOL": 1,
}

_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.")
# What the format allows a header to be; more is a file that is something else.
_LARGEST_HEADER = 100_000_000


def local_folder(name: str | Path) -> Path | None:
    """The folder on this machine that a name stands for; None where it stands for none.

    That is so, too, of what no system takes for a path (too long, the home of nobody).
    """
    path = os.path.expanduser(name)  # noqa: PTH111 - leaves what it cannot expand
    return Path(path) if path and os.path.isdir(path) else None  # noqa: PTH112 - never raises


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON object from a checkpoint folder, or a CheckpointError that says what is wrong."""
    path = folder / name
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path} is missing; the folder is not a whole checkpoint."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path} does not hold a JSON object.")
    return value


@contextmanager
def understood(folder: Path, *names: str) -> Iterator[None]:
    """What goes wrong while the values in some files are understood, told with these files."""
    try:
        yield
    except CheckpointError as error:
        known = str(folder) in str(error)
        raise (error if known else CheckpointError(f"{folder}: {error}")) from error.__cause__
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{folder}: {' or '.join(names)} holds a value of another kind than is known"
            f" ({error}); it is damaged, or of a newer family than this program knows."
        ) from error


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights, in order of name; safetensors before pickles.

    An index beside them is not followed: :func:`missing_shards` compares with it.
    """
    for pattern in ("model*.safetensors", "pytorch_model*.bin"):
        files = sorted(folder.glob(pattern))
        if files:
            return files
    return []


def missing_shards(folder: Path) -> list[str]:
    """Names of weight files that an index or the other shards' names promise and that are absent.

    Raises:
        CheckpointError: the index cannot be read.
    """
    files = weight_files(folder)
    wanted: set[str] = set()
    for file in files:
        shard = _SHARD.search(file.name)
        if shard is not None:
            before, after = file.name[: shard.start()], file.name[shard.end() - 1 :]
            count = int(shard[2])
            wanted |= {f"{before}-{n:05}-of-{count:05}{after}" for n in range(1, count + 1)}
    pickled = bool(files) and files[0].suffix == ".bin"
    index = "pytorch_model.bin.index.json" if pickled else "model.safetensors.index.json"
    if (folder / index).exists() and not _whole_file(files):
        named = read_json(folder, index).get("weight_map")
        if not isinstance(named, dict):
            raise CheckpointError(f'{folder / index} has no "weight_map".')
        wanted |= {str(name) for name in named.values()}
    return sorted(wanted - {file.name for file in files})


def _whole_file(files: list[Path]) -> bool:
    return [file.stem for file in files] in (["model"], ["pytorch_model"])


@dataclass(frozen=True, slots=True)
class Stored:
    """One tensor of a safetensors file: ``dtype`` by the format's name, bytes from the file's 0."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def numbers(self) -> int:
        """How many numbers the tensor has."""
        return math.prod(self.shape)


def read_header(path: Path) -> dict[str, Stored]:
    """What a safetensors file says it holds, checked against its own length.

    Only the header is read, so this is quick for a file of any size.

    Raises:
        CheckpointError: the file is missing, cut off, longer than it says, or no such file.
    """
    try:
        length = path.stat().st_size
        with path.open("rb") as opened:
            first = opened.read(8)
            size = int.from_bytes(first, "little")
            if len(first) < 8 or not 2 <= size <= _LARGEST_HEADER:
                raise CheckpointError(f"{path} is not a safetensors file, or is damaged.")
            header = opened.read(size)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(header) < size:
        raise CheckpointError(f"{path} is cut off: it ends within its own table of contents.")
    try:
        entries = json.loads(header)
        found = {
            str(name): _stored(entry, 8 + size)
            for name, entry in entries.items()
            if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: its table of contents is not valid.") from error
    _check_places(path, found, 8 + size, length)
    return found


def _stored(entry: dict[str, Any], base: int) -> Stored:
    begin, end = (int(place) for place in entry["data_offsets"])
    return Stored(str(entry["dtype"]), tuple(map(int, entry["shape"])), base + begin, base + end)


def _check_places(path: Path, found: dict[str, Stored], base: int, length: int) -> None:
    """Tensors lie one behind the other, each as long as its shape says, up to the file's end."""
    place = base
    for name, tensor in sorted(found.items(), key=lambda item: (item[1].begin, item[1].end)):
        size = DTYPE_BYTES.get(tensor.dtype)
        wrong = size is not None and tensor.end - tensor.begin != size * tensor.numbers
        if wrong or tensor.begin != place or tensor.end < tensor.begin:
            raise CheckpointError(f"{path} is damaged: the place of {name} in it is not valid.")
        place = tensor.end
    if length < place:
        raise CheckpointError(f"{path} is cut off: it has {length} of its {place} bytes.")
    if length > place:
        raise CheckpointError(f"{path} is damaged: {length - place} bytes follow its end.")
