"""Networks and generation rules against stored numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from model_core.audio.windows import cut, window_starts, windows
from model_core.errors import CompanionError, NotSupported
from model_core.generation.decode_loop import Guidance, generate_window
from model_core.generation.decode_loop import Row as DecodeRow
from model_core.generation.rules import (
    ConditionalTemperature,
    LookbackBias,
    MonotonicTime,
    NoLookback,
    Temperature,
    TimeShiftBias,
)
from model_core.generation.sampling import Greedy
from model_core.model import Model, load_model
from model_core.network.conditions import Conditioning
from model_core.network.config import NetworkConfig
from model_core.network.model import Network
from model_core.network.weight_names import IGNORED, published_shapes
from model_core.tokens.events import EventType
from tests.conformance.flow_rows import reference_audio
from tests.conformance.report import Row, check, first_difference

_LOGITS = 2e-3
_CLOSE = 0.01


def rows(folder: Path) -> Iterator[Row]:
    """Spectrogram, encoder, logits, rules, windows and weight names of every family."""
    for family in sorted(path for path in folder.iterdir() if path.is_dir()):
        if (family / "full_state_dict.tsv").is_file() and (family / "full_config.json").is_file():
            yield _weight_names(family)
        if not (family / "checkpoint" / "config.json").is_file():
            continue
        try:
            model = load_model(family / "checkpoint", "cpu", "float32")
        except NotSupported as error:
            yield Row(f"{family.name}/network/load", "not built yet", str(error))
            continue
        except CompanionError as error:
            yield Row(f"{family.name}/network/load", "mismatch", str(error))
            continue
        yield Row(f"{family.name}/network/load", "ok")
        yield from _segments(model, folder, family)
        yield from _tensors(model, folder, family)
        yield from _rules(model, family)
        yield from _guidance(model, folder, family)


def _weight_names(family: Path) -> Row:
    name = f"{family.name}/full-size/weight-names"
    published = {}
    for line in (family / "full_state_dict.tsv").read_text().splitlines()[1:]:
        key, shape, _ = line.split("\t")
        published[key] = tuple(int(size) for size in shape.split("x")) if shape else ()
    try:
        config = NetworkConfig.from_dict(json.loads((family / "full_config.json").read_text()))
    except NotSupported as error:
        return Row(name, "not built yet", str(error))

    def compare() -> str | None:
        with torch.device("meta"):
            shapes = {key: w.shape for key, w in Network(config).state_dict().items()}
        own = published_shapes(shapes, config.family)
        read = {key: shape for key, shape in published.items() if not key.startswith(IGNORED)}
        return first_difference(sorted(read.items()), sorted(own.items()), "weight")

    return check(name, compare)


def _segments(model: Model, folder: Path, family: Path) -> Iterator[Row]:
    stored = json_of(family / "tensors.json")
    for number, row in enumerate(stored.get("segments", [])):
        count = stored.get(f"raw_{row['audio']}", {}).get("n")
        if count is None:
            continue

        def compare(row: dict[str, Any] = row, count: int = count) -> str | None:
            starts = window_starts(
                count,
                model.network.config.window_samples,
                row["lookback"],
                row["lookahead"],
                row["start_time"],
                row["end_time"],
            )
            return first_difference(row["times"], starts, "window")

        yield check(f"{family.name}/segments/{number:02}-{row['audio']}", compare)


def _tensors(model: Model, folder: Path, family: Path) -> Iterator[Row]:
    file = family / "tensors.npz"
    if not file.is_file():
        return
    name = f"{family.name}/tensors"
    audio = reference_audio(folder, "audio_a.wav")
    if audio is None:
        yield Row(name, "skipped", "no decoded audio in any tensors.npz")
        return
    stored = json_of(family / "tensors.json")
    arrays = np.load(file)
    network = model.network
    size = network.config.window_samples
    layout = model.layout
    window = windows(len(audio.samples), size, layout.lookback, layout.lookahead)[
        stored["window_index"]
    ]
    samples = torch.from_numpy(cut(audio.samples, [window.first_sample], size))
    with torch.inference_mode():
        mel = network.spectrogram(samples)[0].numpy()
        states = network.encode(samples, told(stored))
        prompt = torch.from_numpy(arrays["prompt"])[None]
        logits = network.decode(prompt, states)[0]
        padded = torch.nn.functional.pad(prompt, (7, 0))
        shifted = network.decode(padded, states, mask=padded != 0)[0, 7:].numpy()
    at = arrays["logit_positions"]
    yield from _embeddings(network, name, stored, arrays)

    yield check(
        f"{name}/window",
        lambda: first_difference(stored["frame_time"], window.start_ms, "frame time"),
    )
    yield check(f"{name}/mel", lambda: differs(mel[arrays["mel_rows"]], arrays["mel"], 1e-4, 1e-5))
    yield check(
        f"{name}/encoder",
        lambda: differs(states[0].numpy(), arrays["encoder_last_hidden"], 1e-4),
    )
    yield check(f"{name}/logits", logits_differ(logits.numpy()[at], arrays["logits"]))
    yield check(f"{name}/logits-leftpad7", logits_differ(shifted[at], arrays["logits_leftpad7"]))
    total = torch.logsumexp(logits.double(), dim=1).numpy()
    yield check(
        f"{name}/logsumexp-everywhere", lambda: differs(total, arrays["logsumexp_all"], _LOGITS)
    )
    yield check(f"{name}/argmax-everywhere", lambda: _argmax(logits.numpy(), arrays["argmax_all"]))


def _embeddings(network: Network, name: str, stored: dict[str, Any], arrays: Any) -> Iterator[Row]:
    """The three conditions of a conditioned encoder, each as its own vector."""
    if network.conditions is None:
        return
    told = stored["cond_kwargs"]
    parts = {
        "difficulty": (network.conditions.difficulty_embedder, torch.tensor(told["difficulty"])),
        "mapper_idx": (network.conditions.mapper_embedder, torch.tensor(told["mapper_idx"])),
        "song_position": (
            network.conditions.song_pos_embedder,
            torch.tensor(told["song_position"]),
        ),
    }
    for part, (embedder, value) in parts.items():
        with torch.inference_mode():
            found = embedder(value).numpy()
        wanted = arrays[f"embed_{part}"]
        yield check(
            f"{name}/embed-{part}",
            lambda found=found, wanted=wanted: differs(found.reshape(wanted.shape), wanted, 1e-5),
        )


def told(stored: dict[str, Any]) -> list[Conditioning]:
    """What the stored window's encoder was told, where it is told anything."""
    said = stored["cond_kwargs"]
    if not said:
        return []
    return [Conditioning(said["difficulty"][0], said["mapper_idx"][0], *said["song_position"][0])]


