"""Two short songs with maps of three modes, written by hand: a corpus in a millisecond."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model_core.training.corpus import SAMPLE_RATE, MapEntry, SongEntry, write_maps, write_song

BEAT = 400.0
OFFSET = 500
SECONDS = 24
_BEATS = int((SECONDS * 1000 - OFFSET - 2000) / BEAT)


def small_corpus(folder: Path, songs: int = 2) -> Path:
    """Fill a folder with songs of clicks on every beat, and their maps."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(songs):
        song = small_song(number)
        write_song(song, folder)
        write_maps(song.name, song.maps, folder)
    return folder


def small_song(number: int = 0) -> SongEntry:
    """A song at 150 BPM from 500 ms on, with two osu!standard, a taiko and a mania map."""
    rng = np.random.default_rng(number)
    samples = rng.normal(0.0, 40.0, SECONDS * SAMPLE_RATE)
    notes = []
    for beat in range(_BEATS):
        time = OFFSET + beat * BEAT
        at = round(time * SAMPLE_RATE / 1000)
        samples[at : at + 400] += (
            9000.0 * np.sin(np.arange(400) * 0.3) * np.exp(-np.arange(400) / 80.0)
        )
        notes.append((0.0, time, 60.0, 0.0))
    maps = (
        MapEntry(osu(0, 1), 0, 1, 1.8, 4.0, 1.4, ("style/clean",)),
        MapEntry(osu(0, 2), 0, 2, 3.4, 4.0, 1.8, ("skillset/jumps",)),
        MapEntry(osu(1, 2), 1, 2, 2.5, 5.0, 1.4),
        MapEntry(osu(3, 2), 3, 3, 2.9, 4.0, 1.4, key_count=4),
    )
    audio = np.clip(samples, -32768, 32767).astype(np.int16)
    return SongEntry(f"small {number}", audio, np.asarray(notes, dtype=np.float32), maps)


def osu(mode: int, per_beat: int) -> bytes:
    """A map's file: circles, with sliders or holds and a spinner among them, and kiai."""
    objects = []
    step = BEAT / per_beat
    for index in range(_BEATS * per_beat - 4):
        time = round(OFFSET + index * step)
        x, y = 64 + index * 37 % 384, 64 + index * 53 % 256
        sound = (0, 8, 2, 4)[index % 4]
        if mode == 3:
            column = index % 4 * 128 + 64
            if index % 5 == 0:
                objects.append(f"{column},192,{time},128,{sound},{round(time + step)}:0:0:0:0:")
            else:
                objects.append(f"{column},192,{time},1,{sound},0:0:0:0:")
        elif index % 8 == 6:
            objects.append(
                f"{x},{y},{time},2,{sound},L|{x + 70}:{y},1,70,{sound}|0,1:1|2:2,0:0:0:0:"
            )
        elif index % 8 != 7:
            objects.append(f"{x},{y},{time},{5 if index % 8 == 0 else 1},{sound},1:2:0:60:")
    last = round(OFFSET + _BEATS * BEAT)
    if mode != 3:
        objects.append(f"256,192,{last},12,0,{last + 800},0:0:0:0:")
    lines = [
        "osu file format v14", "", "[General]", "AudioFilename: audio.wav", f"Mode: {mode}", "",
        "[Metadata]", "Title:Small", "Artist:Test", "Creator:Test", "Version:Test", "",
        "[Difficulty]", "HPDrainRate:5", "CircleSize:4", "OverallDifficulty:6", "ApproachRate:7",
        "SliderMultiplier:1.4", "SliderTickRate:1", "",
        "[Events]", f"2,{OFFSET + 9000},{OFFSET + 9900}", "",
        "[TimingPoints]", f"{OFFSET},{BEAT},4,2,0,60,1,0",
        f"{OFFSET + round(8 * BEAT)},-80,4,2,0,70,0,1",
        f"{OFFSET + round(24 * BEAT)},-100,4,1,0,50,0,0", "",
        "[HitObjects]", *objects,
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n").encode()
