"""The questions, from the request to its whole command line, and what becomes of that."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from clients.cli.output import Output
from clients.cli.timestamps import format_time
from clients.cli.wizard import settings
from clients.cli.wizard.answers import arguments, is_yes, path_of, range_arguments, require_file
from clients.cli.wizard.draft import Draft, refusal, unless_given
from clients.cli.wizard.facts import MODES, facts_of
from clients.cli.wizard.settings import Request, Setting, requests_of
from clients.cli.wizard.shells import Quote, of_user
from clients.cli.wizard.terminal import Terminal, require_terminal
from clients.client.errors import ClientError

# Asked without being looked for, in this order; all the others are in a list to choose from.
_FIRST = (
    "name",
    "mode",
    "difficulty",
    "stars",
    "copy_from",
    "keep_existing",
    "mapset",
    "rules_only",
    "super_timing",
    "osz",
)
# Of the first, those that few who ask for it want to set.
_LATER = frozenset({("mod", "stars"), ("generate", "name"), ("generate", "super_timing")})
_PROGRAM = "osu-companion"
_RECENT = 5


def dialogue(app: typer.Typer, given: Path | None, output: Output) -> list[str]:
    """Ask for everything; the command's arguments, or nothing where it is not to be run.

    Raises:
        UsageError: there is no terminal.
        CancelledError, KeyboardInterrupt: the user left.
    """
    require_terminal()
    return converse(Terminal(), app, given, lambda: _recent_maps(output), of_user(), _copy)


def converse(
    terminal: Terminal,
    app: typer.Typer,
    given: Path | None,
    recent: Callable[[], Sequence[Path]],
    quote: Quote,
    copy: Callable[[str], str],
) -> list[str]:
    """The dialogue itself.

    Args:
        given: a map or song that was named already.
        recent: the maps saved last, the active one first; asked where they are needed.
        copy: puts a text on the clipboard, and says what came of it.
    """
    request = _chosen_request(terminal, requests_of(app), given)
    subject = _subject(terminal, request, given, recent)
    draft = Draft(request, subject, facts_of(subject))
    _tell_facts(terminal, draft)
    for name in _FIRST:
        for each in draft.settings:
            if each.name == name and (request.command, name) not in _LATER:
                _ask(terminal, draft, each)
    if request.of_audio:
        terminal.say("All of the song is mapped, unless a range is among the other settings.")
    else:
        _ask_range(terminal, draft)
    if terminal.ask("More options? (y/n)", lambda text: is_yes(text, False), "n"):
        _change(terminal, draft)
    return _finish(terminal, app, draft, quote, copy)


def _chosen_request(terminal: Terminal, requests: Sequence[Request], given: Path | None) -> Request:
    """A request; the first that can be asked of what was named is suggested."""
    terminal.lines(["What do you want?"])
    width = max(len(each.command) for each in requests)
    for number, each in enumerate(requests, start=1):
        terminal.lines([f"  {number}  {each.command:{width}}  {each.help}"])

    def take(text: str) -> Request:
        for number, each in enumerate(requests, start=1):
            if text.lower() in (str(number), each.command):
                return each
        raise ValueError(f"Give a number from 1 to {len(requests)}, or a name.")

    of_song = given is not None and given.suffix.lower() != ".osu"
    suggested = next((each for each in requests if each.of_audio), None) if of_song else None
    return terminal.ask("Number or name", take, (suggested or requests[0]).command)


def _subject(
    terminal: Terminal,
    request: Request,
    given: Path | None,
    recent: Callable[[], Sequence[Path]],
) -> Path:
    """The map or the song that is asked about."""
    what = "The song" if request.of_audio else "The map"
    if given is not None:
        named = Path(path_of(str(given)))
        song = facts_of(named).audio if request.of_audio else None
        try:
            if song is None:
                return _fitting(request, named)
            return terminal.ask(
                what, lambda text: _fitting(request, Path(path_of(text))), str(song)
            )
        except ValueError as error:
            terminal.say(str(error))
    known: Sequence[Path] = () if request.of_audio else recent()
    for number, path in enumerate(known, start=1):
        terminal.lines([f"  {number}  {path.name}" + ("  (saved last)" if number == 1 else "")])

    def take(text: str) -> Path:
        if not text:
            raise ValueError("Which file? Give its path.")
        if text.isdecimal() and known:
            if not 1 <= int(text[:6]) <= len(known):
                raise ValueError(f"Give a number from 1 to {len(known)}, or a path.")
            return _fitting(request, known[int(text) - 1])
        return _fitting(request, Path(path_of(text)))

    return terminal.ask(f"{what}: a number or a path" if known else what, take, "1" * bool(known))


def _fitting(request: Request, path: Path) -> Path:
    is_map = path.suffix.lower() == ".osu"
    if request.subject.shown == "MAP" and not is_map:
        raise ValueError(f"{path.name} is no .osu file, and {request.command} asks for one.")
    if request.of_audio and is_map:
        raise ValueError(f"{path.name} is a map, and {request.command} asks for a song.")
    require_file(str(path))
    return path


def _tell_facts(terminal: Terminal, draft: Draft) -> None:
    facts = draft.facts
    if facts.mode is None:
        return
    parts = [f"{draft.subject.name}: {MODES[facts.mode]}"]
    if facts.first_ms is not None and facts.last_ms is not None:
        parts.append(f"objects from {format_time(facts.first_ms)} to {format_time(facts.last_ms)}")
    terminal.lines([", ".join(parts)])


def _ask_range(terminal: Terminal, draft: Draft) -> None:
    """The range's arguments; none where the command is left to choose it."""
    needed, facts = draft.request.needs_range, draft.facts
    default = ""
    if needed and facts.first_ms is not None and facts.last_ms is not None:
        default = f"{format_time(facts.first_ms)} - {format_time(facts.last_ms)}"
    paste = ", or paste what the editor copied" if draft.request.takes_text else ""
    terminal.say(
        f"Which part? Write 00:12:345 - 00:16:000{paste}. One time alone is where it starts."
        + ("" if needed else " Enter leaves it to the command."),
        "  ",
    )

    def take(text: str) -> list[str]:
        return range_arguments(text, facts, needed, draft.request.takes_text)

    draft.range = terminal.ask("Range", take, default)


