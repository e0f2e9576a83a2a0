"""A training corpus out of a folder of mapsets: ``python -m model_core.training import``."""

from __future__ import annotations

from .checks import Wanted
from .mapsets import ImportOptions, Progress, Summary, import_mapsets

__all__ = ["ImportOptions", "Progress", "Summary", "Wanted", "import_mapsets"]
