"""From what was typed to the command's arguments, or a word on what it may be."""

from __future__ import annotations

import math

from clients.cli.timestamps import parse_time
from clients.cli.wizard import settings
from clients.cli.wizard.settings import Setting

_YES, _NO = frozenset({"y", "yes", "on"}), frozenset({"n", "no", "off"})


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
    if setting.many or setting.kind == settings.NAMES:
        parts = [part.strip() for part in text.split(",")]
        return [
            argument
            for part in parts
            if part
            for argument in (setting.flags[0], checked(setting, part))
        ]
    value = checked(setting, text)
    return [setting.flags[0], value] if setting.flags else [value]


def checked(setting: Setting, text: str) -> str:
    """One value, as it was typed.

    Raises:
        ValueError: as for :func:`arguments`.
    """
    if setting.kind == settings.TIME:
        parse_time(text)
    elif setting.kind in (settings.NUMBER, settings.WHOLE):
        _check_number(setting, text)
    return text


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


def _switched(setting: Setting, text: str) -> list[str]:
    on = is_yes(text, False)
    if setting.kind == settings.SWITCH:
        return [setting.flags[0]] if on else []
    return [setting.flags[0] if on else setting.off]


def _check_number(setting: Setting, text: str) -> None:
    whole = setting.kind == settings.WHOLE
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        kind = "whole number" if whole else "number"
        raise ValueError(f"{text!r} is no {kind}.{_limits(setting)}") from None
    above = setting.parameter is not None and setting.parameter.above_low
    low, high = setting.low, setting.high
    fits = math.isfinite(number)
    fits = fits and (low is None or number > low or (number == low and not above))
    if not fits or (high is not None and number > high):
        raise ValueError(f"{text} is out of its limits.{_limits(setting)}")


def _limits(setting: Setting) -> str:
    if setting.parameter is not None and setting.parameter.values:
        return f" {setting.title} is {setting.parameter.values}."
    told = [
        f"{word} {limit:g}"
        for word, limit in (("at least", setting.low), ("at most", setting.high))
        if limit is not None
    ]
    return f" {setting.title} is {' and '.join(told)}." if told else ""
