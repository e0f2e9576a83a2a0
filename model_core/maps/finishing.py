"""The file of a draft, checked, and what is said with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model_core.beatmap import Beatmap, MapHeader, NewObject, RedLine
from model_core.beatmap.edits.new_difficulty import DifficultySettings, new_difficulty
from model_core.beatmap.stars import star_rating
from model_core.checkpoints.naming import read_name
from model_core.maps.level_names import level_name, unused_name
from model_core.maps.maker import Draft, Maker
from model_core.maps.parameters import GenerationParameters
from model_core.maps.screen import onto_screen
from model_core.model import Model
from model_core.tokens import Conditions

__all__ = ["GeneratedMap", "finished", "made_by"]

_STANDARD = 0
_FAR_STARS = 1.0


@dataclass(frozen=True, slots=True)
class GeneratedMap:
    """A whole file, checked: it reads back as what was meant.

    data: its bytes. file_name: as the editor would call it. beatmap: the same, read.
    red_lines, kiai: of the file, in ms. objects: those meant, in order of time.
    stars: as the game rates it; None where it cannot. told: what the model was told.
    warnings: sentences for whoever asked. dropped: what the model wrote that could be no object,
    by reason. timings_ms: time spent in each stage.
    """

    data: bytes
    file_name: str
    beatmap: Beatmap
    red_lines: tuple[RedLine, ...]
    kiai: tuple[tuple[float, float], ...]
    objects: tuple[NewObject, ...]
    stars: float | None
    told: Conditions
    seed: int
    summary: str
    warnings: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    tokens: int = 0
    windows: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)


def finished(
    model: Model,
    maker: Maker,
    draft: Draft,
    beside: Beatmap,
    name: str,
    parameters: GenerationParameters,
    mode: int,
    kiai: Sequence[tuple[float, float]],
    settings: MapHeader | None = None,
    *,
    circle_size: float,
    taken: Collection[str] = (),
) -> GeneratedMap:
    """The file: everything but the objects as in ``beside``, with the draft's objects."""
    rates = None
    if settings is not None:
        rates = DifficultySettings(
            hp_drain_rate=settings.hp_drain_rate,
            circle_size=settings.circle_size,
            overall_difficulty=settings.overall_difficulty,
            approach_rate=settings.approach_rate,
            slider_multiplier=settings.slider_multiplier,
            slider_tick_rate=settings.slider_tick_rate,
        )

    def made(called: str) -> tuple[bytes, str, Beatmap, str]:
        new = new_difficulty(
            beside,
            name=called,
            objects=objects,
            made_by=made_by(model),
            mode=mode,
            settings=rates,
            red_lines=draft.red_lines,
            kiai=kiai,
            scroll=draft.scroll,
        )
        return new.data, new.file_name, new.result, new.summary.text

    objects = onto_screen(draft.objects, circle_size) if mode == _STANDARD else draft.objects
    called, taken = name.strip(), (*taken, beside.difficulty_name)
    data, file_name, result, summary = made(called or unused_name("New", taken))
    stars = star_rating(data)
    if not called:
        data, file_name, result, summary = made(
            unused_name(level_name(stars, mode, round(circle_size)), taken)
        )
    return GeneratedMap(
        data=data,
        file_name=file_name,
        beatmap=result,
        red_lines=draft.red_lines,
        kiai=tuple(kiai),
        objects=objects,
        stars=stars,
        told=maker.told,
        seed=parameters.seed,
        summary=summary,
        warnings=(
            *draft.warnings,
            *_not_followed(model, maker, parameters),
            *_far_from(stars, parameters.difficulty),
        ),
        dropped=draft.dropped,
        tokens=draft.tokens,
        windows=draft.windows,
        timings_ms=dict(maker.timings_ms),
    )


def _not_followed(model: Model, maker: Maker, parameters: GenerationParameters) -> Iterator[str]:
    """What to say where another difficulty was to be read, and was not."""
    if parameters.follow and not maker.followed:
        yield (
            f"The model ({model.layout.family}) read no other difficulty: it has no place for one,"
            " or there is none of the same mode."
        )


def _far_from(stars: float | None, asked: float | None) -> Iterator[str]:
    """What to say of a map that is not as hard as was asked for."""
    if stars is not None and asked is not None and abs(stars - asked) > _FAR_STARS:
        yield (
            f"The map has {stars:.2f} stars, where {asked:g} were asked for. Another seed, or"
            f" asking for {'more' if stars < asked else 'fewer'}, may come nearer."
        )


def made_by(model: Model) -> str:
    """What the tags call the model: never a path of this computer."""
    shown = read_name(model.name).each(
        lambda name: Path(name).name if Path(name).is_absolute() else name
    )
    return str(shown)
