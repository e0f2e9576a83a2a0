"""The questions, from the request to its whole command line."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from clients.cli.optional_values import with_values
from clients.cli.output import Output
from clients.cli.timestamps import format_time, parse_time
from clients.cli.wizard import settings
from clients.cli.wizard.answers import arguments, is_yes
from clients.cli.wizard.facts import MODES, Facts, facts_of
from clients.cli.wizard.settings import Request, Setting, requests_of
from clients.cli.wizard.shells import Quote, of_user
from clients.cli.wizard.terminal import Terminal, require_terminal
from clients.client.errors import ClientError
from clients.client.requests import absolute

# Asked without being looked for, in this order; all the others are in a list to choose from.
_FIRST = (
    "name",
    "difficulty",
    "stars",
    "mode",
    "copy_from",
    "keep_existing",
    "mapset",
    "rules_only",
    "super_timing",
    "osz",
)
_PROGRAM = "osu-companion"


@dataclass
class Draft:
    """A command in the making: the request, what it is asked of, and the answers by name."""

    request: Request
    subject: Path
    facts: Facts
    range: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def mode(self) -> int | None:
        """The game mode of the result, where it is known."""
        answer = self.answers.get("mode", "")
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
            for argument in (arguments(each, self.answers.get(each.name, "")))
        ]
        return [self.request.command, str(self.subject), *self.range, *options]


def dialogue(app: typer.Typer, given: Path | None, output: Output) -> list[str]:
    """Ask for everything; the command's arguments, or nothing where it is not to be run.

    Raises:
        UsageError: there is no terminal.
        CancelledError, KeyboardInterrupt: the user left.
    """
    require_terminal()
    active = None if given is not None else _active_map(output)
    return converse(Terminal(), app, given, active, of_user(), _copy)


def converse(
    terminal: Terminal,
    app: typer.Typer,
    given: Path | None,
    active: Path | None,
    quote: Quote,
    copy: Callable[[str], str],
) -> list[str]:
    """The dialogue itself.

    Args:
        given: a map or song that was named already; ``active``: the one to suggest.
        copy: puts a text on the clipboard, and says what came of it.
    """
    request = _chosen_request(terminal, requests_of(app))
    subject = _subject(terminal, request, given, active)
    draft = Draft(request, subject, facts_of(subject))
    _tell_facts(terminal, draft)
    draft.range = _range(terminal, draft)
    for name in _FIRST:
        for each in draft.settings:
            if each.name == name:
                _ask(terminal, draft, each)
    others = [each for each in draft.settings if each.name not in _FIRST]
    question = f"Look at the {len(others)} other settings?"
    if terminal.ask(f"{question} (y/n)", lambda text: is_yes(text, False), "n"):
        _change(terminal, draft)
    return _finish(terminal, app, draft, quote, copy)


def _chosen_request(terminal: Terminal, requests: Sequence[Request]) -> Request:
    terminal.lines(["What do you want?"])
    width = max(len(each.command) for each in requests)
    for number, each in enumerate(requests, start=1):
        terminal.lines([f"  {number}  {each.command:{width}}  {each.help}"])

    def take(text: str) -> Request:
        for number, each in enumerate(requests, start=1):
            if text.lower() in (str(number), each.command):
                return each
        raise ValueError(f"Give a number from 1 to {len(requests)}, or a name.")

    return terminal.ask("Number or name", take, "1")


def _subject(terminal: Terminal, request: Request, given: Path | None, active: Path | None) -> Path:
    """The map or the song that is asked about."""

    def take(text: str) -> Path:
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":  # as terminals drop files
            text = text[1:-1]
        if not text:
            raise ValueError("Which file? Give its path.")
        return _fitting(request, Path(absolute(text)))

    suggested = ""
    for known in (given, active):
        if known is None:
            continue
        known = Path(absolute(known))
        song = facts_of(known).audio if request.of_audio and known.suffix == ".osu" else None
        try:
            fitting = _fitting(request, song or known)
        except ValueError as error:
            terminal.say(str(error))
            continue
        if known is not active and song is None:
            return fitting
        suggested = str(fitting)
        break
    what = "The song" if request.of_audio else "The map"
    return terminal.ask(what, take, suggested)


def _fitting(request: Request, path: Path) -> Path:
    is_map = path.suffix.lower() == ".osu"
    if request.subject.shown == "MAP" and not is_map:
        raise ValueError(f"{path.name} is no .osu file, and {request.command} asks for one.")
    if request.of_audio and is_map:
        raise ValueError(f"{path.name} is a map, and {request.command} asks for a song.")
    try:
        exists = path.is_file()
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise ValueError(f"There is no file {path}.")
    return path


def _tell_facts(terminal: Terminal, draft: Draft) -> None:
    facts = draft.facts
    if facts.mode is None:
        return
    parts = [f"{draft.subject.name}: {MODES[facts.mode]}"]
    if facts.first_ms is not None and facts.last_ms is not None:
        parts.append(f"objects from {format_time(facts.first_ms)} to {format_time(facts.last_ms)}")
    terminal.lines([", ".join(parts)])


def _range(terminal: Terminal, draft: Draft) -> list[str]:
    """The range's arguments; none where all of the song is meant."""
    needed, facts = draft.request.needs_range, draft.facts
    first = "" if facts.first_ms is None or not needed else format_time(facts.first_ms)
    last = "" if facts.last_ms is None or not needed else format_time(facts.last_ms)
    terminal.say(
        "Which part? Give a start and an end as times (00:12:345) or in ms, or paste what the "
        "editor copied." + ("" if needed else " Without a start it begins with the song.")
    )

    def take(text: str) -> str:
        if not text and needed:
            raise ValueError("A start has to be given.")
        if text and not _is_selection(text):
            parse_time(text)
        return text

    start = terminal.ask("Start", take, first)
    if _is_selection(start):
        return ["--range", start]

    def take_end(text: str) -> str:
        if take(text) and start and parse_time(text) < parse_time(start):
            raise ValueError(f"That is before the start, {start}.")
        return text

    end = terminal.ask("End", take_end, last)
    return [*(["--from", start] if start else []), *(["--to", end] if end else [])]


