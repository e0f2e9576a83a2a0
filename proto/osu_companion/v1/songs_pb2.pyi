import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MapFile(_message.Message):
    __slots__ = ("path", "sha256", "saved_at", "artist", "title", "creator", "difficulty_name", "mode")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SAVED_AT_FIELD_NUMBER: _ClassVar[int]
    ARTIST_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    DIFFICULTY_NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    saved_at: _timestamp_pb2.Timestamp
    artist: str
    title: str
    creator: str
    difficulty_name: str
    mode: int
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., saved_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., artist: _Optional[str] = ..., title: _Optional[str] = ..., creator: _Optional[str] = ..., difficulty_name: _Optional[str] = ..., mode: _Optional[int] = ...) -> None: ...

class GetActiveMapRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetActiveMapResponse(_message.Message):
    __slots__ = ("map",)
    MAP_FIELD_NUMBER: _ClassVar[int]
    map: MapFile
    def __init__(self, map: _Optional[_Union[MapFile, _Mapping]] = ...) -> None: ...

class ListRecentMapsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListRecentMapsResponse(_message.Message):
    __slots__ = ("maps",)
    MAPS_FIELD_NUMBER: _ClassVar[int]
    maps: _containers.RepeatedCompositeFieldContainer[MapFile]
    def __init__(self, maps: _Optional[_Iterable[_Union[MapFile, _Mapping]]] = ...) -> None: ...

class ReportWriteRequest(_message.Message):
    __slots__ = ("path", "sha256")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class ReportWriteResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
