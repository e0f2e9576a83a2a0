from osu_companion.v1 import patches_pb2 as _patches_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PictureFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PICTURE_FORMAT_UNSPECIFIED: _ClassVar[PictureFormat]
    PICTURE_FORMAT_PNG: _ClassVar[PictureFormat]
    PICTURE_FORMAT_SVG: _ClassVar[PictureFormat]
PICTURE_FORMAT_UNSPECIFIED: PictureFormat
PICTURE_FORMAT_PNG: PictureFormat
PICTURE_FORMAT_SVG: PictureFormat

class DrawBeatmapRequest(_message.Message):
    __slots__ = ("path", "content", "variant", "start_ms", "end_ms", "format", "width", "patch", "path_beside", "without_playfield", "without_timeline", "range_text")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    PATH_BESIDE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_PLAYFIELD_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_TIMELINE_FIELD_NUMBER: _ClassVar[int]
    RANGE_TEXT_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: bytes
    variant: PictureOfVariant
    start_ms: int
    end_ms: int
    format: PictureFormat
    width: int
    patch: _patches_pb2.BeatmapPatch
    path_beside: str
    without_playfield: bool
    without_timeline: bool
    range_text: str
    def __init__(self, path: _Optional[str] = ..., content: _Optional[bytes] = ..., variant: _Optional[_Union[PictureOfVariant, _Mapping]] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., format: _Optional[_Union[PictureFormat, str]] = ..., width: _Optional[int] = ..., patch: _Optional[_Union[_patches_pb2.BeatmapPatch, _Mapping]] = ..., path_beside: _Optional[str] = ..., without_playfield: bool = ..., without_timeline: bool = ..., range_text: _Optional[str] = ...) -> None: ...

class PictureOfVariant(_message.Message):
    __slots__ = ("job_id", "number", "map")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    number: int
    map: int
    def __init__(self, job_id: _Optional[str] = ..., number: _Optional[int] = ..., map: _Optional[int] = ...) -> None: ...

class DrawBeatmapResponse(_message.Message):
    __slots__ = ("picture", "media_type", "width", "height", "start_ms", "end_ms", "left_out")
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    picture: bytes
    media_type: str
    width: int
    height: int
    start_ms: int
    end_ms: int
    left_out: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, picture: _Optional[bytes] = ..., media_type: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., left_out: _Optional[_Iterable[str]] = ...) -> None: ...
