"""What the daemon says before a map is changed, and what it tells of where a change comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from osu_companion.local.config import Config
from osu_companion.v1 import jobs_pb2, parameters_pb2, patches_pb2, provenance_pb2, remap_pb2

from daemon import version
from daemon.notices import is_theirs, notices_for
from daemon.songs.mapper_names import mapper_names
from model_core.beatmap import parse
from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, sha256

RANKING = provenance_pb2.Notice.CODE_RANKING
OTHER = provenance_pb2.Notice.CODE_OTHER_MAPPER
UNKNOWN = provenance_pb2.Notice.CODE_MAPPER_UNKNOWN


def codes(daemon: RunningDaemon, mapset: Mapset, **fields: object) -> list[int]:
    """The codes of a job's notices, which must be those of its result."""
    kinds: list[str] = []
    told: list[provenance_pb2.Notice] = []
    for response in daemon.remap(mapset.map, **fields):
        kinds.append(response.event.WhichOneof("event"))
        if kinds[-1] == "notice":
            told.append(response.event.notice)
        last = response.event
    assert kinds[0] != "result" and kinds.index("notice") == 1 and kinds[-1] == "result"
    assert list(last.result.notices) == told and all(notice.text for notice in told)
    return [notice.code for notice in told]


def test_whose_map_it_is_by_the_configuration(
    mapset: Mapset, starter: Callable[..., RunningDaemon]
) -> None:
    mine = starter(OSU_COMPANION_MAPPER_NAME="Somebody else, a_MAPPER")
    assert codes(mine, mapset) == [RANKING]
    mine.close()
    theirs = starter(OSU_COMPANION_MAPPER_NAME="Me")
    assert codes(theirs, mapset) == [OTHER, RANKING]
    mapset.write(tuple(line.replace("Version:Insane", "Version:Me's Insane") for line in MAP_LINES))
    assert codes(theirs, mapset) == [RANKING]


def test_whose_map_it_is_by_osus_own_configuration(
    mapset: Mapset, starter: Callable[..., RunningDaemon]
) -> None:
    (mapset.folder.parents[1] / "osu!.me.cfg").write_text("Username = The Player\nVolume = 5\n")
    daemon = starter()
    result = list(daemon.remap(mapset.map))[-1].event.result
    assert [notice.code for notice in result.notices] == [OTHER, RANKING]
    assert "The Player" in result.notices[0].text and "A mapper" in result.notices[0].text


def test_no_option_of_a_request_hides_the_notices(daemon: RunningDaemon, mapset: Mapset) -> None:
    """Every field of the request set to something else than its default."""
    options = parameters_pb2.RemapOptions()
    for each in options.DESCRIPTOR.fields:
        if each.name == "negative_descriptors":
            options.negative_descriptors.append("other")
        elif each.name == "descriptors":
            options.descriptors.append("any")
        else:
            # Within the limits of every one of them.
            setattr(options, each.name, False if each.type == each.TYPE_BOOL else 1)
    fields = {
        "start_ms": 2000,
        "end_ms": 4000,
        "seed": 5,
        "variants": 2,
        "detached": True,
        "options": options,
        "base_sha256": sha256(mapset.map.read_bytes()),
        "model": "starter",
    }
    request = remap_pb2.RemapBeatmapRequest(path="x", range_text="00:02:000 - 00:04:000", **fields)
    assert {field.name for field, _ in request.ListFields()} == set(
        request.DESCRIPTOR.fields_by_name
    )
    set_options = {field.name for field, _ in options.ListFields()}
    assert set_options == set(options.DESCRIPTOR.fields_by_name)
    for more in (fields, {**fields, "range_text": "00:02:000 - 00:04:000 - "}):
        assert RANKING in codes(daemon, mapset, **more)


def test_a_result_says_what_made_it(daemon: RunningDaemon, mapset: Mapset) -> None:
    base = mapset.map.read_bytes()
    options = parameters_pb2.RemapOptions(
        temperature=0.5, descriptors=["jump aim"], take_volume=False
    )
    event = list(daemon.remap(mapset.map, seed=9, variants=2, options=options))[-1].event
    about = event.result.provenance
    assert (about.verb, about.job_id, about.seed) == ("remap", event.job_id, 9)
    assert (about.start_ms, about.end_ms, about.base_sha256) == (2000, 4000, sha256(base))
    assert (about.model, about.checkpoint.family, about.checkpoint.parameters) == (
        "starter",
        "fake",
        1,
    )
    assert (about.device, about.precision) == ("cpu", "float32")
    assert about.program_version == version() and about.made_at.seconds > 0
    options_told = dict(about.options)
    assert list(options_told.pop("descriptors")) == ["jump aim"]
    assert options_told == {
        "temperature": 0.5,
        "take_volume": False,
        "take_slider_velocity": True,
        "variants": 2,
    }
    answer = daemon.patches(
        "GetVariant", patches_pb2.GetVariantRequest(job_id=event.job_id, number=2)
    )
    assert answer.provenance == about and list(answer.notices) == list(event.result.notices)


