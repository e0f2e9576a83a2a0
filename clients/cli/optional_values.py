"""Options that may stand alone or with a value: ``--preview``, ``--preview before-after.png``.

Typer has no such options. An empty value is put behind one that stands alone before it is parsed;
what follows belongs to the option only if it looks like a value of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

#: Each option, and the endings of the values that it may have.
OPTIONS = {"--preview": (".png", ".svg")}


class Commands(TyperGroup):
    """The commands, with such options."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As Typer's own; the command's arguments say whether an option has a value."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, with_values(rest)


def with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments, an empty value behind each such option that has none."""
    told: list[str] = []
    for index, argument in enumerate(arguments):
        if argument == "--":
            return [*told, *arguments[index:]]
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        endings = OPTIONS.get(argument)
        if endings is not None and not following.lower().endswith(endings):
            told.append(f"{argument}=")
        else:
            told.append(argument)
    return told
