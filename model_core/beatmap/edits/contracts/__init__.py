"""The self-checks of edits: what an edit must not change is read again and compared.

:func:`check` takes a scope, so that the same check can be made again when a patch is carried over
to other bytes.
"""

from __future__ import annotations

from typing import assert_never

from ....errors import NotSupported
from ...beatmap import Beatmap
from ..edit import EditKind, Scope
from .hitsounds import check_hitsounds
from .objects import check_remap
from .timing import check_green_lines, check_red_lines

__all__ = ["check", "require_utf8"]


def check(scope: Scope, old: Beatmap, new: Beatmap) -> None:
    """Raises ``EditRefused`` unless ``new`` is ``old`` changed within ``scope`` only.

    Raises ``NotSupported`` for a file between whose lines no UTF-8 may stand.
    """
    require_utf8(old)
    match scope.kind:
        case EditKind.OBJECTS:
            check_remap(old, new, scope)
        case EditKind.HITSOUNDS:
            check_hitsounds(old, new, scope)
        case EditKind.RED_LINES:
            check_red_lines(old, new, scope)
        case EditKind.GREEN_LINES:
            check_green_lines(old, new, scope)
        case _:
            assert_never(scope.kind)


def require_utf8(beatmap: Beatmap) -> None:
    """Raises ``NotSupported`` for a file between whose lines of text none of ours can stand."""
    if not beatmap.document.is_utf8:
        raise NotSupported(
            f"This file is saved as {beatmap.document.encoding.upper()}, which can be read but not"
            " changed. Open the map in the editor and save it once; that makes it UTF-8."
        )
