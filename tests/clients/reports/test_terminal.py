"""A report on a terminal, with links and without, whatever its texts hold."""

from __future__ import annotations

import io

from rich.console import Console

from clients.reports.terminal import print_report

from .samples import HOSTILE, report


def shown(found: dict[str, object], *, terminal: bool = False, width: int = 100) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        legacy_windows=False,
    )
    print_report(found, console)
    return out.getvalue()


def test_everything_is_shown_by_severity_and_category() -> None:
    found = report()
    text = shown(found)
    for each in found["suggestions"]:
        assert each["id"] in text and each["timestamp"] in text
    assert text.index("Problems") < text.index("Remarks")
    assert "Hit Sounds (1)" in text and "model, subjective; 21.2 bits" in text


def test_times_are_links_into_the_editor() -> None:
    assert "osu://edit/00:01:500%20(2)" in shown(report(), terminal=True)
    assert "osu://" not in shown(report())


def test_hostile_text_is_neither_markup_nor_a_command() -> None:
    text = shown(report(HOSTILE, HOSTILE))
    assert "\x1b" not in text and "\x07" not in text
    assert "[bold red]x[/]" in text.replace("\n", "").replace(" ", "").replace(
        "boldred", "bold red"
    )
    coloured = shown(report(HOSTILE, HOSTILE), terminal=True)
    assert "evil.invalid\x07" not in coloured and "\x1b[2J" not in coloured


def test_a_narrow_terminal_breaks_nothing() -> None:
    assert "00:01:500 (2)" in shown(report(), width=40)
