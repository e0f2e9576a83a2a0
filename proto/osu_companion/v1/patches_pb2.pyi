from osu_companion.v1 import provenance_pb2 as _provenance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BeatmapPatch(_message.Message):
    __slots__ = ("base_sha256", "result_sha256", "edits", "summary", "preview", "start_ms", "end_ms", "scope")
    BASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    RESULT_SHA256_FIELD_NUMBER: _ClassVar[int]
    EDITS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    base_sha256: str
    result_sha256: str
    edits: _containers.RepeatedCompositeFieldContainer[LineEdit]
    summary: PatchSummary
    preview: BeatmapPreview
    start_ms: int
    end_ms: int
    scope: PatchScope
    def __init__(self, base_sha256: _Optional[str] = ..., result_sha256: _Optional[str] = ..., edits: _Optional[_Iterable[_Union[LineEdit, _Mapping]]] = ..., summary: _Optional[_Union[PatchSummary, _Mapping]] = ..., preview: _Optional[_Union[BeatmapPreview, _Mapping]] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., scope: _Optional[_Union[PatchScope, _Mapping]] = ...) -> None: ...

class PatchScope(_message.Message):
    __slots__ = ("kind", "kiai", "red_lines", "resnap", "next_combo", "loose_state")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[PatchScope.Kind]
        KIND_OBJECTS: _ClassVar[PatchScope.Kind]
        KIND_HITSOUNDS: _ClassVar[PatchScope.Kind]
        KIND_GREEN_LINES: _ClassVar[PatchScope.Kind]
        KIND_RED_LINES: _ClassVar[PatchScope.Kind]
    KIND_UNSPECIFIED: PatchScope.Kind
    KIND_OBJECTS: PatchScope.Kind
    KIND_HITSOUNDS: PatchScope.Kind
    KIND_GREEN_LINES: PatchScope.Kind
    KIND_RED_LINES: PatchScope.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIAI_FIELD_NUMBER: _ClassVar[int]
    RED_LINES_FIELD_NUMBER: _ClassVar[int]
    RESNAP_FIELD_NUMBER: _ClassVar[int]
    NEXT_COMBO_FIELD_NUMBER: _ClassVar[int]
    LOOSE_STATE_FIELD_NUMBER: _ClassVar[int]
    kind: PatchScope.Kind
    kiai: bool
    red_lines: bool
    resnap: bool
    next_combo: bool
    loose_state: bool
    def __init__(self, kind: _Optional[_Union[PatchScope.Kind, str]] = ..., kiai: bool = ..., red_lines: bool = ..., resnap: bool = ..., next_combo: bool = ..., loose_state: bool = ...) -> None: ...

class LineEdit(_message.Message):
    __slots__ = ("first_line", "count", "replacement")
    FIRST_LINE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REPLACEMENT_FIELD_NUMBER: _ClassVar[int]
    first_line: int
    count: int
    replacement: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, first_line: _Optional[int] = ..., count: _Optional[int] = ..., replacement: _Optional[_Iterable[bytes]] = ...) -> None: ...

class PatchSummary(_message.Message):
    __slots__ = ("text", "replaced", "generated", "dropped", "green_added", "green_removed", "green_changed", "breaks_changed", "restoring", "shortened", "sounds_changed", "moved", "red_added", "red_removed", "red_changed", "lines")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    GENERATED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    GREEN_ADDED_FIELD_NUMBER: _ClassVar[int]
    GREEN_REMOVED_FIELD_NUMBER: _ClassVar[int]
    GREEN_CHANGED_FIELD_NUMBER: _ClassVar[int]
    BREAKS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    RESTORING_FIELD_NUMBER: _ClassVar[int]
    SHORTENED_FIELD_NUMBER: _ClassVar[int]
    SOUNDS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    RED_ADDED_FIELD_NUMBER: _ClassVar[int]
    RED_REMOVED_FIELD_NUMBER: _ClassVar[int]
    RED_CHANGED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    text: str
    replaced: int
    generated: int
    dropped: int
    green_added: int
    green_removed: int
    green_changed: int
    breaks_changed: int
    restoring: int
    shortened: int
    sounds_changed: int
    moved: int
    red_added: int
    red_removed: int
    red_changed: int
    lines: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, text: _Optional[str] = ..., replaced: _Optional[int] = ..., generated: _Optional[int] = ..., dropped: _Optional[int] = ..., green_added: _Optional[int] = ..., green_removed: _Optional[int] = ..., green_changed: _Optional[int] = ..., breaks_changed: _Optional[int] = ..., restoring: _Optional[int] = ..., shortened: _Optional[int] = ..., sounds_changed: _Optional[int] = ..., moved: _Optional[int] = ..., red_added: _Optional[int] = ..., red_removed: _Optional[int] = ..., red_changed: _Optional[int] = ..., lines: _Optional[_Iterable[str]] = ...) -> None: ...

class BeatmapPreview(_message.Message):
    __slots__ = ("start_ms", "end_ms", "circle_size", "approach_rate", "objects")
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    CIRCLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    APPROACH_RATE_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    start_ms: int
    end_ms: int
    circle_size: float
    approach_rate: float
    objects: _containers.RepeatedCompositeFieldContainer[PreviewObject]
    def __init__(self, start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., circle_size: _Optional[float] = ..., approach_rate: _Optional[float] = ..., objects: _Optional[_Iterable[_Union[PreviewObject, _Mapping]]] = ...) -> None: ...

