"""Models over the contract: which is used for what, described, removed, with adapters."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from osu_companion.v1 import jobs_pb2, models_pb2

from clients.client import AsyncClient, RefusedError
from model_core.checkpoints.resolve import STARTER
from tests.daemon.conftest import Mapset, RunningDaemon, wait_until
from tests.daemon.model_calls import (
    V31,
    describe,
    failure,
    listed,
    needs_starter,
    pull,
    remove,
    tasks,
    use,
)
from tests.daemon.test_engine import write_song
from tests.hub_checkpoints import V32, WEIGHTS, with_modes
from tests.hub_server import HubServer
from tests.tiny_adapter import write_adapter

pytestmark = needs_starter


@pytest.fixture
def daemon(hub_daemon: RunningDaemon) -> RunningDaemon:
    """One that downloads from the tests' own hub."""
    return hub_daemon


async def test_the_asynchronous_client_does_the_same(daemon: RunningDaemon) -> None:
    async with AsyncClient(daemon.endpoint) as client:
        events = [event async for event in client.pull_model("v32", [0])]
        assert events[-1].result.model.installed
        used = await client.use_model("v32", "map")
        assert {task.task: task.reason for task in used.tasks}["map"] == "set for map"
        described = await client.describe_model("v32", deep=True)
        assert not described.problems
        assert (await client.remove_model("v32")).freed_bytes > 10_000_000
        assert not (await client.list_models()).models[1].installed
        with pytest.raises(RefusedError, match="revision"):
            async for _ in client.pull_model("v32@nothing"):
                pass


def test_the_refiner_is_no_model(daemon: RunningDaemon, hub: HubServer, mapset: Mapset) -> None:
    files = {"tokenizer.pkl": b"x", "model_ema.pkl": b"x"}
    hub.repository("OliBomby/osu-diffusion-v2").commit(files)
    pull(daemon, "refiner")
    assert "position refiner" in failure(lambda: use(daemon, "refiner")).message
    told = failure(lambda: list(daemon.remap(mapset.map, seed=1, model="refiner")))
    assert told.reason == "MODEL_NOT_FOUND" and "position refiner" in told.message


def test_which_task_gets_which(
    daemon: RunningDaemon, hub: HubServer, mapset: Mapset, tmp_path: Path
) -> None:
    hub.repository(V31).commit(with_modes())
    told = failure(lambda: use(daemon, "v32"))
    assert told.reason == "MODEL_NOT_FOUND" and "models pull v32" in told.message
    pull(daemon, "v32")
    pull(daemon, "v31")
    use(daemon, "v31", "remap")
    assert tasks(daemon)["remap"] == "v31" and tasks(daemon)["map"] == "v32"
    assert list(daemon.remap(mapset.map, seed=1))[-1].event.result.model == V31
    # A request's own wish goes over everything.
    last = list(daemon.remap(mapset.map, seed=1, model="v32"))[-1]
    assert last.event.result.model == V32
    use(daemon, "starter")
    assert set(tasks(daemon).values()) == {"starter"}, "for every task means for every task"
    use(daemon, "", "hitsounds")
    assert tasks(daemon)["hitsounds"] == "starter", "what is set for all stays"
    own = tmp_path / "my model"
    own.mkdir()
    answer = use(daemon, str(own), "modding")
    assert {task.task: task.model for task in answer.tasks}["modding"] == str(own)
    written = daemon.paths.config_file.read_text(encoding="utf-8")
    assert 'model = "starter"' in written and "# How much the log says." in written
    use(daemon, str(own), "remap")
    own.rmdir()
    told = failure(lambda: list(daemon.remap(mapset.map, seed=1)))
    assert told.reason == "MODEL_NOT_FOUND" and "use default --for remap" in told.message
    use(daemon, "")
    assert tasks(daemon)["remap"] == "v32" and tasks(daemon)["hitsounds"] == "v31"
    assert failure(lambda: use(daemon, "v32", "dancing")).reason == "OPTION_INVALID"
    assert failure(lambda: use(daemon, "v99")).reason == "MODEL_NOT_FOUND"


