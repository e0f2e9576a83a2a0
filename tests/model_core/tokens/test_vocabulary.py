"""Vocabularies: the starter's, and those of published files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_core.errors import CheckpointError
from model_core.tokens import (
    ContextType,
    Event,
    EventType,
    Layout,
    Vocabulary,
    starter_layout,
    starter_vocabulary,
)


def test_starter_ids_follow_the_published_order() -> None:
    vocab = starter_vocabulary()
    contexts = [ContextType.NONE, ContextType.TIMING, ContextType.KIAI, ContextType.MAP]
    contexts += [ContextType.SV, ContextType.NO_HS, ContextType.GD]
    assert [vocab.context_sos[context] for context in contexts] == [3, 5, 7, 9, 11, 13, 15]
    assert vocab.offset == 17
    assert vocab.id_range(EventType.TIME) == range(17, 17 + 819)
    assert vocab.id_range(EventType.SNAPPING).start == vocab.id_range(EventType.TIME).stop
    assert not vocab.has(EventType.DISTANCE)
    assert vocab.id_range(EventType.GAMEMODE).start == vocab.size_out


def test_every_id_goes_to_an_event_and_back() -> None:
    vocab = starter_vocabulary()
    for token in range(vocab.offset, vocab.size_in):
        assert vocab.encode(vocab.decode(token)) == token
    assert vocab.try_decode(vocab.eos) is None
    assert vocab.try_decode(vocab.size_in) is None


def test_a_vocabulary_survives_its_file(tmp_path: Path) -> None:
    vocab = starter_vocabulary()
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(vocab.to_dict()), encoding="utf-8")
    again = Vocabulary.from_file(path)
    assert again.to_dict() == vocab.to_dict()
    assert again.mapper_index(3) == vocab.mapper_index(3) == 2


def test_values_are_clipped_only_when_asked() -> None:
    vocab = starter_vocabulary()
    with pytest.raises(ValueError, match="volume=101"):
        vocab.encode(Event(EventType.VOLUME, 101))
    assert vocab.decode(vocab.encode_clipped(EventType.VOLUME, 101)).value == 100


def test_damaged_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot read"):
        Vocabulary.from_file(path)
    with pytest.raises(CheckpointError, match="newer family"):
        Vocabulary.from_dict({"event_ranges": [{"type": "x", "min_value": 0, "max_value": 1}]})


def test_a_stated_layout_wins_and_survives_its_file() -> None:
    layout = starter_layout(lookback=0.45, lookahead=0.15)
    config = json.loads(json.dumps({"layout": layout.to_dict()}))
    read = Layout.from_files(config, {"lookback": 0.45, "lookahead": 0.15}, starter_vocabulary())
    assert read == layout


def test_starter_windows_advance_three_seconds() -> None:
    layout = starter_layout()
    assert layout.window_ms == 8184
    assert layout.window_ms * (1 - layout.lookback - layout.lookahead) >= 3000


def test_template_choice_prefers_the_one_that_uses_most() -> None:
    layout = starter_layout()
    assert layout.choose_template([], [ContextType.MAP]).ins == (ContextType.NONE,)
    assert layout.choose_template([ContextType.GD], [ContextType.MAP]).ins == (ContextType.GD,)
    with pytest.raises(CheckpointError, match="cannot generate gd"):
        layout.choose_template([], [ContextType.GD])


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_published_families_are_told_apart(conformance: Path, family: str) -> None:
    folder = conformance / family / "checkpoint"
    layout = Layout.from_files(
        json.loads((folder / "config.json").read_text(encoding="utf-8")),
        json.loads((folder / "generation_config.json").read_text(encoding="utf-8")),
        Vocabulary.from_file(folder / "tokenizer.json"),
    )
    assert layout.family == family
