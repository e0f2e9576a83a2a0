"""One report from both sources: its order, its names, what is left out and what is new."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, Patch, parse
from model_core.errors import Cancelled
from model_core.modding.report import ModOptions, Report, Reported, dismiss, mod, new_since
from model_core.modding.report_fixes import make_edits
from model_core.modding.report_model import in_words
from model_core.modding.rules import Category, Finding, Level, Severity, Source
from model_core.modding.rules.fixing import line_fix
from model_core.model import Model
from model_core.tokens import Event, EventType, starter_layout
from model_core.tokens.events import ContextType
from model_core.tokens.layout import Template

from .rules.maps import RED, osu

#: Everything that surprises more than it has to.
ALL = ModOptions(least_excess=0.0, level=Level.HARD)
TIMES = range(1000, 18000, 500)
TIMING = f"{RED}\n5000,-100,4,2,0,60,0,0\n9000,-50,4,2,0,0,0,1"


def objects(mode: int = 0) -> list[str]:
    """Circles, sliders and (in mania) holds; one is off the beat."""
    lines = []
    for number, time in enumerate(TIMES):
        x, at = 40 + number * 61 % 400, time + (7 if time == 8000 else 0)
        if number % 4 == 3 and mode == 3:
            lines.append(f"{x},192,{at},128,0,{at + 250}:0:0:0:0:")
        elif number % 4 == 3:
            lines.append(f"{x},192,{at},2,0,L|{x + 50}:192,1,50,0|8,0:0|0:0,0:0:0:0:")
        else:
            lines.append(f"{x},192,{at},{5 if number % 4 == 0 else 1},{number % 3 * 4},0:0:0:0:")
    return lines


def beatmap(lines: list[str] | None = None, mode: int = 0, **sections: str) -> Beatmap:
    sections = {"timing": TIMING, **sections}
    return parse(osu("\n".join(objects(mode) if lines is None else lines), mode=mode, **sections))


@pytest.fixture(scope="module")
def report(tiny_model: Model, noise: Audio) -> Report:
    return mod(tiny_model, noise, beatmap(), file="a.osu", options=ALL)


def test_both_sources_are_in_one_report(report: Report) -> None:
    found = Counter(each.finding.source for each in report.suggestions)
    assert found[Source.RULES] and found[Source.MODEL]
    assert report.model.used and report.model.name == "tiny" and report.model.events > 200
    assert sum(report.counts().values()) == len(report.suggestions)
    for each in report.suggestions:
        by_model = each.finding.source is Source.MODEL
        assert (each.rank is not None) is by_model
        assert (each.finding.surprisal is not None) is by_model
        assert bool(each.details) is by_model
        assert each.finding.message and each.finding.found and each.finding.expected


def test_the_heaviest_comes_first_and_at_equal_weight_the_most_surprising(report: Report) -> None:
    weights = [each.finding.severity.rank for each in report.suggestions]
    assert weights == sorted(weights)
    for severity in Severity:
        own = [each for each in report.suggestions if each.finding.severity is severity]
        kinds = [each.rank is not None for each in own]
        assert kinds == sorted(kinds)
        ranks = [each.rank for each in own if each.rank is not None]
        assert ranks == sorted(ranks)


def test_ranks_go_by_surprisal_over_the_whole_map(report: Report) -> None:
    own = report.by_model()
    assert [each.rank for each in own] == list(range(1, len(own) + 1))
    bits = [each.finding.surprisal or 0.0 for each in own]
    assert bits == sorted(bits, reverse=True)
    # Not by place: the song's end is as well represented as its beginning.
    times = [each.finding.time or 0.0 for each in own]
    assert any(a > b for a, b in pairwise(times)) and max(times) >= TIMES[-1]


def test_an_object_has_one_suggestion_with_all_its_events(report: Report) -> None:
    own = report.by_model()
    named = [ref.index for each in own for ref in each.finding.objects]
    assert len(named) == len(set(named))
    several = [each for each in own if len(each.details) > 1]
    assert several
    for each in several:
        bits = [detail.surprisal for detail in each.details]
        assert bits == sorted(bits, reverse=True) and bits[0] == each.finding.surprisal
        kinds = {detail.event for detail in each.details}
        anchor = each.id.split("/", 2)[2]
        assert set(each.ids) == {f"model/{kind}/{anchor}" for kind in kinds}
        assert each.id == f"model/{each.details[0].event}/{anchor}"
    slider = next(each for each in own if each.finding.objects and "slider@" in each.id)
    ref = slider.finding.objects[0]
    assert slider.finding.time == ref.time
    assert all(ref.time <= time <= ref.end_time + 1 for time in slider.finding.times)


def test_no_two_suggestions_share_a_name(report: Report) -> None:
    names = [name for each in report.suggestions for name in each.ids]
    assert len(names) == len(set(names))


def test_objects_are_those_of_the_map_as_the_editor_numbers_them(report: Report) -> None:
    labels = report.beatmap.combo_labels()
    for each in report.suggestions:
        for ref in each.finding.objects:
            item = report.beatmap.hit_objects[ref.index]
            assert (ref.kind, ref.time, ref.label) == (item.kind, item.time, labels[ref.index])


@pytest.mark.parametrize("mode", range(4))
def test_every_mode_is_read(tiny_model: Model, noise: Audio, mode: int) -> None:
    found = mod(tiny_model, noise, beatmap(mode=mode), options=ALL)
    assert found.model.used and found.by_model()
    if mode == 3:
        columns = {ref.column for each in found.by_model() for ref in each.finding.objects}
        assert columns > {None} or len(columns) > 1


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_a_mode_that_a_model_never_saw_is_judged_by_its_rhythm(
    tiny_model: Model, noise: Audio, mode: int
) -> None:
    layout = replace(tiny_model.layout, modes=(0,))
    stranger = Model("stranger", tiny_model.network, tiny_model.vocabulary, layout, "as asked")
    found = mod(stranger, noise, beatmap(mode=mode), options=ALL)
    assert found.model.used and any("rhythm and timing" in note for note in found.notes)
    events = {detail.event for each in found.by_model() for detail in each.details}
    assert not events & {"pos", "pos_x", "pos_y", "pos_refine", "column", "dist"}
    if mode != 2:
        assert not events & {"hitsound", "volume", "new_combo", "circle", "scroll_speed"}


def test_without_a_model_the_rules_are_alone_and_say_so() -> None:
    found = mod(None, None, beatmap())
    assert found.suggestions and not found.by_model() and not found.model.used
    assert found.model.why_not in found.notes and "rules" in found.model.why_not


def test_a_model_without_the_song_judges_nothing(tiny_model: Model) -> None:
    found = mod(tiny_model, None, beatmap())
    assert not found.model.used and "no song to hear" in found.model.why_not


def test_a_model_that_cannot_mod_gives_the_rules_alone(tiny_model: Model, noise: Audio) -> None:
    only = Template((ContextType.GD,), (ContextType.MAP,))
    layout = replace(tiny_model.layout, templates=(only,))
    unable = Model("unable", tiny_model.network, tiny_model.vocabulary, layout, "as asked")
    found = mod(unable, noise, beatmap())
    assert found.suggestions and not found.by_model()
    assert found.model.name == "unable" and "cannot mod" in found.model.why_not


def test_a_map_without_objects_is_no_accident(tiny_model: Model, noise: Audio) -> None:
    assert not mod(tiny_model, noise, beatmap([])).model.used
    assert not mod(tiny_model, noise, parse(b"\x00\xff nonsense")).model.used


def test_a_model_of_another_song_length_is_no_accident(tiny_model: Model, noise: Audio) -> None:
    late = beatmap(["100,100,900000,1,0", "nonsense", "1,2,3", "100,100,1e999,1,0"])
    assert mod(tiny_model, noise, late, options=ALL).model.used


def test_rules_import_no_torch() -> None:
    code = (
        "import sys; from model_core.beatmap import parse; from model_core.modding import report;"
        "from model_core.modding import report_json, report_fixes;"
        "report_json.dumps(report.mod(None, None, parse(b'')));"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_report_can_be_cancelled(tiny_model: Model, noise: Audio) -> None:
    asked: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        mod(
            tiny_model, noise, beatmap(),
            progress=lambda *state: asked.append(state), cancelled=lambda: bool(asked),
        )  # fmt: skip
    assert asked


def test_what_disagrees_in_the_set_is_in_the_report() -> None:
    other = beatmap(metadata="Title:Another\nArtist:Band\nCreator:Mapper\nVersion:Easy")
    maps = [("a.osu", beatmap()), ("b.osu", other)]
    found = mod(None, None, maps[0][1], file="a.osu", mapset=maps)
    (title,) = [each for each in found.suggestions if each.finding.rule == "inconsistent-metadata"]
    assert title.finding.file == "b.osu" and set(found.files) == {"a.osu", "b.osu"}


# ---------------------------------------------------------------- what is new, what is dismissed


def test_what_is_dismissed_is_left_out_and_counted(report: Report) -> None:
    by_other_name = next(each for each in report.by_model() if each.also)
    rule = next(each for each in report.suggestions if each.rank is None)
    left = dismiss(report, [by_other_name.also[-1], rule.id, "no-such-rule/x"])
    assert {each.id for each in left.dismissed} == {rule.id, by_other_name.id}
    assert len(left.suggestions) == len(report.suggestions) - 2
    assert not {rule.id, by_other_name.id} & left.ids
    assert len(dismiss(left, [left.suggestions[0].id]).dismissed) == 3


def test_what_an_earlier_report_lacked_is_new(report: Report) -> None:
    _, second, *rest = report.suggestions
    earlier = {each.id for each in rest} | {second.ids[-1], "unsnapped-object/circle@1"}
    marked = new_since(report, earlier)
    assert [each.new for each in marked.suggestions] == [True] + [False] * (len(rest) + 1)
    assert marked.resolved == ("unsnapped-object/circle@1",)
    assert all(each.new is None for each in report.suggestions)
    without = new_since(dismiss(report, [rest[0].id]), earlier)
    assert without.resolved == ("unsnapped-object/circle@1",)


TOUCHED = 12000  # what is at this time or later is edited


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    """The map's objects with any from :data:`TOUCHED` on changed, and other sections."""
    lines = objects()
    cut = next(i for i, line in enumerate(lines) if int(line.split(",")[2]) >= TOUCHED)
    kept, later = lines[:cut], lines[cut:]
    later = [line for line in later if draw(st.booleans())]
    for _ in range(draw(st.integers(0, 4))):
        time = draw(st.integers(TOUCHED, 19000))
        later.append(f"{draw(st.integers(0, 512))},100,{time},{draw(st.sampled_from([1, 5]))},2")
    later.sort(key=lambda line: int(line.split(",")[2]))
    title = draw(st.sampled_from(["Song", "Another song", "曲"]))
    metadata = f"Title:{title}\nArtist:Band\nCreator:Mapper\nVersion:Hard"
    events = draw(st.sampled_from(["", '//Background\n0,0,"bg.jpg",0,0']))
    return [*kept, *later], {"metadata": metadata, "events": events}


