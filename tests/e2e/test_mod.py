"""Modding: through the command, the daemon and the model; nothing is changed unasked."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osu_companion.v1 import jobs_pb2

from clients.client import AsyncClient, CancelledError, ModOptions
from clients.remapping import follow
from model_core.audio.decode import decode
from model_core.beatmap import parse
from model_core.modding.report_json import schema
from tests.e2e.house import PATIENCE_S, ROOT, House, Mapset, wait_until
from tests.e2e.songs import RATE, write_wav
from tests.e2e.test_modes import in_mode
from tests.model_core.modding.schema_check import errors

SECONDS = 10


@pytest.fixture
def short(mapset: Mapset) -> Path:
    """The beginning of the bundled map, to the beginning of its song."""
    samples = decode(mapset.audio).samples[: SECONDS * RATE]
    scale = 32_000 / np.abs(samples).max()
    write_wav(mapset.folder / "short.wav", (samples * scale).astype(np.int16))
    path = mapset.insane
    data = path.read_bytes().replace(b"audio.mp3", b"short.wav")
    whole = parse(data)
    late = {item.line for item in whole.hit_objects if item.end_time > SECONDS * 1000 - 500}
    lines = whole.document.lines
    path.write_bytes(b"".join(line for at, line in enumerate(lines) if at not in late))
    return path


@pytest.fixture
def mapset(house: House) -> Mapset:
    """A mapset that the tests put files into themselves."""
    return house.mapset()


def moved(data: bytes, number: int, by: int) -> tuple[bytes, int]:
    """The map with one circle later; and when it was."""
    beatmap = parse(data)
    item = beatmap.hit_objects[number]
    line = beatmap.document.lines[item.line]
    time = int(item.time)
    return data.replace(line, line.replace(b",%d," % time, b",%d," % (time + by), 1)), time


@pytest.mark.parametrize("mode", range(4))
def test_both_sources_in_every_mode(house: House, short: Path, mode: int) -> None:
    before = in_mode(short.read_bytes(), mode)
    short.write_bytes(before)
    told = house.run("mod", short, "--least-excess", 1, "--json").result
    report = told["report"]
    assert not errors(report, schema())
    assert told["model_asked"] and told["model"] == "starter" and report["model"]["events"] > 50
    own = [each for each in report["suggestions"] if each["source"] == "model"]
    assert own and sorted(each["rank"] for each in own) == list(range(1, len(own) + 1))
    assert short.read_bytes() == before
    strange = any("knows osu! (standard) only" in note for note in report["notes"])
    assert strange is (mode != 0)


def test_a_fault_is_found_mended_and_had_back(house: House, short: Path) -> None:
    first = house.run("mod", short, "--json").result["report"]
    data, time = moved(short.read_bytes(), 8, 7)
    short.write_bytes(data)
    report = house.run("mod", short, "--new", "--json").result["report"]
    # A rule and the model both find what was planted, and nothing that was there is new.
    here = [each for each in report["suggestions"] if time + 7 in each["times"]]
    assert {each["source"] for each in here} == {"rules", "model"}
    assert not {each["id"] for each in first["suggestions"]} & {
        each["id"] for each in report["suggestions"]
    }
    own = next(each["id"] for each in here if each["source"] == "model" and each["fix"])
    ran = house.run("mod", short, "--fix", own, "--json").result
    assert ran["made"] == [own] and ran["applied"]
    # What a model suggested is no longer made by people alone.
    assert any("ranking criteria" in notice for notice in ran["notices"])
    assert parse(short.read_bytes()).hit_objects[8].time == time
    assert house.run("undo", short).code == 0 and short.read_bytes() == data


def test_a_cancelled_report_is_not_remembered(house: House, mapset: Mapset) -> None:
    with house.client() as client:
        stream = client.mod(mapset.insane)
        for event in stream:
            if event.progress.stage == jobs_pb2.JOB_STAGE_ENCODER:
                assert event.progress.windows > event.progress.window > 0
                break
        client.cancel(stream.job_id)
        with pytest.raises(CancelledError):
            follow(stream, lambda _: None)
        result = follow(client.mod(mapset.insane, rules_only=True), lambda _: None)
        assert json.loads(result.report.json)["counts"]["new"] is None
        assert client.status().worker_crashes == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C for one process alone there")
def test_ctrl_c_ends_it(house: House, mapset: Mapset) -> None:
    running = house.begin("mod", mapset.insane)
    line = running.until(lambda line: line["type"] == "progress" and line["window"] > 0)
    running.process.send_signal(signal.SIGINT)
    ran = running.end()
    assert ran.code == 130 and ran.error["exit_code"] == 130
    with house.client() as client:
        wait_until(lambda: client.job(line["job"]).state == jobs_pb2.JOB_STATE_CANCELLED)


async def test_the_asynchronous_client_gets_the_same_report(house: House, short: Path) -> None:
    options = ModOptions(least_excess=1.0)
    reports: list[dict[str, Any]] = []
    async with AsyncClient(house.endpoint) as client:
        for _ in range(2):
            async for event in client.mod(short, options=options):
                if event.WhichOneof("event") == "result":
                    reports.append(json.loads(event.result.report.json))
        ids = [each["id"] for each in reports[0]["suggestions"]]
        assert [each["id"] for each in reports[1]["suggestions"]] == ids
        assert await client.dismiss(short, ids[:1]) == ids[:1]


def test_the_example_of_the_page(house: House, short: Path) -> None:
    page = (ROOT / "docs" / "modding.md").read_text("utf-8")
    example, _ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert example.count('"/songs/1/map.osu"') == 2
    data, _ = moved(short.read_bytes(), 8, 7)
    short.write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-c", example.replace('"/songs/1/map.osu"', repr(str(short)))],
        cwd=house.folder,
        env=house.environ,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == "queued" and "result" in lines
    assert any(line.startswith("unsnapped-object/circle@") for line in lines)
    assert "suggested edit" in lines[-1]
    assert short.read_bytes() == data
    with house.client() as client:
        assert len(client.dismiss(short)) == 1
