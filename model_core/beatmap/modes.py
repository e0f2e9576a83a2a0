"""The four rulesets, as people call them; the index is the file's ``Mode``."""

from __future__ import annotations

MODE_NAMES = ("osu!", "osu!taiko", "osu!catch", "osu!mania")
