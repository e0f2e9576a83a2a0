from osu_companion.v1 import jobs_pb2 as _jobs_pb2
from osu_companion.v1 import parameters_pb2 as _parameters_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TimeSongRequest(_message.Message):
    __slots__ = ("path", "start_ms", "end_ms", "range_text", "seed", "detached", "options", "base_sha256", "model")
    PATH_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    RANGE_TEXT_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DETACHED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    path: str
    start_ms: int
    end_ms: int
    range_text: str
    seed: int
    detached: bool
    options: _parameters_pb2.TimingOptions
    base_sha256: str
    model: str
    def __init__(self, path: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., range_text: _Optional[str] = ..., seed: _Optional[int] = ..., detached: bool = ..., options: _Optional[_Union[_parameters_pb2.TimingOptions, _Mapping]] = ..., base_sha256: _Optional[str] = ..., model: _Optional[str] = ...) -> None: ...

class TimeSongResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _jobs_pb2.JobEvent
    def __init__(self, event: _Optional[_Union[_jobs_pb2.JobEvent, _Mapping]] = ...) -> None: ...
