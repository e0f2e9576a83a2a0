"""What a request streams back, read one event after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import grpc
from osu_companion.v1 import jobs_pb2, models_pb2

from clients.client.errors import from_rpc


class JobStream:
    """The events of a job, in order; iterate to the end, or ``close`` to leave.

    Leaving the stream of a request that is not detached cancels its job; leaving one from
    ``attach`` does not.

    Attributes:
        method: that was called, by its name in the contract; ``AttachJob`` for a job joined.
        job_id: known with the first event.
    """

    def __init__(self, call: Any, method: str) -> None:
        self.method = method
        self._call = call
        self.job_id = ""

    def __iter__(self) -> Iterator[jobs_pb2.JobEvent]:
        return self

    def __next__(self) -> jobs_pb2.JobEvent:
        """The next event.

        Raises:
            ClientError: the request never became a job, or the daemon went away.
        """
        try:
            event: jobs_pb2.JobEvent = next(self._call).event
        except grpc.RpcError as error:
            raise from_rpc(error) from None
        self.job_id = event.job_id or self.job_id
        return event

    def close(self) -> None:
        """Stop listening."""
        self._call.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PullStream:
    """The events of a download, in order, the last one its result; leaving it stops the download.

    What came stays, and the next pull carries on.
    """

    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Iterator[models_pb2.PullModelResponse]:
        return self

    def __next__(self) -> models_pb2.PullModelResponse:
        """The next event.

        Raises:
            ClientError: the model cannot be had, or the daemon went away.
        """
        try:
            event: models_pb2.PullModelResponse = next(self._call)
        except grpc.RpcError as error:
            raise from_rpc(error) from None
        return event

    def close(self) -> None:
        """Stop the download."""
        self._call.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
