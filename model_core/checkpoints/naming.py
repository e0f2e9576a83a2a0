"""A model named together with an adapter: ``v32 + owner/my-style``. Without torch and hub.

Wherever a model is named, an adapter may stand behind a plus, with or without spaces around it.
No name on the hub has a plus; a folder may. So a name is read in this order:

1. one that is a folder as a whole is that folder;
2. it is divided at the last plus with a model before it and an adapter behind it (each a folder
   that is there, or something that can be a name on the hub);
3. otherwise at the last plus with a model before it, so that an adapter that is missing can be
   named;
4. otherwise it is one name, whatever it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from model_core.checkpoints.files import local_folder
from model_core.checkpoints.published import canonical, hub_name, short_name
from model_core.checkpoints.resolve import STARTER_NAME

_PLUS = "+"


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model, and the adapter that is to be merged into it (empty: none)."""

    base: str
    adapter: str = ""

    def __str__(self) -> str:
        return f"{self.base} {_PLUS} {self.adapter}" if self.adapter else self.base

    @property
    def parts(self) -> tuple[str, ...]:
        """The base, and the adapter if there is one."""
        return (self.base, self.adapter) if self.adapter else (self.base,)

    def each(self, change: Callable[[str], str]) -> ModelName:
        """The same with both names changed."""
        return ModelName(change(self.base), change(self.adapter) if self.adapter else "")


def read_name(text: str) -> ModelName:
    """What a model's name says; see above. Nothing is refused: what is nothing stays one name."""
    text = text.strip()
    if not text or is_folder(text):
        return ModelName(text)
    splits = [each for each in _splits(text) if _is_model(each.base)]
    for split in splits:
        if is_folder(split.adapter) or hub_name(split.adapter) is not None:
            return split
    return splits[0] if splits else ModelName(text)


def in_full(text: str) -> str:
    """The name by which a model is known to everybody, its adapter's included."""
    return str(read_name(text).each(canonical))


def in_short(text: str) -> str:
    """The same for people: ``v32 + owner/my-style``."""
    return str(read_name(text).each(short_name))


def is_folder(name: str) -> bool:
    """Whether a name is that of a folder on this machine."""
    return local_folder(name) is not None


def _splits(text: str) -> Iterator[ModelName]:
    place = text.rfind(_PLUS)
    while place >= 0:
        base, adapter = text[:place].strip(), text[place + 1 :].strip()
        if base and adapter:
            yield ModelName(base, adapter)
        place = text.rfind(_PLUS, 0, place)


def _is_model(name: str) -> bool:
    return name == STARTER_NAME or is_folder(name) or hub_name(name) is not None
