"""Pictures of maps: the playfield of any mode as a contact sheet, and a timeline; SVG and PNG.

:func:`draw` makes one from a parsed map, or from a map before and after a change; what it draws
is a :class:`.scene.Scene`, of which both formats are written. Needs Pillow, and no display.
"""

from __future__ import annotations

from .picture import Format, Picture, PictureOptions, draw, usual_span

__all__ = ["Format", "Picture", "PictureOptions", "draw", "usual_span"]
