"""Pictures of the sample mapset, painted from numbers: a background and a storyboard sprite."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720


def background(seed: int) -> bytes:
    """A JPEG of 1280 by 720: hills under an evening sky."""
    rng = np.random.default_rng([seed, 7])
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    top, bottom = np.array([24.0, 28, 66]), np.array([238.0, 138, 112])
    sky: NDArray[np.float64] = np.broadcast_to(top + (bottom - top) * down**1.4, (HEIGHT, WIDTH, 3))
    image = Image.fromarray(sky.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(90):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT // 2))
        size = int(rng.integers(1, 3))
        draw.ellipse((x, y, x + size, y + size), fill=(250, 240, 220))
    draw.ellipse((880, 300, 1060, 480), fill=(255, 214, 150))
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    draw = ImageDraw.Draw(image)
    across = np.arange(0, WIDTH + 8, 8)
    for layer in range(4):
        phase = rng.uniform(0, 6.28, 3)
        height = 400 + 75 * layer
        wave = sum(
            amount * np.sin(across / scale + shift)
            for amount, scale, shift in zip((40, 18, 7), (260, 97, 41), phase, strict=True)
        )
        outline = [(int(x), int(y)) for x, y in zip(across, height + wave, strict=True)]
        shade = (74 - 16 * layer, 52 - 11 * layer, 92 - 17 * layer)
        draw.polygon([*outline, (WIDTH, HEIGHT), (0, HEIGHT)], fill=shade)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82, optimize=True)
    return stream.getvalue()


def sprite() -> bytes:
    """A PNG of 64 by 64 with a soft round light."""
    axis = np.linspace(-1, 1, 64)
    distance = np.hypot(axis[:, None], axis[None, :])
    alpha = (np.clip(1 - distance, 0, 1) ** 2 * 255).astype(np.uint8)
    white = np.full((64, 64, 3), 255, dtype=np.uint8)
    image = Image.fromarray(np.dstack([white, alpha]), "RGBA")
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