def test_the_environment_goes_over_the_choice_and_says_so(
    mapset: Mapset, starter: Callable[..., RunningDaemon]
) -> None:
    daemon = starter(OSU_COMPANION_REMAP_MODEL="starter")
    answer = use(daemon, "starter", "remap")
    assert any("OSU_COMPANION_REMAP_MODEL" in warning for warning in answer.warnings)


def test_removing(daemon: RunningDaemon, hub: HubServer, mapset: Mapset, tmp_path: Path) -> None:
    result = pull(daemon, "v32")
    folder = Path(result.model.folder)
    stream = daemon.remap(mapset.map, "slow", seed=1)
    for event in stream:
        if event.event.progress.stage == jobs_pb2.JOB_STAGE_DECODE:
            break
    told = failure(lambda: remove(daemon, "v32"))
    assert told.reason == "MODEL_BUSY" and folder.is_dir()
    stream.cancel()
    wait_until(lambda: not daemon.status().running_job_id)
    answer = remove(daemon, "v32")
    assert answer.unloaded and answer.freed_bytes > 20_000_000
    assert not folder.exists() and daemon.status().worker_pid == 0
    assert {task.short_name for task in answer.tasks} == {"starter"}
    assert failure(lambda: remove(daemon, "v32")).reason == "MODEL_NOT_FOUND"
    own = tmp_path / "own"
    own.mkdir()
    for name in (str(own), "starter"):
        assert failure(lambda name=name: remove(daemon, name)).reason == "NOT_SUPPORTED"
    assert own.is_dir()


def test_a_newer_revision_is_loaded_with_the_next_request(
    daemon: RunningDaemon, hub: HubServer, mapset: Mapset
) -> None:
    old = pull(daemon, "v32", 0)
    list(daemon.remap(mapset.map, seed=1))
    worker = daemon.status().worker_pid
    hub.repository(V32).commit({**with_modes(0), "LICENSE": b"new"})
    assert listed(daemon)["v32"].revision == old.model.revision
    told = describe(daemon, "v32", ask_hub=True)
    assert told.hub.revision != told.model.revision and not told.hub.error
    result = pull(daemon, "v32", 0)
    assert result.updated and result.model.revision == told.hub.revision
    assert daemon.status().worker_pid == 0
    list(daemon.remap(mapset.map, seed=1))
    assert daemon.status().worker_pid not in (0, worker)


def test_describing(daemon: RunningDaemon, hub: HubServer, tmp_path: Path) -> None:
    told = describe(daemon, "v32", ask_hub=True)
    assert not told.model.installed and told.hub.size_bytes > 20_000_000
    assert list(told.hub.own_modes) == [0, 3] and told.hub.licence == "mit"
    pull(daemon, "v32")
    told = describe(daemon, "v32", deep=True)
    assert not told.problems and told.model.family == "starter" and told.weights_dtype
    assert told.mappers and "map" in told.contexts and list(told.model.own_modes) == [0, 3]
    weights = (Path(told.model.folder) / WEIGHTS).resolve()
    weights.write_bytes(weights.read_bytes()[:-1])
    told = describe(daemon, "v32")
    assert [problem.split()[0] for problem in told.problems] == [WEIGHTS]
    hub.stop()
    told = describe(daemon, "v32", ask_hub=True)
    assert "cannot be reached" in told.hub.error and told.model.licence == "mit"
    assert describe(daemon, "").model.name == V32
    assert describe(daemon, "starter").model.installed
    own = tmp_path / "own"
    shutil.copytree(STARTER, own)
    (own / "config.json").write_text("{}")
    (own / "tokenizer.json").write_text("{}")
    assert "tokenizer.json" in describe(daemon, str(own)).problems[0]
    shutil.copytree(STARTER, tmp_path / "lone" / "gamemode=3")
    assert not describe(daemon, str(tmp_path / "lone")).problems
    assert failure(lambda: describe(daemon, "v99")).reason == "MODEL_NOT_FOUND"


