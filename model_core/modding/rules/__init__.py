"""Modding by rules: what the published verifiers look for, on one map or on a whole set.

``check(parse(data))`` gives every finding of a map in order of time. The rules' definitions and
thresholds are those of the game's own verifier (lazer's Verify) and of Mapset Verifier, written
anew; each rule's docstring names its source. No model and no audio is needed, and nothing here
imports torch. A new rule is a function in a file of :mod:`.checks` or :mod:`.set_checks`.
"""

from __future__ import annotations

from .applying import Fixed, fix_findings
from .checking import check, check_set
from .findings import Category, Finding, Fix, ObjectRef, Severity, Source, timestamp
from .levels import Level, level_of
from .registry import Rule, map_rules, set_rules

__all__ = [
    "Category",
    "Finding",
    "Fix",
    "Fixed",
    "Level",
    "ObjectRef",
    "Rule",
    "Severity",
    "Source",
    "check",
    "check_set",
    "fix_findings",
    "level_of",
    "map_rules",
    "set_rules",
    "timestamp",
]
