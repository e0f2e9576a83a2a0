"""Whole maps and new difficulties: parameters, and the flow from a song to a file.

Importing this package imports no torch; :mod:`.generate` does.
"""

from model_core.maps.fields import Field, Problem, table
from model_core.maps.parameters import CommonParameters, GenerationParameters

__all__ = ["CommonParameters", "Field", "GenerationParameters", "Problem", "table"]
