"""A post: mappers' form, and nothing in it becomes markup."""

from __future__ import annotations

import re

from clients.reports.markdown import to_markdown

from .samples import HOSTILE, report


def test_a_post_lists_every_suggestion_as_mappers_do() -> None:
    found = report()
    text = to_markdown(found)
    assert text.startswith("## Song - Song \\[Song\\]\n") and text.endswith("\n")
    items = [row for row in text.splitlines() if row.startswith("- ")]
    assert len(items) == len(found["suggestions"])
    assert (
        "- 00:01:500 (2) - What, and why. (model, subjective: 21.2 bits, no. 1 of the map;"
        " suggested edit: What, and why.)" in items
    )
    assert any(row.startswith("- **New:** 00:01:007 (1) - ") for row in items)
    assert text.index("### Problems") < text.index("### Remarks")


def test_manias_selections_stay_as_the_editor_takes_them() -> None:
    assert "00:01:500 (1500|3) - " in to_markdown(report(mode=3))


def test_hostile_text_is_no_markup() -> None:
    text = to_markdown(report(HOSTILE, HOSTILE))
    assert not re.search(r"(?<!\\)<", text) and not re.search(r"(?<!\\)\[", text)
    assert "\x1b" not in text and "\u202e" not in text
    assert not re.search(r"(?<!\\)`", text)


def test_nothing_to_suggest_is_said() -> None:
    found = report()
    found["suggestions"] = []
    found["counts"]["severities"] = dict.fromkeys(found["counts"]["severities"], 0)
    assert "Nothing to suggest" in to_markdown(found)
