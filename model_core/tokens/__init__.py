"""Between beatmaps and token ids: vocabularies, layouts, contexts, and back to objects."""

from model_core.tokens.class_tokens import Conditions, class_tokens
from model_core.tokens.events import ContextType, Event, EventType, TimedEvents
from model_core.tokens.from_beatmap import map_events
from model_core.tokens.layout import Layout, Template
from model_core.tokens.prompts import Context, build_prompt, build_training_sequence
from model_core.tokens.starter_layout import starter_layout, starter_vocabulary
from model_core.tokens.timelines import kiai_events, sv_events, timing_events
from model_core.tokens.vocabulary import Vocabulary

__all__ = [
    "Conditions",
    "Context",
    "ContextType",
    "Event",
    "EventType",
    "Layout",
    "Template",
    "TimedEvents",
    "Vocabulary",
    "build_prompt",
    "build_training_sequence",
    "class_tokens",
    "kiai_events",
    "map_events",
    "starter_layout",
    "starter_vocabulary",
    "sv_events",
    "timing_events",
]
