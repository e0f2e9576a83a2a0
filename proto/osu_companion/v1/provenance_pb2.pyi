import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Notice(_message.Message):
    __slots__ = ("code", "text")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODE_UNSPECIFIED: _ClassVar[Notice.Code]
        CODE_RANKING: _ClassVar[Notice.Code]
        CODE_OTHER_MAPPER: _ClassVar[Notice.Code]
        CODE_MAPPER_UNKNOWN: _ClassVar[Notice.Code]
        CODE_MODEL: _ClassVar[Notice.Code]
    CODE_UNSPECIFIED: Notice.Code
    CODE_RANKING: Notice.Code
    CODE_OTHER_MAPPER: Notice.Code
    CODE_MAPPER_UNKNOWN: Notice.Code
    CODE_MODEL: Notice.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    code: Notice.Code
    text: str
    def __init__(self, code: _Optional[_Union[Notice.Code, str]] = ..., text: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("verb", "job_id", "made_at", "program_version", "model", "checkpoint", "seed", "options", "device", "precision", "start_ms", "end_ms", "base_sha256")
    VERB_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    verb: str
    job_id: str
    made_at: _timestamp_pb2.Timestamp
    program_version: str
    model: str
    checkpoint: Checkpoint
    seed: int
    options: _struct_pb2.Struct
    device: str
    precision: str
    start_ms: int
    end_ms: int
    base_sha256: str
    def __init__(self, verb: _Optional[str] = ..., job_id: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., program_version: _Optional[str] = ..., model: _Optional[str] = ..., checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ..., seed: _Optional[int] = ..., options: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., device: _Optional[str] = ..., precision: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., base_sha256: _Optional[str] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("family", "parameters", "revision", "weights_sha256", "adapter")
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    family: str
    parameters: int
    revision: str
    weights_sha256: str
    adapter: Adapter
    def __init__(self, family: _Optional[str] = ..., parameters: _Optional[int] = ..., revision: _Optional[str] = ..., weights_sha256: _Optional[str] = ..., adapter: _Optional[_Union[Adapter, _Mapping]] = ...) -> None: ...

class Adapter(_message.Message):
    __slots__ = ("name", "revision", "weights_sha256", "left_out")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: str
    weights_sha256: str
    left_out: bool
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[str] = ..., weights_sha256: _Optional[str] = ..., left_out: bool = ...) -> None: ...
