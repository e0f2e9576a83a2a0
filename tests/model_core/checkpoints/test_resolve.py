"""Which folder a name stands for: the starter, local folders and their modes, the hub's seam."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_core.checkpoints import hub, resolve
from model_core.errors import CheckpointError


@pytest.fixture
def with_modes(tmp_path: Path) -> Path:
    """A base with fine-tunes for modes 0 and 3."""
    for folder in (tmp_path, tmp_path / "gamemode=0", tmp_path / "gamemode=3"):
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text("{}")
    return tmp_path


def test_mode_folders_are_taken_where_they_are(with_modes: Path) -> None:
    chosen = resolve.resolve(with_modes, 0)
    assert (chosen.folder, chosen.selected) == (with_modes / "gamemode=0", True)
    assert chosen.subfolder == "gamemode=0"
    assert resolve.resolve(with_modes, 1).folder == with_modes
    assert resolve.resolve(with_modes, None).folder == with_modes
    assert resolve.resolve(with_modes, 0, auto_select=False).folder == with_modes
    assert resolve.mode_folders(with_modes) == ["gamemode=0", "gamemode=3"]


def test_timing_is_asked_of_the_base(with_modes: Path) -> None:
    assert resolve.resolve(with_modes, 3).base().folder == with_modes
    # A mode's folder that was named itself is nobody's fine-tune, though adapters know it as one.
    named = resolve.resolve(with_modes / "gamemode=3", 0)
    assert (named.base(), named.subfolder) == (named, "gamemode=3")
    # Without a base, the fine-tune is all there is.
    (with_modes / "config.json").unlink()
    alone = resolve.resolve(with_modes, 3)
    assert alone.base() == alone


def test_the_hub_is_asked_for_the_mode_and_then_for_the_base(
    monkeypatch: pytest.MonkeyPatch, with_modes: Path
) -> None:
    asked: list[tuple[str, int | None]] = []

    def fetch(repository: str, gamemode: int | None = None) -> Path:
        asked.append((repository, gamemode))
        folder = with_modes / f"gamemode={gamemode}"
        return folder if folder.is_dir() else with_modes

    monkeypatch.setattr(hub, "fetch", fetch)
    chosen = resolve.resolve("someone/some-model", 3)
    assert chosen.folder == with_modes / "gamemode=3"
    assert chosen.base().folder == with_modes
    assert not resolve.resolve("someone/some-model", 1).selected
    assert resolve.resolve("someone/some-model", 3, auto_select=False).folder == with_modes
    name = "someone/some-model"
    assert asked == [(name, 3), (name, None), (name, 1), (name, None)]


def test_what_cannot_be_found_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "no such thing",
        "",
        "a" * 5000,
        "a" * 300 + "/b",
        "~nobody-of-that-name/x",
        "a\0b",
    ):
        with pytest.raises(CheckpointError, match="neither a folder nor a hub repository"):
            resolve.resolve(name)
    monkeypatch.setattr(resolve, "STARTER", tmp_path / "starter")
    with pytest.raises(CheckpointError, match="starter model is not part"):
        resolve.resolve("starter")
