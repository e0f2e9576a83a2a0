"""The conversation, with a script for a user and nothing for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from clients.cli.main import app
from clients.cli.wizard import dialogue
from clients.cli.wizard.dialogue import converse
from clients.cli.wizard.settings import requests_of
from clients.cli.wizard.terminal import Terminal
from clients.client.errors import CancelledError
from tests.clients.patching.maps import MAP, write_map


class User:
    """Answers prompts that hold the given words, in order; Enter to all others."""

    def __init__(self, *script: tuple[str, str]) -> None:
        self._script = list(script)
        self.seen: list[str] = []
        self.copied = ""
        self.asked: list[str] = []

    def read(self, prompt: str) -> str:
        self.seen.append(prompt)
        self.asked.append(prompt.partition(" [")[0].rstrip(": "))
        assert len(self.asked) < 200, "the same is asked again and again"
        if self._script and self._script[0][0] in prompt:
            return self._script.pop(0)[1]
        return ""

    def converse(self, path: Path | None, recent: Sequence[Path] = ()) -> list[str]:
        def copy(text: str) -> str:
            self.copied = text
            return "Copied."

        terminal = Terminal(self.read, self.seen.append)
        told = converse(terminal, app, path, lambda: recent, " ".join, copy)
        assert not self._script, f"never asked: {self._script}"
        return told

    @property
    def text(self) -> str:
        return "\n".join(self.seen)


def test_with_enter_alone_all_of_the_active_map_is_remapped(map_path: Path) -> None:
    user = User()
    told = user.converse(None, [map_path])
    assert told == ["remap", str(map_path), "--from", "00:01:000", "--to", "00:09:000"]
    assert user.asked == [
        "Number or name",
        "The map: a number or a path",
        "--stars",
        "Range",
        "More options? (y/n)",
        "Run it (r), copy it (c), change a setting (s) or leave (q)",
    ]
    assert "(saved last)" in user.text and "objects from 00:01:000 to 00:09:000" in user.text


def test_another_of_the_last_maps(map_path: Path, tmp_path: Path) -> None:
    other = write_map(tmp_path / "Songs" / "2")
    user = User(("The map", "3"), ("The map", "2"))
    assert user.converse(None, [map_path, other])[1] == str(other)
    assert "Give a number from 1 to 2, or a path." in user.text


def test_without_a_daemon_a_path_is_asked_for(map_path: Path) -> None:
    user = User(("The map", ""), ("The map", "nowhere.osu"), ("The map", f'"{map_path}"'))
    assert user.converse(None)[1] == str(map_path)
    assert "Which file? Give its path." in user.text and "There is no file" in user.text


def test_every_request_can_be_made_with_few_questions(map_path: Path) -> None:
    song = map_path.with_name("song.mp3")
    song.touch()
    for command in ("remap", "hitsound", "gd", "mod", "timing", "generate", "show"):
        user = User(("Number or name", command), *[("--name", "My Hard")] * (command == "gd"))
        told = user.converse(song if command == "generate" else map_path)
        assert told[0] == command and len(user.asked) <= 8, user.asked


def test_what_is_put_off_exists() -> None:
    """Names in the wizard's own two lists are names of settings, or they would do nothing."""
    named = {(each.command, one.name) for each in requests_of(app) for one in each.settings}
    assert named >= dialogue._LATER
    assert set(dialogue._FIRST) <= {name for _, name in named}


def test_questions_fit_the_mode(map_path: Path) -> None:
    mania = map_path.with_name("mania.osu")
    mania.write_bytes(MAP.replace(b"AudioFilename", b"Mode: 3\r\nAudioFilename"))
    more = ("More options", "y")
    of_osu = User(more).converse
    assert of_osu(map_path)
    on_map, on_mania = User(more), User(more)
    on_map.converse(map_path)
    on_mania.converse(mania)
    assert "--hold-note-ratio" not in on_map.text
    assert "--hold-note-ratio" in on_mania.text and "osu!mania" in on_mania.text
    # What a new difficulty shall be counts, not what the map is.
    gd = User(
        ("Number or name", "gd"),
        ("--name", "4K"),
        ("--mode", "3"),
        more,
        ("Which one", "key-count"),
        ("--key-count", "19"),
        ("--key-count", "4"),
    )
    told = gd.converse(map_path)
    assert told[2:] == ["--name", "4K", "--mode", "3", "--key-count", "4"]
    assert "1 to 18" in gd.text


