import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModelKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODEL_KIND_UNSPECIFIED: _ClassVar[ModelKind]
    MODEL_KIND_STARTER: _ClassVar[ModelKind]
    MODEL_KIND_CHECKPOINT: _ClassVar[ModelKind]
    MODEL_KIND_ADAPTER: _ClassVar[ModelKind]
    MODEL_KIND_REFINER: _ClassVar[ModelKind]
    MODEL_KIND_FOLDER: _ClassVar[ModelKind]

class PullStage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PULL_STAGE_UNSPECIFIED: _ClassVar[PullStage]
    PULL_STAGE_QUEUED: _ClassVar[PullStage]
    PULL_STAGE_LOOKING: _ClassVar[PullStage]
    PULL_STAGE_DOWNLOADING: _ClassVar[PullStage]
    PULL_STAGE_WAITING: _ClassVar[PullStage]
    PULL_STAGE_CHECKING: _ClassVar[PullStage]
MODEL_KIND_UNSPECIFIED: ModelKind
MODEL_KIND_STARTER: ModelKind
MODEL_KIND_CHECKPOINT: ModelKind
MODEL_KIND_ADAPTER: ModelKind
MODEL_KIND_REFINER: ModelKind
MODEL_KIND_FOLDER: ModelKind
PULL_STAGE_UNSPECIFIED: PullStage
PULL_STAGE_QUEUED: PullStage
PULL_STAGE_LOOKING: PullStage
PULL_STAGE_DOWNLOADING: PullStage
PULL_STAGE_WAITING: PullStage
PULL_STAGE_CHECKING: PullStage

class Model(_message.Message):
    __slots__ = ("name", "description", "configured", "loaded", "device", "precision", "family", "parameters", "expires_at", "short_name", "kind", "installed", "size_bytes", "download_bytes", "waiting_bytes", "best_for", "used_for", "modes", "own_modes", "missing_modes", "revision", "licence", "folder", "needs", "adapter")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CONFIGURED_FIELD_NUMBER: _ClassVar[int]
    LOADED_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    SHORT_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    WAITING_BYTES_FIELD_NUMBER: _ClassVar[int]
    BEST_FOR_FIELD_NUMBER: _ClassVar[int]
    USED_FOR_FIELD_NUMBER: _ClassVar[int]
    MODES_FIELD_NUMBER: _ClassVar[int]
    OWN_MODES_FIELD_NUMBER: _ClassVar[int]
    MISSING_MODES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    configured: bool
    loaded: bool
    device: str
    precision: str
    family: str
    parameters: int
    expires_at: _timestamp_pb2.Timestamp
    short_name: str
    kind: ModelKind
    installed: bool
    size_bytes: int
    download_bytes: int
    waiting_bytes: int
    best_for: _containers.RepeatedScalarFieldContainer[str]
    used_for: _containers.RepeatedScalarFieldContainer[str]
    modes: _containers.RepeatedScalarFieldContainer[int]
    own_modes: _containers.RepeatedScalarFieldContainer[int]
    missing_modes: _containers.RepeatedScalarFieldContainer[int]
    revision: str
    licence: str
    folder: str
    needs: _containers.RepeatedScalarFieldContainer[str]
    adapter: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., configured: bool = ..., loaded: bool = ..., device: _Optional[str] = ..., precision: _Optional[str] = ..., family: _Optional[str] = ..., parameters: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., short_name: _Optional[str] = ..., kind: _Optional[_Union[ModelKind, str]] = ..., installed: bool = ..., size_bytes: _Optional[int] = ..., download_bytes: _Optional[int] = ..., waiting_bytes: _Optional[int] = ..., best_for: _Optional[_Iterable[str]] = ..., used_for: _Optional[_Iterable[str]] = ..., modes: _Optional[_Iterable[int]] = ..., own_modes: _Optional[_Iterable[int]] = ..., missing_modes: _Optional[_Iterable[int]] = ..., revision: _Optional[str] = ..., licence: _Optional[str] = ..., folder: _Optional[str] = ..., needs: _Optional[_Iterable[str]] = ..., adapter: _Optional[str] = ...) -> None: ...

class TaskModel(_message.Message):
    __slots__ = ("task", "model", "short_name", "reason", "installed")
    TASK_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SHORT_NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    task: str
    model: str
    short_name: str
    reason: str
    installed: bool
    def __init__(self, task: _Optional[str] = ..., model: _Optional[str] = ..., short_name: _Optional[str] = ..., reason: _Optional[str] = ..., installed: bool = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models", "tasks")
    MODELS_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    tasks: _containers.RepeatedCompositeFieldContainer[TaskModel]
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ..., tasks: _Optional[_Iterable[_Union[TaskModel, _Mapping]]] = ...) -> None: ...

class LoadModelRequest(_message.Message):
    __slots__ = ("name", "keep_alive")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEEP_ALIVE_FIELD_NUMBER: _ClassVar[int]
    name: str
    keep_alive: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., keep_alive: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class LoadModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class UnloadModelRequest(_message.Message):
    __slots__ = ("force",)
    FORCE_FIELD_NUMBER: _ClassVar[int]
    force: bool
    def __init__(self, force: bool = ...) -> None: ...

