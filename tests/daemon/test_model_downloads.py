"""Downloads of models: a real daemon, its children with the real client of a hub on localhost."""

from __future__ import annotations

import threading
from typing import Any

import grpc
import pytest
from osu_companion.v1 import models_pb2

from tests.daemon.conftest import Mapset, RunningDaemon, wait_until
from tests.daemon.model_calls import (
    TASKS,
    V31,
    begin,
    describe,
    failure,
    listed,
    needs_starter,
    pull,
    remove,
    tasks,
    use,
)
from tests.hub_checkpoints import V32, with_modes
from tests.hub_server import HubServer

pytestmark = [pytest.mark.slow, needs_starter]


@pytest.fixture
def daemon(hub_daemon: RunningDaemon) -> RunningDaemon:
    """One that downloads from the tests' own hub."""
    return hub_daemon


def test_what_a_new_user_sees(daemon: RunningDaemon) -> None:
    models = listed(daemon)
    assert [*models][:3] == ["starter", "v32", "v32-mini"] and "v29" not in models
    assert models["starter"].installed and not models["v32"].installed
    assert models["v32"].download_bytes == 842_557_960
    assert list(models["v31"].best_for) == ["guest-difficulty", "hitsounds"]
    assert list(models["starter"].used_for) == TASKS and models["starter"].configured
    assert list(models["v30"].modes) == [0] and list(models["v28"].needs) == ["refiner"]


def test_nothing_is_downloaded_unasked(
    daemon: RunningDaemon, hub: HubServer, mapset: Mapset
) -> None:
    told = failure(lambda: list(daemon.remap(mapset.map, model="v32")))
    assert told.reason == "MODEL_NOT_FOUND" and "models pull v32" in told.message
    told = failure(lambda: daemon.models("LoadModel", models_pb2.LoadModelRequest(name="a/b")))
    assert told.reason == "MODEL_NOT_FOUND"
    assert hub.asked == []


def test_a_pull_with_progress_and_what_follows(
    daemon: RunningDaemon, hub: HubServer, mapset: Mapset
) -> None:
    hub.bytes_per_second = 20_000_000
    events = list(begin(daemon, "v32", 0))
    result = events[-1].result
    progress = [event.progress for event in events[:-1]]
    assert progress[0].stage == models_pb2.PULL_STAGE_LOOKING
    assert {each.model for each in progress} == {"v32"}
    assert progress[-1].bytes_done == progress[-1].bytes_total > 10_000_000
    assert any(each.bytes_per_second > 0 and each.seconds_left >= 0 for each in progress)
    assert list(result.now_used_for) == TASKS
    model = result.model
    assert model.installed and model.licence == "mit" and len(model.revision) == 40
    assert list(model.own_modes) == [0] and list(model.missing_modes) == [3]
    assert set(tasks(daemon).values()) == {"v32"}
    # Remaps get it from now on, by its full name, without a word from the user.
    events = list(daemon.remap(mapset.map, seed=1))
    assert events[-1].event.result.model == V32
    assert listed(daemon)["v32"].loaded
    # An adjective for the same again.
    assert pull(daemon, "v32").downloaded_bytes > 6_000_000, "the fine-tune for mania"
    assert pull(daemon, "v32").downloaded_bytes == 0


def test_a_caller_that_goes_away_stops_the_download_and_the_next_carries_on(
    daemon: RunningDaemon, hub: HubServer
) -> None:
    hub.bytes_per_second = 3_000_000
    stream = begin(daemon, "v32", 0)
    for event in stream:
        if event.progress.bytes_done > 2_000_000:
            break
    stream.cancel()
    waiting = wait_until(lambda: listed(daemon)["v32"].waiting_bytes)
    assert waiting > 1_000_000 and not listed(daemon)["v32"].installed
    hub.forget()
    hub.bytes_per_second = 0
    result = pull(daemon, "v32", 0)
    assert result.downloaded_bytes < result.model.size_bytes - 1_000_000
    assert any(each.range for each in hub.asked)


