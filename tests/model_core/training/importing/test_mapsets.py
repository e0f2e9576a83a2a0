"""Imports: what comes into a corpus, what is left out, and going on where one stopped."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import decode
from model_core.beatmap import parse
from model_core.beatmap.stars import star_rating
from model_core.errors import InputError
from model_core.training.corpus import SongEntry, read_song, song_files
from model_core.training.importing import ImportOptions, Progress, Wanted, import_mapsets
from model_core.training.importing.labels import FIRST_OWN_ID
from tests.conftest import ROOT
from tests.model_core.training.importing.mapsets import map_text, pack, write_audio, write_folder

ALL = ImportOptions(held_out=0.0)


def songs(out: Path) -> list[SongEntry]:
    return [read_song(path) for path in song_files(out)]


def reasons(out: Path) -> dict[str, str]:
    """By the map's name (or the mapset's)."""
    rows = map(json.loads, (out / "skipped.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["file"].rpartition(": ")[2]: row["reason"] for row in rows}


def state_of(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in folder.rglob("*")
    }


def test_folders_and_archives_come_in(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    write_folder(root / "a" / "one", {"n.osu": map_text(), "h.osu": map_text(version="Hard")})
    pack(
        write_folder(
            tmp_path / "b", {"t.osu": map_text(title="Two", mode=1)}, audio="audio.wav", seed=1
        ),
        root / "two.osz",
    )
    before = state_of(root)
    seen: list[Progress] = []
    summary = import_mapsets(root, out, ALL, seen.append)
    assert state_of(root) == before  # what is read is never written
    assert (summary.mapsets, summary.songs, summary.maps, summary.mappers) == (2, 2, 3, 1)
    assert [(each.done, each.total) for each in seen] == [(0, 2), (1, 2), (2, 2)]
    assert seen[-1].maps == 3 and seen[-1].seconds_left == 0.0

    found = {song.maps[0].mode: song for song in songs(out)}
    data = map_text().encode()
    [entry] = [each for each in found[0].maps if each.data == data]
    assert entry.stars == star_rating(data) and entry.circle_size == 4.0
    assert entry.mapper_id == FIRST_OWN_ID and entry.year is None and entry.key_count is None
    heard = decode(root / "a" / "one" / "audio.wav").samples
    assert np.abs(found[0].samples / 32767.0 - heard).max() < 1e-4
    assert not found[0].heard


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".flac"])
def test_audio_of_any_kind_is_decoded_as_for_a_request(tmp_path: Path, suffix: str) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    write_folder(root / "s", {"n.osu": map_text(audio=f"Song{suffix}")}, audio=f"song{suffix}")
    import_mapsets(root, out, ALL)
    [song] = songs(out)
    heard = decode(root / "s" / f"song{suffix}").samples
    assert len(song.samples) == len(heard)
    assert np.abs(song.samples / 32767.0 - heard).max() < 1e-4


def test_the_sample_mapset_comes_in(tmp_path: Path) -> None:
    summary = import_mapsets(ROOT / "samples", tmp_path / "out", ALL)
    assert summary.songs == 1 and summary.maps >= 2 and not summary.reasons
    assert all(each.stars for each in songs(tmp_path / "out")[0].maps)


def test_every_reason_is_told(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    write_folder(
        root / "s",
        {
            "good.osu": map_text(),
            "same.osu": map_text(),
            "empty.osu": "",
            "noaudio.osu": map_text(audio=""),
            "missing.osu": map_text(audio="other.mp3"),
            "escape.osu": map_text(audio="../../secret.wav"),
            "absolute.osu": map_text(audio="/etc/passwd"),
            "drive.osu": map_text(audio="C:\\secret.wav"),
            "nothing.osu": map_text(objects=0),
            "few.osu": map_text(objects=3),
            "green.osu": map_text(timing="0,-100,4,1,0,60,0,0"),
            "broken-beat.osu": map_text(timing="0,NaN,4,1,0,60,1,0"),  # the game skips it
            "fast-beat.osu": map_text(timing="0,0.001,4,1,0,60,1,0"),
            "beyond.osu": map_text(step_ms=900),
            "before.osu": map_text(first_ms=-2000),
            "far.osu": map_text(more="90000,100,14000,1,0,0:0:0:0:"),
            "mode.osu": map_text(mode=3),
            "noise.osu": map_text(audio="noise.mp3"),
            "silent.osu": map_text(audio="silent.wav"),
            "short.osu": map_text(audio="short.wav"),
            "hollow.osu": map_text(audio="hollow.mp3"),
        },
    )
    (root / "s" / "noise.mp3").write_bytes(b"this is no music" * 100)
    (root / "s" / "hollow.mp3").write_bytes(b"")
    write_audio(root / "s" / "short.wav", 5.0)
    sound = (root / "s" / "audio.wav").read_bytes()
    start = sound.index(b"data") + 8
    (root / "s" / "silent.wav").write_bytes(sound[:start] + bytes(len(sound) - start))
    (tmp_path / "secret.wav").write_bytes(sound)
    summary = import_mapsets(root, out, ImportOptions(Wanted(modes=(0, 1, 2)), held_out=0.0))
    assert summary.maps == 1 and summary.songs == 1
    assert reasons(out) == {
        "same.osu": "duplicate",
        "empty.osu": "empty file",
        "noaudio.osu": "no audio",
        "missing.osu": "audio missing",
        "escape.osu": "unsafe path",
        "absolute.osu": "unsafe path",
        "drive.osu": "unsafe path",
        "nothing.osu": "no objects",
        "few.osu": "few objects",
        "green.osu": "no red line",
        "broken-beat.osu": "no red line",
        "fast-beat.osu": "absurd values",
        "beyond.osu": "beyond the audio",
        "before.osu": "absurd values",
        "far.osu": "absurd values",
        "mode.osu": "mode not wanted",
        "noise.osu": "audio undecodable",
        "silent.osu": "silent audio",
        "short.osu": "too short",
        "hollow.osu": "empty file",
    }
    assert sum(summary.reasons.values()) == 20
    assert str(tmp_path / "out") not in (out / "skipped.jsonl").read_text(encoding="utf-8")


def test_what_is_wanted_can_be_said(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    write_folder(
        root / "s",
        {
            "slow.osu": map_text(step_ms=750, objects=20),
            "fast.osu": map_text(version="Fast", step_ms=125, objects=100),
            "guest.osu": map_text(version="Some Guest's Hard", tags="a some guest b"),
        },
    )
    stars = {
        name: star_rating((root / "s" / name).read_bytes()) for name in ("slow.osu", "fast.osu")
    }
    low, high = stars["slow.osu"], stars["fast.osu"]
    assert low is not None and high is not None and low < high
    wanted = Wanted(stars=((low + high) / 2, 10.0))
    import_mapsets(root, out, ImportOptions(wanted, held_out=0.0))
    assert reasons(out) == {"slow.osu": "stars not wanted", "guest.osu": "stars not wanted"}

    by_guest = tmp_path / "by-guest"
    import_mapsets(root, by_guest, ImportOptions(mappers=("SOME GUEST",), held_out=0.0))
    assert set(reasons(by_guest)) == {"slow.osu", "fast.osu"}
    [song] = songs(by_guest)
    assert parse(song.maps[0].data).difficulty_name == "Some Guest's Hard"


def test_ids_that_people_gave_stay(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    write_folder(root / "s", {"n.osu": map_text(creator="Known")})
    write_folder(root / "t", {"n.osu": map_text(creator="New", title="Other")}, seed=3)
    out.mkdir()
    (out / "mappers.json").write_text('{"known": 2}', encoding="utf-8")
    import_mapsets(root, out, ALL)
    ids = {parse(each.data).creator: each.mapper_id for s in songs(out) for each in s.maps}
    assert ids == {"Known": 2, "New": FIRST_OWN_ID}
    table = json.loads((out / "mappers.json").read_text(encoding="utf-8"))
    assert table == {"known": 2, "New": FIRST_OWN_ID}
    write_folder(root / "u", {"n.osu": map_text(creator="Newer", title="Third")}, seed=4)
    import_mapsets(root, out, ALL)
    table = json.loads((out / "mappers.json").read_text(encoding="utf-8"))
    assert table == {"known": 2, "New": FIRST_OWN_ID, "Newer": FIRST_OWN_ID + 1}
    (out / "mappers.json").write_text('{"known": "two"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"mappers\.json must hold names"):
        import_mapsets(root, out, ALL)


def test_an_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    for k in range(3):
        write_folder(root / f"s{k}", {"n.osu": map_text(title=f"Song {k}")}, seed=k)
    first = import_mapsets(root, out, ImportOptions(held_out=0.0, limit=1))
    assert (first.mapsets, first.left) == (1, 2)
    times = {path.name: path.stat().st_mtime_ns for path in song_files(out)}
    seen: list[Progress] = []
    last = import_mapsets(root, out, ALL, seen.append)
    assert (last.songs, last.left, seen[-1].total) == (3, 0, 2)
    assert {p.name: p.stat().st_mtime_ns for p in song_files(out)}.items() >= times.items()

    # A line that was cut off when the power went: that mapset is read again, and no map twice.
    ledger = out / "import.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-20])
    again = import_mapsets(root, out, ALL)
    assert (again.songs, again.maps) == (3, 3)
    assert [len(song.maps) for song in songs(out)] == [1, 1, 1]

    with pytest.raises(InputError, match=r"other options .*held_out was 0"):
        import_mapsets(root, out, ImportOptions(held_out=0.5))


def test_an_interrupted_import_tells_what_it_has(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    for k in range(3):
        maps = {"n.osu": map_text(title=f"Song {k}"), "e.osu": ""}
        write_folder(root / f"s{k}", maps, seed=k)

    def stop(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mapsets(root, out, ALL, stop)
    assert len(songs(out)) == 2 and list(reasons(out)) == ["e.osu"]
    assert import_mapsets(root, out, ALL).songs == 3


def test_a_changed_mapset_is_read_again(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    folder = write_folder(root / "s", {"n.osu": map_text(), "h.osu": map_text(version="Hard")})
    import_mapsets(root, out, ALL)
    (folder / "h.osu").unlink()
    (folder / "n.osu").write_text(map_text(objects=30), encoding="utf-8", newline="")
    summary = import_mapsets(root, out, ALL)
    [song] = songs(out)
    assert [len(parse(each.data).hit_objects) for each in song.maps] == [30]
    assert (summary.songs, summary.maps) == (1, 1)
    write_audio(folder / "audio.wav", seed=9)  # another audio: the old song is of no use
    import_mapsets(root, out, ALL)
    assert len(list(out.glob("*.npz"))) == len(songs(out)) == 1


def test_an_audio_that_was_cut_short_in_the_corpus_is_decoded_again(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    folder = write_folder(root / "s", {"n.osu": map_text()})
    import_mapsets(root, out, ALL)
    [path] = out.glob("*.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[:400])
    (folder / "n.osu").write_text(map_text(objects=30), encoding="utf-8", newline="")
    import_mapsets(root, out, ALL)
    [song] = songs(out)
    assert len(song.samples) > 100_000 and len(parse(song.maps[0].data).hit_objects) == 30


def test_copies_are_one_song(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    maps = {"n.osu": map_text(), "h.osu": map_text(version="Hard")}
    write_folder(root / "a", maps)
    pack(write_folder(tmp_path / "b", maps), root / "b.osz")
    # Another mapper's set with the same audio file is one more map of that song.
    write_folder(root / "c", {"n.osu": map_text(creator="Other", title="Renamed")})
    summary = import_mapsets(root, out, ALL)
    assert (summary.mapsets, summary.songs, summary.maps) == (3, 1, 3)
    assert summary.reasons == {"duplicate": 2}
    [song] = songs(out)
    assert len(song.maps) == 3


def test_what_is_held_out_is_never_in_training(tmp_path: Path) -> None:
    root, out = tmp_path / "Songs", tmp_path / "out"
    for k in range(8):
        write_folder(root / f"s{k:02}", {"n.osu": map_text(title=f"Song {k}")}, seed=k)
        # The same song by somebody else, cut for television: it goes to the same side.
        other = map_text(title=f"Song {k} (TV Size)", creator="Other")
        write_folder(root / f"t{k:02}", {"n.osu": other}, seed=k + 100)
    summary = import_mapsets(root, out, ImportOptions(held_out=0.4))
    held = (out / "held-out.txt").read_text(encoding="utf-8").splitlines()
    assert 0 < len(held) < 16 and summary.held_out == len(held)
    assert summary.songs == 16 - len(held) == len(songs(out))
    assert {Path(each).name[1:] for each in held if Path(each).name[0] == "s"} == {
        Path(each).name[1:] for each in held if Path(each).name[0] == "t"
    }
    titles = {parse(each.data).title for song in songs(out) for each in song.maps}
    for each in held:
        assert parse((Path(each) / "n.osu").read_bytes()).title not in titles

    # The audio of a song that is held out, under another name, is not trained on either.
    kept = next(k for k in range(8) if str(root / f"s{k:02}") in held)
    free = next(k for k in range(8) if str(root / f"s{k:02}") not in held)
    copy = root / "zz"
    write_folder(copy, {"n.osu": map_text(title=f"Song {free}", creator="Third")}, seed=kept)
    more = import_mapsets(root, out, ImportOptions(held_out=0.4))
    assert more.songs == summary.songs and more.reasons == {"duplicate audio": 1}
    assert len(list(out.glob("*.npz"))) == more.songs


@pytest.mark.slow
def test_several_processes_give_the_same_corpus(tmp_path: Path) -> None:
    root = tmp_path / "Songs"
    for k in range(3):
        maps = {"n.osu": map_text(title=f"Song {k}", creator=f"Mapper {k}")}
        write_folder(root / f"s{k}", maps, seed=k)
    one, two = tmp_path / "one", tmp_path / "two"
    assert import_mapsets(root, one, ALL) == import_mapsets(
        root, two, ImportOptions(held_out=0.0, processes=2)
    )
    assert {p.name for p in one.glob("*.json*")} == {p.name for p in two.glob("*.json*")}
    for path in one.glob("*.json*"):
        assert path.read_bytes() == (two / path.name).read_bytes()


def test_nothing_is_written_among_the_mapsets(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which is only read"):
        import_mapsets(tmp_path, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()
    with pytest.raises(InputError, match="is no folder"):
        import_mapsets(tmp_path / "none", tmp_path / "out")


def test_no_connection_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    root = tmp_path / "Songs"
    write_folder(root / "s", {"n.osu": map_text(audio="audio.mp3")}, audio="audio.mp3")
    assert import_mapsets(root, tmp_path / "out", ALL).maps == 1


@pytest.mark.slow
def test_no_process_of_an_import_opens_a_socket(tmp_path: Path) -> None:
    """Python tells of every socket before it is made: in the workers, too."""
    root = tmp_path / "Songs"
    write_folder(root / "s", {"n.osu": map_text()})
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    told = tmp_path / "sockets"
    (hooks / "sitecustomize.py").write_text(
        "import sys\n"
        "def hook(event, _):\n"
        "    if event.startswith('socket.'):\n"
        f"        open({str(told)!r}, 'a').write(event + chr(10))\n"
        "sys.addaudithook(hook)\n",
        encoding="utf-8",
    )
    code = (
        "from pathlib import Path\n"
        "from model_core.training.importing import ImportOptions, import_mapsets\n"
        "if __name__ == '__main__':\n"
        "    options = ImportOptions(held_out=0.0, processes=2)\n"
        f"    root, out = Path({str(root)!r}), Path({str(tmp_path / 'out')!r})\n"
        "    print(import_mapsets(root, out, options))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    paths = os.pathsep.join([str(hooks), str(ROOT)])
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "maps=1" in done.stdout, done.stderr
    assert not told.exists(), told.read_text(encoding="utf-8")


def test_real_maps_come_in_or_say_why_not(corpus: Path, tmp_path: Path) -> None:
    """Real .osu files with audio of our own under the name that each wants."""
    root, out = tmp_path / "Songs", tmp_path / "out"
    audio = write_audio(tmp_path / "song.wav", 300.0).read_bytes()
    files = sorted(corpus.rglob("*.osu"))[::8]
    for number, file in enumerate(files):
        folder = root / f"{number:03}"
        folder.mkdir(parents=True)
        data = file.read_bytes()
        (folder / "map.osu").write_bytes(data)
        name = parse(data).audio_filename
        if name and "/" not in name:
            (folder / name).write_bytes(audio)
    summary = import_mapsets(root, out, ALL)
    assert summary.mapsets == len(files)
    assert summary.maps + sum(summary.reasons.values()) == len(files)
    assert summary.maps >= 5
    [song] = songs(out)
    assert len(song.maps) == summary.maps