def _ask(terminal: Terminal, draft: Draft, setting: Setting) -> None:
    terminal.say(setting.help, "  ")
    prompt = setting.title
    if setting.kind in (settings.SWITCH, settings.CHOICE):
        prompt += " (y/n)"
    elif setting.kind == settings.SWITCH_WITH_VALUE:
        prompt += " (y/n, or a file)"
    elif setting.many or setting.kind == settings.NAMES:
        several = "commas" if setting.separator == "," or setting.kind != settings.TEXT else ";"
        prompt += f" ({several} between several)"
    if not setting.required:
        prompt += f" [{unless_given(setting, draft.facts)}]"

    def take(text: str) -> str:
        arguments(setting, text)
        return text

    draft.answers[setting.name] = terminal.ask(prompt, take)


def _change(terminal: Terminal, draft: Draft) -> None:
    """Change settings one by one, until that is enough."""
    _list(terminal, draft)
    listed = draft.settings
    while True:
        if draft.settings != listed:  # another mode has others, and other numbers
            listed = draft.settings
            _list(terminal, draft)

        def take(text: str, among: Sequence[Setting] = listed) -> Setting | str:
            if text in ("", "?", "0", "range"):
                return text
            for number, each in enumerate(among, start=1):
                names = {each.name, *each.flags, *(flag.lstrip("-") for flag in each.flags)}
                if text == str(number) or text in names:
                    return each
            raise ValueError(f"Give a number from 0 to {len(among)}, or nothing to go on.")

        chosen = terminal.ask("Which one to change (Enter goes on, ? lists them)", take)
        if chosen == "":
            return
        if isinstance(chosen, Setting):
            _ask(terminal, draft, chosen)
        elif chosen == "?":
            _list(terminal, draft)
        else:
            _ask_range(terminal, draft)


def _list(terminal: Terminal, draft: Draft) -> None:
    """The settings, numbered, with what they are now."""
    shown = [("range", " ".join(draft.range) or "(not given)")]
    shown += [(each.title, draft.value(each)) for each in draft.settings]
    width = max(len(title) for title, _ in shown)
    terminal.lines([f"  {n:2}  {title:{width}}  {value}" for n, (title, value) in enumerate(shown)])


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
        wrong = refusal(app, line)
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


def _recent_maps(output: Output) -> list[Path]:
    """The maps saved last in Songs; nothing where there are none, or no daemon to say so."""
    from osu_companion.local.paths import find_paths

    from clients.client import Client

    with contextlib.suppress(ClientError), Client.connect(find_paths(), output.notice) as client:
        known = [Path(each.path) for each in client.recent_maps(_RECENT)]
        return [path for path in known if os.path.lexists(path)]
    return []


def _copy(text: str) -> str:
    from clients.tray.desktop import DesktopError, put_on_clipboard

    try:
        put_on_clipboard(text)
    except DesktopError as error:
        return f"{error} The command stands above."
    return "Copied."
