"""Networks with adapters; which of a checkpoint's folders is taken, and what applies to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model_core.audio.windows import cut, windows
from model_core.checkpoints.adapters import applies_to
from model_core.checkpoints.resolve import resolve
from model_core.errors import CheckpointError
from model_core.model import load_model
from tests.conformance.flow_rows import reference_audio
from tests.conformance.network_rows import differs, json_of, logits_differ, told
from tests.conformance.report import Row, check, first_difference

_DIR = "<dir>"
_ENCODER = 1e-4
_LOGITS = 2e-3
# The singular vectors that such an adapter replaces depend on the linear algebra library.
_PISSA_LOGITS = 1e-3


def rows(folder: Path) -> Iterator[Row]:
    """Each family's logits with each of its adapters."""
    for logits in sorted(folder.glob("*/lora*_logits.npz")):
        yield from _adapter(folder, logits.parent, logits.stem.removesuffix("_logits"))


def _adapter(folder: Path, family: Path, adapter: str) -> Iterator[Row]:
    name = f"{family.name}/{adapter}"
    audio = reference_audio(folder, "audio_a.wav")
    if audio is None or not (family / "tensors.npz").is_file():
        yield Row(f"{name}/logits", "skipped", "no decoded audio or no tensors.npz")
        return
    wanted = np.load(family / f"{adapter}_logits.npz")
    stored = json_of(family / "tensors.json")
    allowed = _PISSA_LOGITS if "pissa" in adapter else _LOGITS

    try:
        model = load_model(family / "checkpoint", "cpu", "float32", lora=family / adapter)
    except Exception as error:
        yield Row(f"{name}/load", "mismatch", f"{type(error).__name__}: {error}")
        return
    yield check(f"{name}/load", lambda: " ".join(model.warnings) or None)
    size = model.network.config.window_samples
    shares = model.layout.lookback, model.layout.lookahead
    window = windows(len(audio.samples), size, *shares)[stored["window_index"]]
    samples = torch.from_numpy(cut(audio.samples, [window.first_sample], size))
    prompt = torch.from_numpy(np.load(family / "tensors.npz")["prompt"])[None]
    with torch.inference_mode():
        states = model.network.encode(samples, told(stored))
        found = model.network.decode(prompt, states)[0].numpy()
    if "encoder_last_hidden" in wanted:
        hidden = wanted["encoder_last_hidden"]
        yield check(f"{name}/encoder", lambda: differs(states[0].numpy(), hidden, _ENCODER))
    at = wanted["logit_positions"]
    yield check(f"{name}/logits", logits_differ(found[at], wanted["logits"], allowed))


def resolution(content: Mapping[str, Any], folder: Path) -> Iterator[Row]:
    """The cases of ``units/checkpoint_resolution.json``, with the folders that they speak of."""
    cases = content.get("checkpoint", [])
    for number, case in enumerate(cases):
        name = f"{case['path'] or 'nothing'},gamemode={case['gamemode']},auto={case['auto']}"

        def compare(case: Mapping[str, Any] = case) -> str | None:
            with tempfile.TemporaryDirectory() as made:
                for path in _folders(cases):
                    Path(path.replace(_DIR, made)).mkdir(parents=True, exist_ok=True)
                return first_difference(_wanted(case), _found(case, made), "path, subfolder")

        yield check(f"units/checkpoint_resolution/{number:02}-{name}", compare)
    for number, case in enumerate(content.get("lora", [])):
        told, chosen = case["metadata_ckpt_subfolders"], case["model_subfolder"]

        def applies(told: Any = told, chosen: str = chosen, want: bool = case["applied"]) -> Any:
            return first_difference(want, applies_to({"ckpt_subfolders": told}, chosen), "applied")

        yield check(f"units/checkpoint_resolution/lora-{number:02}", applies)


def _folders(cases: list[Mapping[str, Any]]) -> list[str]:
    """Every local folder that a case names or that was chosen in one."""
    named = [path for case in cases for path in (case["path"], case["out"][0])]
    return [path for path in named if path and path.startswith(_DIR)]


def _wanted(case: Mapping[str, Any]) -> list[str | None]:
    return [case["out"][0], case["ckpt_subfolder_for_lora"]]


def _found(case: Mapping[str, Any], made: str) -> list[str | None]:
    """The chosen path and what adapters call it.

    No folder is chosen for nothing. A repository that cannot be had is an error here; the
    reference hands its name on to fail later, which is taken for the same.
    """
    path = case["path"]
    try:
        with _offline():
            chosen = resolve(path.replace(_DIR, made), case["gamemode"], case["auto"])
    except CheckpointError:
        return [path or None, ""]
    # posix separators on every system
    return [chosen.folder.as_posix().replace(Path(made).as_posix(), _DIR), chosen.subfolder]


@contextmanager
def _offline() -> Iterator[None]:
    """The hub's client without a network, as HF_HUB_OFFLINE=1 makes it: no row asks the hub."""
    from huggingface_hub import constants

    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
