"""Training windows are spelled as requests spell their prompts, whatever the task."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from model_core.beatmap import parse
from model_core.errors import InputError
from model_core.tokens import (
    Context,
    ContextType,
    EventType,
    Layout,
    Vocabulary,
    build_prompt,
    map_events,
    starter_layout,
    starter_vocabulary,
)
from model_core.training.augment import Augmentation
from model_core.training.corpus import read_song, write_maps, write_song
from model_core.training.dataset import WindowDataset, WindowStream, batches_of
from model_core.training.examples import Example, examples_of, without_sounds
from model_core.training.recipe import starter_network
from model_core.training.tasks import Task, TaskOptions, Teacher
from tests.model_core.training.small_corpus import small_corpus, small_song

_, VOCABULARY, LAYOUT, _ = starter_network(d_model=32, layers=1, heads=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpus(tmp_path_factory.mktemp("songs"))


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return examples_of(small_song(), VOCABULARY, LAYOUT)


def _dataset(folder: Path, **given: object) -> WindowDataset:
    how = {"augmentation": Augmentation.none(), **given}
    return WindowDataset(folder, VOCABULARY, LAYOUT, **how)  # type: ignore[arg-type]


def _only(task: Task, **given: object) -> Teacher:
    shares = tuple(float(each is task) for each in Task)
    return Teacher(VOCABULARY, LAYOUT, TaskOptions(shares=shares, **given))  # type: ignore[arg-type]


def _prompt(target: Example, read: list[Context], outs: list[Context], start: int) -> list[int]:
    length = target.conditions.song_length_ms
    return build_prompt(VOCABULARY, LAYOUT, target.conditions, read, outs, start, length)


def test_every_map_of_a_mode_that_is_written_is_an_example(examples: list[Example]) -> None:
    assert [example.mode for example in examples] == [0, 0, 1, 3]
    standard = examples_of(small_song(), starter_vocabulary(), starter_layout())
    assert [example.mode for example in standard] == [0, 0]
    assert all(len(example.speeds) == 0 for example in examples[:3])
    assert len(examples[3].speeds) > 0


def test_conditions_are_those_that_a_request_tells(examples: list[Example]) -> None:
    told = [example.conditions for example in examples]
    assert [each.mapper_id for each in told] == [1, 2, 2, 3]
    assert told[0].descriptors == ("style/clean",) and told[0].difficulty == 1.8
    assert all(each.year is None and each.hitsounded for each in told)
    assert told[3].keycount == 4 and 0.1 < (told[3].hold_note_ratio or 0.0) < 0.3


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_a_map_window_begins_like_a_remap(examples: list[Example], index: int) -> None:
    target, start = examples[index], 6_000
    spelled = _only(Task.MAP).spell(target, target.conditions, start)
    outs = [
        Context(ContextType.TIMING, target.timing),
        Context(ContextType.KIAI, target.kiai),
        Context(ContextType.MAP, target.objects.slice(-1e9, start)),
    ]
    prompt = _prompt(target, [Context(ContextType.NONE)], outs, start)
    ids = spelled.ids[: len(prompt)]
    # In mania a map's velocities follow it, and are told as the last state before the window.
    differing = [a for a, b in zip(ids, prompt, strict=True) if a != b]
    speeds = VOCABULARY.id_range(EventType.SCROLL_SPEED)
    assert not differing or (target.mode == 3 and len(differing) == 1 and differing[0] in speeds)
    last = ContextType.SV if target.mode == 3 else ContextType.MAP
    assert spelled.ids[-1] == VOCABULARY.context_eos[last]
    assert spelled.weights[-1] == 1.0


def test_timing_alone_begins_like_the_pass_that_times_a_song(examples: list[Example]) -> None:
    target, start = examples[0], 6_000
    spelled = _only(Task.TIMING).spell_timing(target, target.conditions, start)
    prompt = _prompt(target, [Context(ContextType.NONE)], [Context(ContextType.TIMING)], start)
    assert spelled.ids[: len(prompt)] == prompt
    assert not np.any(spelled.weights[: len(prompt)])
    assert np.all(spelled.weights[len(prompt) :] > 0)
    beats = VOCABULARY.id_range(EventType.BEAT)
    assert sum(token in beats for token in spelled.ids[len(prompt) :]) >= 12


def test_a_map_without_sounds_teaches_its_sounds_alone(examples: list[Example]) -> None:
    target, start = examples[1], 6_000
    spelled = _only(Task.SOUNDS).spell(target, target.conditions, start, Task.SOUNDS)
    sounds = {
        *VOCABULARY.id_range(EventType.HITSOUND), *VOCABULARY.id_range(EventType.VOLUME)
    }  # fmt: skip
    begin = spelled.ids.index(VOCABULARY.sos)
    assert not any(token in sounds for token in spelled.ids[:begin])
    learnt = {token for token, weight in zip(spelled.ids, spelled.weights, strict=True) if weight}
    assert learnt and learnt <= sounds
    wanted = [token for token in spelled.ids[begin:] if token in sounds]
    assert len(wanted) == np.count_nonzero(spelled.weights)


def test_sounds_left_out_are_those_that_a_request_leaves_out(examples: list[Example]) -> None:
    for entry, example in zip(small_song().maps, examples, strict=True):
        asked = map_events(parse(entry.data), LAYOUT, with_hitsounds=False)
        assert without_sounds(example.objects) == asked


def test_another_difficulty_is_read_with_its_conditions(examples: list[Example]) -> None:
    source, target, start = examples[0], examples[1], 6_000
    spelled = _only(Task.ANOTHER).spell(
        target, target.conditions, start, Task.ANOTHER, source=source
    )
    read = [Context(ContextType.GD, source.objects, source.conditions)]
    outs = [
        Context(ContextType.TIMING, target.timing),
        Context(ContextType.KIAI, target.kiai),
        Context(ContextType.MAP, target.objects.slice(-1e9, start)),
    ]
    prompt = _prompt(target, read, outs, start)
    assert spelled.ids[: len(prompt)] == prompt
    assert not np.any(spelled.weights[: len(prompt)])


def test_what_is_before_the_lookback_ends_is_given(examples: list[Example]) -> None:
    target, start = examples[1], 6_000
    teacher = _only(Task.MAP)
    whole = teacher.spell(target, target.conditions, start)
    from_ms = start + LAYOUT.lookback * LAYOUT.window_ms
    part = teacher.spell(target, target.conditions, start, learn_from=from_ms)
    assert part.ids == whole.ids
    times = VOCABULARY.id_range(EventType.TIME)
    learnt = [
        (token - times.start) * 10
        for token, weight in zip(part.ids, part.weights, strict=True)
        if weight and token in times
    ]
    assert learnt and min(learnt) >= LAYOUT.lookback * LAYOUT.window_ms - 10
    assert np.count_nonzero(part.weights) < 0.75 * np.count_nonzero(whole.weights)


def test_tasks_are_drawn_as_often_as_asked(examples: list[Example]) -> None:
    teacher, rng = Teacher(VOCABULARY, LAYOUT), np.random.default_rng(3)
    drawn = [teacher.draw(examples, rng) for _ in range(300)]
    counts = [sum(each.task is task for each in drawn) / 300 for task in Task]
    assert np.allclose(counts, teacher.options.shares, atol=0.09)
    assert all(len(each.ids) == len(each.weights) <= LAYOUT.tgt_len for each in drawn)


def test_conditions_are_left_out_at_times(examples: list[Example]) -> None:
    teacher, rng = _only(Task.MAP), np.random.default_rng(4)
    unknown = VOCABULARY.id_range(EventType.MAPPER)[-1]
    shares = [unknown in teacher.draw(examples, rng).ids for _ in range(200)]
    assert 0.35 < np.mean(shares) < 0.7


def test_batches_are_padded_to_the_listed_lengths(folder: Path) -> None:
    batch = next(_dataset(folder).batches(4, (256, 512, 1024), pool=2))
    assert batch.ids.shape[1] in (256, 512, 1024)
    assert batch.audio.shape == (4, (LAYOUT.src_frames - 1) * 128)
    assert not batch.weights[batch.ids == 0].any()
    assert batch.heard.tolist() == [1.0] * 4 and batch.labels.any()


def test_readers_and_resumed_trainings_draw_other_windows(folder: Path) -> None:
    def first(**given: object) -> np.ndarray:
        return next(_dataset(folder, **given).batches(2, pool=1)).audio.numpy()

    again = first(seeds=(1, 0))
    assert np.array_equal(first(seeds=(1, 0)), again)
    assert not np.array_equal(first(seeds=(1, 50)), again)


def test_readers_share_the_songs_between_them(tmp_path: Path) -> None:
    folder = small_corpus(tmp_path, songs=8)
    names = []
    for number in range(2):
        dataset = _dataset(folder, shard=(number, 2), visits=1)
        for _ in range(9):  # two windows each of the first songs
            dataset.draw()
        names.append({opened.song.name for opened in dataset._pool})
    assert len(names[0]) == len(names[1]) == 4 and not names[0] & names[1]


def test_songs_that_come_later_are_found(tmp_path: Path) -> None:
    dataset = _dataset(small_corpus(tmp_path, songs=1), visits=1)
    dataset.draw()
    late = small_song(5)
    write_song(late, tmp_path)
    write_maps(late.name, late.maps, tmp_path)
    for _ in range(8):
        dataset.draw()
    assert {opened.song.name for opened in dataset._pool} == {"small 0", "small 5"}


def test_an_imported_song_has_nothing_to_hear(tmp_path: Path) -> None:
    song = small_song()
    bare = type(song)("bare", song.samples, maps=song.maps)
    write_song(bare, tmp_path)
    write_maps("bare", bare.maps, tmp_path)
    assert not read_song(tmp_path / "bare.npz").heard
    dataset = _dataset(tmp_path)
    assert not next(dataset.batches(2, pool=1)).heard.any()
    with pytest.raises(InputError, match="known what sounds"):
        dataset.draw_heard()


def test_a_folder_without_songs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no songs"):
        _dataset(tmp_path).draw()


def test_a_folder_of_other_modes_is_refused(folder: Path) -> None:
    catch: Layout = type(LAYOUT)._stated(LAYOUT.to_dict() | {"modes": [2]}, {})
    with pytest.raises(InputError, match="mode that is trained"):
        WindowDataset(folder, VOCABULARY, catch).draw()


def test_a_stream_can_be_sent_to_a_spawned_process(folder: Path) -> None:
    stream = WindowStream(
        folder, VOCABULARY, LAYOUT, size=2, lengths=(1024,), seeds=(0, 0),
        augmentation=Augmentation.none(),
    )  # fmt: skip
    sent: WindowStream = pickle.loads(pickle.dumps(stream))
    here, there = next(iter(batches_of(stream, 0))), next(iter(sent))
    assert all(np.array_equal(a, b) for a, b in zip(here, there, strict=True))


@pytest.mark.slow
def test_workers_read_for_a_training(folder: Path) -> None:
    stream = WindowStream(folder, VOCABULARY, LAYOUT, size=2, lengths=(1024,), seeds=(0, 0))
    batches = batches_of(stream, 2)
    first, second = next(batches), next(batches)
    assert first.ids.shape == (2, 1024) and not np.array_equal(first.audio, second.audio)
    del batches


def test_vocabularies_can_be_sent_too() -> None:
    assert isinstance(pickle.loads(pickle.dumps(VOCABULARY)), Vocabulary)
