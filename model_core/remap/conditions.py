"""What a map is like, told to the model: see :mod:`model_core.maps.conditions`."""

from __future__ import annotations

from model_core.maps.conditions import conditions_of

__all__ = ["conditions_of"]
