"""Models as a mapper handles them: the command, the daemon, the hub's real client, a real remap.

The hub is one on localhost; what it calls v32 are the starter's weights.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import STARTER, House, wait_until
from tests.hub_checkpoints import V32, with_modes
from tests.hub_server import HubServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STARTER.is_file(), reason="no starter in this checkout"),
]

RANGE = ("--from", 4000, "--to", 8000, "--seed", 3)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.repository(V32).commit(with_modes(0))
        yield server


@pytest.fixture
def house(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    # Which model the other tests are to be tried with does not matter here.
    monkeypatch.delenv("OSU_COMPANION_MODEL", raising=False)
    extra = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(tmp_path / "hub"),
        "HF_TOKEN_PATH": str(tmp_path / "token"),
        "NO_PROXY": "127.0.0.1",
    }
    house = House(tmp_path, extra)
    try:
        yield house
        assert "Traceback" not in house.paths.log_file.read_text(encoding="utf-8")
    finally:
        house.close()


def test_from_nothing_to_a_remap_with_a_pulled_model(house: House, hub: HubServer) -> None:
    mapset = house.mapset()
    ran = house.run("remap", mapset.insane, *RANGE, "--model", "v32", "--json")
    assert ran.code == 4 and "models pull v32" in ran.error["message"]
    ran = house.run("models", "pull", "v32", "--json")
    progress = [line for line in ran.lines if line["type"] == "progress"]
    assert progress[-1]["bytes_done"] == progress[-1]["bytes_total"] > 10_000_000
    assert ran.result["model"]["installed"] and "remap" in ran.result["now_used_for"]
    hub.stop()
    ran = house.run("remap", mapset.insane, *RANGE, "--json")
    assert ran.result["model"] == V32 and ran.result["applied"]
    # The record of the change names the commit.
    exported = house.run("history", mapset.insane, "--export", "-").out
    assert house.run("models", "info", "v32", "--json").result["revision"] in exported
    ran = house.run("models", "remove", "v32")
    assert ran.code == 0 and "MB are free again" in ran.out and "unloaded first" in ran.out
    ran = house.run("remap", mapset.normal, *RANGE, "--json")
    assert ran.result["model"] == "starter"
    # A model that is gone is still the name of what made the change.
    assert house.run("undo", mapset.insane).code == 0


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_ctrl_c_stops_a_pull_and_the_next_carries_on(house: House, hub: HubServer) -> None:
    house.start()
    hub.bytes_per_second = 3_000_000
    running = house.begin("models", "pull", "v32")
    running.until(lambda line: line.get("bytes_done", 0) > 2_000_000)
    running.process.send_signal(signal.SIGINT)
    ran = running.end()
    assert ran.code == 130
    assert "MB are here" in ran.error["message"] and "carries on" in ran.error["message"]
    wait_until(lambda: "stopped at" in house.run("models").out)
    hub.forget()
    hub.bytes_per_second = 0
    ran = house.run("models", "pull", "v32", "--json")
    result = ran.result
    assert result["downloaded_bytes"] < result["model"]["size_bytes"] - 1_000_000
    assert any(each.range for each in hub.asked)


def test_lists_and_choices_for_people_and_programs(house: House, hub: HubServer) -> None:
    ran = house.run("models")
    assert ran.out.startswith("Installed:\n* starter")
    assert "~843 MB  remaps and whole maps" in ran.out and "\n  v29 " not in ran.out
    assert house.run("models", "pull", "v32", "--mode", "osu").code == 0
    ran = house.run("models", "--json")
    models = {model["short_name"]: model for model in ran.result["models"]}
    assert models["v32"]["installed"] and models["v32"]["own_modes"] == ["osu"]
    assert {task["short_name"] for task in ran.result["tasks"]} == {"v32"}
    assert "(set for hitsounds)" in house.run("models", "use", "starter", "--for", "hitsounds").out
    ran = house.run("models", "use", "starter", "--json")
    assert {task["short_name"] for task in ran.result["tasks"]} == {"starter"}
    ran = house.run("models", "use", "default", "--json")
    assert {task["short_name"] for task in ran.result["tasks"]} == {"v32"}
    ran = house.run("models", "info", "v32", "--deep")
    assert "every byte was read" in ran.out and "Licence:    mit" in ran.out
    own = house.folder / "own model"
    own.mkdir()
    ran = house.run("models", "use", "./own model", "--for", "map", "--json")
    assert {task["task"]: task["model"] for task in ran.result["tasks"]}["map"] == str(own)
    ran = house.run("models", "remove", "./own model")
    assert ran.code == 4 and "never touched" in ran.err and own.is_dir()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pull",), 2),
        (("pull", "v32", "--mode", "dance"), 2),
        (("pull", "v99"), 4),
        (("use", "v31"), 4),
        (("use", ""), 2),
        (("use", "~nobody/x"), 4),
        (("info", "a" * 300), 4),
        (("use", "v31", "--for", "dancing"), 2),
        (("remove", "v32"), 4),
        (("info", "v99"), 4),
        (("no-such-command",), 2),
    ],
)
def test_exit_codes(house: House, arguments: tuple[str, ...], code: int) -> None:
    house.start()
    ran = house.run("models", *arguments)
    assert ran.code == code and ran.err.strip()


def test_a_hub_that_is_not_there_is_a_failure_to_try_again(house: House, hub: HubServer) -> None:
    hub.stop()
    ran = house.run("models", "pull", "v32", "--json")
    assert (ran.code, ran.error["reason"]) == (1, "HUB_UNREACHABLE")
    assert "the connection" in ran.error["message"]