def test_an_answer_that_means_nothing_in_the_mode_is_left_out(map_path: Path) -> None:
    user = User(
        ("Number or name", "gd"),
        ("--name", "x"),
        ("--mode", "3"),
        ("More options", "y"),
        ("Which one", "--key-count"),
        ("--key-count", "5"),
        ("Which one", "mode"),
        ("--mode", "1"),
    )
    assert user.converse(map_path)[2:] == ["--name", "x", "--mode", "1"]


def test_change_copy_and_leave(map_path: Path) -> None:
    user = User(
        ("Run it", "what"),
        ("Run it", "s"),
        ("Which one", "99"),
        ("Which one", "stars"),
        ("--stars", "3"),
        ("Which one", "0"),
        ("Range", "2000 - 4000"),
        ("Which one", ""),
        ("Run it", "c"),
    )
    assert user.converse(map_path) == []
    expected = f"osu-companion remap {map_path} --from 00:02:000 --to 00:04:000 --stars 3"
    assert user.copied == expected
    assert "Copied." in user.text
    left = User(("Run it", "q"))
    assert left.converse(map_path) == [] and not left.copied


def test_a_setting_is_taken_back_by_an_empty_answer(map_path: Path) -> None:
    user = User(
        ("--stars", "3"),
        ("More options", "y"),
        ("Which one", "stars"),
        ("--stars", ""),
    )
    assert "--stars" not in user.converse(map_path)


def test_what_the_command_itself_refuses_is_told_before_it_is_run(map_path: Path) -> None:
    """The limits of an option that is in no table are Typer's to know, and it is asked."""
    user = User(
        ("Number or name", "show"),
        ("More options", "y"),
        ("Which one", "variant"),
        ("--variant", "0"),
        ("--variant", "9999"),
        ("Which one", "width"),
        ("--width", "wide"),
        ("--width", "800"),
    )
    told = user.converse(map_path)
    assert told == ["show", str(map_path), "--variant", "9999", "--width", "800"]


def test_a_map_where_a_song_is_wanted_offers_its_song(map_path: Path) -> None:
    song = map_path.with_name("audio.ogg")
    song.touch()
    user = User(("Number or name", "generate"))
    assert user.converse(map_path)[:2] == ["generate", str(song)]


def test_a_song_suggests_a_mapset(map_path: Path) -> None:
    song = map_path.with_name("song.mp3")
    song.touch()
    assert User().converse(song)[:2] == ["generate", str(song)]
    timing = User(("Number or name", "timing"))
    assert timing.converse(song) == ["timing", str(song)]
    wrong = User(("Number or name", "remap"), ("The map", str(map_path)))
    assert wrong.converse(song)[:2] == ["remap", str(map_path)]
    assert "is no .osu file" in wrong.text


def test_a_map_without_objects_has_no_range_to_suggest(tmp_path: Path) -> None:
    path = tmp_path / "empty.osu"
    path.write_text("osu file format v14\n\n[HitObjects]\n", encoding="utf-8")
    user = User(("Range", ""), ("Range", "5000"), ("Range", "5000 - 9000"))
    assert user.converse(path)[2:] == ["--from", "00:05:000", "--to", "00:09:000"]
    assert "has to be given" in user.text and "Where does it end?" in user.text


def test_the_end_of_the_input_is_a_user_who_left(map_path: Path) -> None:
    def read(_prompt: str) -> str:
        raise EOFError

    with pytest.raises(CancelledError):
        converse(Terminal(read, lambda _: None), app, map_path, list, " ".join, str)


def test_bytes_that_are_no_text_are_asked_for_again(map_path: Path) -> None:
    answers = iter([b"\xff", b"show", b"", b"", b""])
    said: list[str] = []
    terminal = Terminal(lambda _prompt: next(answers).decode("utf-8"), said.append)
    assert converse(terminal, app, map_path, list, " ".join, str) == ["show", str(map_path)]
    assert any("no text" in line for line in said)


def test_the_settings_are_listed_once_and_when_asked_for(map_path: Path) -> None:
    user = User(("More options", "y"), ("Which one", "seed"), ("--seed", "7"), ("Which one", "?"))
    user.converse(map_path)
    rows = [line.split() for line in user.seen if "--top-k" in line and not line.startswith("--")]
    assert len(rows) == 2 and rows[0][1:] == ["--top-k", "(the", "checkpoint's", "own)"]
    seeds = [line.split()[2:] for line in user.seen if line.split()[1:2] == ["--seed"]]
    assert seeds == [["(none)"], ["7"]]
