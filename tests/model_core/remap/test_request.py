"""From drafts to ranked candidates, and what is refused on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.errors import Cancelled, DegenerateOutput, EditRefused, InputError
from model_core.model import Model, load_model
from model_core.remap import Progress, RemapOptions, remap_range, request
from model_core.tokens import map_events
from tests.model_core.remap.maps import circles, draft_of, script, song_map, write_map

START, END = 6_000, 10_000
SILENCE = Audio(np.zeros(20 * 16000, dtype=np.float32), "silence")
ONE_SPOT = [f"200,200,{time},1,0,0:0:0:0:" for time in range(START, END, 500)]


def run(model: Model, audio: Audio, beatmap: Beatmap, **options: object):
    return remap_range(model, beatmap, audio, START, END, RemapOptions(**options))  # type: ignore[arg-type]


def starts(beatmap: Beatmap) -> list[float]:
    return [item.time for item in beatmap.hit_objects]


def test_a_draft_replaces_what_starts_in_the_range(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Written before, in and after the range; only what lies in it counts.
    script(monkeypatch, draft_of(tiny_model, circles(5750, 10_750, 250)))
    beatmap = song_map()
    told: list[Progress] = []
    result = remap_range(tiny_model, beatmap, noise, START, END, RemapOptions(seed=3), told.append)
    (candidate,) = result.candidates
    assert (candidate.number, candidate.variant, candidate.seam_bits) == (1, 0, None)
    after = candidate.edit.result
    assert candidate.edit.patch.apply(beatmap.to_bytes()) == after.to_bytes()
    outside = [time for time in starts(beatmap) if not START <= time <= END]
    assert [time for time in starts(after) if not START <= time <= END] == outside
    inside = [time for time in starts(after) if START <= time <= END]
    np.testing.assert_allclose(inside, range(START, END + 1, 250), atol=1)
    assert len(candidate.objects) == len(inside) == candidate.edit.summary.generated
    assert result.seed == 3 and result.refused == ()
    assert {"encoder", "decode", "post", "patch", "rank"} == set(result.timings_ms)
    assert [step.stage for step in told] == ["encoder", "post"]
    assert told[-1].windows == result.windows > 0


def test_nothing_where_there_is_music_is_refused(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, draft_of(tiny_model, []))
    with pytest.raises(DegenerateOutput, match="no objects although there is music"):
        run(tiny_model, noise, write_map(circles(500, 5000)))
    # Also where the song is silent but the mapper had put something.
    with pytest.raises(DegenerateOutput, match="no objects"):
        run(tiny_model, SILENCE, song_map())
    # What lies outside the range is nothing in it.
    script(monkeypatch, draft_of(tiny_model, circles(START - 1000, START - 500)))
    with pytest.raises(DegenerateOutput):
        run(tiny_model, noise, song_map())


def test_nothing_in_a_silent_empty_stretch_is_an_answer(
    tiny_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, draft_of(tiny_model, []))
    beatmap = write_map(circles(500, 5000))
    result = run(tiny_model, SILENCE, beatmap)
    assert result.candidates[0].edit.result.to_bytes() == beatmap.to_bytes()


def test_everything_on_one_spot_is_refused(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, draft_of(tiny_model, ONE_SPOT))
    with pytest.raises(DegenerateOutput, match="all 8 objects on one spot"):
        run(tiny_model, noise, song_map())
    # Three stacked notes are a pattern that mappers use, and so is a stacked slider.
    script(monkeypatch, draft_of(tiny_model, ONE_SPOT[:3]))
    assert run(tiny_model, noise, song_map()).candidates
    slider = "200,200,8000,2,0,L|300:200,1,80,0|0,0:0|0:0,0:0:0:0:"
    stacked = [line for line in ONE_SPOT if ",8000," not in line]
    stacked.insert(4, slider)
    script(monkeypatch, draft_of(tiny_model, stacked))
    assert run(tiny_model, noise, song_map()).candidates


def test_one_moment_is_a_range_where_an_object_starts(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, draft_of(tiny_model, [f"300,300,{START},1,0"]))
    (candidate,) = remap_range(tiny_model, song_map(), noise, START, START).candidates
    assert (candidate.edit.summary.replaced, candidate.edit.summary.generated) == (1, 1)


def test_a_hole_in_full_music_is_refused(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    beatmap = song_map()
    times = [o.time for o in beatmap.hit_objects if 5000 <= o.time <= 12_000]
    assert len(times) > 8
    script(monkeypatch, draft_of(tiny_model, circles(5000, 5500) + circles(11_500, 12_000)))
    with pytest.raises(DegenerateOutput, match=r"a hole in the music, 00:05:\d{3} - 00:11:500"):
        remap_range(tiny_model, beatmap, noise, 5000, 12_000)
    # Where the song is silent, or the mapper had nothing either, it is no hole.
    assert remap_range(tiny_model, beatmap, SILENCE, 5000, 12_000).candidates
    bare = write_map(circles(500, 5500) + circles(11_500, 15_000))
    assert remap_range(tiny_model, bare, noise, 5000, 12_000).candidates


def test_what_is_unusable_is_drawn_again_before_giving_up(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = draft_of(tiny_model, []), draft_of(tiny_model, circles(START, END))
    stand_in = script(monkeypatch, bad)
    seeds: list[object] = []

    def in_turn(*asked: object) -> object:
        seeds.append(stand_in.settings)
        stand_in.drafts = [bad if len(seeds) < 3 else good]
        return stand_in(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr("model_core.remap.draft.generate_sequential", in_turn)
    result = run(tiny_model, noise, song_map())
    assert len(seeds) == 3 and len(result.candidates) == 1
    assert len(result.refused) == 2 and result.seed == 0


def test_objects_stand_where_the_map_has_its_own(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 163 BPM in a map whose times were rounded: the object that begins the range is one ms
    # behind the whole ms that the game's editor would have cut its tick to.
    beat, ticks = "0,368.098159509202,4,2,1,60,1,0", [7362, 7730, 8098, 8466, 8834]
    beatmap = write_map([f"{time % 500},100,{time},1,0" for time in ticks], timing=beat)
    script(monkeypatch, map_events(beatmap, tiny_model.layout))
    for first in ticks[:3]:
        (candidate,) = remap_range(tiny_model, beatmap, noise, first, 8500).candidates
        assert [item.time for item in candidate.edit.objects] == [
            t for t in ticks if first <= t < 8500
        ]


def test_a_draft_of_which_nothing_fits_is_refused(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    slider = "200,200,8000,2,0,L|300:200,1,80,0|0,0:0|0:0,0:0:0:0:"
    script(monkeypatch, draft_of(tiny_model, [slider]))
    with pytest.raises(DegenerateOutput, match="fits into the range"):
        remap_range(tiny_model, song_map(), noise, 7999, 8001)


def test_a_refused_variant_is_told_and_the_others_stand(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = draft_of(tiny_model, circles(START, END)), draft_of(tiny_model, ONE_SPOT)
    script(monkeypatch, bad, good, draft_of(tiny_model, []))
    result = run(tiny_model, noise, song_map(), variants=3)
    assert [candidate.variant for candidate in result.candidates] == [1]
    assert [text.split(":")[0] for text in result.refused] == ["Variant 1", "Variant 3"]
    script(monkeypatch, bad, bad)
    with pytest.raises(DegenerateOutput, match=r"Variant 1: .* Variant 2: "):
        run(tiny_model, noise, song_map(), variants=2)


def test_candidates_are_ranked_by_the_seam(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [draft_of(tiny_model, circles(START, END, shift=shift)) for shift in (0, 40, 80, 120)]
    script(monkeypatch, *drafts)
    monkeypatch.setattr(request, "seam_bits", lambda *_: [2.0, 1.0, 2.0, 0.5])
    ranked = run(tiny_model, noise, song_map(), variants=4).candidates
    assert [candidate.number for candidate in ranked] == [1, 2, 3, 4]
    assert [candidate.variant for candidate in ranked] == [3, 1, 0, 2]
    assert [candidate.seam_bits for candidate in ranked] == [0.5, 1.0, 2.0, 2.0]
    # Nothing survives after the range: as they were drawn.
    monkeypatch.setattr(request, "seam_bits", lambda *_: [None] * 4)
    ranked = run(tiny_model, noise, song_map(), variants=4).candidates
    assert [candidate.variant for candidate in ranked] == [0, 1, 2, 3]


def test_the_real_seam_ranks_what_it_reads(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [draft_of(tiny_model, circles(START, END, step)) for step in (250, 500, 1000)]
    script(monkeypatch, *drafts)
    ranked = run(tiny_model, noise, song_map(), variants=3).candidates
    bits = [candidate.seam_bits for candidate in ranked]
    assert None not in bits and bits == sorted(bits)  # type: ignore[type-var]
    assert len(set(bits)) == 3


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (START + 1, START + 1, "empty"),
        (END, START, "empty"),
        (20_000, 24_000, "outside the song"),
        (-4_000, -1, "outside the song"),
    ],
)
def test_ranges_that_are_none(
    tiny_model: Model, noise: Audio, start: int, end: int, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        remap_range(tiny_model, song_map(), noise, start, end)


def test_maps_that_cannot_take_objects(tiny_model: Model, noise: Audio) -> None:
    with pytest.raises(InputError, match="red line"):
        run(tiny_model, noise, write_map(circles(500, 9000), timing="0,-100,4,2,1,60,0,0"))
    covered = write_map(["256,192,1000,12,0,19000,0:0:0:0:"])
    with pytest.raises(InputError, match="no room"):
        run(tiny_model, noise, covered)
    data = song_map().to_bytes().partition(b"[HitObjects]")[0]
    from model_core.beatmap import parse

    with pytest.raises(EditRefused, match=r"no \[HitObjects\]"):
        run(tiny_model, noise, parse(data))


def test_an_absurd_range_hears_the_song_and_no_more(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = script(monkeypatch, draft_of(tiny_model, circles(START, 19_000)))
    remap_range(tiny_model, write_map(circles(500, 5000)), noise, START, 2**31 - 1)
    assert len(stand_in.windows) < 8
    assert stand_in.windows[-1].start_ms < noise.song_length_ms


@pytest.mark.parametrize(
    ("objects", "reads_back", "writes_from"),
    [
        (circles(500, START - 500), True, START - 500),
        # What a slider covers is written, to its end.
        ([*circles(500, 5000), "100,100,5500,2,0,L|180:100,1,120"], True, 5875),
        # A gap is filled from where it begins, as far as the window reaches back.
        (circles(500, 4000), True, 4000),
        (circles(500, 2000), False, START),
        ([], False, START),
        (circles(START, 19_000), False, START),
    ],
)
def test_the_model_goes_on_from_what_is_written(
    tiny_model: Model,
    noise: Audio,
    monkeypatch: pytest.MonkeyPatch,
    objects: list[str],
    reads_back: bool,
    writes_from: int,
) -> None:
    stand_in = script(monkeypatch, draft_of(tiny_model, circles(START, END)))
    run(tiny_model, noise, write_map(objects))
    layout = tiny_model.layout
    lookback = layout.lookback * layout.window_ms if reads_back else 0
    assert stand_in.windows[0].start_ms == int(START - lookback)
    assert stand_in.settings.first_ms == pytest.approx(writes_from)


@pytest.mark.parametrize("moment", ["hearing", "writing", "ranking"])
def test_cancelling_is_heeded_at_every_stage(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    model = Model("fresh", tiny_model.network, tiny_model.vocabulary, tiny_model.layout)
    told: list[str] = []

    def cancelled() -> bool:
        return (
            moment == "hearing"
            or (moment == "writing" and "decode" in told)
            or (moment == "ranking" and "post" in told)
        )

    if moment == "ranking":
        drafts = [draft_of(model, circles(START, END))] * 2
        script(monkeypatch, *drafts)
        monkeypatch.setattr(request, "seam_bits", lambda *_: pytest.fail("it was ranked"))
    with pytest.raises(Cancelled):
        remap_range(
            model, song_map(), noise, START, END, RemapOptions(variants=2),
            lambda step: told.append(step.stage), cancelled,
        )  # fmt: skip
    assert told[-1] == {"hearing": "encoder", "writing": "decode", "ranking": "post"}[moment]


@pytest.mark.parametrize("family", ["v30", "v31", "v32"])
def test_every_other_family_answers(conformance: Path, noise: Audio, family: str) -> None:
    """Models with random encoders write what they like; that it is usable is not asked."""
    model = load_model(conformance / family / "checkpoint", "cpu", "float32")
    try:
        result = run(model, noise, song_map(), seed=3)
    except DegenerateOutput:
        return
    assert result.candidates


def test_what_the_model_did_not_hear_is_said(
    tiny_model: Model, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(monkeypatch, draft_of(tiny_model, circles(START, END)))
    assert run(tiny_model, noise, song_map()).warnings == ()
    told = run(tiny_model, noise, song_map(), year=1990, mapper_id=12345).warnings
    assert any("no year 1990" in text and "2007" in text for text in told)
    assert any("no mapper 12345" in text for text in told)
