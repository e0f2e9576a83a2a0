"""The journal: each content once, entries for ever, bounds, older journals, damage."""

from __future__ import annotations

import random
import sqlite3
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.patching import (
    Bounds,
    BytesNotKeptError,
    EntryState,
    JournalError,
    LineEdit,
    NothingToUndoError,
    Patcher,
    PatchingError,
    sha256_hex,
)
from clients.patching.schema import _FIRST
from tests.clients.patching.maps import MAP, REMAP, patch_of, some_patch, write_map

DAY = 86_400.0


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def change(patcher: Patcher, path: Path, mark: int) -> bytes:
    """Change a map once more; what it held before."""
    before = path.read_bytes()
    patcher.apply(path, some_patch(before, b"%d" % mark), REMAP)
    return before


def contents(patcher: Patcher) -> set[str]:
    with sqlite3.connect(patcher.journal.file) as db:
        return {digest for (digest,) in db.execute("SELECT sha256 FROM contents")}


def kept_bytes(patcher: Patcher) -> int:
    with sqlite3.connect(patcher.journal.file) as db:
        (size,) = db.execute("SELECT SUM(LENGTH(bytes)) FROM contents").fetchone()
    return int(size)


def test_what_one_write_leaves_and_the_next_finds_is_stored_once(tmp_path: Path) -> None:
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    states = [change(patcher, path, number) for number in range(5)] + [path.read_bytes()]
    assert contents(patcher) == {sha256_hex(state) for state in states}
    # A copy of the map under another name shares them too.
    other = write_map(tmp_path / "Songs", "copy.osu")
    change(patcher, other, 0)
    assert len(contents(patcher)) == len(states)


def test_bytes_beyond_the_size_go_but_never_those_of_the_newest_ten(
    tmp_path: Path, clock: Clock
) -> None:
    patcher = Patcher(tmp_path / "state", clock=clock, bounds=Bounds(size_bytes=1))
    path, other = write_map(tmp_path / "Songs"), write_map(tmp_path / "Songs", "other.osu")
    other.write_bytes(MAP + b"\r\n// other")  # or it would hold the first map's bytes as well
    change(patcher, other, 99)
    states = [change(patcher, path, number) for number in range(14)]
    history = patcher.history(path)
    assert len(history) == 14  # where they come from is kept for ever
    assert [entry.before_kept for entry in history] == [True] * 10 + [False] * 4
    for state in reversed(states[4:]):
        patcher.undo(path)
        assert path.read_bytes() == state
    with pytest.raises(BytesNotKeptError, match=r"no longer kept.*Nothing was changed"):
        patcher.undo(path)
    assert path.read_bytes() == states[4]
    # The other map's only change is among its newest ten, however old.
    patcher.undo(other)
    assert other.read_bytes() == MAP + b"\r\n// other"
    # Bytes are not needed to see that a map is back already.
    path.write_bytes(states[3])
    assert patcher.undo(path).state is EntryState.UNDONE


def test_bytes_beyond_the_age_go_and_bytes_within_the_bounds_stay(
    tmp_path: Path, clock: Clock
) -> None:
    patcher = Patcher(tmp_path / "state", clock=clock, bounds=Bounds(age_s=30 * DAY))
    path = write_map(tmp_path / "Songs")
    for number in range(12):
        change(patcher, path, number)
    clock.now += 29 * DAY
    change(patcher, path, 12)
    assert all(entry.before_kept for entry in patcher.history(path))
    clock.now += 2 * DAY
    change(patcher, path, 13)
    kept = [entry.before_kept for entry in patcher.history(path)]
    assert kept == [True] * 10 + [False] * 4


def test_the_size_is_kept_within_the_bound_where_maps_have_many_changes(tmp_path: Path) -> None:
    noise = random.Random(3)
    bound = 40_000
    patcher = Patcher(tmp_path / "state", bounds=Bounds(size_bytes=bound))
    path = write_map(tmp_path / "Songs")
    for _ in range(60):
        line = b"// " + noise.randbytes(1000).replace(b"\n", b"") + b"\r\n"
        base = path.read_bytes()
        patcher.apply(path, patch_of(base, LineEdit(11, 1, (line,))), REMAP)
    assert kept_bytes(patcher) <= bound
    history = patcher.history(path, limit=100)
    kept = [entry.before_kept for entry in history]
    assert len(kept) == 60 and kept == sorted(kept, reverse=True) and sum(kept) > 10


