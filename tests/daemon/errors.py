"""Reading rich errors in tests."""

from __future__ import annotations

from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status


def details(status: status_pb2.Status) -> dict[str, Any]:
    """The details of a status by their message's name."""
    found: dict[str, Any] = {}
    for packed in status.details:
        name = packed.type_url.rpartition(".")[2]
        message = getattr(error_details_pb2, name)()
        assert packed.Unpack(message)
        found[name] = message
    return found


def reason(status: status_pb2.Status) -> str:
    """ErrorInfo's reason."""
    info = details(status)["ErrorInfo"]
    assert info.domain == "osu-companion"
    return str(info.reason)


def status_of(error: grpc.RpcError) -> status_pb2.Status:
    """The rich status of a failed call."""
    status = rpc_status.from_call(error)
    assert status is not None, error
    assert "Traceback" not in status.message
    return status
