"""Pictures of maps: the playfield of any mode as a contact sheet, and a timeline; SVG and PNG.

Ask the modules themselves; importing the room stays cheap, since nothing is imported here.

- :mod:`.options`: what can be asked for, and its limits;
- :mod:`.picture`: draws a parsed map, or a map before and after a change. It makes a
  :class:`.scene.Scene`, of which :mod:`.svg` and :mod:`.png` write the two formats alike.

Needs Pillow, and no display.
"""