@given(edited())
@settings(max_examples=60, deadline=None)
def test_rules_names_survive_edits_elsewhere(change: tuple[list[str], dict[str, str]]) -> None:
    before = mod(None, None, beatmap(), options=ALL)
    after = mod(None, None, beatmap(change[0], **change[1]), options=ALL)
    own = {"unsnapped-object", "muted-object", "hitsound-gap"}
    known = {
        each.id
        for each in before.suggestions
        if each.finding.rule in own and (each.finding.times or (TOUCHED,))[-1] < TOUCHED - 1000
    }
    assert known and known <= after.ids


@given(edited())
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_models_names_survive_edits_elsewhere(
    report: Report, tiny_model: Model, noise: Audio, change: tuple[list[str], dict[str, str]]
) -> None:
    after = mod(tiny_model, noise, beatmap(change[0], **change[1]), options=ALL)
    marked = new_since(after, report.ids)
    for each in marked.by_model():
        objects_ = each.finding.objects
        if objects_ and objects_[-1].end_time < TOUCHED - 1000:
            anchor = each.id.split("/", 2)[2]
            earlier = [name for name in report.ids if name.endswith(f"/{anchor}")]
            assert earlier or each.new
            assert each.new is not bool(set(each.ids) & set(earlier))
            assert anchor == objects_[0].anchor