def test_who_joins_late_is_told_as_well(daemon: RunningDaemon, mapset: Mapset) -> None:
    done = list(daemon.remap(mapset.map))[-1].event
    stub = daemon.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=done.job_id))
    (only,) = list(stub)
    assert [notice.code for notice in only.event.result.notices] == [
        notice.code for notice in done.result.notices
    ]
    slow = daemon.remap(mapset.map, "slow")
    first = next(slow).event
    attached = daemon.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=first.job_id))
    joined = [next(attached).event.WhichOneof("event") for _ in range(3)]
    assert "notice" in joined[1:]
    slow.cancel()


MAP = "osu file format v14\n[Metadata]\nCreator:{creator}\nVersion:{version}\n"


@pytest.mark.parametrize(
    ("creator", "difficulty", "mine"),
    [
        ("Some_Name", "Hard", True),
        (" some name ", "Hard", True),
        ("SomeName", "Hard", False),
        ("Other", "Hard", False),
        ("Other", "Some Name's Hard", True),
        ("Other", "some_name’s Hard", True),
        ("Other", "Third & Some Name's Hard", True),
        ("Other", "Third x Some Name's Hard", True),
        ("Other", "Some Namess' Hard", False),
        ("Other", "Awesome Name's Hard", False),
        ("Other", "Some Name", False),
        ("Other", "", False),
    ],
)
def test_names_are_compared_as_osu_does(creator: str, difficulty: str, mine: bool) -> None:
    beatmap = parse(MAP.format(creator=creator, version=difficulty).encode())
    assert is_theirs(beatmap, ["Else", "Some Name"]) is mine
    told = [notice.code for notice in notices_for(beatmap, ["Else", "Some Name"])]
    assert told == ([RANKING] if mine else [OTHER, RANKING])


def test_a_map_of_nobody_and_a_user_without_a_name() -> None:
    nobody = parse(MAP.format(creator="", version="Hard").encode())
    assert [notice.code for notice in notices_for(nobody, ["Me"])] == [RANKING]
    somebody = parse(MAP.format(creator="Other", version="Hard").encode())
    assert [notice.code for notice in notices_for(somebody, [])] == [UNKNOWN, RANKING]


def test_the_names_that_are_found(tmp_path: Path) -> None:
    none = {"HOME": str(tmp_path / "home"), "APPDATA": str(tmp_path / "home")}

    def found(*folders: Path, name: str = "", environ: dict[str, str] = none) -> tuple[str, ...]:
        config = Config(mapper_name=name)
        return mapper_names(config, environ=environ, installations=folders, user="Me")

    game, other = tmp_path / "osu!", tmp_path / "other"
    game.mkdir()
    assert found(game, other) == ()
    (game / "osu!.You.cfg").write_text("Username = Second\n")
    assert found(game) == ("Second",)
    (game / "osu!.me.cfg").write_text("# x\nUsername =\n")
    assert found(game) == ("Second",)
    (game / "osu!.Me.cfg").write_bytes("\ufeffVolume = 1\r\nUsername = Fírst One\r\n".encode())
    assert found(game) == ("Fírst One",)
    assert found(game, name=" A ,, B_c ") == ("A", "B_c")


@pytest.mark.skipif("sys.platform != 'linux'", reason="lazer's folder of this platform")
def test_the_name_in_lazers_configuration(tmp_path: Path) -> None:
    lazer, moved = tmp_path / "share" / "osu", tmp_path / "elsewhere"
    lazer.mkdir(parents=True)
    moved.mkdir()
    environ = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share")}
    (lazer / "game.ini").write_text("Username = Lazy\nToken = secret\n")
    assert mapper_names(Config(), environ=environ, installations=[], user="me") == ("Lazy",)
    (lazer / "storage.ini").write_text(f"FullPath = {moved}\n")
    assert mapper_names(Config(), environ=environ, installations=[], user="me") == ()
    (moved / "game.ini").write_text("Username = Moved\n")
    assert mapper_names(Config(), environ=environ, installations=[], user="me") == ("Moved",)
