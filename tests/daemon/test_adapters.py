"""A model named with a LoRA adapter, through the contract: the real engine in the real worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from osu_companion.v1 import jobs_pb2, models_pb2, provenance_pb2

from model_core.checkpoints.resolve import STARTER
from tests.daemon.conftest import Mapset, RunningDaemon, start_daemon
from tests.daemon.errors import reason, status_of
from tests.daemon.test_engine import write_song
from tests.daemon.test_remap import final
from tests.hub_checkpoints import FILES, WEIGHTS
from tests.tiny_adapter import write_adapter

WIDTH = 160  # of the starter

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (STARTER / WEIGHTS).is_file(), reason="no starter in this checkout"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint and adapters, in folders with names that folders may have."""
    folder = tmp_path_factory.mktemp("adapters")
    (folder / "my base+").mkdir()
    for name in FILES:
        (folder / "my base+" / name).write_bytes((STARTER / name).read_bytes())
    write_adapter(folder / "any + style", WIDTH)
    write_adapter(folder / "mania only", WIDTH, ["gamemode=3"])
    write_adapter(folder / "too wide", 2 * WIDTH)
    (write_adapter(folder / "a part", WIDTH) / "adapter_model.safetensors").unlink()
    return folder


@pytest.fixture(scope="module")
def daemon(folder: Path) -> Iterator[RunningDaemon]:
    mapset = Mapset(folder / "Songs" / "1 Somebody - A song")
    mapset.write()
    write_song(mapset.folder / "audio.wav")
    daemon = start_daemon(
        folder / "home",
        folder / "Songs",
        OSU_COMPANION_WORKER_ENGINE="daemon.worker.engine:ModelEngine",
        OSU_COMPANION_DEVICE="cpu",
        OSU_COMPANION_THREADS="1",
    )
    yield daemon
    daemon.close()


def ask(daemon: RunningDaemon, model: str) -> jobs_pb2.JobResult:
    song = daemon.songs / "1 Somebody - A song"
    last = final(daemon.remap(Mapset(song).map, model=model, seed=3))
    assert last.HasField("result"), last.failure.status.message
    return last.result


def said(result: jobs_pb2.JobResult) -> list[str]:
    return [each.text for each in result.notices if each.code == provenance_pb2.Notice.CODE_MODEL]


def digest(folder: Path) -> str:
    names = ("adapter_config.json", "adapter_model.safetensors")
    lines = (f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()} {n}\n" for n in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_an_adapter_is_merged_and_recorded(daemon: RunningDaemon, folder: Path) -> None:
    base, style = folder / "my base+", folder / "any + style"
    plain, styled = ask(daemon, str(base)), ask(daemon, f"{base}+{style}")
    assert plain.model == str(base) and not plain.provenance.checkpoint.HasField("adapter")
    assert styled.model == styled.provenance.model == f"{base} + {style}"
    assert not any("left out" in text for text in said(styled))
    about = styled.provenance.checkpoint
    assert about.weights_sha256 == plain.provenance.checkpoint.weights_sha256 != ""
    assert (about.adapter.name, about.adapter.left_out) == (str(style), False)
    assert about.adapter.weights_sha256 == digest(style)
    # The merged model reads and writes otherwise: by what it drew or by what it thinks of it.
    assert (styled.variants, styled.refused) != (plain.variants, plain.refused)
    assert daemon.status().model == f"{base} + {style}"
    answer = daemon.models("ListModels", models_pb2.ListModelsRequest())
    (listed,) = [each for each in answer.models if each.adapter]
    assert listed.loaded and listed.installed and listed.adapter == str(style)
    assert listed.name == f"{base} + {style}" and listed.folder == str(base)


def test_an_adapter_for_another_part_is_left_out_and_that_is_said(
    daemon: RunningDaemon, folder: Path
) -> None:
    base, style = folder / "my base+", folder / "mania only"
    plain, other = ask(daemon, str(base)), ask(daemon, f"{base} + {style}")
    (text,) = [text for text in said(other) if "left out" in text]
    assert "mania only was trained on gamemode=3, not on the base model" in text
    assert other.provenance.checkpoint.adapter.left_out
    assert other.variants == plain.variants and other.refused == plain.refused