def test_writes_that_never_happened_keep_no_bytes_and_push_out_none(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    patcher = Patcher(tmp_path / "state", clock=clock, bounds=Bounds(size_bytes=1))
    path = write_map(tmp_path / "Songs")
    for number in range(10):
        change(patcher, path, number)
    before = contents(patcher)

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clients.patching.atomic.os.write", fail)
    for number in range(10, 15):
        with pytest.raises(PatchingError):
            change(patcher, path, number)
    assert contents(patcher) == before
    assert len(patcher.history(path)) == 10


# --- older journals -------------------------------------------------------------------------------


def old_journal(file: Path, rows: list[dict[str, Any]]) -> None:
    """A journal as the first version wrote it: both sides' bytes in each entry."""
    file.parent.mkdir(parents=True)
    db = sqlite3.connect(file)
    for statement in _FIRST.split(";"):
        db.execute(statement)
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        db.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", tuple(row.values()))
    db.execute("INSERT INTO notices VALUES ('/a.osu', 'ranking')")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()


def old_row(number: int, path: Path, before: bytes, after: bytes, state: str) -> dict[str, Any]:
    return {
        "id": number,
        "at": 1000.0 + number,
        "changed_at": 1000.5 + number,
        "path": str(path),
        "state": state,
        "verb": "remap",
        "job": f"job-{number}",
        "variant": 2,
        "summary": f"change {number}",
        "detail": '{"seed": 7}',
        "before_sha256": sha256_hex(before),
        "after_sha256": sha256_hex(after),
        "before": zlib.compress(before, 6),
        "after": zlib.compress(after, 6),
        "temporary": "",
    }


def test_a_journal_of_the_first_version_is_taken_over_without_loss(tmp_path: Path) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    versions = [MAP]
    for number in range(15):
        versions.append(some_patch(versions[-1], b"%d" % number).apply(versions[-1]))
    states = ["applied"] * 13 + ["abandoned", "undone"]
    rows = [
        old_row(number + 5, path, versions[number], versions[number + 1], states[number])
        for number in range(15)
    ]
    # The abandoned one never happened: what was undone last was made from the same bytes.
    rows[14] |= {"before": rows[13]["before"], "before_sha256": rows[13]["before_sha256"]}
    # A damaged copy must not take the place of a sound one.
    rows[3]["after"] = b"damaged"
    old_journal(state / "journal.sqlite3", rows)
    path.write_bytes(versions[13])

    patcher = Patcher(state, clock=lambda: 2000.0)
    history = patcher.history(path)
    assert [entry.id for entry in history] == [19, *range(17, 4, -1)]
    assert all(entry.before_kept and entry.after_kept for entry in history)
    newest = history[0]
    assert (newest.at, newest.changed_at, newest.job, newest.variant) == (1019, 1019.5, "job-19", 2)
    assert (newest.summary, newest.detail, newest.state) == ("change 19", '{"seed": 7}', "undone")
    for entry, row in zip(history, [rows[14], *rows[12::-1]], strict=True):
        assert patcher.journal.before(entry) == zlib.decompress(row["before"])
        number = row["id"] - 5
        assert patcher.journal.after(entry) == versions[number + 1]
    assert not patcher.first_notice(Path("/a.osu"), "ranking")
    # Times are known too, and undo and redo go on as ever; numbers go on as well.
    assert patcher.version(path, at=1006.2)[1] == versions[2]
    for expected in reversed(versions[:13]):
        patcher.undo(path)
        assert path.read_bytes() == expected
    patcher.redo(path)
    assert patcher.apply(path, some_patch(path.read_bytes(), b"x"), REMAP).id == 20


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    change(patcher, path, 1)
    with sqlite3.connect(patcher.journal.file) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match=r"newer version.*Update this program"):
        patcher.undo(path)
    assert path.read_bytes() != MAP


# --- damage and trouble ---------------------------------------------------------------------------


def test_damaged_bytes_are_told_by_their_hash_and_not_written(tmp_path: Path) -> None:
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    change(patcher, path, 1)
    written = path.read_bytes()
    for damage in (zlib.compress(b"other bytes"), b"nothing that was compressed"):
        with sqlite3.connect(patcher.journal.file) as db:
            digest = sha256_hex(MAP)
            db.execute("UPDATE contents SET bytes = ? WHERE sha256 = ?", (damage, digest))
        with pytest.raises(JournalError, match=r"is damaged.*Nothing was changed"):
            patcher.undo(path)
        assert path.read_bytes() == written
    # The same bytes met again take the damaged ones' place.
    path.write_bytes(MAP)
    patcher.undo(path)
    change(patcher, path, 2)
    patcher.undo(path)
    assert path.read_bytes() == MAP


