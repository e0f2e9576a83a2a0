"""Objects are called what mappers of the mode call them, whoever speaks of them."""

from __future__ import annotations

import re

import pytest

from model_core.beatmap import ObjectKind, parse
from model_core.modding.reading import EventReading
from model_core.modding.report import mod
from model_core.modding.report_model import in_words
from model_core.modding.rules import Finding, Level, check
from model_core.modding.suggestions import suggestions
from model_core.modding.words import object_name, part_name
from model_core.tokens import ContextType, Event, EventType, starter_layout
from tests.model_core.modding.rules import cases_map, cases_modes, cases_objects, cases_timing
from tests.model_core.modding.rules.maps import osu
from tests.model_core.modding.test_suggestions import EVENTS, LAYOUT, MAP, find

CASES = {
    rule: cases
    for module in (cases_map, cases_modes, cases_objects, cases_timing)
    for rule, cases in module.CASES.items()
}
# "Slider velocity" is the name of a setting, in every mode.
_FOREIGN = {
    0: r"fruits?|drumrolls?|swells?|juice",
    1: r"circles?|sliders?(?! velocit)|spinners?|fruits?|juice",
    2: r"circles?|sliders?(?! velocit)|spinners?|notes?|drumrolls?",
    3: r"circles?|sliders?(?! velocit)|spinners?|fruits?|drumrolls?",
}
# Everything that goes wrong with any kind of object: at one time, off its tick, muted, endless.
FAULTY = """
    -200,192,1007,1,0,0:0:0:3:
    -200,192,1007,1,0,0:0:0:3:
    256,192,1010,1,0,0:0:0:0:
    256,192,2003,2,0,L|456:192,2,100.7
    256,192,2100,1,0,0:0:0:10:
    256,192,5000,2,0,L|256:192,1,0,0|0,0:0|0:0,0:0:0:2:
    256,192,6003,12,0,6003,0:0:0:0:
    256,192,6005,1,0,0:0:0:0:
    256,192,7001,12,0,8002,0:0:0:0:
    256,192,8010,1,0,0:0:0:0:
"""
HELD = (
    "\n".join(
        line if line.split(",")[3] == "1" else ""
        for line in (each.strip() for each in FAULTY.splitlines())
        if line
    )
    + "\n64,192,2003,128,0,2003:0:0:0:3:\n64,192,2005,128,0,2500:0:0:0:0:\n64,192,2504,1,0,0:0:0:0:"
)


def texts(finding: Finding) -> str:
    fix = finding.fix.summary if finding.fix else ""
    return " | ".join((finding.message, finding.found, finding.expected, fix))


def foreign(text: str, mode: int) -> list[str]:
    return re.findall(rf"\b(?:{_FOREIGN[mode]})\b", text, re.IGNORECASE)


@pytest.mark.parametrize("mode", range(4))
@pytest.mark.parametrize("level", [Level.EASY, Level.EXPERT])
def test_rules_name_objects_in_the_words_of_the_mode(mode: int, level: Level) -> None:
    timing = "500,500,4,2,0,60,1,0\n2005,-50,4,2,0,60,0,0"
    beatmap = parse(osu(HELD if mode == 3 else FAULTY, mode=mode, timing=timing))
    found = check(beatmap, level=level)
    spoken = [texts(each) for each in found]
    assert not [text for text in spoken if foreign(text, mode)]
    own = [object_name(ObjectKind.CIRCLE, mode)]
    own += ["hold note"] if mode == 3 else [object_name(ObjectKind.SLIDER, mode)]
    for word in own:
        assert any(re.search(rf"\b{word}\b", text) for text in spoken), (word, spoken)
    # What a mapper dismissed by its name stays dismissed.
    keys = {each.key for each in found}
    assert "unsnapped-object/circle@1007" in keys or mode == 3


@pytest.mark.parametrize("rule", CASES)
def test_so_does_every_rule_of_the_maps_that_break_one(rule: str) -> None:
    for case in CASES[rule]:
        beatmap = parse(case.data)
        for finding in case.findings(rule):
            assert not foreign(texts(finding), beatmap.mode), finding


def test_a_report_of_a_map_does_too() -> None:
    beatmap = parse(osu(FAULTY, mode=2))
    assert "fruit" in " ".join(texts(each.finding) for each in mod(None, None, beatmap).suggestions)


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        (None, "Expected a Slider Head instead of a Circle."),
        (0, "Expected a Slider Head instead of a Circle."),
        (1, "Expected a Drumroll Head instead of a Note."),
        (2, "Expected a Juice Stream Head instead of a Fruit."),
        (3, "Expected a Slider Head instead of a Note."),
    ],
)
def test_a_model_speaks_of_them_as_well(mode: int | None, message: str) -> None:
    def say(expected: Event | None) -> str:
        index = find(EventType.CIRCLE, 1500)
        event, time = EVENTS.events[index], EVENTS.times[index]
        reading = EventReading(ContextType.MAP, index, event, time, 30.0, 1.0, expected, 2)
        readings = {ContextType.MAP: [reading]}
        (said,) = suggestions(MAP, LAYOUT, {ContextType.MAP: EVENTS}, readings, mode=mode)
        return said.message

    assert say(Event(EventType.SLIDER_HEAD)) == message
    circle = message.rpartition(" a ")[2].rstrip(".")
    assert circle in say(None)
    assert ("circle0" in say(None)) is (mode is None)


def test_every_part_has_a_name_in_every_mode() -> None:
    for kind in EventType:
        for mode in range(4):
            told = part_name(kind, mode).replace("Hold Note", "")
            assert not foreign(told, mode) or mode in (0, 3), (kind, mode)
    assert part_name(EventType.HOLD_NOTE_END, 3) == "Hold Note End"
    assert part_name(EventType.DENDEN_END, 1) == "Swell End" and part_name(None, 2) == "Control"
    assert in_words(Event(EventType.SPINNER), starter_layout(), 2) == "banana shower"
    assert part_name(EventType.DENDEN) == "Denden"
