"""The rules there are. A new one is a function in a file of :mod:`.checks` or :mod:`.set_checks`.

A rule looks at a :class:`~.subject.Subject` (or at a :class:`~.mapset.Mapset`) and yields what it
finds as :class:`Found`; its name, category and key are put to it here, so that no rule can forget
them. Every module of the two packages is imported when rules are first asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .findings import Category, Finding, Fix, Severity, Source
from .mapset import Mapset
from .subject import Placed, Subject

ALL_MODES = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found; see :class:`~.findings.Finding` for what the fields say.

    times: None for the objects' own. anchor: what the finding is about, by name; None for the
    objects' own names. part: which part of it, where a rule may find several.
    """

    severity: Severity
    message: str
    found: str
    expected: str
    objects: tuple[Placed, ...] = ()
    times: tuple[float, ...] | None = None
    anchor: str | None = None
    part: str = ""
    fix: Fix | None = None
    file: str = ""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One rule: its name, what it is about, the modes (0..3) it holds in, and its definition."""

    id: str
    category: Category
    modes: tuple[int, ...]
    definition: str
    run: Callable[[T], Iterable[Found]]

    def findings(self, subject: T) -> Iterator[Finding]:
        """What the rule finds, each with a key that no other finding of it has."""
        seen: dict[str, int] = {}
        for found in self.run(subject):
            refs = tuple(each.ref for each in found.objects)
            anchor = found.anchor
            if anchor is None:
                anchor = "+".join(ref.anchor for ref in refs)
            key = "/".join(part for part in (self.id, found.file, anchor, found.part) if part)
            # Two objects at one time, of one kind, can only be told apart by their order.
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                key = f"{key}#{seen[key]}"
            times = found.times
            if times is None:
                times = tuple(sorted({each.time for each in found.objects}))
            yield Finding(
                Source.RULES,
                self.id,
                key,
                found.severity,
                self.category,
                found.message,
                found.found,
                found.expected,
                times,
                refs,
                found.fix,
                found.file,
            )


_MAP_RULES: dict[str, Rule[Subject]] = {}
_SET_RULES: dict[str, Rule[Mapset]] = {}

MapFunction = Callable[[Subject], Iterable[Found]]
SetFunction = Callable[[Mapset], Iterable[Found]]


def rule(
    name: str, category: Category, modes: tuple[int, ...] = ALL_MODES
) -> Callable[[MapFunction], MapFunction]:
    """Makes a function a rule for single maps; its docstring is the rule's definition."""

    def register(function: MapFunction) -> MapFunction:
        if name in _MAP_RULES:
            raise ValueError(f"there are two rules called {name}")
        _MAP_RULES[name] = Rule(name, category, modes, function.__doc__ or "", function)
        return function

    return register


def set_rule(name: str, category: Category) -> Callable[[SetFunction], SetFunction]:
    """Makes a function a rule for whole sets."""

    def register(function: SetFunction) -> SetFunction:
        if name in _SET_RULES:
            raise ValueError(f"there are two rules called {name}")
        _SET_RULES[name] = Rule(name, category, ALL_MODES, function.__doc__ or "", function)
        return function

    return register


def map_rules() -> tuple[Rule[Subject], ...]:
    """The rules for single maps, by name."""
    _import_all("checks")
    return tuple(_MAP_RULES[name] for name in sorted(_MAP_RULES))


def set_rules() -> tuple[Rule[Mapset], ...]:
    """The rules for whole sets, by name."""
    _import_all("set_checks")
    return tuple(_SET_RULES[name] for name in sorted(_SET_RULES))


def _import_all(name: str) -> None:
    package = importlib.import_module(f"{__package__}.{name}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
