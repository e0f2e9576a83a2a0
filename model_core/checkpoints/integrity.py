"""Whether a checkpoint's files are whole: each damaged file by its name, without torch.

Quick checks read tables of contents only: files that are missing, cut off, of another model than
their neighbours, or small enough to be hashed at once. ``deep`` reads every byte: the hashes that
the hub's cache keeps, the checksums inside pickled files, and numbers that are none.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model_core.checkpoints.adapters import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from model_core.checkpoints.files import (
    CONFIG,
    GENERATION,
    TOKENIZER,
    TRAINING_TOKENIZER,
    Stored,
    missing_shards,
    read_header,
    read_json,
    weight_files,
)
from model_core.checkpoints.resolve import mode_folders
from model_core.errors import CheckpointError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")
# Files up to this size are hashed in the quick check, too: all but the weights.
_SMALL = 16_000_000
# Numbers looked at in one go.
_CHUNK = 4_000_000

# Bits of a float's exponent: all of them set is infinity or no number. By safetensors' names.
_EXPONENTS: dict[str, tuple[str, int]] = {
    "F64": ("<u8", 0x7FF0000000000000),
    "F32": ("<u4", 0x7F800000),
    "F16": ("<u2", 0x7C00),
    "BF16": ("<u2", 0x7F80),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file. ``file`` is relative to the folder that was checked."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file} {self.what}"


def check(folder: Path, deep: bool = False) -> list[Problem]:
    """Everything wrong with a checkpoint or an adapter in ``folder``; an empty list if it is whole.

    Folders of game modes in it are checked as well. Where only these are there (a download of one
    mode), the base is not missed.
    """
    if not folder.is_dir():
        return [Problem(folder.name, "is no folder")]
    modes = mode_folders(folder)
    problems: list[Problem] = []
    if (folder / ADAPTER_CONFIG).exists():
        problems += _in_folder(folder, _adapter(folder, deep))
    elif not modes or _any_file(folder):
        problems += _in_folder(folder, _checkpoint(folder, deep))
    for mode in modes:
        found = _in_folder(folder / mode, _checkpoint(folder / mode, deep))
        problems += [Problem(f"{mode}/{each.file}", each.what) for each in found]
    return problems


def require_whole(folder: Path, deep: bool = False) -> None:
    """Raise a CheckpointError that names every damaged file, if there is one."""
    problems = check(folder, deep)
    if problems:
        raise CheckpointError(
            f"The checkpoint in {folder} is not whole: "
            + "; ".join(map(str, problems))
            + ". Get these files again."
        )


def _in_folder(folder: Path, problems: Iterator[Problem]) -> list[Problem]:
    """Each problem once, with messages that leave out the folder's own path."""
    seen: dict[str, Problem] = {}
    for problem in problems:
        what = problem.what.replace(f"{folder / problem.file} ", "").removesuffix(".")
        seen.setdefault(problem.file, Problem(problem.file, what))
    return list(seen.values())


def _any_file(folder: Path) -> bool:
    return (folder / CONFIG).exists() or bool(weight_files(folder))


def _checkpoint(folder: Path, deep: bool) -> Iterator[Problem]:
    pickled = (folder / TRAINING_TOKENIZER).exists() and not (folder / TOKENIZER).exists()
    texts = (CONFIG,) if pickled else (CONFIG, GENERATION, TOKENIZER)
    read: dict[str, dict[str, Any]] = {}
    for name in texts:
        file = folder / name
        yield from _against_hash(file, deep)
        try:
            read[name] = read_json(folder, name)
        except CheckpointError as error:
            yield Problem(name, _missing_or(file, str(error)))
    if pickled:
        yield from _pickle(folder / TRAINING_TOKENIZER, deep)
    files = weight_files(folder)
    if not files:
        yield Problem("model.safetensors", "is missing")
    try:
        for name in missing_shards(folder):
            yield Problem(name, "is missing")
    except CheckpointError as error:
        yield Problem("model.safetensors.index.json", str(error))
    tensors: dict[str, Stored] = {}
    for file in files:
        found = yield from _weights(file, deep)
        tensors.update(found)
    yield from _together(read, tensors)


