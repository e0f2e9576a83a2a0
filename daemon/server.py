"""The gRPC server: options, interceptors, health and reflection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from osu_companion.local.endpoint import MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES
from osu_companion.local.paths import Paths
from osu_companion.v1 import (
    difficulty_pb2,
    difficulty_pb2_grpc,
    hitsound_pb2,
    hitsound_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    mapset_pb2,
    mapset_pb2_grpc,
    modding_pb2,
    modding_pb2_grpc,
    models_pb2,
    models_pb2_grpc,
    patches_pb2,
    patches_pb2_grpc,
    pictures_pb2,
    pictures_pb2_grpc,
    remap_pb2,
    remap_pb2_grpc,
    songs_pb2,
    songs_pb2_grpc,
    status_pb2,
    status_pb2_grpc,
    timing_pb2,
    timing_pb2_grpc,
)

from daemon.guard import ErrorInterceptor, TokenInterceptor

HOST = "127.0.0.1"

_OPTIONS = (
    # Without it a second daemon could share the port unnoticed.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_ANSWER_BYTES),
)

# Service name in a file's descriptor, and the generated function that registers it.
_SERVICES: tuple[tuple[str, Any, str, Callable[..., None]], ...] = (
    ("remap", remap_pb2, "RemapService", remap_pb2_grpc.add_RemapServiceServicer_to_server),
    (
        "hitsound",
        hitsound_pb2,
        "HitsoundService",
        hitsound_pb2_grpc.add_HitsoundServiceServicer_to_server,
    ),
    (
        "difficulty",
        difficulty_pb2,
        "DifficultyService",
        difficulty_pb2_grpc.add_DifficultyServiceServicer_to_server,
    ),
    ("mapset", mapset_pb2, "MapsetService", mapset_pb2_grpc.add_MapsetServiceServicer_to_server),
    ("modding", modding_pb2, "ModService", modding_pb2_grpc.add_ModServiceServicer_to_server),
    ("timing", timing_pb2, "TimingService", timing_pb2_grpc.add_TimingServiceServicer_to_server),
    ("jobs", jobs_pb2, "JobService", jobs_pb2_grpc.add_JobServiceServicer_to_server),
    ("patches", patches_pb2, "PatchService", patches_pb2_grpc.add_PatchServiceServicer_to_server),
    (
        "pictures",
        pictures_pb2,
        "PictureService",
        pictures_pb2_grpc.add_PictureServiceServicer_to_server,
    ),
    ("models", models_pb2, "ModelService", models_pb2_grpc.add_ModelServiceServicer_to_server),
    ("songs", songs_pb2, "SongService", songs_pb2_grpc.add_SongServiceServicer_to_server),
    ("status", status_pb2, "StatusService", status_pb2_grpc.add_StatusServiceServicer_to_server),
)


class Server:
    """The server on a free loopback port; made in the loop that it serves from.

    Args:
        token: the bearer token that every method but health and reflection wants.
        servicers: one for each service of the contract, by the name of its .proto file.
    """

    def __init__(self, *, token: str, paths: Paths, **servicers: Any) -> None:
        remedy = f"Port and token are in {paths.endpoint_file}; the program's own clients read them"
        self._server = grpc.aio.server(
            interceptors=(ErrorInterceptor(str(paths.log_file)), TokenInterceptor(token, remedy)),
            options=_OPTIONS,
        )
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._names = ["", health.SERVICE_NAME]
        for key, module, service, register in _SERVICES:
            register(servicers.pop(key), self._server)
            self._names.append(module.DESCRIPTOR.services_by_name[service].full_name)
        assert not servicers, f"not services of the contract: {sorted(servicers)}"
        reflection.enable_server_reflection(
            [*self._names[1:], reflection.SERVICE_NAME], self._server
        )
        self.address = ""

    async def start(self) -> int:
        """Bind and begin to answer; the port.

        Raises:
            OSError: no port could be bound.
        """
        try:
            port = self._server.add_insecure_port(f"{HOST}:0")
        except RuntimeError as error:
            raise OSError(f"no port of {HOST} can be bound: {error}") from error
        if port == 0:
            raise OSError(f"no port of {HOST} can be bound")
        await self._server.start()
        self.address = f"{HOST}:{port}"
        return int(port)

    async def serving(self) -> None:
        """Tell health's callers that requests are welcome."""
        for name in self._names:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def not_serving(self) -> None:
        """Tell health's callers that the end is near."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace: float) -> None:
        """Refuse new calls, give those that run some seconds, end."""
        await self._server.stop(grace)