def test_an_adapter_is_pulled_used_and_removed_beside_its_model(
    daemon: RunningDaemon, hub: HubServer, mapset: Mapset, tmp_path: Path
) -> None:
    style = write_adapter(tmp_path / "style", 160)
    files = {file.name: file.read_bytes() for file in style.iterdir()}
    hub.repository("me/style").commit({**files, "optimizer.bin": b"x" * 9000})
    pull(daemon, "v32", 0)
    told = failure(lambda: list(daemon.remap(mapset.map, model="v32+me/style")))
    assert told.reason == "MODEL_NOT_FOUND" and "models pull me/style" in told.message
    told = failure(lambda: pull(daemon, "v32 + me/style"))
    assert told.reason == "OPTION_INVALID" and "one at a time" in told.message
    assert pull(daemon, "me/style").model.kind == models_pb2.MODEL_KIND_ADAPTER
    assert failure(lambda: use(daemon, "me/style")).reason == "MODEL_NOT_FOUND", "no model alone"
    use(daemon, "v32 +me/style", "remap")
    written = daemon.paths.config_file.read_text(encoding="utf-8")
    assert 'remap_model = "v32 + me/style"' in written
    assert tasks(daemon)["remap"] == "v32 + me/style" and tasks(daemon)["map"] == "v32"
    last = list(daemon.remap(mapset.map, seed=1))[-1]
    assert last.event.result.model == f"{V32} + me/style"
    models = listed(daemon)
    both = models["v32 + me/style"]
    assert both.loaded and both.installed and both.configured and both.adapter == "me/style"
    assert both.size_bytes == models["v32"].size_bytes + models["me/style"].size_bytes
    assert not models["v32"].loaded and "remap" not in models["v32"].used_for
    told = describe(daemon, "v32+me/style", deep=True)
    assert not told.problems and told.model.family == "starter"
    # A newer adapter is loaded with the next request, as a newer model is.
    (style / "README.md").write_text("Another style.", encoding="utf-8")
    hub.repository("me/style").commit({file.name: file.read_bytes() for file in style.iterdir()})
    assert pull(daemon, "me/style").updated and daemon.status().worker_pid == 0
    assert failure(lambda: remove(daemon, "v32 + me/style")).reason == "OPTION_INVALID"
    answer = remove(daemon, "me/style")
    assert [task.task for task in answer.tasks if not task.installed] == ["remap"]
    told = failure(lambda: list(daemon.remap(mapset.map, seed=1)))
    assert told.reason == "MODEL_NOT_FOUND" and "models pull me/style" in told.message
    told = describe(daemon, "")
    assert told.model.name == f"{V32} + me/style" and "me/style is not on" in told.problems[0]


@pytest.mark.slow
def test_a_fine_tune_that_was_not_pulled_is_told(
    hub: HubServer, mapset: Mapset, starter: Callable[..., RunningDaemon], tmp_path: Path
) -> None:
    """The real engine: it says so for maps of that mode, whatever it has loaded before."""
    daemon = starter(
        HF_ENDPOINT=hub.url,
        HF_TOKEN_PATH=str(tmp_path / "token"),
        HF_TOKEN="",
        NO_PROXY="127.0.0.1",
        OSU_COMPANION_WORKER_ENGINE="daemon.worker.engine:ModelEngine",
        OSU_COMPANION_DEVICE="cpu",
        OSU_COMPANION_THREADS="1",
    )
    write_song(mapset.folder / "audio.wav")
    lines = mapset.map.read_text(encoding="utf-8")
    mania = mapset.folder / "A song [Mania].osu"
    mania.write_text(lines.replace("Mode: 0", "Mode: 3"), encoding="utf-8")
    catch = mapset.folder / "A song [Catch].osu"
    catch.write_text(lines.replace("Mode: 0", "Mode: 2"), encoding="utf-8")

    def said(path: Path) -> list[str]:
        last = list(daemon.remap(path, seed=1))[-1].event
        assert last.HasField("result"), last.failure.status.message
        return [each.text for each in last.result.notices if "fine-tune" in each.text]

    pull(daemon, "v32", 0)
    (text,) = said(mania)
    assert "models pull v32 --mode mania" in text
    assert said(catch) == [], "there is none for this mode"
    (text,) = said(mania)
    assert said(mapset.map) == [], "this one was pulled"
    pull(daemon, "v32", 3)
    assert said(mania) == []
