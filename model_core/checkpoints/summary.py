"""What a checkpoint folder holds, told without torch and without reading the weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from model_core.checkpoints.files import (
    CONFIG,
    GENERATION,
    TOKENIZER,
    read_header,
    read_json,
    understood,
    weight_files,
)
from model_core.checkpoints.identity import revision_of
from model_core.checkpoints.resolve import mode_folders, mode_of
from model_core.errors import CheckpointError
from model_core.tokens.layout import Layout
from model_core.tokens.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class CheckpointSummary:
    """One checkpoint folder. Counts that its files do not tell without torch are None.

    family: ``v28`` … ``v32``; empty where the vocabulary is pickled (saved during training).
    modes: the game modes (0–3) that it can write.
    mode_folders: ``gamemode=N`` subfolders with fine-tunes of their own.
    contexts: what it generates, in order: timing, kiai, map, sv.
    weights_dtype: the kind of most stored numbers, as torch names it.
    weights_bytes, parameters: of the weight files; parameters include those not used here.
    revision: the hub's commit, or empty for a folder that is not the hub's.
    """

    folder: Path
    family: str
    backbone: str
    modes: tuple[int, ...]
    mode_folders: tuple[str, ...]
    contexts: tuple[str, ...]
    parameters: int | None
    weights_dtype: str
    weights_bytes: int
    weights_files: int
    vocabulary_in: int | None
    vocabulary_out: int | None
    window_ms: float | None
    mappers: int | None
    descriptors: int | None
    revision: str


_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def summarise(folder: Path) -> CheckpointSummary:
    """What the files in ``folder`` declare.

    Raises:
        CheckpointError: a file that it needs is missing, damaged or not understood.
    """
    config = read_json(folder, CONFIG)
    vocabulary: Vocabulary | None = None
    layout: Layout | None = None
    if (folder / TOKENIZER).exists():
        with understood(folder, TOKENIZER):
            vocabulary = Vocabulary.from_dict(read_json(folder, TOKENIZER))
        with understood(folder, CONFIG, GENERATION):
            layout = Layout.from_files(config, read_json(folder, GENERATION), vocabulary)
    files = weight_files(folder)
    if not files:
        raise CheckpointError(f"{folder} holds no weights (model*.safetensors).")
    numbers: Counter[str] = Counter()
    for file in files:
        if file.suffix == ".safetensors":
            for tensor in read_header(file).values():
                numbers[tensor.dtype] += tensor.numbers
    dtype = numbers.most_common(1)[0][0] if numbers else ""
    return CheckpointSummary(
        folder=folder,
        family=layout.family if layout else "",
        backbone=str(config.get("backbone_model_name", "")),
        modes=_modes(folder, layout),
        mode_folders=tuple(mode_folders(folder)),
        contexts=tuple(each.value for each in layout.out_contexts) if layout else (),
        parameters=numbers.total() if numbers else None,
        weights_dtype=_DTYPES.get(dtype, dtype.lower()),
        weights_bytes=sum(file.stat().st_size for file in files),
        weights_files=len(files),
        vocabulary_in=vocabulary.size_in if vocabulary else None,
        vocabulary_out=vocabulary.size_out if vocabulary else None,
        window_ms=layout.window_ms if layout else None,
        mappers=len(vocabulary.mappers) if vocabulary else None,
        descriptors=len(vocabulary.descriptors) if vocabulary else None,
        revision=revision_of(folder),
    )


def _modes(folder: Path, layout: Layout | None) -> tuple[int, ...]:
    """The mode that a folder is a fine-tune for, else those that its layout was trained on."""
    own = mode_of(folder)
    if own:
        return (int(own.partition("=")[2]),)
    return layout.modes if layout else ()
