"""What the difficulties of a set say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model_core.beatmap import Beatmap

from ..findings import Category, Severity
from ..fixing import key_fix
from ..mapset import Mapset
from ..registry import Found, set_rule

FIELDS = ("Title", "TitleUnicode", "Artist", "ArtistUnicode", "Source", "Creator")


def _value_of(field: str) -> Callable[[Beatmap], str]:
    return lambda beatmap: beatmap.metadata.get(field, "")


@set_rule("inconsistent-metadata", Category.METADATA)
def inconsistent_metadata(mapset: Mapset) -> Iterator[Found]:
    """All difficulties name the same title, artist, source and creator.

    Lazer ``CheckInconsistentMetadata``, Mapset Verifier ``InconsistentMetadata``: a problem.
    """
    for field in FIELDS:
        usual, others = mapset.outliers(_value_of(field))
        for other, own in others:
            yield Found(
                Severity.PROBLEM,
                f"[{other.title}]: {field} is {own!r}, but {usual!r} in the other difficulties."
                " Give all the same.",
                repr(own),
                repr(usual),
                times=(),
                anchor=field,
                file=other.file,
                fix=key_fix(other.beatmap, "Metadata", field, usual, f"set {field} to {usual!r}"),
            )


@set_rule("inconsistent-tags", Category.METADATA)
def inconsistent_tags(mapset: Mapset) -> Iterator[Found]:
    """All difficulties have the same tags, in whatever order (same sources, a problem)."""
    usual, others = mapset.outliers(lambda beatmap: " ".join(sorted(set(beatmap.tags))))
    reference = next(
        (
            each.beatmap
            for each in mapset.difficulties
            if " ".join(sorted(set(each.beatmap.tags))) == usual
        ),
        None,
    )
    if reference is None:
        return
    wanted = reference.metadata.get("Tags", "")
    for other, own in others:
        difference = " ".join(sorted(set(own.split()) ^ set(usual.split())))
        yield Found(
            Severity.PROBLEM,
            f"[{other.title}]: the tags differ from the other difficulties' by: {difference}. Give"
            " all the same.",
            own,
            usual,
            times=(),
            anchor="Tags",
            file=other.file,
            fix=key_fix(other.beatmap, "Metadata", "Tags", wanted, "take the others' tags"),
        )


@set_rule("duplicate-difficulty-name", Category.METADATA)
def duplicate_difficulty_name(mapset: Mapset) -> Iterator[Found]:
    """Every difficulty of a mode has a name of its own, as files are named by it."""
    seen: dict[tuple[int, str], str] = {}
    for each in mapset.difficulties:
        name = each.beatmap.difficulty_name
        first = seen.setdefault((each.subject.mode, name), each.file)
        if not name:
            yield Found(
                Severity.PROBLEM,
                f"{each.file}: the difficulty has no name. Give it one.",
                "no name",
                "a name",
                times=(),
                anchor="Version",
                file=each.file,
            )
        elif first != each.file:
            yield Found(
                Severity.PROBLEM,
                f"{each.file}: [{name}] is the name of {first} as well. Saving one may overwrite"
                " the other; rename one.",
                f"[{name}] twice",
                "a name of its own",
                times=(),
                anchor="Version",
                file=each.file,
            )
