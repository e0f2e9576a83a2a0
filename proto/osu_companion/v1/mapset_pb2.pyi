from osu_companion.v1 import jobs_pb2 as _jobs_pb2
from osu_companion.v1 import parameters_pb2 as _parameters_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GenerateMapsetRequest(_message.Message):
    __slots__ = ("path", "start_ms", "end_ms", "seed", "detached", "options", "difficulties", "metadata", "model", "variants", "base_sha256", "background_path")
    PATH_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    DETACHED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DIFFICULTIES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    start_ms: int
    end_ms: int
    seed: int
    detached: bool
    options: _parameters_pb2.MapOptions
    difficulties: _containers.RepeatedCompositeFieldContainer[DifficultyWish]
    metadata: SongMetadata
    model: str
    variants: int
    base_sha256: str
    background_path: str
    def __init__(self, path: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., seed: _Optional[int] = ..., detached: bool = ..., options: _Optional[_Union[_parameters_pb2.MapOptions, _Mapping]] = ..., difficulties: _Optional[_Iterable[_Union[DifficultyWish, _Mapping]]] = ..., metadata: _Optional[_Union[SongMetadata, _Mapping]] = ..., model: _Optional[str] = ..., variants: _Optional[int] = ..., base_sha256: _Optional[str] = ..., background_path: _Optional[str] = ...) -> None: ...

class DifficultyWish(_message.Message):
    __slots__ = ("name", "options")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    options: _parameters_pb2.MapOptions
    def __init__(self, name: _Optional[str] = ..., options: _Optional[_Union[_parameters_pb2.MapOptions, _Mapping]] = ...) -> None: ...

class SongMetadata(_message.Message):
    __slots__ = ("title", "title_unicode", "artist", "artist_unicode", "creator", "source", "tags", "background", "preview_ms")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TITLE_UNICODE_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    ARTIST_UNICODE_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_MS_FIELD_NUMBER: _ClassVar[int]
    title: str
    title_unicode: str
    artist: str
    artist_unicode: str
    creator: str
    source: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    background: str
    preview_ms: int
    def __init__(self, title: _Optional[str] = ..., title_unicode: _Optional[str] = ..., artist: _Optional[str] = ..., artist_unicode: _Optional[str] = ..., creator: _Optional[str] = ..., source: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., background: _Optional[str] = ..., preview_ms: _Optional[int] = ...) -> None: ...

class GenerateMapsetResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _jobs_pb2.JobEvent
    def __init__(self, event: _Optional[_Union[_jobs_pb2.JobEvent, _Mapping]] = ...) -> None: ...