def test_every_event_has_words() -> None:
    layout = starter_layout()
    for kind in EventType:
        for value in (0, 1, 100):
            said = in_words(Event(kind, value), layout, 0)
            assert said and "_" not in said and said == said.strip()
            assert (
                kind is EventType.TIME or kind.value == said or f"{kind.value}{value}" not in said
            )
    assert in_words(Event(EventType.POSITION, 478), layout, 0) == "position x:256 y:192"
    assert in_words(None, layout, 0) == "nothing more"


# ---------------------------------------------------------------- suggested edits


def test_every_suggested_edit_is_a_patch_of_the_map(report: Report) -> None:
    data = report.beatmap.to_bytes()
    fixes = [each.finding.fix for each in report.suggestions if each.finding.fix]
    assert any(fix for each in report.by_model() if (fix := each.finding.fix))
    for fix in fixes:
        changed = fix.patch(report.beatmap).apply(data)
        assert changed != data
        assert len(parse(changed).hit_objects) == len(report.beatmap.hit_objects)


def test_chosen_edits_of_both_sources_are_made_together(report: Report) -> None:
    fixable = [each for each in report.suggestions if each.finding.fix]
    done = make_edits(report, [each.ids[-1] for each in fixable])
    assert done.patch == Patch.from_bytes(report.beatmap.to_bytes(), done.beatmap.to_bytes())
    assert set(done.made) | set(done.left) == {each.id for each in fixable}
    assert "unsnapped-object/circle@8007" in done.made or any(
        each.time == 8000 for each in done.beatmap.hit_objects
    )
    lines = Counter(
        edit.first_line
        for each in fixable
        for edit in each.finding.fix.edits  # type: ignore[union-attr]
    )
    assert len(done.left) <= sum(count - 1 for count in lines.values())


