"""Refining the positions of generated maps by diffusion, as the published v28 and v29 need it."""

from model_core.refiner.loading import PUBLISHED
from model_core.refiner.refine import (
    Refiner,
    RefinerOptions,
    load_refiner,
    needs_refiner,
    usual_refiner,
)

__all__ = [
    "PUBLISHED",
    "Refiner",
    "RefinerOptions",
    "load_refiner",
    "needs_refiner",
    "usual_refiner",
]
