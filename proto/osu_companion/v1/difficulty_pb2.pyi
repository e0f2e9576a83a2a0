from osu_companion.v1 import jobs_pb2 as _jobs_pb2
from osu_companion.v1 import parameters_pb2 as _parameters_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MakeGuestDifficultyRequest(_message.Message):
    __slots__ = ("path", "name", "start_ms", "end_ms", "seed", "detached", "options", "base_sha256", "model", "range_text", "variants")
    PATH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DETACHED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RANGE_TEXT_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    path: str
    name: str
    start_ms: int
    end_ms: int
    seed: int
    detached: bool
    options: _parameters_pb2.DifficultyOptions
    base_sha256: str
    model: str
    range_text: str
    variants: int
    def __init__(self, path: _Optional[str] = ..., name: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., seed: _Optional[int] = ..., detached: bool = ..., options: _Optional[_Union[_parameters_pb2.DifficultyOptions, _Mapping]] = ..., base_sha256: _Optional[str] = ..., model: _Optional[str] = ..., range_text: _Optional[str] = ..., variants: _Optional[int] = ...) -> None: ...

class MakeGuestDifficultyResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _jobs_pb2.JobEvent
    def __init__(self, event: _Optional[_Union[_jobs_pb2.JobEvent, _Mapping]] = ...) -> None: ...