def _adapter(folder: Path, deep: bool) -> Iterator[Problem]:
    try:
        read_json(folder, ADAPTER_CONFIG)
    except CheckpointError as error:
        yield Problem(ADAPTER_CONFIG, str(error))
    file = folder / ADAPTER_WEIGHTS
    if file.exists() or file.is_symlink():
        yield from _weights(file, deep)
    else:
        yield Problem(ADAPTER_WEIGHTS, "is missing")


def _missing_or(file: Path, words: str) -> str:
    if file.is_symlink() and not file.exists():
        return "is missing: the cache has lost what it points to"
    return words if file.exists() else "is missing"


def _weights(file: Path, deep: bool) -> Generator[Problem, None, dict[str, Stored]]:
    """Problems of one file of weights; returns what it holds."""
    if file.suffix == ".bin":
        yield from _pickle(file, deep)
        return {}
    try:
        found = read_header(file)
    except CheckpointError as error:
        yield Problem(file.name, _missing_or(file, str(error)))
        return {}
    yield from _against_hash(file, deep)
    if deep:
        for name, tensor in found.items():
            if not _all_finite(file, tensor):
                yield Problem(file.name, f"is damaged: {name} holds values that are no numbers")
                break
    return found


def _pickle(file: Path, deep: bool) -> Iterator[Problem]:
    """A file of ``torch.save``: an archive with a checksum for each of its parts."""
    try:
        with zipfile.ZipFile(file) as archive:
            bad = archive.testzip() if deep else None
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        yield Problem(file.name, f"is cut off or damaged ({error})")
        return
    if bad is not None:
        yield Problem(file.name, f"is damaged: the checksum of {bad} in it does not fit")
    yield from _against_hash(file, deep)


def _against_hash(file: Path, deep: bool) -> Iterator[Problem]:
    """The hash under which the hub's cache stores a file, against the file's bytes."""
    blob = file.resolve()
    if blob.parent.name != "blobs" or not blob.is_file():
        return
    size = blob.stat().st_size
    if not deep and size > _SMALL:
        return
    if _SHA256.fullmatch(blob.name):
        with blob.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    elif _GIT_SHA1.fullmatch(blob.name):
        # How git, and so the hub for its small files, hashes a file.
        content = blob.read_bytes()
        found = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    else:
        return
    if found != blob.name:
        yield Problem(file.name, "is damaged: its bytes are not those that the hub announced")


def _all_finite(file: Path, tensor: Stored) -> bool:
    kind = _EXPONENTS.get(tensor.dtype)
    if kind is None or not tensor.numbers:
        return True
    dtype, exponent = kind
    numbers: npt.NDArray[Any] = np.memmap(
        file, np.dtype(dtype), "r", tensor.begin, shape=tensor.numbers
    )
    return not any(
        bool(((numbers[at : at + _CHUNK] & exponent) == exponent).any())
        for at in range(0, len(numbers), _CHUNK)
    )


def _together(read: dict[str, dict[str, Any]], tensors: dict[str, Stored]) -> Iterator[Problem]:
    """Whether the files are of one model: the vocabularies' sizes in all of them."""
    config, tokenizer = read.get(CONFIG, {}), read.get(TOKENIZER, {})
    pairs = (
        ("vocab_size_in", "vocab_size_in", "decoder_embedder.weight"),
        ("vocab_size_out", "vocab_size", "transformer.proj_out.weight"),
    )
    for in_tokenizer, in_config, weight in pairs:
        told, stated = tokenizer.get(in_tokenizer), config.get(in_config)
        if told is not None and stated is not None and told != stated:
            yield Problem(
                TOKENIZER,
                f"is of another model than {CONFIG}: {told} tokens here, {stated} there",
            )
        stored = tensors.get(weight)
        if stored is not None and stated is not None and stored.shape[:1] != (stated,):
            yield Problem(
                CONFIG,
                f"is of another model than the weights: {stated} tokens here, {weight} has"
                f" {stored.shape[0] if stored.shape else 'none'}",
            )
