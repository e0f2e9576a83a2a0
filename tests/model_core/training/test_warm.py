"""Starting from a checkpoint: the same answers where nothing changed, rows by their meaning."""

from __future__ import annotations

import pytest
import torch

from model_core.errors import InputError
from model_core.tokens import Event, EventType
from model_core.training.recipe import starter_network
from model_core.training.warm import start_from, token_rows

SIZES = {"d_model": 32, "heads": 2}


def test_a_grown_network_answers_as_the_old_one() -> None:
    source, vocabulary, _, _ = starter_network(seed=1, layers=2, **SIZES)
    grown, _, _, _ = starter_network(seed=2, layers=4, **SIZES)
    taken = start_from(grown, vocabulary, source, vocabulary)
    assert taken.grown == 4 and not taken.left
    audio = torch.randn(1, source.config.window_samples) * 0.1
    ids = torch.randint(0, vocabulary.size_in, (1, 12))
    with torch.no_grad():
        old = source.eval().decode(ids, source.encode(audio))
        new = grown.eval().decode(ids, grown.encode(audio))
    assert torch.allclose(old, new, atol=1e-4)


def test_rows_are_taken_by_what_they_mean() -> None:
    source, theirs, _, _ = starter_network(
        seed=1, layers=1, mappers=[5, 7], descriptors=("style/clean", "skillset/jumps"), **SIZES
    )
    network, own, _, _ = starter_network(
        seed=2, layers=1, mappers=[7, 9], descriptors=("skillset/jumps",), **SIZES
    )
    start_from(network, own, source, theirs)
    mine, given = network.decoder_embedder.weight, source.decoder_embedder.weight

    def same(ours: Event, others: Event) -> bool:
        return torch.equal(mine[own.encode(ours)], given[theirs.encode(others)])

    assert same(Event(EventType.TIME, 12), Event(EventType.TIME, 12))
    assert same(Event(EventType.MAPPER, 0), Event(EventType.MAPPER, 1))  # mapper 7
    assert same(Event(EventType.MAPPER, 1), Event(EventType.MAPPER, 2))  # 9 is nobody known
    assert same(Event(EventType.MAPPER, 2), Event(EventType.MAPPER, 2))  # nobody is nobody
    assert same(Event(EventType.DESCRIPTOR, 0), Event(EventType.DESCRIPTOR, 1))
    assert same(Event(EventType.SONG_POSITION, 50), Event(EventType.SONG_POSITION, 50))
    head, other = network.head.weight, source.head.weight
    circle = Event(EventType.CIRCLE)
    assert torch.equal(head[own.encode(circle)], other[theirs.encode(circle)])
    assert all(a < own.size_in and b < theirs.size_in for a, b in token_rows(own, theirs))


def test_another_width_is_refused() -> None:
    source, vocabulary, _, _ = starter_network(layers=1, **SIZES)
    wide, _, _, _ = starter_network(layers=1, d_model=48, heads=2)
    with pytest.raises(InputError, match="32 wide"):
        start_from(wide, vocabulary, source, vocabulary)
