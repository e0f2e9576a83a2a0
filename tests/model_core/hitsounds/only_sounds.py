"""A second reading of what hitsounding may change, on bytes and without the map's own parser."""

from __future__ import annotations

_TYPE, _SOUND = 3, 4
_SLIDER, _SPINNER, _HOLD = 2, 8, 128


def only_sounds_differ(before: bytes, after: bytes, lines_too: bool) -> int:
    """Asserts it; returns how many object lines differ.

    lines_too: whether green lines may have been added, and the volumes of others changed.
    """
    old, new = _sections(before), _sections(after)
    assert old.keys() == new.keys()
    for name in old:
        if name == "HitObjects" or (name == "TimingPoints" and lines_too):
            continue
        assert old[name] == new[name], name
    if lines_too:
        _same_lines(old.get("TimingPoints", []), new.get("TimingPoints", []))
    objects = old.get("HitObjects", []), new.get("HitObjects", [])
    assert len(objects[0]) == len(objects[1])
    different = 0
    for one, other in zip(*objects, strict=True):
        if one != other:
            different += 1
            assert _skeleton(one) == _skeleton(other), (one, other)
    return different


def _sections(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in data.decode("utf-8", "surrogateescape").splitlines(keepends=True):
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            name = text[1:-1]
            found.setdefault(name, [])
        found[name].append(line)
    return found


def _skeleton(line: str) -> list[str]:
    """Everything of an object's line but its sounds: where, when, what, how long, which combo."""
    fields = line.rstrip("\r\n").split(",")
    kind = int(float(fields[_TYPE]))
    kept = fields[:_SOUND]
    if kind & _SLIDER:
        return [*kept, *fields[5:8]]
    if kind & _SPINNER:
        return [*kept, fields[5]]
    if kind & _HOLD:
        return [*kept, fields[5].split(":")[0]]
    return kept


def _same_lines(before: list[str], after: list[str]) -> None:
    """Red lines and all but the volumes of green ones stay; green ones may be added."""
    waiting = [_line(text) for text in before if "," in text]
    for text in after:
        if "," not in text:
            continue
        fields = _line(text)
        if waiting and _but_volume(fields) == _but_volume(waiting[0]):
            if len(fields) > 6 and fields[6] == "1":
                assert fields == waiting[0]
            waiting.pop(0)
        else:
            assert fields[6] == "0", text
    assert not waiting


def _line(text: str) -> list[str]:
    return text.strip().split(",")


def _but_volume(fields: list[str]) -> list[str]:
    return fields[:5] + fields[6:]
