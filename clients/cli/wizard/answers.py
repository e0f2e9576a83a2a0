"""From what was typed to the command's arguments, or a word on what it may be.

The limits are those of the table of parameters; what they leave open, the command and the daemon
still check.
"""

from __future__ import annotations

import math
import os
import re
import shlex
from pathlib import Path

import typer

from clients.cli.timestamps import format_time, parse_time
from clients.cli.wizard import settings
from clients.cli.wizard.facts import Facts
from clients.cli.wizard.settings import Setting
from clients.client.requests import absolute

_YES, _NO = frozenset({"y", "yes", "on"}), frozenset({"n", "no", "off"})
# Between two times: "00:12:345 - 00:16:000", "00:12:345 to 00:16:000", "12345, 16000".
_BETWEEN = re.compile(r"\s+-\s+|\s+to\s+|\s*,\s*|\s+")
# What stands in the help for a file that has to be there.
_EXISTING = frozenset({"MAP", "AUDIO", "PICTURE"})
_TWO_TIMES = "Give a start and an end: 00:12:345 - 00:16:000."


def arguments(setting: Setting, text: str) -> list[str]:
    """The arguments that give a setting this value; none for an empty answer, the default.

    Raises:
        ValueError: it is no such value; the message says what it may be.
    """
    text = text.strip()
    if not text:
        if setting.required:
            raise ValueError(f"{setting.title} has to be given.")
        return []
    if setting.kind in (settings.SWITCH, settings.CHOICE):
        return _switched(setting, text)
    if setting.kind == settings.SWITCH_WITH_VALUE and text.lower() in _YES | _NO:
        return [setting.flags[0]] if text.lower() in _YES else []
    if setting.kind == settings.NAMES:
        names = ",".join(_parts(text))
        return given(setting.flags[0], names) if names else []
    if setting.many:
        values = [checked(setting, part) for part in _parts(text, setting.separator)]
        return [argument for value in values for argument in given(setting.flags[0], value)]
    value = checked(setting, text)
    return given(setting.flags[0], value) if setting.flags else [value]


def checked(setting: Setting, text: str) -> str:
    """One value, as it is given to the command.

    Raises:
        ValueError: as for :func:`arguments`.
    """
    if setting.kind == settings.TIME:
        parse_time(text)
    elif setting.kind in (settings.NUMBER, settings.WHOLE):
        return _number(setting, text)
    elif setting.kind in (settings.FILE, settings.SWITCH_WITH_VALUE):
        text = path_of(text)
        if setting.shown in _EXISTING:
            require_file(text)
        if setting.shown == "MAP" and not text.lower().endswith(".osu"):
            raise ValueError(f"{Path(text).name} is no map: those are .osu files.")
    if setting.check is not None:
        try:
            setting.check(text)
        except typer.BadParameter as error:
            raise ValueError(str(error)) from None
    return text


def range_arguments(text: str, facts: Facts, needed: bool, by_text: bool = True) -> list[str]:
    """The arguments for a range, from two times, from one where it starts, or as copied.

    Args:
        needed: an end that is not given is then the map's last object.
        by_text: whether the command takes text as copied in the editor (``--range``).

    Raises:
        ValueError: it is no range; the message says how one is written.
    """
    text = text.strip()
    if "(" in text:
        if not by_text:
            raise ValueError(f"Only times here. {_TWO_TIMES}")
        parse_time(text.split("(", 1)[0])
        return given("--range", text)
    times = [parse_time(each) for each in _BETWEEN.split(text.removesuffix("-").strip()) if each]
    if not times:
        if needed:
            raise ValueError(f"The range has to be given. {_TWO_TIMES}")
        return []
    if len(times) == 1 and needed:
        if facts.last_ms is None:
            raise ValueError(f"Where does it end? {_TWO_TIMES}")
        times.append(facts.last_ms)
    if len(times) > 2:
        raise ValueError(_TWO_TIMES)
    if len(times) == 2 and times[1] <= times[0]:
        start, end = map(format_time, times)
        raise ValueError(f"The end, {end}, is not after the start, {start}.")
    # A time ahead of the song has no way of writing but milliseconds.
    told = [format_time(each) if each >= 0 else str(each) for each in times]
    return [
        argument
        for flag, value in zip(("--from", "--to"), told, strict=False)
        for argument in given(flag, value)
    ]


def given(flag: str, value: str) -> list[str]:
    """An option with its value, which an equals sign binds where it looks like an option itself."""
    return [f"{flag}={value}"] if value.startswith("-") else [flag, value]


def is_yes(text: str, otherwise: bool) -> bool:
    """Whether an answer is a yes.

    Raises:
        ValueError: it is neither yes nor no.
    """
    word = text.strip().lower()
    if not word:
        return otherwise
    if word not in _YES | _NO:
        raise ValueError("Answer yes or no.")
    return word in _YES


def path_of(text: str) -> str:
    """A path as typed, pasted or dropped on the terminal, absolute.

    Terminals write a dropped file in quotes, or with a backslash before every odd character.
    """
    text = text.strip().removeprefix("& ").strip()  # PowerShell's
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    path = absolute(text)
    if os.name != "nt" and "\\" in text and not os.path.lexists(path):
        try:
            words = shlex.split(text)
        except ValueError:
            return path
        if len(words) == 1:
            return absolute(words[0])
    return path


def require_file(path: str) -> None:
    """Raises ValueError where there is no file of that name."""
    try:
        exists = Path(path).is_file()
    except (OSError, ValueError):  # longer than any name
        exists = False
    if not exists:
        raise ValueError(f"There is no file {path}.")


def _parts(text: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _switched(setting: Setting, text: str) -> list[str]:
    on = is_yes(text, False)
    if setting.kind == settings.SWITCH:
        return [setting.flags[0]] if on else []
    return [setting.flags[0] if on else setting.off]


def _number(setting: Setting, text: str) -> str:
    whole = setting.kind == settings.WHOLE
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        kind = "whole number" if whole else "number"
        raise ValueError(f"{text!r} is no {kind}.{_limits(setting)}") from None
    above = setting.parameter is not None and setting.parameter.above_low
    low, high = setting.low, setting.high
    fits = whole or math.isfinite(number)
    fits = fits and (low is None or number > low or (number == low and not above))
    if not fits or (high is not None and number > high):
        raise ValueError(f"{text} is out of its limits.{_limits(setting)}")
    return text


def _limits(setting: Setting) -> str:
    if setting.parameter is not None and setting.parameter.values:
        return f" {setting.title} is {setting.parameter.values}."
    told = [
        f"{word} {limit:g}"
        for word, limit in (("at least", setting.low), ("at most", setting.high))
        if limit is not None
    ]
    return f" {setting.title} is {' and '.join(told)}." if told else ""
