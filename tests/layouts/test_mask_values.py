"""Masks of small bitmaps and shapes, compared with values that were written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dataset.making import plain_rows, sample

import segments_hf
from segments_hf.bitmaps import palette_color

from .mask_making import annotation, bitmap_sample, pixels, shape, vector_sample

ADDERS = [segments_hf.add_semantic_masks, segments_hf.add_instance_masks, segments_hf.add_panoptic_masks]
MASK_COLUMNS = ["semantic_mask", "instance_mask", "panoptic_mask", "segments_info"]
IDS = [[0, 1, 1], [2, 70000, 9]]
OBJECTS = [annotation(1, 1), annotation(2, 2), annotation(70000, 2)]
RECTANGLE = [[0, 0], [3, 0], [3, 2], [0, 2]]
STREAMING = pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])


@pytest.fixture
def release(tmp_path: Path, write_release: Any) -> Path:
    """A release of one labeled and one unlabeled image."""
    return write_release([bitmap_sample(tmp_path, "a", IDS, OBJECTS), sample("b", "a.jpg")])


@STREAMING
def test_all_masks_of_a_bitmap_can_be_added_to_one_dataset(release: Path, streaming: bool) -> None:
    rows = segments_hf.load_release(release, split="train", streaming=streaming)
    before = plain_rows(rows)
    for add in ADDERS:
        rows = add(rows)
    first, second = list(rows)
    assert pixels(first["semantic_mask"]) == [[0, 1, 1], [2, 2, 0]]
    assert pixels(first["instance_mask"]) == [[0, 1, 1], [2, 3, 0]]
    assert pixels(first["panoptic_mask"]) == [[0, 1, 1], [2, 70000, 0]]
    assert first["segments_info"][0] == {"id": 1, "category_id": 0, "area": 2, "bbox": [1, 0, 2, 1], "iscrowd": 0}
    assert [second[name] for name in MASK_COLUMNS] == [None] * 4
    if not streaming:  # a stream decodes its images when a column is removed
        assert plain_rows(rows.remove_columns(MASK_COLUMNS)) == before


def test_category_without_a_color_has_a_color_of_the_palette(release: Path) -> None:
    mask = segments_hf.add_semantic_masks(segments_hf.load_release(release, split="train"))[0]["semantic_mask"]
    colors = [mask.convert("RGB").getpixel(position) for position in [(0, 0), (1, 0), (0, 1)]]
    assert colors == [(0, 0, 0), (255, 0, 0), palette_color(1)]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        pytest.param([("polygon", RECTANGLE)], [[1, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]], id="polygon"),
        pytest.param([("bbox", [[3, 2], [1, 1]])], [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], id="box"),
        pytest.param(
            [("polygon", RECTANGLE), ("bbox", [[2, 1], [4, 9]])],
            [[1, 1, 1, 0], [1, 1, 2, 2], [0, 0, 2, 2]],
            id="box over a polygon",
        ),
        pytest.param([("bbox", [[-9, -9], [1, 3]])], [[1, 0, 0, 0]] * 3, id="box partly outside the image"),
        pytest.param([("polyline", RECTANGLE), ("point", [[1, 1]])], [[0, 0, 0, 0]] * 3, id="shapes without area"),
        pytest.param([], [[0, 0, 0, 0]] * 3, id="no shapes"),
    ],
)
@STREAMING
def test_masks_have_the_pixels_of_the_shapes(
    write_release: Any, tmp_path: Path, shapes: Any, expected: Any, streaming: bool
) -> None:
    annotations = [shape(kind, points, number, number=50 + number) for number, (kind, points) in enumerate(shapes, 1)]
    release = write_release([vector_sample(tmp_path, "a", *annotations)], task_type="vector")
    rows = segments_hf.load_release(release, split="train", streaming=streaming)
    for add in ADDERS:
        rows = add(rows)
    row = next(iter(rows))
    for column in ("semantic_mask", "instance_mask", "panoptic_mask"):
        assert [line[:4] for line in pixels(row[column])[:3]] == expected