def test_downloads_come_one_after_another(daemon: RunningDaemon, hub: HubServer) -> None:
    hub.repository(V31).commit(with_modes())
    hub.bytes_per_second = 8_000_000
    first = begin(daemon, "v32", 0)
    for event in first:
        if event.progress.bytes_done > 500_000:
            break
    second = begin(daemon, "v31")
    assert next(second).progress.stage == models_pb2.PULL_STAGE_QUEUED
    told = failure(lambda: remove(daemon, "v32"))
    assert told.reason == "MODEL_BUSY" and "downloaded" in told.message
    hub.bytes_per_second = 0
    assert list(first)[-1].result.model.short_name == "v32"
    assert list(second)[-1].result.model.short_name == "v31"
    found = tasks(daemon)
    assert (found["remap"], found["hitsounds"], found["modding"]) == ("v32", "v31", "v31")


def test_what_a_model_needs_comes_with_it(daemon: RunningDaemon, hub: HubServer) -> None:
    hub.repository("OliBomby/Mapperatorinator-v28").commit(with_modes())
    hub.repository("OliBomby/osu-diffusion-v2").commit(
        {"tokenizer.pkl": b"t", "model_ema.pkl": b"m" * 300_000}
    )
    assert pull(daemon, "v28").model.installed
    models = listed(daemon)
    assert models["refiner"].installed and models["refiner"].kind == models_pb2.MODEL_KIND_REFINER
    # The older ones are used only where they are asked for.
    assert set(tasks(daemon).values()) == {"starter"}


@pytest.mark.parametrize(
    ("mood", "expected", "words"),
    [
        ("gated", "HUB_ACCESS_DENIED", "hf auth login"),
        ("gone", "MODEL_NOT_FOUND", "no model repository"),
        ("stopped", "HUB_UNREACHABLE", "cannot be reached"),
        ("damaged", "CHECKPOINT_UNUSABLE", "arrived damaged"),
        ("revision", "MODEL_NOT_FOUND", "no revision"),
    ],
)
def test_why_a_model_cannot_be_had(
    daemon: RunningDaemon, hub: HubServer, mood: str, expected: str, words: str
) -> None:
    name = "v32"
    if mood == "gated":
        hub.repository(V32).gated = True
    elif mood == "gone":
        hub.repositories.clear()
    elif mood == "stopped":
        hub.stop()
    elif mood == "damaged":
        hub.wrong.add("tokenizer.json")
    else:
        name = "v32@v7"
    told = failure(lambda: pull(daemon, name))
    assert told.reason == expected and words in told.message


@pytest.mark.parametrize("name", ["a" * 5000, "a" * 300 + "/b", "v32@" + "a" * 300, "~nobody/x"])
def test_names_that_no_file_can_have(daemon: RunningDaemon, name: str) -> None:
    for asked in (lambda: pull(daemon, name), lambda: use(daemon, name)):
        assert failure(asked).reason == "MODEL_NOT_FOUND"
    assert failure(lambda: describe(daemon, name)).reason == "MODEL_NOT_FOUND"


@pytest.mark.parametrize("name", ["", "v99", "/no/such/folder", "starter"])
def test_names_that_cannot_be_pulled(daemon: RunningDaemon, name: str) -> None:
    assert failure(lambda: pull(daemon, name)).reason in (
        "OPTION_INVALID",
        "MODEL_NOT_FOUND",
        "NOT_SUPPORTED",
    )


def test_the_daemon_answers_while_it_downloads_and_takes_the_download_with_it(
    daemon: RunningDaemon, hub: HubServer
) -> None:
    hub.bytes_per_second = 1_000_000
    stream = begin(daemon, "v32")
    ended: list[Any] = []

    def listen() -> None:
        try:
            for _ in stream:
                pass
        except grpc.RpcError as error:
            ended.append(error)

    thread = threading.Thread(target=listen)
    thread.start()
    wait_until(lambda: listed(daemon)["v32"].waiting_bytes)
    assert daemon.status().pid == daemon.process.pid
    daemon.stop()
    assert daemon.process.wait(20) == 0
    thread.join(20)
    assert ended
    sent = hub.sent("storage")
    wait_until(lambda: hub.sent("storage") - sent < 1_000_000)
