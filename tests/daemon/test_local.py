"""Local discovery: folders, configuration, endpoint file."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import psutil
import pytest
from osu_companion.local.config import (
    Config,
    ConfigError,
    allow_folder,
    default_text,
    load_config,
    write_default,
)
from osu_companion.local.endpoint import (
    Endpoint,
    new_token,
    read_endpoint,
    remove_endpoint,
    write_endpoint,
)
from osu_companion.local.paths import find_paths


def test_home_moves_everything(tmp_path: Path):
    paths = find_paths({"OSU_COMPANION_HOME": str(tmp_path)})
    folders = (paths.config, paths.state, paths.cache, paths.logs)
    assert all(folder.parent == tmp_path for folder in folders)
    assert not any(folder.exists() for folder in folders)
    paths.create()
    assert all(folder.is_dir() for folder in folders)
    assert find_paths({}).config_file.name == "config.toml"


def test_default_file_documents_every_key_and_changes_none(tmp_path: Path):
    text = default_text()
    for item in fields(Config):
        assert f"\n#{item.name} = " in text
        assert item.metadata["doc"]
    assert tomllib.loads(text) == {}
    active = "\n".join(line.removeprefix("#") for line in text.splitlines() if " = " in line)
    assert (
        Config(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in tomllib.loads(active).items()}
        )
        == Config()
    )
    assert write_default(tmp_path / "config.toml")
    assert not write_default(tmp_path / "config.toml")
    assert load_config(tmp_path / "config.toml", {}).config == Config()


def test_environment_goes_over_the_file(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text('model = "a/b"\nqueue_size = 3\n', encoding="utf-8-sig")
    environ = {
        "OSU_COMPANION_QUEUE_SIZE": "5",
        "OSU_COMPANION_WATCH": "off",
        "OSU_COMPANION_ALLOWED_FOLDERS": os.pathsep.join(("/a", "/b")),
        "OSU_COMPANION_HOME": "/elsewhere",
        "OSU_COMPANION_OTHER": "x",
    }
    config = load_config(file, environ).config
    assert (config.model, config.queue_size, config.watch) == ("a/b", 5, False)
    assert config.allowed_folders == ("/a", "/b")


@pytest.mark.parametrize(
    "text",
    [
        "queue_size = 'many'",
        "queue_size = 0",
        "queue_size = 1.5",
        "queue_size = true",
        "keep_alive_minutes = nan",
        "keep_alive_minutes = inf",
        "watch = 1",
        "device = 'gpu'",
        "allowed_folders = 'x'",
        "allowed_folders = [1]",
        "model = 3",
        "no toml",
    ],
)
def test_values_that_do_not_fit_are_named(tmp_path: Path, text: str):
    file = tmp_path / "config.toml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"), [("QUEUE_SIZE", "x"), ("WATCH", "maybe"), ("DEVICE", "gpu")]
)
def test_variables_that_do_not_fit_are_named(tmp_path: Path, variable: str, value: str):
    with pytest.raises(ConfigError, match=f"OSU_COMPANION_{variable}"):
        load_config(tmp_path / "none", {f"OSU_COMPANION_{variable}": value})


def test_unknown_key_is_a_warning_with_a_guess(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text('modle = "x"\n')
    (warning,) = load_config(file, {}).warnings
    assert "'modle'" in warning
    assert "'model'" in warning


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        'model = "x"  # mine\n',
        'allowed_folders = [\n  "/a",  # one\n  "/b",\n]\nmodel = "x"\n',
        '# note\nallowed_folders = ["/a"]',
        'allowed_folders=[]\n[other]\nkey = "]"\n',
    ],
)
def test_allow_keeps_the_rest_of_the_file(tmp_path: Path, text: str | None):
    file = tmp_path / "config" / "config.toml"
    if text is not None:
        file.parent.mkdir()
        file.write_text(text)
    before = tomllib.loads(file.read_text()) if text is not None else {}
    assert allow_folder(file, tmp_path)
    after = tomllib.loads(file.read_text())
    folders = [*before.get("allowed_folders", []), os.path.realpath(tmp_path)]
    assert after == {**before, "allowed_folders": folders}
    assert not allow_folder(file, tmp_path)
    for comment in ("# mine", "# note"):
        if text and comment in text:
            assert comment in file.read_text()


def test_allow_refuses_what_is_no_folder(tmp_path: Path):
    with pytest.raises(ConfigError, match="not a folder"):
        allow_folder(tmp_path / "config.toml", tmp_path / "none")


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint(
        host="127.0.0.1",
        port=1234,
        token=new_token(),
        pid=os.getpid(),
        started_at=psutil.Process().create_time(),
        version="1",
    )


def test_endpoint_round_trip(tmp_path: Path, endpoint: Endpoint):
    file = tmp_path / "daemon.json"
    assert read_endpoint(file) is None
    write_endpoint(file, endpoint)
    assert read_endpoint(file) == endpoint
    assert endpoint.address == "127.0.0.1:1234"
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    remove_endpoint(file, endpoint.pid + 1)
    assert file.exists()
    remove_endpoint(file, endpoint.pid)
    assert not file.exists()


def _written(**changed: object) -> str:
    whole = {"host": "127.0.0.1", "port": 1, "token": "t", "pid": 1, "started_at": 1, "version": ""}
    return json.dumps({**whole, **changed})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"port": 1}',
        "\x00",
        '{"port": "x"}',
        "[" * 100_000,
        _written(pid=-1),
        _written(pid=float("inf")),
        _written(pid=10**30),
        _written(port=0),
        _written(port=99_999),
        _written(token="a\nb"),
        _written(token="é"),
    ],
)
def test_endpoint_that_is_none(tmp_path: Path, text: str):
    file = tmp_path / "daemon.json"
    file.write_text(text)
    assert read_endpoint(file) is None


def test_process_of_the_same_number_is_not_the_daemon(endpoint: Endpoint):
    assert endpoint.process_alive()
    fields_ = {f.name: getattr(endpoint, f.name) for f in fields(Endpoint)}
    assert not Endpoint(**{**fields_, "started_at": endpoint.started_at - 100}).process_alive()
    assert not Endpoint(**{**fields_, "pid": 2**22 + 1}).process_alive()
