"""Everything that can be compared of a corpus."""

from __future__ import annotations

from pathlib import Path

from .comparing import compare_file
from .counting import compare_attributes, compare_index
from .expected import corpus_files
from .outcomes import Outcome


def compare_corpus(root: Path) -> list[Outcome]:
    """Compares every file with the index and with the values recorded beside it."""
    outcomes: list[Outcome] = []
    for file in corpus_files(root):
        outcomes.append(compare_index(file))
        outcomes += compare_file(file)
        outcomes += compare_attributes(file)
    return outcomes
