"""Songs that are damaged, empty or gone while training goes on, and two trainings at once."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model_core.errors import InputError
from model_core.training.augment import Augmentation
from model_core.training.card import FILES
from model_core.training.corpus import (
    MapEntry,
    SongEntry,
    read_maps,
    read_song,
    tables_of,
    write_maps,
    write_song,
)
from model_core.training.dataset import WindowDataset, WindowStream, batches_of
from model_core.training.loop import Trainer, TrainingOptions
from model_core.training.lora import mode_of_corpus
from model_core.training.recipe import checkpoint_writer, starter_network
from model_core.training.state import alone_in, read_state, write_state
from model_core.training.whole_files import whole
from tests.model_core.training.small_corpus import osu, small_corpus, small_song

SIZES = {"d_model": 32, "layers": 1, "heads": 2}
_, VOCABULARY, LAYOUT, _ = starter_network(**SIZES)


def _dataset(folder: Path, **given: Any) -> WindowDataset:
    return WindowDataset(folder, VOCABULARY, LAYOUT, **given)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '["x"]', '[{"mode": 0}]', "null", '[{"data": 3}]', "[" * 5000]
)
def test_damaged_maps_are_named(tmp_path: Path, text: str) -> None:
    path = write_song(SongEntry("5", np.zeros(100, dtype=np.int16)), tmp_path)
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    for reads in (
        lambda: read_song(path),
        lambda: read_maps(path),
        lambda: tables_of(tmp_path, most=5),
        lambda: mode_of_corpus(tmp_path),
    ):
        with pytest.raises(InputError, match=r"5\.json is damaged"):
            reads()


@pytest.mark.parametrize("kept", [0, 3, 100, -40])
def test_truncated_songs_are_named(tmp_path: Path, kept: int) -> None:
    path = write_song(SongEntry("5", np.zeros(4000, dtype=np.int16)), tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"5\.npz is damaged"):
        read_song(path)


def test_arrays_of_another_kind_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "5.npz", samples=np.zeros((3, 3)), notes=np.zeros((0, 4)))
    with pytest.raises(InputError, match="of another kind"):
        read_song(tmp_path / "5.npz")


def test_a_damaged_song_is_left_out_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_corpus(tmp_path / "songs")
    (folder / "small 0.npz").write_bytes(b"PK\x03\x04 cut short")
    dataset = _dataset(folder, visits=1, pool=2)
    for _ in range(20):
        dataset.draw()
    told = capsys.readouterr().err
    assert told.count("small 0.npz is damaged") == 1
    (folder / "small 1.json").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        for _ in range(200):
            dataset.draw()


def test_a_song_that_an_import_took_out_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_corpus(tmp_path / "songs", songs=4)
    dataset = _dataset(folder, visits=1)
    dataset.draw()
    for name in ("small 0", "small 1", "small 2"):
        (folder / f"{name}.npz").unlink()
    for _ in range(60):
        dataset.draw()
    assert not capsys.readouterr().err


@pytest.mark.parametrize("samples", [1, 100, 4800])
def test_a_song_of_next_to_nothing_is_trained_on(tmp_path: Path, samples: int) -> None:
    write_song(SongEntry("short", small_song().samples[:samples]), tmp_path)
    write_maps("short", [MapEntry(osu(0, 1)), MapEntry(osu(3, 1), 3, key_count=4)], tmp_path)
    dataset = _dataset(tmp_path)
    for _ in range(40):
        dataset.draw()


def test_a_song_without_sound_or_maps_is_of_no_use(tmp_path: Path) -> None:
    write_song(SongEntry("none", np.zeros(0, dtype=np.int16)), tmp_path)
    write_maps("none", [MapEntry(osu(0, 1))], tmp_path)
    write_song(SongEntry("noise", small_song().samples), tmp_path)
    write_maps("noise", [MapEntry(b"\xff\xfe no map"), MapEntry(b"", 1)], tmp_path)
    with pytest.raises(InputError, match="No map in"):
        _dataset(tmp_path).draw()


class _Failing(WindowStream):
    def __iter__(self) -> Iterator[Any]:
        raise InputError("songs is empty. Make some.")
        yield


@pytest.mark.slow
def test_what_a_worker_refuses_is_told_as_if_there_were_none(tmp_path: Path) -> None:
    stream = _Failing(tmp_path, VOCABULARY, LAYOUT, size=1, lengths=(128,), seeds=(0,))
    with pytest.raises(InputError) as told:
        next(batches_of(stream, 1))
    assert str(told.value) == "songs is empty. Make some."


# ---------------------------------------------------------------- trainings


def _trainer(songs: Path, out: Path, mappers: list[int] | None = None, **given: Any) -> Trainer:
    network, vocabulary, layout, _ = starter_network(mappers=mappers, **SIZES)
    settings = {
        "batch": 1, "compile": False, "workers": 0, "device": "cpu", "hearing_steps": 0,
        "steps": 40, "augmentation": Augmentation.none(), "visits": 1, "pool": 1,
    }  # fmt: skip
    options = TrainingOptions(**{**settings, **given})
    return Trainer(network, vocabulary, layout, songs, out, options, lambda _: None)


def test_what_was_learned_is_kept_when_the_corpus_goes(tmp_path: Path) -> None:
    songs, out = small_corpus(tmp_path / "songs", songs=1), tmp_path / "out"
    trainer = _trainer(songs, out)
    average = trainer.average.update

    def update(step: int) -> None:
        average(step)
        if step == 3:
            for path in songs.iterdir():
                path.unlink()

    trainer.average.update = update  # type: ignore[method-assign]
    with pytest.raises(InputError, match="holds no songs"):
        trainer.run()
    state = read_state(out / "state.pt")
    assert state is not None and state["step"] >= 3


def test_two_trainings_in_one_folder_are_refused(tmp_path: Path) -> None:
    songs, out = small_corpus(tmp_path / "songs", songs=1), tmp_path / "out"
    out.mkdir()
    with alone_in(out), pytest.raises(InputError, match="Another training is writing to"):
        _trainer(songs, out, steps=1)
    _trainer(songs, out, steps=1).run()
    _trainer(songs, out, steps=2).run()  # nobody holds it any more


def test_a_run_keeps_its_mappers(tmp_path: Path) -> None:
    songs, out = small_corpus(tmp_path / "songs", songs=1), tmp_path / "out"
    _trainer(songs, out, mappers=[2, 1], steps=1).run()
    state = read_state(out / "state.pt")
    assert state is not None and state["mappers"] == [2, 1]
    with pytest.raises(InputError, match="other mappers"):
        _trainer(songs, out, mappers=[1, 2])
    again = _trainer(songs, out, mappers=state["mappers"], steps=1)
    assert again.step == 1


def test_a_from_scratch_goes_on_with_the_mappers_it_was_begun_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import argparse

    from model_core.training import steps

    songs, out = small_corpus(tmp_path / "songs", songs=1), tmp_path / "out"
    told: list[Any] = []
    monkeypatch.setattr(steps, "_train", lambda *_, mappers: told.append(mappers))
    given = argparse.Namespace(corpus=songs, out=out, mappers=1000, hearing_minutes=None)
    steps._from_scratch(given, steps.Teller())
    write_state(out / "state.pt", {"version": 2, "mappers": [3, 1, 2]})
    steps._from_scratch(given, steps.Teller())
    assert told == [[2, 1, 3], [3, 1, 2]]


def test_a_checkpoint_that_is_open_stays_whole_while_the_next_is_written(tmp_path: Path) -> None:
    network, vocabulary, layout, config = starter_network(**SIZES)
    folder = tmp_path / "checkpoint"
    write = checkpoint_writer(folder, vocabulary, layout, config)
    write(network)
    path = folder / "model.safetensors"
    if os.name != "nt":  # where what is open cannot be replaced at all
        before = path.read_bytes()
        with path.open("rb") as file, torch.no_grad():
            network.head.weight.add_(1.0)
            write(network)
            assert file.read() == before != path.read_bytes()
    # Killed while it was written: what is left over is in nobody's way.
    (tmp_path / "checkpoint.tmp").mkdir()
    (tmp_path / "checkpoint.tmp" / "model.safetensors").write_bytes(b"half")
    write(network)
    assert sorted(each.name for each in folder.iterdir()) == sorted(FILES)
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]


class _Full:
    """Something whose bytes find no space, as on a disk that is full."""

    def __reduce__(self) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_with_the_file_and_leaves_the_last_state(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    write_state(path, {"version": 2, "step": 1})
    with pytest.raises(OSError, match=r"No space left on device: .*state\.pt"):
        write_state(path, {"version": 2, "step": _Full()})
    assert read_state(path) == {"version": 2, "step": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]
    with pytest.raises(OSError, match=r"song\.npz"), whole(tmp_path / "song.npz") as partial:
        partial.write_bytes(b"half")
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            raise RuntimeError("unexpected pos 8349440")  # noqa: B904 - as torch has it
    assert [each.name for each in tmp_path.iterdir()] == ["state.pt"]
