from osu_companion.v1 import jobs_pb2 as _jobs_pb2
from osu_companion.v1 import parameters_pb2 as _parameters_pb2
from osu_companion.v1 import patches_pb2 as _patches_pb2
from osu_companion.v1 import provenance_pb2 as _provenance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModBeatmapRequest(_message.Message):
    __slots__ = ("path", "start_ms", "end_ms", "seed", "detached", "base_sha256", "model", "range_text", "mapset", "rules_only", "options")
    PATH_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DETACHED_FIELD_NUMBER: _ClassVar[int]
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RANGE_TEXT_FIELD_NUMBER: _ClassVar[int]
    MAPSET_FIELD_NUMBER: _ClassVar[int]
    RULES_ONLY_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    path: str
    start_ms: int
    end_ms: int
    seed: int
    detached: bool
    base_sha256: str
    model: str
    range_text: str
    mapset: bool
    rules_only: bool
    options: _parameters_pb2.ModOptions
    def __init__(self, path: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., seed: _Optional[int] = ..., detached: bool = ..., base_sha256: _Optional[str] = ..., model: _Optional[str] = ..., range_text: _Optional[str] = ..., mapset: bool = ..., rules_only: bool = ..., options: _Optional[_Union[_parameters_pb2.ModOptions, _Mapping]] = ...) -> None: ...

class ModBeatmapResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _jobs_pb2.JobEvent
    def __init__(self, event: _Optional[_Union[_jobs_pb2.JobEvent, _Mapping]] = ...) -> None: ...

class DismissSuggestionsRequest(_message.Message):
    __slots__ = ("path", "ids", "restore")
    PATH_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    path: str
    ids: _containers.RepeatedScalarFieldContainer[str]
    restore: bool
    def __init__(self, path: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ..., restore: bool = ...) -> None: ...

class DismissSuggestionsResponse(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class FixSuggestionsRequest(_message.Message):
    __slots__ = ("job_id", "ids")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, job_id: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ...) -> None: ...

class FixSuggestionsResponse(_message.Message):
    __slots__ = ("patch", "made", "left", "path", "notices")
    PATCH_FIELD_NUMBER: _ClassVar[int]
    MADE_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    patch: _patches_pb2.BeatmapPatch
    made: _containers.RepeatedScalarFieldContainer[str]
    left: _containers.RepeatedCompositeFieldContainer[FixLeft]
    path: str
    notices: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.Notice]
    def __init__(self, patch: _Optional[_Union[_patches_pb2.BeatmapPatch, _Mapping]] = ..., made: _Optional[_Iterable[str]] = ..., left: _Optional[_Iterable[_Union[FixLeft, _Mapping]]] = ..., path: _Optional[str] = ..., notices: _Optional[_Iterable[_Union[_provenance_pb2.Notice, _Mapping]]] = ...) -> None: ...

class FixLeft(_message.Message):
    __slots__ = ("id", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
