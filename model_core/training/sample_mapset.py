"""The bundled sample mapset: ``python -m model_core.training.sample_mapset [FOLDER]``.

One synthetic song with two difficulties, a background and a small storyboard. Everything in it
is made from a seed by this project and given to the public domain, so it may ship with the
package and be edited by the demonstration. The seed lies outside those that models train on.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from model_core.training.mapper import level_of, map_song
from model_core.training.sample_pictures import background, sprite
from model_core.training.sample_touches import finish_by_hand
from model_core.training.songs import SongPlan, compose, render_stereo

SEED = 903393
CREATOR = "osu companion"
AUDIO = "audio.mp3"
_RATE = 44100
_BIT_RATE = 128_000
_FRAME = 1152  # samples of one MP3 frame
_DIFFICULTIES = ((3, 0.3, False), (1, 0.64, True))  # mapper, level, whether finished thoroughly

NOTICE = """\
This mapset was made by the programs in model_core/training: the song, the sounds, the pictures
and the maps are computed from a seed, and no recording, sample or map of anybody's is in it.

To the extent possible under law, its authors have waived all copyright and related rights to it
(CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/). Do with it what you like.
"""


def write_mapset(parent: Path) -> Path:
    """Write the mapset's folder under ``parent`` and return it."""
    plan = compose(SEED)
    folder = parent / f"{plan.artist} - {plan.title}"
    (folder / "sb").mkdir(parents=True, exist_ok=True)
    write_audio(folder / AUDIO, render_stereo(plan, _RATE))
    (folder / "bg.jpg").write_bytes(background(SEED))
    (folder / "sb" / "light.png").write_bytes(sprite())
    (folder / "LICENSE.txt").write_text(NOTICE, encoding="utf-8", newline="\n")
    for name, data in maps(plan).items():
        (folder / name).write_bytes(data)
    return folder


def maps(plan: SongPlan) -> dict[str, bytes]:
    """The mapset's .osu files by name."""
    files: dict[str, bytes] = {}
    for style, level, thorough in _DIFFICULTIES:
        mapped = map_song(plan, style=style, level=level, seed=SEED, audio_filename=AUDIO)
        lines = finish_by_hand(
            mapped.osu_bytes.decode("utf-8").split("\r\n"),
            plan,
            creator=CREATOR,
            seed=SEED,
            thorough=thorough,
        )
        version = level_of(level).name
        name = f"{plan.artist} - {plan.title} ({CREATOR}) [{version}].osu"
        files[name] = "\r\n".join(lines).encode("utf-8")
    return files


def write_audio(path: Path, samples: NDArray[np.float32]) -> None:
    """Encode ``[2, n]`` float32 samples at 44.1 kHz as an MP3 of 128 kbit/s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=_RATE)
        stream.layout = "stereo"
        stream.format = "fltp"
        stream.bit_rate = _BIT_RATE
        for start in range(0, samples.shape[1], _FRAME):
            block = np.ascontiguousarray(samples[:, start : start + _FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = _RATE
            frame.pts = start
            frame.time_base = Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    print(write_mapset(Path(sys.argv[1] if len(sys.argv) > 1 else "samples")))
