from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModReport(_message.Message):
    __slots__ = ("json", "problems", "warnings", "negligible", "infos", "fresh", "dismissed", "model_asked")
    JSON_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    NEGLIGIBLE_FIELD_NUMBER: _ClassVar[int]
    INFOS_FIELD_NUMBER: _ClassVar[int]
    FRESH_FIELD_NUMBER: _ClassVar[int]
    DISMISSED_FIELD_NUMBER: _ClassVar[int]
    MODEL_ASKED_FIELD_NUMBER: _ClassVar[int]
    json: str
    problems: int
    warnings: int
    negligible: int
    infos: int
    fresh: int
    dismissed: int
    model_asked: bool
    def __init__(self, json: _Optional[str] = ..., problems: _Optional[int] = ..., warnings: _Optional[int] = ..., negligible: _Optional[int] = ..., infos: _Optional[int] = ..., fresh: _Optional[int] = ..., dismissed: _Optional[int] = ..., model_asked: bool = ...) -> None: ...

class SongTiming(_message.Message):
    __slots__ = ("red_lines", "text", "beats", "median_error_ms", "map_error_ms")
    RED_LINES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    BEATS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_ERROR_MS_FIELD_NUMBER: _ClassVar[int]
    MAP_ERROR_MS_FIELD_NUMBER: _ClassVar[int]
    red_lines: _containers.RepeatedCompositeFieldContainer[RedLine]
    text: str
    beats: int
    median_error_ms: float
    map_error_ms: float
    def __init__(self, red_lines: _Optional[_Iterable[_Union[RedLine, _Mapping]]] = ..., text: _Optional[str] = ..., beats: _Optional[int] = ..., median_error_ms: _Optional[float] = ..., map_error_ms: _Optional[float] = ...) -> None: ...

class RedLine(_message.Message):
    __slots__ = ("time_ms", "beat_length_ms", "meter", "line")
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    BEAT_LENGTH_MS_FIELD_NUMBER: _ClassVar[int]
    METER_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    time_ms: float
    beat_length_ms: float
    meter: int
    line: str
    def __init__(self, time_ms: _Optional[float] = ..., beat_length_ms: _Optional[float] = ..., meter: _Optional[int] = ..., line: _Optional[str] = ...) -> None: ...
