"""The network: one VarWhisper encoder-decoder, built from a checkpoint's own configuration."""

from model_core.audio.mel import MelConfig
from model_core.network.cache import DecoderCache
from model_core.network.config import NetworkConfig
from model_core.network.model import Network

__all__ = [
    "DecoderCache",
    "MelConfig",
    "Network",
    "NetworkConfig",
]