class UnloadModelResponse(_message.Message):
    __slots__ = ("unloaded",)
    UNLOADED_FIELD_NUMBER: _ClassVar[int]
    unloaded: bool
    def __init__(self, unloaded: bool = ...) -> None: ...

class PullModelRequest(_message.Message):
    __slots__ = ("name", "modes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODES_FIELD_NUMBER: _ClassVar[int]
    name: str
    modes: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., modes: _Optional[_Iterable[int]] = ...) -> None: ...

class PullModelResponse(_message.Message):
    __slots__ = ("progress", "result")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    progress: PullProgress
    result: PullResult
    def __init__(self, progress: _Optional[_Union[PullProgress, _Mapping]] = ..., result: _Optional[_Union[PullResult, _Mapping]] = ...) -> None: ...

class PullProgress(_message.Message):
    __slots__ = ("stage", "model", "revision", "file", "files_done", "files", "bytes_done", "bytes_total", "bytes_found", "bytes_per_second", "seconds_left", "attempt")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    FILES_DONE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    BYTES_DONE_FIELD_NUMBER: _ClassVar[int]
    BYTES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    BYTES_FOUND_FIELD_NUMBER: _ClassVar[int]
    BYTES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    SECONDS_LEFT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    stage: PullStage
    model: str
    revision: str
    file: str
    files_done: int
    files: int
    bytes_done: int
    bytes_total: int
    bytes_found: int
    bytes_per_second: float
    seconds_left: float
    attempt: int
    def __init__(self, stage: _Optional[_Union[PullStage, str]] = ..., model: _Optional[str] = ..., revision: _Optional[str] = ..., file: _Optional[str] = ..., files_done: _Optional[int] = ..., files: _Optional[int] = ..., bytes_done: _Optional[int] = ..., bytes_total: _Optional[int] = ..., bytes_found: _Optional[int] = ..., bytes_per_second: _Optional[float] = ..., seconds_left: _Optional[float] = ..., attempt: _Optional[int] = ...) -> None: ...

class PullResult(_message.Message):
    __slots__ = ("model", "downloaded_bytes", "updated", "now_used_for")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DOWNLOADED_BYTES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    NOW_USED_FOR_FIELD_NUMBER: _ClassVar[int]
    model: Model
    downloaded_bytes: int
    updated: bool
    now_used_for: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ..., downloaded_bytes: _Optional[int] = ..., updated: bool = ..., now_used_for: _Optional[_Iterable[str]] = ...) -> None: ...

class DescribeModelRequest(_message.Message):
    __slots__ = ("name", "deep", "ask_hub")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEEP_FIELD_NUMBER: _ClassVar[int]
    ASK_HUB_FIELD_NUMBER: _ClassVar[int]
    name: str
    deep: bool
    ask_hub: bool
    def __init__(self, name: _Optional[str] = ..., deep: bool = ..., ask_hub: bool = ...) -> None: ...

class DescribeModelResponse(_message.Message):
    __slots__ = ("model", "problems", "weights_dtype", "window_ms", "mappers", "descriptors", "contexts", "hub")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_DTYPE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    MAPPERS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    HUB_FIELD_NUMBER: _ClassVar[int]
    model: Model
    problems: _containers.RepeatedScalarFieldContainer[str]
    weights_dtype: str
    window_ms: float
    mappers: int
    descriptors: int
    contexts: _containers.RepeatedScalarFieldContainer[str]
    hub: HubAnswer
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ..., problems: _Optional[_Iterable[str]] = ..., weights_dtype: _Optional[str] = ..., window_ms: _Optional[float] = ..., mappers: _Optional[int] = ..., descriptors: _Optional[int] = ..., contexts: _Optional[_Iterable[str]] = ..., hub: _Optional[_Union[HubAnswer, _Mapping]] = ...) -> None: ...

class HubAnswer(_message.Message):
    __slots__ = ("error", "revision", "size_bytes", "licence", "own_modes")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    OWN_MODES_FIELD_NUMBER: _ClassVar[int]
    error: str
    revision: str
    size_bytes: int
    licence: str
    own_modes: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, error: _Optional[str] = ..., revision: _Optional[str] = ..., size_bytes: _Optional[int] = ..., licence: _Optional[str] = ..., own_modes: _Optional[_Iterable[int]] = ...) -> None: ...

class RemoveModelRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RemoveModelResponse(_message.Message):
    __slots__ = ("name", "freed_bytes", "unloaded", "tasks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FREED_BYTES_FIELD_NUMBER: _ClassVar[int]
    UNLOADED_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    freed_bytes: int
    unloaded: bool
    tasks: _containers.RepeatedCompositeFieldContainer[TaskModel]
    def __init__(self, name: _Optional[str] = ..., freed_bytes: _Optional[int] = ..., unloaded: bool = ..., tasks: _Optional[_Iterable[_Union[TaskModel, _Mapping]]] = ...) -> None: ...

class UseModelRequest(_message.Message):
    __slots__ = ("name", "task")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    name: str
    task: str
    def __init__(self, name: _Optional[str] = ..., task: _Optional[str] = ...) -> None: ...

class UseModelResponse(_message.Message):
    __slots__ = ("tasks", "config_file", "warnings")
    TASKS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FILE_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[TaskModel]
    config_file: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tasks: _Optional[_Iterable[_Union[TaskModel, _Mapping]]] = ..., config_file: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...