class PreviewObject(_message.Message):
    __slots__ = ("kind", "role", "start_ms", "end_ms", "x", "y", "new_combo", "combo_number", "path", "slides")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[PreviewObject.Kind]
        KIND_CIRCLE: _ClassVar[PreviewObject.Kind]
        KIND_SLIDER: _ClassVar[PreviewObject.Kind]
        KIND_SPINNER: _ClassVar[PreviewObject.Kind]
        KIND_HOLD: _ClassVar[PreviewObject.Kind]
    KIND_UNSPECIFIED: PreviewObject.Kind
    KIND_CIRCLE: PreviewObject.Kind
    KIND_SLIDER: PreviewObject.Kind
    KIND_SPINNER: PreviewObject.Kind
    KIND_HOLD: PreviewObject.Kind
    class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ROLE_UNSPECIFIED: _ClassVar[PreviewObject.Role]
        ROLE_REPLACED: _ClassVar[PreviewObject.Role]
        ROLE_GENERATED: _ClassVar[PreviewObject.Role]
        ROLE_KEPT: _ClassVar[PreviewObject.Role]
    ROLE_UNSPECIFIED: PreviewObject.Role
    ROLE_REPLACED: PreviewObject.Role
    ROLE_GENERATED: PreviewObject.Role
    ROLE_KEPT: PreviewObject.Role
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    NEW_COMBO_FIELD_NUMBER: _ClassVar[int]
    COMBO_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SLIDES_FIELD_NUMBER: _ClassVar[int]
    kind: PreviewObject.Kind
    role: PreviewObject.Role
    start_ms: int
    end_ms: int
    x: float
    y: float
    new_combo: bool
    combo_number: int
    path: _containers.RepeatedScalarFieldContainer[float]
    slides: int
    def __init__(self, kind: _Optional[_Union[PreviewObject.Kind, str]] = ..., role: _Optional[_Union[PreviewObject.Role, str]] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., new_combo: bool = ..., combo_number: _Optional[int] = ..., path: _Optional[_Iterable[float]] = ..., slides: _Optional[int] = ...) -> None: ...

class RebasePatchRequest(_message.Message):
    __slots__ = ("patch", "current_bytes", "current_path", "base_bytes")
    PATCH_FIELD_NUMBER: _ClassVar[int]
    CURRENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CURRENT_PATH_FIELD_NUMBER: _ClassVar[int]
    BASE_BYTES_FIELD_NUMBER: _ClassVar[int]
    patch: BeatmapPatch
    current_bytes: bytes
    current_path: str
    base_bytes: bytes
    def __init__(self, patch: _Optional[_Union[BeatmapPatch, _Mapping]] = ..., current_bytes: _Optional[bytes] = ..., current_path: _Optional[str] = ..., base_bytes: _Optional[bytes] = ...) -> None: ...

class RebasePatchResponse(_message.Message):
    __slots__ = ("patch",)
    PATCH_FIELD_NUMBER: _ClassVar[int]
    patch: BeatmapPatch
    def __init__(self, patch: _Optional[_Union[BeatmapPatch, _Mapping]] = ...) -> None: ...

class GetVariantRequest(_message.Message):
    __slots__ = ("job_id", "number")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    number: int
    def __init__(self, job_id: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class GetVariantResponse(_message.Message):
    __slots__ = ("variant", "path", "seed", "notices", "provenance")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    variant: BeatmapVariant
    path: str
    seed: int
    notices: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.Notice]
    provenance: _provenance_pb2.Provenance
    def __init__(self, variant: _Optional[_Union[BeatmapVariant, _Mapping]] = ..., path: _Optional[str] = ..., seed: _Optional[int] = ..., notices: _Optional[_Iterable[_Union[_provenance_pb2.Notice, _Mapping]]] = ..., provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ...) -> None: ...

class BeatmapVariant(_message.Message):
    __slots__ = ("number", "seam_bits", "patch", "file", "mapset")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SEAM_BITS_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    MAPSET_FIELD_NUMBER: _ClassVar[int]
    number: int
    seam_bits: float
    patch: BeatmapPatch
    file: NewBeatmap
    mapset: NewMapset
    def __init__(self, number: _Optional[int] = ..., seam_bits: _Optional[float] = ..., patch: _Optional[_Union[BeatmapPatch, _Mapping]] = ..., file: _Optional[_Union[NewBeatmap, _Mapping]] = ..., mapset: _Optional[_Union[NewMapset, _Mapping]] = ...) -> None: ...

class NewBeatmap(_message.Message):
    __slots__ = ("file_name", "content", "sha256", "text", "difficulty_name", "mode", "objects", "stars")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DIFFICULTY_NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    STARS_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    content: bytes
    sha256: str
    text: str
    difficulty_name: str
    mode: int
    objects: int
    stars: float
    def __init__(self, file_name: _Optional[str] = ..., content: _Optional[bytes] = ..., sha256: _Optional[str] = ..., text: _Optional[str] = ..., difficulty_name: _Optional[str] = ..., mode: _Optional[int] = ..., objects: _Optional[int] = ..., stars: _Optional[float] = ...) -> None: ...

class NewMapset(_message.Message):
    __slots__ = ("folder_name", "maps", "audio_name", "text", "background_name", "background_path")
    FOLDER_NAME_FIELD_NUMBER: _ClassVar[int]
    MAPS_FIELD_NUMBER: _ClassVar[int]
    AUDIO_NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_NAME_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_PATH_FIELD_NUMBER: _ClassVar[int]
    folder_name: str
    maps: _containers.RepeatedCompositeFieldContainer[NewBeatmap]
    audio_name: str
    text: str
    background_name: str
    background_path: str
    def __init__(self, folder_name: _Optional[str] = ..., maps: _Optional[_Iterable[_Union[NewBeatmap, _Mapping]]] = ..., audio_name: _Optional[str] = ..., text: _Optional[str] = ..., background_name: _Optional[str] = ..., background_path: _Optional[str] = ...) -> None: ...
