"""The figures, in the order in which they are measured."""

from model_core.training.evaluation.figure import Figure
from model_core.training.evaluation.figures.changing_tempo import ChangingTempo
from model_core.training.evaluation.figures.conditioning import Conditioning
from model_core.training.evaluation.figures.guest import GuestDifficulty
from model_core.training.evaluation.figures.hitsounds import Hitsounds
from model_core.training.evaluation.figures.modding import Modding
from model_core.training.evaluation.figures.remap import Remap
from model_core.training.evaluation.figures.steady_tempo import SteadyTempo
from model_core.training.evaluation.figures.whole_map import Memory, WholeMap

__all__ = ["FIGURES"]

FIGURES: tuple[Figure, ...] = (
    Remap(),
    SteadyTempo(),
    ChangingTempo(),
    Hitsounds(),
    GuestDifficulty(),
    Modding(),
    Conditioning(),
    WholeMap(),
    Memory(),
)