def damages(data: bytes) -> Iterator[bytes]:
    noise = random.Random(11)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(noise.choice([1, 4, 64, 512])):
            damaged[noise.randrange(len(data))] = noise.randrange(256)
        yield bytes(damaged)
    for length in (1, 100, 4096, len(data) // 2, len(data) - 1):
        yield data[:length]


def test_a_journal_damaged_anywhere_never_harms_a_map(tmp_path: Path) -> None:
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    for number in range(4):
        change(patcher, path, number)
    sound, held = patcher.journal.file.read_bytes(), path.read_bytes()
    outcomes = set()
    for damaged in damages(sound):
        path.write_bytes(held)
        patcher.journal.file.write_bytes(damaged)
        try:
            patcher.apply(path, some_patch(held, b"9"), REMAP)
        except PatchingError as error:
            assert path.read_bytes() == held and "\n" not in str(error)
            outcomes.add("refused")
        else:
            outcomes.add("written")
            written = path.read_bytes()
            try:
                patcher.undo(path)
            except JournalError:
                assert path.read_bytes() == written
                outcomes.add("not undone")
            else:
                assert path.read_bytes() == held
        assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert outcomes >= {"refused", "written"}


def test_a_journal_that_is_held_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.patching.journal._BUSY_TIMEOUT_S", 0.05)
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    change(patcher, path, 1)
    written = path.read_bytes()
    holder = sqlite3.connect(patcher.journal.file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(JournalError, match="Another program holds it"):
        patcher.undo(path)
    holder.close()
    assert path.read_bytes() == written
    patcher.undo(path)
    assert path.read_bytes() == MAP


def test_a_journal_that_fails_after_the_write_makes_no_failure_of_it(tmp_path: Path) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"

    def fail(step: str) -> None:
        if step == "folder flushed":
            patcher.journal.file.rename(away)
            patcher.journal.file.mkdir()

    away = state / "away"
    patcher = Patcher(state, observe=fail)
    entry = patcher.apply(path, some_patch(), REMAP)
    assert entry.state is EntryState.APPLIED and path.read_bytes() == some_patch().apply(MAP)
    patcher.journal.file.rmdir()
    away.rename(patcher.journal.file)
    after = Patcher(state)
    assert [entry.state for entry in after.history()] == [EntryState.APPLIED]
    after.undo(path)
    assert path.read_bytes() == MAP


def test_names_that_are_no_text_are_kept_as_they_are(tmp_path: Path) -> None:
    try:
        path = write_map(tmp_path / "Songs", "\udc83e\udcff.osu")
    except OSError:
        pytest.skip("this file system takes text only")
    patcher = Patcher(tmp_path / "state")
    change(patcher, path, 1)
    (entry,) = patcher.history(path)
    assert entry.path == path
    assert patcher.first_notice(path, "ranking") and not patcher.first_notice(path, "ranking")
    patcher.undo(path)
    assert path.read_bytes() == MAP


def test_fifty_thousand_entries_slow_nothing_down(tmp_path: Path) -> None:
    patcher, path = Patcher(tmp_path / "state"), write_map(tmp_path / "Songs")
    change(patcher, path, 1)
    with sqlite3.connect(patcher.journal.file) as db:
        count = 50_000
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO entries (at, changed_at, path, state, verb, job, variant, summary,"
            " detail, before_sha256, after_sha256, temporary, keeping)"
            " SELECT i, i, '/maps/' || (i % 3000) || '.osu', 'applied', 'remap', 'job', 1,"
            " 'a change', '{}', 'b' || i, 'a' || i, '', 1 FROM n",
            (count,),
        )
        db.execute("INSERT INTO contents SELECT before_sha256, 10, x'00' FROM entries WHERE id > 1")
        # What every command asks must be answered from an index, whatever the machine's speed.
        for state in ("state IN ('applying', 'undoing', 'redoing')", "state = 'applied'"):
            (*_, plan) = db.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM entries WHERE {state} ORDER BY id DESC LIMIT 1"
            ).fetchone()
            assert "USING INDEX entries_by_state" in plan
    patcher = Patcher(tmp_path / "state", bounds=Bounds(age_s=1e12))
    started = time.perf_counter()
    change(patcher, path, 2)
    patcher.undo(path)
    patcher.redo(path)
    assert len(patcher.history(limit=50)) == 50
    assert len(patcher.history(path)) == 2
    took = time.perf_counter() - started
    assert sum(1 for _ in patcher.every()) == count + 2
    # A hundred times what it takes here: a scan of the whole table per step would show.
    assert took < 5.0
    with pytest.raises(NothingToUndoError):
        patcher.undo(tmp_path / "none.osu")
    print(f"five commands among {count} entries: {took * 1000:.0f} ms")
