import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkerState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORKER_STATE_UNSPECIFIED: _ClassVar[WorkerState]
    WORKER_STATE_STOPPED: _ClassVar[WorkerState]
    WORKER_STATE_STARTING: _ClassVar[WorkerState]
    WORKER_STATE_LOADING: _ClassVar[WorkerState]
    WORKER_STATE_IDLE: _ClassVar[WorkerState]
    WORKER_STATE_BUSY: _ClassVar[WorkerState]
WORKER_STATE_UNSPECIFIED: WorkerState
WORKER_STATE_STOPPED: WorkerState
WORKER_STATE_STARTING: WorkerState
WORKER_STATE_LOADING: WorkerState
WORKER_STATE_IDLE: WorkerState
WORKER_STATE_BUSY: WorkerState

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("version", "pid", "started_at", "uptime_seconds", "address", "device", "device_reason", "precision", "model", "worker_state", "worker_pid", "worker_crashes", "queue_length", "queue_capacity", "running_job_id", "songs", "daemon_memory_bytes", "worker_memory_bytes", "warnings", "log_file", "config_file", "state_folder")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    UPTIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_REASON_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    WORKER_STATE_FIELD_NUMBER: _ClassVar[int]
    WORKER_PID_FIELD_NUMBER: _ClassVar[int]
    WORKER_CRASHES_FIELD_NUMBER: _ClassVar[int]
    QUEUE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    QUEUE_CAPACITY_FIELD_NUMBER: _ClassVar[int]
    RUNNING_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    SONGS_FIELD_NUMBER: _ClassVar[int]
    DAEMON_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    WORKER_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    LOG_FILE_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FILE_FIELD_NUMBER: _ClassVar[int]
    STATE_FOLDER_FIELD_NUMBER: _ClassVar[int]
    version: str
    pid: int
    started_at: _timestamp_pb2.Timestamp
    uptime_seconds: float
    address: str
    device: str
    device_reason: str
    precision: str
    model: str
    worker_state: WorkerState
    worker_pid: int
    worker_crashes: int
    queue_length: int
    queue_capacity: int
    running_job_id: str
    songs: _containers.RepeatedCompositeFieldContainer[SongsFolder]
    daemon_memory_bytes: int
    worker_memory_bytes: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    log_file: str
    config_file: str
    state_folder: str
    def __init__(self, version: _Optional[str] = ..., pid: _Optional[int] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., uptime_seconds: _Optional[float] = ..., address: _Optional[str] = ..., device: _Optional[str] = ..., device_reason: _Optional[str] = ..., precision: _Optional[str] = ..., model: _Optional[str] = ..., worker_state: _Optional[_Union[WorkerState, str]] = ..., worker_pid: _Optional[int] = ..., worker_crashes: _Optional[int] = ..., queue_length: _Optional[int] = ..., queue_capacity: _Optional[int] = ..., running_job_id: _Optional[str] = ..., songs: _Optional[_Iterable[_Union[SongsFolder, _Mapping]]] = ..., daemon_memory_bytes: _Optional[int] = ..., worker_memory_bytes: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ..., log_file: _Optional[str] = ..., config_file: _Optional[str] = ..., state_folder: _Optional[str] = ...) -> None: ...

class SongsFolder(_message.Message):
    __slots__ = ("path", "source", "present", "watched", "note")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    WATCHED_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    path: str
    source: str
    present: bool
    watched: bool
    note: str
    def __init__(self, path: _Optional[str] = ..., source: _Optional[str] = ..., present: bool = ..., watched: bool = ..., note: _Optional[str] = ...) -> None: ...

class StopDaemonRequest(_message.Message):
    __slots__ = ("finish_running",)
    FINISH_RUNNING_FIELD_NUMBER: _ClassVar[int]
    finish_running: bool
    def __init__(self, finish_running: bool = ...) -> None: ...

class StopDaemonResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