def _is_selection(text: str) -> bool:
    """Whether it is text as the editor copies it, with more than one time."""
    return "(" in text or " - " in text


def _ask(terminal: Terminal, draft: Draft, setting: Setting) -> None:
    terminal.say(setting.help, "  ")
    prompt = setting.title
    if setting.kind in (settings.SWITCH, settings.CHOICE, settings.SWITCH_WITH_VALUE):
        prompt += " (y/n)"
    elif setting.many:
        prompt += " (commas between several)"

    def take(text: str) -> str:
        arguments(setting, text)
        return text

    draft.answers[setting.name] = terminal.ask(
        prompt, take, draft.answers.get(setting.name, setting.default if setting.required else "")
    )


def _change(terminal: Terminal, draft: Draft) -> None:
    """Change settings one by one, until that is enough."""
    while True:
        shown = draft.settings
        for number, each in enumerate(shown, start=1):
            value = draft.answers.get(each.name, "") or f"({_otherwise(each)})"
            terminal.lines([f"  {number:2}  {each.title:28}  {value}"])

        def take(text: str, among: Sequence[Setting] = shown) -> Setting | None:
            if not text:
                return None
            for number, each in enumerate(among, start=1):
                if text in (str(number), each.name, *each.flags):
                    return each
            raise ValueError(f"Give a number from 1 to {len(among)}, or nothing to go on.")

        chosen = terminal.ask("Which one to change (Enter goes on)", take)
        if chosen is None:
            return
        draft.answers.pop(chosen.name, None)
        _ask(terminal, draft, chosen)


def _otherwise(setting: Setting) -> str:
    if setting.parameter is not None:
        return setting.parameter.unless_given
    return setting.default or ("no" if setting.kind == settings.SWITCH else "none")


def _finish(
    terminal: Terminal,
    app: typer.Typer,
    draft: Draft,
    quote: Quote,
    copy: Callable[[str], str],
) -> list[str]:
    """Show the command, and do with it what the user wants."""
    while True:
        line = draft.command_line
        shown = quote([_PROGRAM, *line])
        terminal.lines(["", shown, ""])
        wrong = _refusal(app, line)
        if wrong:
            terminal.say(wrong, "  ")
        prompt = "Run it (r), copy it (c), change a setting (s) or leave (q)"
        choice = terminal.ask(prompt, _choice, "s" if wrong else "r")
        if choice == "r":
            return line
        if choice == "s":
            _change(terminal, draft)
            continue
        if choice == "c":
            terminal.say(copy(shown))
        return []


def _choice(text: str) -> str:
    if text[:1].lower() not in ("r", "c", "s", "q"):
        raise ValueError("Answer r, c, s or q.")
    return text[0].lower()


def _refusal(app: typer.Typer, line: Sequence[str]) -> str:
    """What the command line itself says against the command; empty for nothing."""
    command = typer.main.get_command(app).commands[line[0]]  # type: ignore[attr-defined]
    try:
        with command.make_context(line[0], with_values(line[1:])):
            return ""
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return str(error.format_message())


def _active_map(output: Output) -> Path | None:
    """The map saved last in Songs; nothing where there is none, or no daemon to say so."""
    from osu_companion.local.paths import find_paths

    from clients.client import Client

    with contextlib.suppress(ClientError), Client.connect(find_paths(), output.notice) as client:
        path = Path(client.active_map().path)
        return path if os.path.lexists(path) else None
    return None


def _copy(text: str) -> str:
    from clients.tray.desktop import DesktopError, put_on_clipboard

    try:
        put_on_clipboard(text)
    except DesktopError as error:
        return f"{error} The command stands above."
    return "Copied."
