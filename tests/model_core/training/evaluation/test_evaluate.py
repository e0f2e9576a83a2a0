"""The step as a whole: a figure measured for real, mapsets, the table, codes and the last line."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from model_core import load
from model_core.checkpoints.resolve import STARTER
from model_core.errors import InputError
from model_core.model import Model
from model_core.training.evaluation import command, running
from model_core.training.evaluation.bench import Bench
from model_core.training.evaluation.charts import Bars, Points, Spread
from model_core.training.evaluation.figure import Bar, Line, Measured
from model_core.training.evaluation.figures import FIGURES
from model_core.training.evaluation.held_out import HeldOut
from model_core.training.evaluation.mapsets import Mapsets
from model_core.training.evaluation.pictures import draw
from model_core.training.evaluation.report import markdown, table
from model_core.training.evaluation.running import Evaluation, FigureResult, evaluate
from model_core.training.steps import Teller

SAMPLES = Path(__file__).parents[4] / "samples"


class Counted:
    """A figure that counts the songs it is given."""

    name = "counted"
    what = "songs"
    seconds = 0.1
    on_mapsets = True

    def __init__(self, bar: float) -> None:
        self.bar = bar

    def measure(self, bench: Bench) -> Measured:
        pieces = list(bench.source.steady(bench.count))
        bench.told(len(pieces), bench.count)
        chart = Bars("Songs", [("songs", float(len(pieces)))], self.bar)
        line = Line("songs", float(len(pieces)), Bar(self.bar), {"none": 0.0})
        return Measured((line,), (chart,), len(pieces))


@pytest.fixture(scope="module")
def starter() -> Model:
    if not (STARTER / "model.safetensors").is_file():
        pytest.skip("no starter in this checkout")
    return load("starter", device="cpu")


def arguments(*typed: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    parser.add_argument("--json", dest="as_json", action="store_true")
    return parser.parse_args(typed)


@pytest.mark.parametrize(("bar", "code"), [(1.0, 0), (2.0, command.MISSED)])
def test_the_exit_code_says_whether_bars_are_met_and_the_last_line_is_json(
    bar: float,
    code: int,
    starter: Model,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(running, "FIGURES", (Counted(bar),))
    monkeypatch.setattr(running, "load", lambda *_, **__: starter)
    typed = arguments("starter", "--songs", "1", "--pictures", str(tmp_path))
    assert command.run(typed, Teller()) == code
    lines = capsys.readouterr().out.splitlines()
    document = json.loads(lines[-1])
    assert document["met"] is (code == 0)
    assert document["figures"][0]["lines"][0]["value"] == 1.0
    assert any(("NOT MET" in line) == (code != 0) and "songs  " in line for line in lines)
    assert document["pictures"] == [str(tmp_path / "counted.png")]


def test_rendered_songs_are_kept_and_found_again(tmp_path: Path) -> None:
    fresh = next(HeldOut(folder=tmp_path).steady(1)).audio
    (path,) = tmp_path.glob("*.npz")
    before = path.stat().st_mtime_ns
    again = next(HeldOut(folder=tmp_path).steady(1)).audio
    assert (fresh.samples == again.samples).all()
    assert path.stat().st_mtime_ns == before


def test_with_json_there_is_nothing_but_objects(
    starter: Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "FIGURES", (Counted(1.0),))
    monkeypatch.setattr(running, "load", lambda *_, **__: starter)
    assert command.run(arguments("starter", "--songs", "1", "--json"), Teller(True)) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[-1]["type"] == "result" and rows[-1]["met"] is True


def test_names_that_are_none_are_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="remap, timing"):
        running.chosen(["remap", "beauty"])
    assert [figure.name for figure in running.chosen(["modding", "remap"])] == ["remap", "modding"]
    assert len({figure.name for figure in FIGURES}) == len(FIGURES) == 9


@pytest.mark.slow
def test_an_evaluation_is_the_same_twice(starter: Model) -> None:
    def figures() -> list[object]:
        found = evaluate(starter, 1, only=["conditions"]).to_dict()
        return [figure["lines"] for figure in found["figures"]]

    assert figures() == figures()


@pytest.mark.slow
def test_two_songs_are_measured_for_real(starter: Model, tmp_path: Path) -> None:
    told: list[str] = []
    names = ["remap", "timing", "hitsounds", "modding"]
    found = evaluate(starter, 2, only=names, report=told.append)
    assert [result.figure.name for result in found.results] == names
    for result in found.results:
        assert result.measured.pieces >= 2
        assert all(line.value is not None for line in result.measured.lines)
    assert any("left" in text for text in told)
    assert len(draw(found.results, tmp_path)) == len(names)


def test_mapsets_are_measured_against_the_people_who_made_them(
    starter: Model, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(running, "FIGURES", (Counted(5.0),))
    shutil.copytree(SAMPLES, tmp_path / "sets")
    (tmp_path / "sets" / "broken.osz").write_bytes(b"no archive")
    found = evaluate(starter, 1, mapsets=tmp_path / "sets")
    assert [result.measured.pieces for result in found.on_mapsets] == [1]
    assert any("broken.osz" in text for text in found.skipped)
    text = "\n".join(table(found))
    assert "counted (mapsets, 1)" in text and "skipped: broken.osz" in text
    # On mapsets no bar is missed.
    assert text.count("NOT MET") == 2


def test_pieces_of_mapsets_are_maps_of_real_files() -> None:
    source = Mapsets(SAMPLES, lambda _: None)
    pieces = list(source.maps(0, 9))
    assert len(pieces) == 2 and len({piece.beatmap.difficulty_name for piece in pieces}) == 2
    assert all(piece.audio.song_length_ms > 10_000 for piece in pieces)
    assert len(list(source.steady(9))) + len(list(source.changing(9))) == 1
    assert list(source.conditioned(3, (1,))) == []


def test_a_folder_without_mapsets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No usable map"):
        Mapsets(tmp_path, lambda _: None)
    with pytest.raises(InputError, match="does not exist"):
        Mapsets(tmp_path / "none", lambda _: None)


def test_pictures_and_markdown_show_every_kind_of_chart(tmp_path: Path) -> None:
    charts = (
        Bars("b", [("x", 0.5)], 0.8),
        Points("p", "x", "y", [(1.0, 2.0), (3.0, 3.0)], 0.5),
        Points("none", "x", "y", []),
        Spread("s", "ms", [1.0, 99.0], -10.0, 10.0, (-5.0, 5.0)),
    )
    measured = Measured((Line("x", 0.5, Bar(0.8), {"none": 0.1}), Line("y", 1.0)), charts, 3)
    result = FigureResult(Counted(1.0), measured, 1.0)
    (path,) = draw([result], tmp_path / "pictures")
    assert path.read_bytes().startswith(b"\x89PNG")
    rows = markdown([result])
    assert rows[2] == "| songs: x | 0.500 | ≥ 0.8 | not met | none 0.100 |" and len(rows) == 3
    assert not Evaluation("m", 1, 0, (result,)).met


def test_held_out_pieces_are_those_of_their_kind() -> None:
    held = HeldOut()
    assert all(len(p.beatmap.timing.red_lines) == 1 for p in held.steady(3))
    assert all(len(p.beatmap.timing.red_lines) > 1 for p in held.changing(2))
    assert [p.entry.style for p in held.conditioned(4, (2, 5)) if p.entry] == [2, 5, 2, 5]
    assert [p.level for p in held.maps(0, 3)] == ["Easy", "Normal", "Hard"]
    assert [p.beatmap.mode for p in held.maps(3, 2)] == [3, 3]
