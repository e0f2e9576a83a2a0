"""A command in the making."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from clients.cli.optional_values import with_values
from clients.cli.wizard import settings
from clients.cli.wizard.answers import arguments
from clients.cli.wizard.facts import Facts
from clients.cli.wizard.settings import Request, Setting


@dataclass
class Draft:
    """The request, what it is asked of, and the answers, as typed, by the settings' names."""

    request: Request
    subject: Path
    facts: Facts
    range: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def mode(self) -> int | None:
        """The game mode of the result, where it is known."""
        answer = self.answers.get("mode", "").strip()
        return int(answer) if answer in ("0", "1", "2", "3") else self.facts.mode

    @property
    def settings(self) -> list[Setting]:
        """Those that mean something in this mode."""
        mode = self.mode
        return [each for each in self.request.settings if mode is None or mode in each.modes]

    @property
    def command_line(self) -> list[str]:
        """The command's arguments, its own name first."""
        options = [
            argument
            for each in self.settings
            for argument in (
                arguments(each, self.answers[each.name]) if self.answered(each) else ()
            )
        ]
        return [self.request.command, str(self.subject), *self.range, *options]

    def answered(self, setting: Setting) -> bool:
        """Whether a setting has a value of its own."""
        return bool(self.answers.get(setting.name, "").strip())

    def value(self, setting: Setting) -> str:
        """What a setting is now, for people; what it is unless given stands in brackets."""
        if self.answered(setting):
            return self.answers[setting.name]
        return f"({unless_given(setting, self.facts)})"


def unless_given(setting: Setting, facts: Facts) -> str:
    """What an empty answer means, in a few words."""
    if setting.name == "mode" and facts.mode is not None:
        return f"{facts.mode}, as the map"
    if setting.parameter is not None and setting.name != "seed":
        return setting.parameter.unless_given
    return setting.default or ("no" if setting.kind == settings.SWITCH else "none")


def refusal(app: typer.Typer, line: Sequence[str]) -> str:
    """What the command line itself says against a command; empty for nothing."""
    command = _commands(app)[line[0]]
    try:
        with command.make_context(line[0], with_values(line[1:])):
            return ""
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return str(error.format_message())


@functools.cache
def _commands(app: typer.Typer) -> dict[str, Any]:
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return commands
