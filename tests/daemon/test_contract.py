"""The contract keeps its own rules, and the committed stubs are what it generates."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from google.rpc import code_pb2
from osu_companion.v1 import errors_pb2

from daemon.refusal import Refusal, bad_field, precondition, retry_later
from tests.daemon.errors import details, reason

FOLDER = Path(__file__).resolve().parents[2] / "proto" / "osu_companion" / "v1"
NAMES = sorted(file.stem for file in FOLDER.glob("*.proto"))


def descriptors():
    for name in NAMES:
        yield importlib.import_module(f"osu_companion.v1.{name}_pb2").DESCRIPTOR


def test_methods_are_unique_and_unary_or_server_streaming():
    seen: set[str] = set()
    for file in descriptors():
        assert file.package == "osu_companion.v1"
        for service in file.services_by_name.values():
            assert service.name.endswith("Service")
            for method in service.methods:
                assert method.name not in seen
                seen.add(method.name)
                assert method.input_type.name == f"{method.name}Request"
                assert method.output_type.name == f"{method.name}Response"
                assert not method.client_streaming
    assert {"RemapBeatmap", "AttachJob", "CancelJob", "RebasePatch", "GetStatus"} <= seen


def test_enums_begin_with_unspecified_and_carry_their_name():
    def enums(container):
        yield from container.enum_types_by_name.values()
        messages = getattr(container, "message_types_by_name", None)
        nested = messages if messages is not None else container.nested_types_by_name
        for message in nested.values():
            yield from enums(message)

    for file in descriptors():
        for enum in enums(file):
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.name).upper() + "_"
            assert enum.values_by_number[0].name == prefix + "UNSPECIFIED"
            assert all(value.name.startswith(prefix) for value in enum.values)


def test_every_reason_has_a_code():
    names = [
        name.removeprefix("ERROR_REASON_")
        for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name
    ]
    for name in names[1:]:
        status = Refusal(name, "words").status()
        assert status.code != code_pb2.OK
        assert reason(status) == name
    with pytest.raises(ValueError, match="NO_SUCH"):
        Refusal("NO_SUCH", "words")


def test_details_by_kind():
    found = details(bad_field("RANGE_EMPTY", "end_ms", "words").status())
    assert found["BadRequest"].field_violations[0].field == "end_ms"
    found = details(precondition("PATCH_CONFLICT", "a.osu", "words", [3, 9]).status())
    assert [v.subject for v in found["PreconditionFailure"].violations] == ["a.osu:3", "a.osu:9"]
    found = details(retry_later("QUEUE_FULL", "words", 1.5).status())
    assert found["RetryInfo"].retry_delay.ToMilliseconds() == 1500


def test_stubs_are_fresh():
    generate = FOLDER.parents[1] / "generate.py"
    result = subprocess.run(
        [sys.executable, str(generate), "--check"], capture_output=True, text=True, timeout=60
    )
    if "is installed, but the stubs are made with" in result.stderr:
        pytest.skip(result.stderr.strip())
    assert result.returncode == 0, result.stdout + result.stderr


def test_local_discovery_and_daemon_import_no_torch():
    script = (
        "import sys, daemon.app, daemon.serve\n"
        "heavy = {'torch', 'transformers', 'numpy', 'av', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