def logits_differ(
    found: npt.NDArray[Any], wanted: npt.NDArray[Any], absolute: float = _LOGITS
) -> Callable[[], str | None]:
    """A comparison of logits ``[positions, vocabulary]``, and of the best of each position."""

    def compare() -> str | None:
        return differs(found, wanted, absolute) or _argmax(found, wanted.argmax(1), wanted)

    return compare


def differs(
    found: npt.NDArray[Any], wanted: npt.NDArray[Any], absolute: float, relative: float = 0.0
) -> str | None:
    """None where two arrays are within the tolerance everywhere, else how far they are apart."""
    if found.shape != wanted.shape:
        return f"shape {found.shape}, expected {wanted.shape}"
    with np.errstate(invalid="ignore"):  # minus infinity stands for "masked"
        allowed = absolute + relative * np.abs(wanted)
        wrong = ~((np.abs(found - wanted) <= allowed) | (found == wanted))
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{wrong.sum()} values differ, first at {place}: {found[place]} for {wanted[place]}"


def _argmax(
    found: npt.NDArray[Any], wanted: npt.NDArray[Any], scores: npt.NDArray[Any] | None = None
) -> str | None:
    """Same best id wherever the best is clear."""
    top = np.sort(found if scores is None else scores, axis=1)
    clear = top[:, -1] - top[:, -2] > _CLOSE
    wrong = np.flatnonzero((found.argmax(1) != wanted) & clear)
    return f"other best id at {wrong.tolist()[:5]}" if len(wrong) else None


