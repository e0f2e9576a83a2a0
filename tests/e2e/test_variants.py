"""Several candidates in one batch: ranked, one applied, the others there by number."""

from __future__ import annotations

import hashlib

import pytest

from tests.e2e.house import House, Mapset, moment
from tests.e2e.untouched import assert_only_the_range_changed

START = moment(20_000)
END = START + 3_313
RANGE = ("--from", START, "--to", END)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.slow
def test_the_best_is_applied_and_the_others_by_number(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = path.read_bytes()
    ran = house.run("remap", path, *RANGE, "--seed", 4, "--variants", 3, "--json")
    result = ran.result
    count = len(result["variants"])
    assert count + len(result["refused"]) == 3
    assert count >= 2, result["refused"]
    assert [variant["number"] for variant in result["variants"]] == list(range(1, count + 1))
    seams = [variant["seam_bits"] for variant in result["variants"]]
    assert None not in seams and seams == sorted(seams)
    assert result["variant"] == 1

    with house.client() as client:
        kept = [client.variant(result["job"], number) for number in range(1, count + 1)]
    promised = [answer.variant.patch.result_sha256 for answer in kept]
    assert len(set(promised)) == count
    assert all(answer.seed == 4 and answer.path == str(path) for answer in kept)
    assert sha256(path.read_bytes()) == promised[0] == result["result_sha256"]
    for number in (2, 1):
        again = house.run("variant", number, "--json").result
        assert again["applied"] and again["job"] == result["job"]
        after = path.read_bytes()
        assert sha256(after) == promised[number - 1]
        assert_only_the_range_changed(before, after, START, END)
    written = path.read_bytes()
    dry = house.run("variant", 2, path, "--dry-run", "--json").result
    assert not dry["applied"] and dry["diff"].startswith("---")
    missing = house.run("variant", 9, "--job", result["job"], "--json").error
    assert (missing["exit_code"], missing["reason"]) == (4, "VARIANT_NOT_FOUND")
    assert path.read_bytes() == written
    # However many stood there meanwhile, one undo restores the mapper's own.
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_another_than_the_best_at_once(house: House, mapset: Mapset) -> None:
    path = mapset.normal
    before = path.read_bytes()
    ran = house.run("remap", path, *RANGE, "--seed", 4, "--variants", 2, "--variant", 2)
    assert ran.code == 0, ran
    assert " > 2: " in ran.out and "seam" in ran.out
    after = path.read_bytes()
    assert_only_the_range_changed(before, after, START, END)
    ran = house.run("remap", path, *RANGE, "--seed", 4, "--variants", 2, "--variant", 3, "--json")
    assert ran.error["exit_code"] == 2
    assert path.read_bytes() == after
