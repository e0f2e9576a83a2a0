"""What an encoder of the RoPE-Whisper family is told beside the sound: stars, mapper, place.

Numbers are spread over learned bell curves (radial basis functions) and then through two linear
layers. The modules bear the names of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model_core.network.config import EncoderConditions

DIFFICULTY_CENTRES, POSITION_CENTRES = 8, 10
#: Star ratings are given to the curves as tenths.
DIFFICULTY_SCALE = 10.0


@dataclass(frozen=True, slots=True)
class Conditioning:
    """One window's conditions: stars, the mapper's row (-1 unknown), and the window's place.

    ``start`` and ``end`` are shares of the song's length; the last window's end may pass 1.
    """

    difficulty: float
    mapper: int
    start: float
    end: float


def _bells(values: Tensor, centres: Tensor, widths: Tensor) -> Tensor:
    return torch.exp(-((values[..., None] - centres) ** 2) / (2 * widths**2))


def _projection(inputs: int, hidden: int, width: int) -> nn.Sequential:
    # The fourth place is the published models' dropout, which does nothing here.
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.LayerNorm(hidden),
        nn.ReLU(),
        nn.Identity(),
        nn.Linear(hidden, width),
        nn.LayerNorm(width),
    )


class DifficultyEmbedder(nn.Module):
    """Star ratings ``[B]`` to ``[B, width]``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.basis_centers = nn.Parameter(torch.linspace(0, 1, DIFFICULTY_CENTRES))
        self.basis_widths = nn.Parameter(torch.full((DIFFICULTY_CENTRES,), 0.1))
        self.difficulty_proj = _projection(DIFFICULTY_CENTRES, width, width)

    def forward(self, stars: Tensor) -> Tensor:
        bells = _bells(stars / DIFFICULTY_SCALE, self.basis_centers, self.basis_widths)
        projected: Tensor = self.difficulty_proj(bells)
        return projected


class MapperEmbedder(nn.Module):
    """Mapper rows ``[B]`` (-1: unknown, the last row) to ``[B, width]``."""

    def __init__(self, mappers: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(mappers + 1, width)
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, rows: Tensor) -> Tensor:
        unknown = self.embedding.num_embeddings - 1
        rows = torch.where((rows < 0) | (rows > unknown), unknown, rows)
        normed: Tensor = self.layer_norm(self.embedding(rows))
        return normed


class SongPositionEmbedder(nn.Module):
    """Starts and ends of windows as shares of the song, ``[B, 2]``, to ``[B, width]``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.basis_centers = nn.Parameter(torch.linspace(0, 1, POSITION_CENTRES))
        self.basis_widths = nn.Parameter(torch.full((POSITION_CENTRES,), 0.1))
        self.position_proj = _projection(2 * POSITION_CENTRES, 2 * width, width)

    def forward(self, places: Tensor) -> Tensor:
        bells = _bells(places, self.basis_centers, self.basis_widths)
        projected: Tensor = self.position_proj(bells.flatten(1))
        return projected


class ConditionEmbedders(nn.Module):
    """All three, side by side, ``[B, 3 * width]``."""

    def __init__(self, config: EncoderConditions) -> None:
        super().__init__()
        self.difficulty_embedder = DifficultyEmbedder(config.width)
        self.mapper_embedder = MapperEmbedder(config.mappers, config.width)
        self.song_pos_embedder = SongPositionEmbedder(config.width)

    def forward(self, difficulty: Tensor, mapper: Tensor, position: Tensor) -> Tensor:
        return torch.cat(
            (
                self.difficulty_embedder(difficulty),
                self.mapper_embedder(mapper),
                self.song_pos_embedder(position),
            ),
            dim=1,
        )