def _rules(model: Model, family: Path) -> Iterator[Row]:
    file = family / "logit_processors.npz"
    if not file.is_file():
        return
    cases: list[dict[str, Any]] = json.loads((family / "logit_processors.json").read_text())
    arrays = np.load(file)
    name = f"{family.name}/logit-processors"
    vocabulary = model.vocabulary
    times = vocabulary.id_range(EventType.TIME)
    starts = (vocabulary.sos, *vocabulary.context_sos.values())
    tables = {case["proc"]: case for case in cases}

    def monotonic(case: dict[str, Any]) -> str | None:
        rule = MonotonicTime(times, starts)
        rule.reset(case["ids"])
        scores = arrays["scores"].copy()
        rule.apply(scores)
        changed = np.flatnonzero(scores != arrays["scores"]).tolist()
        low, high = case["masked"] or (0, -1)
        return first_difference(list(range(low, high + 1)), changed, "masked")

    def temperature(case: dict[str, Any]) -> str | None:
        given = case["args"]
        rule: Temperature | ConditionalTemperature = Temperature(given["temperature"])
        if case["types_first"]:
            low, high = tables["scroll_speed_tokens"]["range"] or (0, -1)
            rule = ConditionalTemperature(
                given["temperature"],
                [
                    (1, tables["beat_type_tokens"]["ids"], given["timing"]),
                    (3, tables["mania_type_tokens"]["ids"], given["mania_column"]),
                    (1, range(low, high + 1), given["taiko_hit"]),
                ],
            )
        rule.reset(case["ids"])
        scores = arrays["scores"].copy()
        rule.apply(scores)
        return differs(scores, arrays["scores"] / np.float32(case["applied_temperature"]), 1e-6)

    for case in cases:
        if case["proc"] == "monotonic":
            yield check(f"{name}/monotonic-{case['case']}", partial(monotonic, case))
        elif case["proc"] == "cond_temperature":
            order = "first" if case["types_first"] else "last"
            yield check(
                f"{name}/temperature-types-{order}-{case['case']}",
                partial(temperature, case),
            )
    for key in arrays.files:
        if key.startswith("timeshift_bias_"):

            def bias(key: str = key) -> str | None:
                scores = arrays["scores"].copy()
                TimeShiftBias(times, float(key.rsplit("_", 1)[1])).apply(scores)
                return differs(scores, arrays[key], 1e-5)

            yield check(f"{name}/{key}", bias)
    for types_first in (True, False):
        steps = [
            case
            for case in cases
            if case["proc"] == "lookback_bias" and case["types_first"] is types_first
        ]
        yield from _lookback(name, steps, tables, arrays, types_first)


def _lookback(
    name: str,
    steps: list[dict[str, Any]],
    tables: dict[str, dict[str, Any]],
    arrays: Any,
    types_first: bool,
) -> Iterator[Row]:
    """Successive calls of one rule that remembers."""
    if not steps:
        return
    ids = range(steps[0]["lookback_start"], steps[0]["lookback_end"])
    rule: LookbackBias | NoLookback = NoLookback(ids)
    if types_first:
        rule = LookbackBias(ids, steps[0]["eos_ids"], tables["lookback_timed_tokens"]["ids"])
    rule.reset(steps[0]["ids"])
    for case in steps:
        key, step = f"lookback_tf{int(types_first)}", case["step"]

        def compare(case: dict[str, Any] = case, key: str = key, step: int = step) -> str | None:
            if step:
                rule.observe(case["ids"][-1])
            scores = arrays[f"{key}_in{step}"].copy()
            rule.apply(scores)
            return differs(scores, arrays[f"{key}_out{step}"], 1e-4)

        yield check(f"{name}/{key}-step{step}", compare)


def _guidance(model: Model, folder: Path, family: Path) -> Iterator[Row]:
    """The reference's guidance, its inverted sign and swallowed mask included (quirk Q2)."""
    file = family / "cfg_first_step.npz"
    audio = reference_audio(folder, "audio_a.wav")
    if not file.is_file() or audio is None:
        return
    arrays = np.load(file)
    prompt = arrays["prompt"].tolist()
    negative = [token for token in arrays["negative_prompt"].tolist() if token]
    size = model.network.config.window_samples
    samples = torch.from_numpy(cut(audio.samples, [0], size))
    with torch.inference_mode():
        states = model.network.encode(samples)

    def scores(tokens: list[int], guidance: Guidance | None = None) -> npt.NDArray[np.float32]:
        seen: list[npt.NDArray[np.float32]] = []
        row = DecodeRow(tokens, [], Greedy(), frozenset(), len(tokens) + 1, guidance)
        generate_window(
            model.stepper, states, [row], on_scores=lambda _, found: seen.append(found.copy())
        )
        return seen[0]

    name = f"{family.name}/guidance"
    yield check(
        f"{name}/positive", lambda: differs(scores(prompt), arrays["logits_prompt"], _LOGITS)
    )
    yield check(
        f"{name}/negative-own-mask",
        lambda: differs(scores(negative), arrays["logits_negative_if_pad_masked"], _LOGITS),
    )
    scale = float(arrays["guidance_scale"])
    yield check(
        f"{name}/combined-as-reference",
        lambda: differs(
            scores(prompt, Guidance(negative, scale, as_reference=True)),
            arrays["scores_after_cfg2"],
            2 * _LOGITS,
        ),
    )


def json_of(path: Path) -> dict[str, Any]:
    """A file's JSON object; an empty one where there is no such file."""
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded
