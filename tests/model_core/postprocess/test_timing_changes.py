"""Lines that changes leave behind."""

from __future__ import annotations

from model_core.postprocess.timing_changes import Line, TimingLines, line_text


def _texts(timing: TimingLines) -> list[str]:
    return [line_text(line) for line in timing.lines]


def test_a_volume_holds_for_every_later_line() -> None:
    timing = TimingLines([Line(0, 500), Line(4000, 400), Line(8000, 300)])
    timing.set_volume(5000, 30)
    assert [line.volume for line in timing.lines] == [100, 100, 30, 30]
    assert not timing.lines[2].uninherited


def test_a_line_that_says_nothing_new_is_not_written() -> None:
    timing = TimingLines([Line(0, 500), Line(1000, -50, uninherited=False)])
    timing.set_volume(2000, 100)
    assert len(timing.lines) == 2
    timing.set_velocity(1000, 2.0)
    timing.set_velocity(3000, 2.0)
    assert len(timing.lines) == 2


def test_the_first_line_after_a_red_one_is_written_even_if_it_says_nothing() -> None:
    timing = TimingLines([Line(0, 500)])
    timing.set_volume(2000, 100)
    assert _texts(timing)[1:] == ["2000,-100,4,2,-1,100,0,0"]


def test_nothing_stands_before_the_first_red_line() -> None:
    timing = TimingLines([Line(1000, 500, 3)])
    timing.set_kiai(-600, True)
    assert _texts(timing) == ["-2000,500,3,2,-1,100,1,0", "-600,-100,3,2,-1,100,0,1"]


def test_a_velocity_on_a_red_line_stands_beside_it() -> None:
    timing = TimingLines([Line(0, 500)])
    timing.set_velocity(1, 2.0)
    assert _texts(timing) == ["0,500,4,2,-1,100,1,0", "1,-49.9999999999,4,2,-1,100,0,0"]
    timing.set_velocity(2, 0.5)
    assert _texts(timing)[1:] == ["1,-199.9999999999,4,2,-1,100,0,0"]


def test_one_scroll_speed_is_kept_over_a_change_of_tempo() -> None:
    timing = TimingLines([Line(0, 400), Line(4000, 200)])
    timing.set_scroll_speed(1000, 1.5, 400)
    green = [line for line in timing.lines if not line.uninherited]
    assert [(line.time, round(-100 / line.beat_length, 6)) for line in green] == [
        (1000, 1.5),
        (4000, 0.75),
    ]


def test_a_song_without_lines_gets_a_green_one_at_the_change() -> None:
    timing = TimingLines([])
    assert timing.active(0) is None
    assert (timing.beat_length(0), timing.slider_velocity(0)) == (1000, 1)
    timing.set_volume(100, 50)
    assert _texts(timing) == ["100,-100,4,2,-1,50,0,0"]
