"""Shapes and places: slider paths, what lies on them, and where the game draws objects.

Ask the modules themselves; importing the room stays cheap, since nothing is imported here.

- :mod:`.curves`, :mod:`.slider_path`: a slider's control points and the line they draw;
- :mod:`.nested`: the circles and ticks of osu!standard sliders;
- :mod:`.stacking`: where osu!standard objects are drawn when they lie on one another;
- :mod:`.catch`, :mod:`.taiko`, :mod:`.mania`: what the objects are in the other modes.

All of it is what the game computes for a map in the mode it was made for; results are
parallel to ``beatmap.hit_objects``.
"""
