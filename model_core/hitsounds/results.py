"""What a request for hitsounds answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from model_core.beatmap import Beatmap, HitsoundEdit, ObjectKind, ObjectSounds

__all__ = ["BODY", "Choices", "HitsoundResult", "Left", "ObjectChoice", "Source"]

#: The "node" that stands for a slider's body.
BODY = -1


class Source(StrEnum):
    """Who decided what a node sounds like."""

    MODEL = "model"
    COPIED = "copied"  # from another difficulty
    KEPT = "kept"  # the mapper, who had set it already
    LEFT = "left"  # nobody: it could not be read, and stays as it was


@dataclass(frozen=True, slots=True)
class Left:
    """An object of which something stays as it was although it was asked for, and why.

    line: index into ``document.lines``. time in ms.
    """

    line: int
    time: float
    reason: str


@dataclass(frozen=True, slots=True)
class ObjectChoice:
    """One object's sounds, node by node: head, repeats, end; a spinner's end; a hold's head.

    line: index into ``document.lines``. times (ms), sources and confidences go with
    ``chosen.nodes``; those of a slider's body follow apart. own: what the game plays now, chosen:
    what it should play. A confidence is the model's probability of the hitsound (or of the volume
    where that alone is chosen) among all that were allowed there; 1 where the model did not decide.
    """

    line: int
    kind: ObjectKind
    time: float
    times: tuple[float, ...]
    own: ObjectSounds
    chosen: ObjectSounds
    sources: tuple[Source, ...]
    confidences: tuple[float, ...]
    body_source: Source | None = None
    body_confidence: float = 1.0

    @property
    def confidence(self) -> float:
        """That of the node the model was least sure of."""
        return min(self.confidences, default=1.0)

    @property
    def changed(self) -> bool:
        """Whether anything is to sound otherwise."""
        return self.own != self.chosen


@dataclass(frozen=True, slots=True)
class Choices:
    """Sounds for all objects of the range, in the order of the map's ``hit_objects``.

    start_ms, end_ms: the range, both included. passes: how often a window's tokens were read;
    decided: how many tokens the model chose in them; windows: how many windows it heard.
    """

    beatmap: Beatmap
    start_ms: int
    end_ms: int
    objects: tuple[ObjectChoice, ...]
    left: tuple[Left, ...]
    seed: int
    windows: int
    passes: int
    decided: int
    timings_ms: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def sources(self) -> Counter[Source]:
        """How many nodes each source decided; bodies are not counted."""
        return Counter(source for item in self.objects for source in item.sources)

    @property
    def sounds(self) -> dict[int, ObjectSounds]:
        """By line, the objects that are to sound otherwise."""
        return {item.line: item.chosen for item in self.objects if item.changed}

    @property
    def text(self) -> str:
        """Where the sounds came from, in a sentence."""
        words = {
            Source.MODEL: "chosen by the model",
            Source.COPIED: "copied from the other difficulty",
            Source.KEPT: "kept as the mapper set them",
            Source.LEFT: "left as they were",
        }
        counts = self.sources
        total = sum(counts.values())
        parts = [f"{counts[source]} {said}" for source, said in words.items() if counts[source]]
        return f"{total} sound{'' if total == 1 else 's'}: {', '.join(parts) or 'none asked for'}"


@dataclass(frozen=True, slots=True)
class HitsoundResult:
    """The choices, and the edit that makes the map sound so and changes nothing else.

    summary: what was done, for people.
    """

    choices: Choices
    edit: HitsoundEdit
    summary: str
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for whoever asked."""
        return self.choices.warnings
