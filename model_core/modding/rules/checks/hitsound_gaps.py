"""Long times without hitsounds."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import ObjectKind
from model_core.beatmap.object_sounds import ADDITIONS

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import CATCH, MAX_NODES, STANDARD, Placed, Subject

#: So many ms without one, with more than so many sounds that could have been one: two, four and
#: twelve bars of 120 BPM.
NEGLIGIBLE_MS, WARNING_MS, PROBLEM_MS = 4000.0, 8000.0, 24000.0
FEW, MANY = 4, 16


@rule("no-hitsounds", Category.HITSOUNDS, (STANDARD, CATCH))
def no_hitsounds(subject: Subject) -> Iterator[Found]:
    """Some object has a whistle, finish or clap (lazer ``CheckFewHitsounds``)."""
    if subject.objects and not any(bits for each in subject.objects for _, bits in _sounds(each)):
        yield Found(
            Severity.PROBLEM,
            "No object has a whistle, finish or clap, so that the map sounds the same throughout."
            " Add hitsounds where the song has distinct sounds.",
            "no hitsounds",
            "hitsounds",
            times=(),
            anchor="map",
        )


@rule("hitsound-gap", Category.HITSOUNDS, (STANDARD, CATCH))
def hitsound_gap(subject: Subject) -> Iterator[Found]:
    """No long time goes by without a hitsound.

    More than 4 s are negligible and more than 8 s a warning where more than 4 sounds could have
    been one; more than 24 s and 16 sounds are a problem (lazer ``CheckFewHitsounds``). The time
    counts from the last hitsound, at first from the first object, until the next or the last
    object's end. A map that has none at all is told once.
    """
    sounds = [(time, bits, each) for each in subject.objects for time, bits in _sounds(each)]
    if not any(bits for _, bits, _ in sounds):
        return
    last, count, first = subject.objects[0].time, 0, subject.objects[0]
    for index, (time, bits, each) in enumerate(sounds):
        if bits or index == len(sounds) - 1:
            severity = _severity(time - last, count)
            if severity is not None:
                seconds = (time - last) / 1000
                yield Found(
                    severity,
                    f"No object has a whistle, finish or clap for {seconds:.1f} seconds. Make sure"
                    " that this part of the song is meant to be so plain.",
                    f"{count} sounds in {seconds:.1f} s",
                    f"a hitsound at least every {WARNING_MS / 1000:.0f} s",
                    times=(last, time),
                    anchor=f"{first.ref.anchor}",
                )
        if bits:
            last, count, first = time, 0, each
        else:
            count += 1


def _severity(gap: float, count: int) -> Severity | None:
    if gap > PROBLEM_MS and count > MANY:
        return Severity.PROBLEM
    if count <= FEW or gap <= NEGLIGIBLE_MS:
        return None
    return Severity.WARNING if gap > WARNING_MS else Severity.NEGLIGIBLE


def _sounds(each: Placed) -> list[tuple[float, int]]:
    """When an object sounds, and the bits of its additions then."""
    item = each.item
    if each.kind is ObjectKind.SLIDER and item.slides <= MAX_NODES:
        pairs = zip(item.node_times, item.node_sounds, strict=True)
        return [(time, bits & ADDITIONS) for time, bits in pairs]
    return [(each.end, item.hit_sound & ADDITIONS)]
