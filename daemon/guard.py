"""Interceptors: who may call, and what a caller sees when something goes wrong.

Both wrap the handlers of the two method shapes of the contract, unary and server-streaming.
Health and reflection are outside the token: a client asks health before it trusts an endpoint
file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_status import rpc_status

from daemon.model_errors import refusal_of
from daemon.refusal import Refusal, bad_field, fitting
from model_core.errors import CompanionError

log = logging.getLogger(__name__)

_OPEN_SERVICES = (
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
    "grpc.reflection.v1.ServerReflection",
)
_SCHEME = "bearer "


class TokenInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Answers UNAUTHENTICATED to every call without the daemon's bearer token."""

    def __init__(self, token: str, remedy: str) -> None:
        self._token = token.encode()
        self._remedy = remedy

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        handler = await continuation(details)
        service = details.method.lstrip("/").split("/", 1)[0]
        if handler is None or service in _OPEN_SERVICES:
            return handler
        refusal = self._refusal(dict(details.invocation_metadata or ()))
        if refusal is None:
            return handler
        status = refusal

        async def refuse(request: Any, context: Any) -> None:
            await abort(context, status)

        async def refuse_stream(request: Any, context: Any) -> AsyncIterator[Any]:
            await abort(context, status)
            yield

        return _rewrap(handler, refuse, refuse_stream)

    def _refusal(self, metadata: dict[str, Any]) -> Refusal | None:
        header = metadata.get("authorization", "")
        if not isinstance(header, str) or not header.lower().startswith(_SCHEME):
            return Refusal("TOKEN_MISSING", f"This call needs the daemon's token. {self._remedy}")
        given = header[len(_SCHEME) :].strip().encode()
        if not secrets.compare_digest(given, self._token):
            return Refusal("TOKEN_WRONG", f"The token is not this daemon's. {self._remedy}")
        return None


class ErrorInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Turns refusals into rich statuses, and accidents into INTERNAL without a traceback."""

    def __init__(self, log_file: str) -> None:
        self._log_file = log_file

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        handler = await continuation(details)
        if handler is None:
            return None
        method = details.method

        async def unary(raw: bytes, context: Any) -> Any:
            try:
                return await handler.unary_unary(_parse(handler, raw), context)
            except Exception as error:
                await abort(context, self._translate(method, error))

        async def stream(raw: bytes, context: Any) -> AsyncIterator[Any]:
            try:
                responses = handler.unary_stream(_parse(handler, raw), context)
                # The handler's own cleanup must not wait for the garbage collector.
                async with contextlib.aclosing(responses):
                    async for response in responses:
                        yield response
            except Exception as error:
                await abort(context, self._translate(method, error))

        return _rewrap(handler, unary, stream, raw=True)

    def _translate(self, method: str, error: Exception) -> Refusal:
        if isinstance(error, grpc.aio.AbortError):
            raise error
        if isinstance(error, Refusal):
            log.info("%s refused: %s: %s", method, error.reason, error.message)
            return error
        if isinstance(error, CompanionError):
            log.info("%s refused: %s", method, error)
            return refusal_of(error, method)
        log.error("%s failed", method, exc_info=error)
        return Refusal(
            "INTERNAL",
            f"The daemon hit an error of its own ({type(error).__name__}); "
            f"{self._log_file} has the details.",
        )


async def abort(context: Any, refusal: Refusal) -> None:
    """End the call with the refusal; never returns."""
    status = rpc_status.to_status(fitting(refusal))
    await context.abort(status.code, status.details, status.trailing_metadata)
    raise asyncio.CancelledError  # abort raised already


def _parse(handler: Any, raw: bytes) -> Any:
    """The request in the bytes; grpc's own words for bytes that hold none help nobody."""
    try:
        return handler.request_deserializer(raw)
    except DecodeError as error:
        raise bad_field(
            "OPTION_INVALID",
            "",
            f"The request could not be read ({error}). Are client and daemon of one version?",
        ) from None


def _rewrap(handler: Any, unary: Any, stream: Any, *, raw: bool = False) -> Any:
    """A handler of the same shape; ``raw`` hands the request over as bytes."""
    if handler.request_streaming:
        # Reflection is the only service with such methods and answers for itself.
        return handler
    deserializer = None if raw else handler.request_deserializer
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(
            stream, deserializer, handler.response_serializer
        )
    return grpc.unary_unary_rpc_method_handler(unary, deserializer, handler.response_serializer)