@pytest.mark.parametrize(
    ("style", "words"),
    [
        ("{}/nothing here", "neither a folder nor a hub repository"),
        ("me/style", "`osu-companion models pull me/style` downloads it"),
        ("{}/a part", "has no adapter_model.safetensors"),
        ("{}/my base+", "is no LoRA adapter"),
        ("starter", "neither a folder nor a hub repository"),
        ("me/style + you/style", "a model takes one adapter"),
    ],
)
def test_an_adapter_that_is_not_here_is_refused_before_anything_is_loaded(
    daemon: RunningDaemon, folder: Path, style: str, words: str
) -> None:
    before = daemon.status().model
    song = Mapset(daemon.songs / "1 Somebody - A song")
    name = f"{folder / 'my base+'} + {style.format(folder)}"
    with pytest.raises(grpc.RpcError) as error:
        list(daemon.remap(song.map, model=name))
    told = status_of(error.value)
    assert reason(told) == "MODEL_NOT_FOUND" and words in told.message
    assert daemon.status().model == before
    with pytest.raises(grpc.RpcError):
        daemon.models("UseModel", models_pb2.UseModelRequest(name=name))


def test_an_adapter_alone_is_no_model(daemon: RunningDaemon, folder: Path) -> None:
    with pytest.raises(grpc.RpcError) as error:
        request = models_pb2.LoadModelRequest(name=str(folder / "any + style"))
        daemon.models("LoadModel", request)
    assert "Name it behind the one that it was made for" in status_of(error.value).message


def test_an_adapter_of_another_model_names_its_modules(daemon: RunningDaemon, folder: Path) -> None:
    song = Mapset(daemon.songs / "1 Somebody - A song")
    last = final(daemon.remap(song.map, model=f"{folder / 'my base+'} + {folder / 'too wide'}"))
    assert last.HasField("failure")
    assert reason(last.failure.status) == "CHECKPOINT_UNUSABLE"
    assert "Wqkv" in last.failure.status.message


def test_it_can_be_set_for_a_task_and_described(daemon: RunningDaemon, folder: Path) -> None:
    name = f"{folder / 'my base+'} + {folder / 'any + style'}"
    answer = daemon.models("UseModel", models_pb2.UseModelRequest(name=name, task="remap"))
    assert {task.task: (task.model, task.installed) for task in answer.tasks}["remap"] == (
        name,
        True,
    )
    assert f'remap_model = "{name}"' in daemon.paths.config_file.read_text(encoding="utf-8")
    assert ask(daemon, "").model == name
    told = daemon.models("DescribeModel", models_pb2.DescribeModelRequest(deep=True))
    assert told.model.name == name and told.model.used_for == ["remap"] and not told.problems
    assert told.model.family == "starter" and told.model.adapter == str(folder / "any + style")
    broken = f"{folder / 'my base+'} + {folder / 'a part'}"
    told = daemon.models("DescribeModel", models_pb2.DescribeModelRequest(name=broken))
    assert any("adapter_model.safetensors is missing" in problem for problem in told.problems)
    daemon.models("UseModel", models_pb2.UseModelRequest())


@pytest.mark.parametrize("adapter", ["lora", "lora_pissa"])
def test_published_adapters_are_loaded(
    daemon: RunningDaemon, conformance: Path, adapter: str
) -> None:
    base, style = conformance / "v32" / "checkpoint", conformance / "v32" / adapter
    if not style.is_dir():
        pytest.skip(f"the reference data have no v32/{adapter}")
    request = models_pb2.LoadModelRequest(name=f"{base} + {style}")
    model = daemon.models("LoadModel", request).model
    assert model.loaded and model.adapter == str(style) and model.family == "v32"
