"""One declaration of every parameter: contract, clients and model_core say the same of it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from osu_companion.local.parameters import Parameter
from osu_companion.v1 import (
    difficulty_pb2,
    hitsound_pb2,
    mapset_pb2,
    modding_pb2,
    parameters,
    remap_pb2,
    timing_pb2,
)
from osu_companion.v1.parameters import PARAMETERS

from model_core.hitsounds.options import HitsoundOptions
from model_core.maps.fields import Field, table
from model_core.maps.parameters import GenerationParameters
from model_core.modding.options import ModOptions
from model_core.remap.options import RemapOptions
from model_core.timing.parameters import TimingParameters
from tests.conftest import ROOT

PROTO = ROOT / "proto" / "osu_companion" / "v1" / "parameters.proto"
REQUESTS = {
    "RemapBeatmap": remap_pb2.RemapBeatmapRequest,
    "HitsoundBeatmap": hitsound_pb2.HitsoundBeatmapRequest,
    "MakeGuestDifficulty": difficulty_pb2.MakeGuestDifficultyRequest,
    "GenerateMapset": mapset_pb2.GenerateMapsetRequest,
    "ModBeatmap": modding_pb2.ModBeatmapRequest,
    "TimeSong": timing_pb2.TimeSongRequest,
}
DECLARED = (GenerationParameters, HitsoundOptions, ModOptions, RemapOptions, TimingParameters)
ITS_OWN = {"seed", "start_ms", "end_ms"}
KINDS = {"number": "double", "whole number": "int32", "flag": "bool", "names": "string"}


def options_of(method: str) -> Any:
    """The descriptor of a request's options."""
    return REQUESTS[method].DESCRIPTOR.fields_by_name["options"].message_type


@pytest.mark.parametrize("method", REQUESTS)
def test_the_contract_has_the_parameters_of_the_table(method: str) -> None:
    options = options_of(method)
    named = {parameter.name: parameter for parameter in PARAMETERS[method]}
    assert set(options.fields_by_name) == set(named) - ITS_OWN
    assert (
        set(REQUESTS[method].DESCRIPTOR.fields_by_name)
        >= ITS_OWN
        >= set(named) - set(options.fields_by_name)
    )
    of = FieldDescriptor
    types = {
        of.TYPE_DOUBLE: "double",
        of.TYPE_INT32: "int32",
        of.TYPE_BOOL: "bool",
        of.TYPE_STRING: "string",
    }
    for each in options.fields:
        parameter = named[each.name]
        assert types[each.type] == KINDS[parameter.kind]
        # What is not given can be told from what is 0.
        assert each.has_presence or parameter.kind == "names"


@pytest.mark.parametrize("method", REQUESTS)
def test_the_contract_says_what_a_parameter_is_and_may_be(method: str) -> None:
    text = PROTO.read_text("utf-8")
    body = text.partition(f"message {options_of(method).name} {{")[2].partition("\n}")[0]
    said = " ".join(line.strip().removeprefix("//").strip() for line in body.splitlines())
    for parameter in PARAMETERS[method]:
        if parameter.name not in ITS_OWN:
            assert parameter.text in said
            assert parameter.limits.casefold() in parameter.text.casefold()


@pytest.mark.parametrize("method", REQUESTS)
def test_the_clients_dataclass_has_them(method: str) -> None:
    made = getattr(parameters, options_of(method).name)
    names = {field.name for field in dataclasses.fields(made)}
    assert names == {field.name for field in options_of(method).fields}
    # Nothing is sent that was not given.
    assert all(getattr(made(), name) in (None, ()) for name in names)


def test_the_table_of_new_difficulties_is_the_declaration() -> None:
    declared = {field.name: field for field in table(GenerationParameters)}
    told = {parameter.name: parameter for parameter in PARAMETERS["MakeGuestDifficulty"]}
    left_out = set(declared) - set(told)
    assert all(name == "one_tempo" or "timing" in name for name in left_out)
    for name, parameter in told.items():
        assert as_field(parameter) == declared[name]
        assert parameter.limits == declared[name].limits


def test_the_table_of_hitsounds_is_the_declaration() -> None:
    declared = {field.name: field for field in table(HitsoundOptions)}
    told = {parameter.name: as_field(parameter) for parameter in PARAMETERS["HitsoundBeatmap"]}
    assert told == declared


def test_the_table_of_remaps_is_the_declaration() -> None:
    declared = {field.name: field for field in table(RemapOptions)}
    # How many a remap may have is the configuration's to say, and it times nothing.
    del declared["variants"], declared["timing_temperature"]
    told = {parameter.name: as_field(parameter) for parameter in PARAMETERS["RemapBeatmap"]}
    assert told == declared


def test_the_table_of_modding_is_the_declaration() -> None:
    declared = {field.name: field for field in table(ModOptions)}
    told = {parameter.name: as_field(parameter) for parameter in PARAMETERS["ModBeatmap"]}
    assert told == declared


def test_the_table_of_timing_is_the_declaration() -> None:
    declared = {field.name: field for field in table(TimingParameters)}
    told = {parameter.name: as_field(parameter) for parameter in PARAMETERS["TimeSong"]}
    assert told == declared
    # One name for one thing: what a new map's own timing may be asked, a song's may.
    of_maps = {field.name: field for field in table(GenerationParameters)}
    shared = set(declared) & set(of_maps) - {"resnap"}
    assert len(shared) == 6
    for name in shared:
        here, there = declared[name], of_maps[name]
        assert (here.kind, here.low, here.high, here.unit, here.help) == (
            (there.kind, there.low, there.high, there.unit, there.help)
        )


def as_field(parameter: Parameter) -> Field:
    """The parameter as model_core has it."""
    values = dataclasses.asdict(parameter)
    del values["limits"]
    return Field(**values)


def test_what_may_be_asked_needs_no_torch() -> None:
    """Generating the tables, and the daemon that checks requests, bring no model."""
    modules = sorted({declared.__module__ for declared in DECLARED})
    code = f"import sys, {', '.join(modules)}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
