"""Each rule against the reference's unit cases, and what holds for any history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.generation.rules import (
    ConditionalTemperature,
    LookbackBias,
    MonotonicTime,
    NoLookback,
    RhythmTemperature,
    Temperature,
    TimeShiftBias,
)

TIMES = range(9, 1647)
STARTS = (1, 3, 5, 7)


@pytest.fixture(scope="module")
def cases(conformance: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(
        (conformance / "v32" / "logit_processors.json").read_text()
    )
    return loaded


@pytest.fixture(scope="module")
def arrays(conformance: Path) -> Any:
    return np.load(conformance / "v32" / "logit_processors.npz")


def test_monotonic(cases: list[dict[str, Any]], arrays: Any) -> None:
    rows = [case for case in cases if case["proc"] == "monotonic"]
    assert rows
    for case in rows:
        rule = MonotonicTime(TIMES, STARTS)
        rule.reset(case["ids"])
        scores = arrays["scores"].copy()
        rule.apply(scores)
        changed = np.flatnonzero(scores != arrays["scores"])
        if case["masked"] is None:
            assert len(changed) == 0, case["case"]
        else:
            first, last = case["masked"]
            assert changed.tolist() == list(range(first, last + 1)), case["case"]
            assert np.isneginf(scores[changed]).all()


def test_temperatures(cases: list[dict[str, Any]], arrays: Any) -> None:
    ids = {case["proc"]: case.get("ids") for case in cases}
    low, high = next(case["range"] for case in cases if case["proc"] == "scroll_speed_tokens")
    for case in cases:
        if case["proc"] != "cond_temperature":
            continue
        given = case["args"]
        rule: Temperature | ConditionalTemperature = Temperature(given["temperature"])
        if case["types_first"]:
            rule = ConditionalTemperature(
                given["temperature"],
                [
                    (1, ids["beat_type_tokens"] or [], given["timing"]),
                    (3, ids["mania_type_tokens"] or [], given["mania_column"]),
                    (1, range(low, high + 1), given["taiko_hit"]),
                ],
            )
        rule.reset(case["ids"])
        scores = arrays["scores"].copy()
        rule.apply(scores)
        wanted = arrays["scores"] / np.float32(case["applied_temperature"])
        np.testing.assert_array_equal(scores, wanted, err_msg=case["case"])


def test_time_shift_bias(arrays: Any) -> None:
    scores = arrays["scores"].copy()
    TimeShiftBias(TIMES, 1.5).apply(scores)
    np.testing.assert_allclose(scores, arrays["timeshift_bias_1.5"], rtol=1e-6)


@pytest.mark.parametrize("types_first", [True, False])
def test_lookback(cases: list[dict[str, Any]], arrays: Any, types_first: bool) -> None:
    timed = next(case["ids"] for case in cases if case["proc"] == "lookback_timed_tokens")
    rows = [
        case
        for case in cases
        if case["proc"] == "lookback_bias" and case["types_first"] is types_first
    ]
    lookback = range(rows[0]["lookback_start"], rows[0]["lookback_end"])
    rule: LookbackBias | NoLookback = NoLookback(lookback)
    if types_first:
        rule = LookbackBias(lookback, rows[0]["eos_ids"], timed)
    rule.reset(rows[0]["ids"])
    for case in rows:
        if case["step"]:
            rule.observe(case["ids"][-1])
        name = f"lookback_tf{int(types_first)}"
        scores = arrays[f"{name}_in{case['step']}"].copy()
        rule.apply(scores)
        wanted = arrays[f"{name}_out{case['step']}"]
        np.testing.assert_array_equal(np.isneginf(scores), np.isneginf(wanted))
        finite = np.isfinite(wanted)
        np.testing.assert_allclose(scores[finite], wanted[finite], atol=1e-4)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_monotonic_remembers_what_a_rescan_would_find(history: Sequence[int]) -> None:
    times, starts = range(10, 30), (1, 3)
    rule = MonotonicTime(times, starts)
    rule.reset(history[:5])
    for token in history[5:]:
        rule.observe(token)
    scores = np.zeros(50, dtype=np.float32)
    rule.apply(scores)
    lowest = times.start
    for token in history:
        if token in starts:
            lowest = times.start
        elif token in times:
            lowest = token
    wanted = np.zeros(50, dtype=np.float32)
    wanted[times.start : lowest] = -np.inf
    np.testing.assert_array_equal(scores, wanted)


@pytest.mark.parametrize("end_before", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("inside", [0.0, 0.5, 1.0])
def test_the_lookback_bias_leaves_scores_whatever_is_certain(
    end_before: float, inside: float
) -> None:
    """A network may be sure of the end, and then of a time inside the lookback."""
    rule = LookbackBias(range(4, 6), ends=(0,), timed=(3,))
    rule.reset([1])
    with np.errstate(divide="ignore"):
        first = np.log(np.array([end_before, 0, 0, 1 - end_before, 0, 0, 0], np.float32))
        second = np.log(np.array([0, 0, 0, 0, inside, 0, 1 - inside], np.float32))
    rule.apply(first)
    rule.observe(3)
    rule.apply(second)
    assert not np.isnan(second).any()
    assert second.max() > -np.inf
    assert second[5] == -np.inf


def test_times_have_a_temperature_of_their_own() -> None:
    rule = RhythmTemperature(range(2, 4), 0.5, 0.25)
    time, other = np.float32([0, 1, 3, 2]), np.float32([0, 4, 3, 2])
    rule.apply(time)
    rule.apply(other)
    assert time.tolist() == [0, 4, 12, 8]
    assert other.tolist() == [0, 8, 6, 4]