def test_nothing_chosen_changes_nothing(report: Report) -> None:
    done = make_edits(report, ["no-such-rule/x"])
    assert not done.patch.edits and not done.made and not done.left


def test_two_moves_to_one_place_are_not_both_made() -> None:
    map_ = beatmap(["100,100,1000,1,0", "200,100,1500,1,0"])
    lines = [item.line for item in map_.hit_objects]
    moves = []
    for line, text in zip(lines, ("100,100,1250,1,0", "200,100,1250,1,0"), strict=True):
        fix = line_fix(map_, "move it", replace={line: text}, moves=True)
        finding = Finding(
            Source.MODEL, "model", f"model/t/{line}", Severity.INFO, Category.RHYTHM,
            "Move.", "here", "there", fix=fix, surprisal=9.0,
        )  # fmt: skip
        moves.append(Reported(finding, rank=len(moves) + 1))
    report = replace(mod(None, None, map_), suggestions=tuple(moves))
    done = make_edits(report, [each.id for each in moves])
    assert (done.made, done.left) == ((moves[0].id,), (moves[1].id,))
    assert [item.time for item in done.beatmap.hit_objects] == [1250, 1500]


def test_a_part_that_a_model_does_not_know_is_told_and_left_out(
    tiny_model: Model, noise: Audio
) -> None:
    network = deepcopy(tiny_model.network)
    circle = tiny_model.vocabulary.encode(Event(EventType.CIRCLE))

    def expect_circles(_head: object, _inputs: object, scores: torch.Tensor) -> torch.Tensor:
        raised = scores.clone()
        raised[..., circle] += 60.0
        return raised

    network.head.register_forward_hook(expect_circles)
    obsessed = Model("obsessed", network, tiny_model.vocabulary, tiny_model.layout, "as asked")
    found = mod(obsessed, noise, beatmap(), options=ALL)
    told = " ".join(note for note in found.notes if "does not know the" in note)
    assert all(word in told for word in ("timing", "kiai", "scroll speed"))
    events = {detail.event for each in found.by_model() for detail in each.details}
    assert events and not events & {"beat", "measure", "kiai", "scroll_speed_change"}
