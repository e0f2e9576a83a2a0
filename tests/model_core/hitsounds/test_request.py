"""What comes of a request: sounds for the objects of the range, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, parse
from model_core.errors import Cancelled, EditRefused, InputError, InvalidParameters
from model_core.hitsounds import HitsoundOptions, Source, choose_sounds, hitsound
from model_core.model import Model
from model_core.remap import Progress

from .maps import mixed, noise_of, with_layout, write_map
from .only_sounds import only_sounds_differ

MODES = (0, 1, 2, 3)


@pytest.fixture(scope="module")
def every_mode(tiny_model: Model) -> Model:
    """As if it had been shown all modes."""
    return with_layout(tiny_model, modes=MODES)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("known", [True, False])
def test_nothing_but_sounds_changes_in_any_mode(
    tiny_model: Model, every_mode: Model, noise: Audio, mode: int, known: bool
) -> None:
    """In a mode that the model knows, and through its stand-in in osu!standard."""
    beatmap = write_map(mixed(mode=mode), mode)
    model = every_mode if known else tiny_model
    for volumes in (False, True):
        options = HitsoundOptions(volumes=volumes, temperature=1.0, seed=mode)
        result = hitsound(model, noise, beatmap, options)
        after = result.edit.result.to_bytes()
        assert result.edit.patch.apply(beatmap.to_bytes()) == after
        changed = only_sounds_differ(beatmap.to_bytes(), after, lines_too=volumes)
        assert changed > len(beatmap.hit_objects) // 2
        assert parse(after).to_bytes() == after
        assert result.choices.sources[Source.LEFT] == 0
        assert not result.choices.left
        assert bool(result.warnings) == (not known and mode != 0)
        heard = [(s.additions, s.volume) for o in result.choices.objects for s in o.own.nodes]
        given = [(s.additions, s.volume) for o in result.choices.objects for s in o.chosen.nodes]
        if mode == 1:
            assert [a for a, _ in heard] == [a for a, _ in given]
        else:
            assert [a for a, _ in heard] != [a for a, _ in given]
        if not volumes:
            assert [v for _, v in heard] == [v for _, v in given]
        else:
            assert {v for _, v in given} - {60}
            assert all(1 <= v <= 100 for _, v in given)


def test_the_map_sounds_as_was_chosen(every_mode: Model, noise: Audio) -> None:
    beatmap = write_map(mixed())
    options = HitsoundOptions(temperature=1.0, seed=4)
    result = hitsound(every_mode, noise, beatmap, options)
    again = choose_sounds(every_mode, noise, result.edit.result, options)
    for then, now in zip(result.choices.objects, again.objects, strict=True):
        for wanted, got in zip(then.chosen.nodes, now.own.nodes, strict=True):
            assert wanted.additions == got.additions
            assert wanted.sample_set == got.sample_set
            if wanted.additions:
                assert wanted.addition_set == got.addition_set


def test_only_what_starts_in_the_range(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(f"100,100,{time},1,0,0:0:0:0:" for time in range(1000, 9000, 500))
    options = HitsoundOptions(start_ms=3000, end_ms=5000, temperature=3.0)
    result = hitsound(tiny_model, noise, beatmap, options)
    assert [item.time for item in result.choices.objects] == [3000, 3500, 4000, 4500, 5000]
    for old, new in zip(beatmap.hit_objects, result.edit.result.hit_objects, strict=True):
        if not 3000 <= old.time <= 5000:
            assert old == new
    narrower = HitsoundOptions(start_ms=3001, end_ms=4999, temperature=3.0)
    chosen = choose_sounds(tiny_model, noise, beatmap, narrower)
    assert [item.time for item in chosen.objects] == [3500, 4000, 4500]
    empty = hitsound(tiny_model, noise, beatmap, HitsoundOptions(start_ms=3001, end_ms=3002))
    assert empty.choices.objects == ()
    assert empty.edit.patch.edits == ()
    assert empty.choices.windows == 0


def test_a_slider_of_the_range_is_heard_to_its_end(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(["100,192,2000,2,0,L|240:192,20,140,"])
    (item,) = choose_sounds(tiny_model, noise, beatmap, HitsoundOptions(end_ms=2000)).objects
    # Twenty spans of half a second: longer than a window, its last node far behind the range.
    assert item.times[-1] == 12000
    assert len(item.chosen.nodes) == 21
    assert set(item.sources) == {Source.MODEL}
    assert item.body_source is Source.MODEL


def test_kinds_of_sound_can_be_left_alone(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(mixed())
    only = choose_sounds(
        tiny_model, noise, beatmap, HitsoundOptions(additions_only=True, temperature=2.0)
    )
    assert any(item.changed for item in only.objects)
    for item in only.objects:
        for own, chosen in zip(item.own.nodes, item.chosen.nodes, strict=True):
            assert (own.sample_set, own.addition_set) == (chosen.sample_set, chosen.addition_set)
            assert own.volume == chosen.volume
    same = HitsoundOptions(sample_sets=False, temperature=2.0)
    assert choose_sounds(tiny_model, noise, beatmap, same).sounds == only.sounds
    taiko = write_map(mixed(mode=1), 1)
    nothing = hitsound(tiny_model, noise, taiko, HitsoundOptions(additions_only=True))
    assert nothing.edit.patch.edits == ()
    assert any("colours" in sentence for sentence in nothing.warnings)


def test_what_the_mapper_set_is_kept(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(
        [
            "100,100,1000,1,2,0:0:0:0:",
            "100,100,1500,1,0,3:0:0:0:",
            "100,100,2000,1,0,0:0:0:0:own.wav",
            "100,100,2500,1,0,0:0:0:0:",
            "100,192,3000,2,0,L|170:192,1,70,8|0,0:0|0:0,0:0:0:0:",
        ]
    )
    options = HitsoundOptions(keep_existing=True, temperature=5.0, seed=1)
    choices = choose_sounds(tiny_model, noise, beatmap, options)
    kept, model = Source.KEPT, Source.MODEL
    assert [item.sources for item in choices.objects] == [
        (kept,), (kept,), (kept,), (model,), (kept, model),
    ]  # fmt: skip
    for item in choices.objects:
        for source, own, chosen in zip(
            item.sources, item.own.nodes, item.chosen.nodes, strict=True
        ):
            assert source is not kept or own == chosen


def test_a_volume_of_the_objects_own_stays(tiny_model: Model, noise: Audio) -> None:
    lines = ["1,1,1000,1,0,0:0:0:35:", "1,1,2000,1,0,0:0:0:0:", "1,1,3000,1,0,0:0:0:0:"]
    beatmap = write_map(lines)
    options = HitsoundOptions(volumes=True, temperature=2.0)
    result = hitsound(tiny_model, noise, beatmap, options)
    volumes = [item.chosen.nodes[0].volume for item in result.choices.objects]
    assert volumes[0] == 35
    assert set(volumes[1:]) != {60}
    after = choose_sounds(tiny_model, noise, result.edit.result, options)
    assert [item.own.nodes[0].volume for item in after.objects] == volumes


def test_another_difficulty_is_asked_first(tiny_model: Model, noise: Audio) -> None:
    source = write_map(
        ["1,1,1005,1,8,3:3:0:0:", "1,1,1506,1,4,0:0:0:0:", "1,1,3000,2,0,L|71:1,1,70,2|4"]
    )
    beatmap = write_map(
        [
            "100,100,1000,1,0,0:0:0:0:",
            "100,100,1500,1,0,0:0:0:0:",
            "100,100,3250,1,0,0:0:0:0:",
            "100,100,3001,1,0,0:0:0:0:",
        ]
    )
    choices = choose_sounds(tiny_model, noise, beatmap, copy_from=source)
    first, second, third, fourth = choices.objects
    assert first.sources == (Source.COPIED,)
    assert (first.chosen.nodes[0].additions, first.chosen.nodes[0].sample_set) == (8, 3)
    assert second.sources == (Source.MODEL,)  # six ms apart
    assert third.chosen.nodes[0].additions == 4
    assert fourth.chosen.nodes[0].additions == 2
    assert "3 copied" in choices.text
    with pytest.raises(InputError, match="taiko"):
        choose_sounds(tiny_model, noise, beatmap, copy_from=write_map([], 1))


def test_a_copy_of_everything_asks_no_model(tiny_model: Model, noise: Audio) -> None:
    source = write_map(mixed())
    plain = write_map(line.replace("|8|", "|0|") for line in mixed())
    # Sliders end as the next circle begins; each sounds like its own kind.
    result = hitsound(tiny_model, noise, plain, copy_from=source)
    assert result.choices.windows == 0
    for copied, item in zip(result.edit.result.hit_objects, source.hit_objects, strict=True):
        assert copied.hit_sound == item.hit_sound
        assert copied.node_sounds == item.node_sounds


def test_one_note_of_a_chord_carries_what_is_copied(every_mode: Model, noise: Audio) -> None:
    source = write_map(["1,1,1000,1,8,0:0:0:0:"])
    chord = write_map([f"{x},192,1000,1,0,0:0:0:0:" for x in (64, 192, 320)], 3)
    choices = choose_sounds(every_mode, noise, chord, copy_from=source)
    assert [item.chosen.nodes[0].additions for item in choices.objects] == [8, 0, 0]


def test_a_chord_read_as_one_sounds_as_one(tiny_model: Model, noise: Audio) -> None:
    lines = [
        f"{x},192,{time},1,0,0:0:0:0:" for time in range(1000, 9000, 500) for x in (64, 192, 320)
    ]
    options = HitsoundOptions(temperature=3.0)
    choices = choose_sounds(tiny_model, noise, write_map(lines, 3), options)
    assert any(item.chosen.nodes[0].additions for item in choices.objects)
    for number, item in enumerate(choices.objects):
        if number % 3:
            assert item.chosen.nodes[0].additions == 0
            first = choices.objects[number - number % 3].chosen.nodes[0]
            assert item.chosen.nodes[0].sample_set == first.sample_set


def test_the_same_request_gets_the_same_answer(tiny_model: Model, noise: Audio) -> None:
    beatmap = write_map(mixed())

    def ask(**changes: object) -> bytes:
        options = HitsoundOptions(**changes)  # type: ignore[arg-type]
        return hitsound(tiny_model, noise, beatmap, options).edit.result.to_bytes()

    assert ask() == ask(seed=5)
    assert ask(temperature=1.0, seed=5) == ask(temperature=1.0, seed=5)
    assert ask(temperature=1.0, seed=5) != ask(temperature=1.0, seed=6)


def test_confidence_is_a_probability_and_progress_moves(tiny_model: Model, noise: Audio) -> None:
    told: list[Progress] = []
    beatmap = write_map([*mixed(), "1,1,16500,1,0,9:0:0:0:"])
    choices = choose_sounds(tiny_model, noise, beatmap, progress=told.append)
    for item in choices.objects:
        assert all(0 < chance <= 1 for chance in (*item.confidences, item.body_confidence))
        assert item.confidence == min(item.confidences)
    assert [state.window for state in told] == sorted(state.window for state in told)
    assert told[-1].window == told[-1].windows == choices.windows > 1
    assert choices.passes >= choices.windows
    assert choices.timings_ms.keys() == {"read", "encoder", "decode"}


def test_a_request_can_be_cancelled(tiny_model: Model, noise: Audio) -> None:
    asked = iter([False] * 6)
    with pytest.raises(Cancelled):
        hitsound(tiny_model, noise, write_map(mixed()), cancelled=lambda: next(asked, True))


def test_options_that_contradict_each_other() -> None:
    with pytest.raises(InvalidParameters) as raised:
        HitsoundOptions(additions_only=True, volumes=True, sample_sets=True)
    assert raised.value.fields.keys() == {"volumes", "sample_sets"}
    with pytest.raises(InvalidParameters, match="end_ms"):
        HitsoundOptions(start_ms=5, end_ms=4)
    with pytest.raises(InvalidParameters, match="temperature"):
        HitsoundOptions(temperature=0.0)


# ---------------------------------------------------------------- odd maps


def reasons(beatmap: Beatmap, model: Model, audio: Audio) -> dict[int, str]:
    result = hitsound(model, audio, beatmap, HitsoundOptions(volumes=True, temperature=2.0))
    only_sounds_differ(beatmap.to_bytes(), result.edit.result.to_bytes(), lines_too=True)
    for each in result.choices.left:
        found = next(o for o in result.choices.objects if o.line == each.line)
        assert Source.LEFT in (*found.sources, found.body_source)
        assert f"line {each.line + 1}" in each.reason
    return {int(each.time): each.reason for each in result.choices.left}


def test_a_map_without_objects_or_without_red_lines(tiny_model: Model, noise: Audio) -> None:
    assert reasons(write_map([]), tiny_model, noise) == {}
    assert reasons(write_map(mixed(), timing=()), tiny_model, noise) == {}
    with pytest.raises(EditRefused, match="HitObjects"):
        hitsound(tiny_model, noise, parse(b"osu file format v14\n"))


def test_a_slider_that_has_no_tokens_stays_and_is_told(tiny_model: Model, noise: Audio) -> None:
    points = "|".join(f"{100 + n}:{100 + n % 7}" for n in range(120))
    lines = [f"100,100,3000,2,8,B|{points},1,120,8|0,0:0|0:0,0:0:0:0:", *mixed(4000)]
    told = reasons(write_map(lines), tiny_model, noise)
    assert set(told) == {3000}
    assert "100 points" in told[3000]


def test_what_lies_outside_the_song_stays(tiny_model: Model) -> None:
    lines = [f"1,1,{time},1,0,0:0:0:0:" for time in (-2000, 500, 2500, 4000, 9_000_000)]
    told = reasons(write_map(lines), tiny_model, noise_of(3.0))
    assert set(told) == {-2000, 4000, 9_000_000}
    assert all("outside the song" in reason for reason in told.values())


def test_sets_that_the_game_does_not_know_stay(tiny_model: Model, noise: Audio) -> None:
    lines = ["1,1,1000,1,0,0:0:0:0:", "1,1,2000,1,0,0:0:0:130:", "1,1,3000,1,0,0:0:0:0:"]
    told = reasons(write_map(lines), tiny_model, noise)
    assert set(told) == {2000}


def test_a_window_with_more_tokens_than_fit_is_read_in_parts(
    tiny_model: Model, noise: Audio
) -> None:
    """Two hundred circles in three seconds are 1600 tokens; a sequence has 1024."""
    lines = [f"{n % 500},100,{1000 + 15 * n},1,0,0:0:0:0:" for n in range(200)]
    beatmap = write_map(lines)
    assert reasons(beatmap, tiny_model, noise) == {}
    chosen = choose_sounds(tiny_model, noise, beatmap, HitsoundOptions(temperature=2.0))
    assert chosen.sources == Counter({Source.MODEL: 200})


def test_a_moment_with_more_than_fits_is_read_in_parts_too(every_mode: Model, noise: Audio) -> None:
    lines = [f"{n % 500},100,1000,1,0,0:0:0:0:" for n in range(300)]
    beatmap = write_map([*lines, *mixed(3000, 5000)])
    assert reasons(beatmap, every_mode, noise) == {}


def test_what_stands_before_the_first_line_keeps_its_volume(
    tiny_model: Model, noise: Audio
) -> None:
    """No green line may come before the first red one, so nothing else could be written there."""
    head = "osu file format v14\n\n[General]\nMode: 0\n\n[Difficulty]\nSliderMultiplier:1.4\n\n"
    lines = "[TimingPoints]\n2000,500,4,2,0,30,1,0\n\n[HitObjects]\n"
    objects = "".join(f"{100 + t // 20},150,{t},1,0,0:0:0:0:\n" for t in range(1000, 4000, 250))
    beatmap = parse((head + lines + objects).encode())
    result = hitsound(tiny_model, noise, beatmap, HitsoundOptions(volumes=True))
    for item in result.choices.objects:
        if item.time < 2000:
            assert [each.volume for each in item.chosen.nodes] == [30]
