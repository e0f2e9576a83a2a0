"""Where a request places its windows of audio.

The published programs cut a whole song into a fixed raster and drop what a range does not touch.
A request places its first window so that the range begins right after the lookback the model was
made for, and goes on by the model's own stride; the last window ends where the range does. The
model sees exactly what it would see in a whole song, in fewer windows. Where the lookback would
be empty, the first window begins with the range, as a song's first window does.
"""

from __future__ import annotations

from model_core.audio.windows import SAMPLES_PER_MS, Window
from model_core.tokens import Layout

__all__ = ["place_windows"]


def place_windows(
    layout: Layout, first_ms: float, last_ms: float, *, goes_on: bool = True
) -> list[Window]:
    """Windows that generate ``[first_ms, last_ms]``, ascending.

    goes_on: whether there are objects in the lookback to go on from.
    ``last_ms`` may be past the end of the song; audio is padded with silence there.
    """
    length = layout.window_ms
    reach = (1.0 - layout.lookahead) * length
    stride = (1.0 - layout.lookback - layout.lookahead) * length
    start = max(0.0, first_ms - layout.lookback * length if goes_on else first_ms)
    starts = [int(start)]
    if stride * SAMPLES_PER_MS < 1:
        raise ValueError(f"{layout.lookback} and {layout.lookahead} leave no window to fill")
    while starts[-1] + reach < last_ms:
        start += stride
        starts.append(int(start))
    return [Window(ms, ms * SAMPLES_PER_MS) for ms in starts]
