"""The before/after picture: drawn from preview objects alone, whatever they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1.patches_pb2 import BeatmapPreview, PreviewObject
from PIL import Image

from clients.picture import save_picture

KINDS = PreviewObject.Kind.values()


def _object(role: Any, kind: Any, time_ms: int, **fields: Any) -> Any:
    given = {"x": 256.0, "y": 192.0, "end_ms": time_ms, "combo_number": 1} | fields
    return PreviewObject(role=role, kind=kind, start_ms=time_ms, **given)


def _picture(tmp_path: Path, *objects: Any) -> Image.Image:
    preview = BeatmapPreview(start_ms=1000, end_ms=3000, circle_size=4, objects=objects)
    save_picture(preview, tmp_path / "made" / "picture.png", "変わった map")
    return Image.open(tmp_path / "made" / "picture.png")


def _halves(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    width, height = picture.size
    # Without the title, which stands over the left half, and without the counts.
    top = 72
    return picture.crop((0, top, width // 2, height)), picture.crop(
        (width // 2, top, width, height)
    )


def test_replaced_objects_are_on_the_left_and_generated_ones_on_the_right(tmp_path: Path) -> None:
    circle = PreviewObject.KIND_CIRCLE
    empty_left, empty_right = _halves(_picture(tmp_path))
    left, right = _halves(_picture(tmp_path, _object(PreviewObject.ROLE_REPLACED, circle, 1500)))
    assert left.tobytes() != empty_left.tobytes() and right.tobytes() == empty_right.tobytes()
    left, right = _halves(_picture(tmp_path, _object(PreviewObject.ROLE_GENERATED, circle, 1500)))
    assert left.tobytes() == empty_left.tobytes() and right.tobytes() != empty_right.tobytes()
    left, right = _halves(_picture(tmp_path, _object(PreviewObject.ROLE_KEPT, circle, 900)))
    assert left.tobytes() == right.tobytes() != empty_left.tobytes()
    far = _object(PreviewObject.ROLE_KEPT, circle, 60_000)
    assert _halves(_picture(tmp_path, far))[0].tobytes() == empty_left.tobytes()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [[], [1.0], [10.0, 10.0], [0.0, 0.0, -900.0, 5000.0, 3.0]])
def test_every_kind_is_drawn_with_any_path(tmp_path: Path, kind: Any, path: list[float]) -> None:
    item = _object(PreviewObject.ROLE_GENERATED, kind, 1500, end_ms=2500, path=path, slides=2)
    assert _picture(tmp_path, item).size == (1200, 594)


def test_a_range_of_no_length_and_an_odd_circle_size_are_drawn(tmp_path: Path) -> None:
    item = _object(PreviewObject.ROLE_GENERATED, PreviewObject.KIND_CIRCLE, 0)
    preview = BeatmapPreview(start_ms=0, end_ms=0, circle_size=12, objects=[item])
    save_picture(preview, tmp_path / "picture.png", "map")
