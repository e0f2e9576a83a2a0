"""Parts, order and words of a report, and what is refused."""

from __future__ import annotations

import pytest

from clients.reports.markdown import to_markdown
from clients.reports.page import to_html
from clients.reports.reading import (
    counted,
    everything,
    first_of,
    grouped,
    line,
    link,
    only_new,
    plain,
    remarks_on,
    require,
    summary,
    weight,
)

from .samples import HOSTILE, report


def test_groups_hold_every_suggestion_once_the_heaviest_first() -> None:
    found = report()
    groups = list(grouped(found))
    ids = [each["id"] for _, _, own in groups for each in own]
    assert sorted(ids) == sorted(each["id"] for each in found["suggestions"])
    weights = [("problem", "warning", "negligible", "info").index(s) for s, _, _ in groups]
    assert weights == sorted(weights)
    assert len({(s, c) for s, c, _ in groups}) == len(groups)


def test_what_there_is_in_one_sentence() -> None:
    found = report()
    count = len(found["suggestions"])
    assert summary(found).endswith(f"; {count - 1} new; 1 gone since")
    found["counts"]["dismissed"] = 2
    assert summary(found).endswith("; 2 dismissed")
    assert (counted("problem", 1), counted("info", 2)) == ("1 problem", "2 remarks")


def test_a_line_is_what_mappers_post() -> None:
    found = report()
    own = found["suggestions"][-1]
    assert line(found, own) == "00:01:500 (2) - What, and why."
    assert weight(own) == "21.2 bits, no. 1 of the map"
    assert link(own) == "osu://edit/00:01:500%20(2)"
    own["file"] = "b.osu"
    assert line(found, own).endswith(" (b.osu)")
    assert line(found, {**own, "timestamp": ""}) == "What, and why. (b.osu)"


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "osu://edit/00:01\x1b[2J", "osu://edit/a b", "http://x", "", "osu://e"],
)
def test_no_link_leads_elsewhere(target: str) -> None:
    assert link({"link": target}) == ""


def test_plain_text_is_one_line_without_controls() -> None:
    shown = plain(HOSTILE)
    assert shown.isprintable() or all(c == " " or c.isprintable() for c in shown)
    assert "\x1b" not in shown and "\u202e" not in shown and "\n" not in plain("a\r\nb")


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(ValueError, match="no modding report"):
        require({"type": "result"})
    with pytest.raises(ValueError, match="form 2"):
        require({**report(), "format": 2})


def test_what_is_dismissed_is_shown_where_it_is_asked_for() -> None:
    found = report()
    last = found["suggestions"].pop()
    found["dismissed_suggestions"] = [last]
    found["counts"]["dismissed"] = 1
    whole = everything(found)
    assert [each["id"] for each in whole["suggestions"]][-1] == last["id"]
    assert remarks_on(whole["suggestions"][-1])[-1] == "dismissed"
    assert "dismissed" not in last and len(found["suggestions"]) < len(whole["suggestions"])
    assert whole["counts"]["suggestions"] == len(whole["suggestions"])
    assert sum(whole["counts"]["severities"].values()) == len(whole["suggestions"])
    assert whole["counts"]["sources"]["model"] == 1
    for shown in (to_html(whole), to_markdown(whole)):
        assert "dismissed" in shown.lower()


def test_only_what_is_new() -> None:
    found = report()
    count = len(found["suggestions"])
    new = only_new(found)
    assert new["counts"]["suggestions"] == new["counts"]["new"] == count - 1
    assert all(each["new"] for each in new["suggestions"])
    first = {**found, "suggestions": [{**each, "new": None} for each in found["suggestions"]]}
    assert only_new(first)["counts"]["suggestions"] == count


def test_of_very_many_alike_the_first_are_shown_and_the_rest_is_counted() -> None:
    alike = [{"rule": "unsnapped-object", "id": str(number)} for number in range(7)]
    other = {"rule": "short-break", "id": "break"}
    shown, left = first_of([*alike, other], most=3)
    assert shown == [*alike[:3], other]
    assert "4 more of unsnapped-object" in left and "short-break" not in left
    assert first_of(alike, most=7) == (alike, "")
