"""What people are told before a map gets generated content: whose map it is, and what it is worth.

Every job that changes a map or makes one carries these, whatever its options are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from osu_companion.v1 import provenance_pb2

from model_core.beatmap import Beatmap

RANKING = (
    "Said once per map: the ranking criteria want hit objects, hitsounds and timing made by "
    "people. A map with generated objects is not eligible for ranking."
)
# "Me's Insane", "Me & You's Insane", "Boss' Hard": whoever stands before the apostrophe made it.
_OWNERS = re.compile(r"^(.+?)(?:['’]s|(?<=[sxz])['’])(?:\s|$)", re.IGNORECASE)
_BETWEEN_OWNERS = re.compile(r"\s*[&,+/]\s*|\s+(?:x|and|vs\.?)\s+", re.IGNORECASE)


def notices_for(beatmap: Beatmap, names: Sequence[str]) -> list[provenance_pb2.Notice]:
    """The notices for a change of ``beatmap`` by somebody of these names."""
    notices = [provenance_pb2.Notice(code=provenance_pb2.Notice.CODE_RANKING, text=RANKING)]
    other = _other_mapper(beatmap, names)
    if other is not None:
        notices.insert(0, other)
    return notices


def is_theirs(beatmap: Beatmap, names: Iterable[str]) -> bool:
    """Whether a map is by one of ``names``: its creator's, or a guest difficulty of theirs."""
    known = {_plain(name) for name in names}
    if _plain(beatmap.creator) in known:
        return True
    owners = _OWNERS.match(beatmap.difficulty_name)
    if owners is None:
        return False
    return any(_plain(owner) in known for owner in _BETWEEN_OWNERS.split(owners.group(1)))


def _other_mapper(beatmap: Beatmap, names: Sequence[str]) -> provenance_pb2.Notice | None:
    creator = beatmap.creator
    if not creator or is_theirs(beatmap, names):
        return None
    if not names:
        return provenance_pb2.Notice(
            code=provenance_pb2.Notice.CODE_MAPPER_UNKNOWN,
            text=f"Said once per map: this map is by {creator}. If that is not you, ask {creator} "
            "before you share a changed version. (Name yourself as mapper_name in the "
            "configuration to be told only of maps by others.)",
        )
    return provenance_pb2.Notice(
        code=provenance_pb2.Notice.CODE_OTHER_MAPPER,
        text=f"Warning: this map is by {creator}, not by {' or '.join(names)}. Ask {creator} "
        "before you share a changed version, and do not pass off the result as theirs. (If it is "
        "yours, set mapper_name in the configuration.)",
    )


def _plain(name: str) -> str:
    """A name as osu! compares them: without case, a space being as good as an underscore."""
    return " ".join(name.replace("_", " ").split()).casefold()
