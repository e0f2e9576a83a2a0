from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class RemapOptions(_message.Message):
    __slots__ = ("difficulty", "mapper_id", "year", "descriptors", "negative_descriptors", "hitsounded", "hold_note_ratio", "scroll_speed_ratio", "guidance", "temperature", "mania_column_temperature", "taiko_hit_temperature", "timeshift_bias", "top_p", "top_k", "take_volume", "take_slider_velocity")
    DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
    MAPPER_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    HITSOUNDED_FIELD_NUMBER: _ClassVar[int]
    HOLD_NOTE_RATIO_FIELD_NUMBER: _ClassVar[int]
    SCROLL_SPEED_RATIO_FIELD_NUMBER: _ClassVar[int]
    GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    MANIA_COLUMN_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TAIKO_HIT_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TIMESHIFT_BIAS_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    TAKE_VOLUME_FIELD_NUMBER: _ClassVar[int]
    TAKE_SLIDER_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    difficulty: float
    mapper_id: int
    year: int
    descriptors: _containers.RepeatedScalarFieldContainer[str]
    negative_descriptors: _containers.RepeatedScalarFieldContainer[str]
    hitsounded: bool
    hold_note_ratio: float
    scroll_speed_ratio: float
    guidance: float
    temperature: float
    mania_column_temperature: float
    taiko_hit_temperature: float
    timeshift_bias: float
    top_p: float
    top_k: int
    take_volume: bool
    take_slider_velocity: bool
    def __init__(self, difficulty: _Optional[float] = ..., mapper_id: _Optional[int] = ..., year: _Optional[int] = ..., descriptors: _Optional[_Iterable[str]] = ..., negative_descriptors: _Optional[_Iterable[str]] = ..., hitsounded: bool = ..., hold_note_ratio: _Optional[float] = ..., scroll_speed_ratio: _Optional[float] = ..., guidance: _Optional[float] = ..., temperature: _Optional[float] = ..., mania_column_temperature: _Optional[float] = ..., taiko_hit_temperature: _Optional[float] = ..., timeshift_bias: _Optional[float] = ..., top_p: _Optional[float] = ..., top_k: _Optional[int] = ..., take_volume: bool = ..., take_slider_velocity: bool = ...) -> None: ...

class HitsoundOptions(_message.Message):
    __slots__ = ("additions_only", "sample_sets", "volumes", "keep_existing", "temperature", "top_p", "mapper_id", "year", "descriptors")
    ADDITIONS_ONLY_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SETS_FIELD_NUMBER: _ClassVar[int]
    VOLUMES_FIELD_NUMBER: _ClassVar[int]
    KEEP_EXISTING_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    MAPPER_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    additions_only: bool
    sample_sets: bool
    volumes: bool
    keep_existing: bool
    temperature: float
    top_p: float
    mapper_id: int
    year: int
    descriptors: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, additions_only: bool = ..., sample_sets: bool = ..., volumes: bool = ..., keep_existing: bool = ..., temperature: _Optional[float] = ..., top_p: _Optional[float] = ..., mapper_id: _Optional[int] = ..., year: _Optional[int] = ..., descriptors: _Optional[_Iterable[str]] = ...) -> None: ...

class DifficultyOptions(_message.Message):
    __slots__ = ("difficulty", "mapper_id", "year", "descriptors", "negative_descriptors", "hitsounded", "hold_note_ratio", "scroll_speed_ratio", "guidance", "temperature", "mania_column_temperature", "taiko_hit_temperature", "timeshift_bias", "top_p", "top_k", "mode", "circle_size", "key_count", "hp_drain_rate", "overall_difficulty", "approach_rate", "slider_multiplier", "slider_tick_rate", "star_tries", "lookback", "lookahead", "follow", "parallel", "resnap", "refine", "refine_guidance", "refine_steps", "snap_overlaps")
    DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
    MAPPER_ID_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    HITSOUNDED_FIELD_NUMBER: _ClassVar[int]
    HOLD_NOTE_RATIO_FIELD_NUMBER: _ClassVar[int]
    SCROLL_SPEED_RATIO_FIELD_NUMBER: _ClassVar[int]
    GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    MANIA_COLUMN_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TAIKO_HIT_TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TIMESHIFT_BIAS_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    CIRCLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    KEY_COUNT_FIELD_NUMBER: _ClassVar[int]
    HP_DRAIN_RATE_FIELD_NUMBER: _ClassVar[int]
    OVERALL_DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
    APPROACH_RATE_FIELD_NUMBER: _ClassVar[int]
    SLIDER_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    SLIDER_TICK_RATE_FIELD_NUMBER: _ClassVar[int]
    STAR_TRIES_FIELD_NUMBER: _ClassVar[int]
    LOOKBACK_FIELD_NUMBER: _ClassVar[int]
    LOOKAHEAD_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    PARALLEL_FIELD_NUMBER: _ClassVar[int]
    RESNAP_FIELD_NUMBER: _ClassVar[int]
    REFINE_FIELD_NUMBER: _ClassVar[int]
    REFINE_GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    REFINE_STEPS_FIELD_NUMBER: _ClassVar[int]
    SNAP_OVERLAPS_FIELD_NUMBER: _ClassVar[int]
    difficulty: float
    mapper_id: int
    year: int
    descriptors: _containers.RepeatedScalarFieldContainer[str]
    negative_descriptors: _containers.RepeatedScalarFieldContainer[str]
    hitsounded: bool
    hold_note_ratio: float
    scroll_speed_ratio: float
    guidance: float
    temperature: float
    mania_column_temperature: float
    taiko_hit_temperature: float
    timeshift_bias: float
    top_p: float
    top_k: int
    mode: int
    circle_size: float
    key_count: int
    hp_drain_rate: float
    overall_difficulty: float
    approach_rate: float
    slider_multiplier: float
    slider_tick_rate: float
    star_tries: int
    lookback: float
    lookahead: float
    follow: bool
    parallel: bool
    resnap: bool
    refine: bool
    refine_guidance: float
    refine_steps: int
    snap_overlaps: bool
    def __init__(self, difficulty: _Optional[float] = ..., mapper_id: _Optional[int] = ..., year: _Optional[int] = ..., descriptors: _Optional[_Iterable[str]] = ..., negative_descriptors: _Optional[_Iterable[str]] = ..., hitsounded: bool = ..., hold_note_ratio: _Optional[float] = ..., scroll_speed_ratio: _Optional[float] = ..., guidance: _Optional[float] = ..., temperature: _Optional[float] = ..., mania_column_temperature: _Optional[float] = ..., taiko_hit_temperature: _Optional[float] = ..., timeshift_bias: _Optional[float] = ..., top_p: _Optional[float] = ..., top_k: _Optional[int] = ..., mode: _Optional[int] = ..., circle_size: _Optional[float] = ..., key_count: _Optional[int] = ..., hp_drain_rate: _Optional[float] = ..., overall_difficulty: _Optional[float] = ..., approach_rate: _Optional[float] = ..., slider_multiplier: _Optional[float] = ..., slider_tick_rate: _Optional[float] = ..., star_tries: _Optional[int] = ..., lookback: _Optional[float] = ..., lookahead: _Optional[float] = ..., follow: bool = ..., parallel: bool = ..., resnap: bool = ..., refine: bool = ..., refine_guidance: _Optional[float] = ..., refine_steps: _Optional[int] = ..., snap_overlaps: bool = ...) -> None: ...
