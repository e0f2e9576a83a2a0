"""Shapes and places: slider paths, what lies on them, and where the game draws objects."""
