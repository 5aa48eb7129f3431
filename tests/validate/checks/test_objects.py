"""Objects of one pixel, and objects whose parts are far apart, are found in bitmaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from layouts.mask_making import annotation, bitmap_sample

from segments_hf import validate
from segments_hf.validate import Report

CORNERS = [(0, 0), (0, 40), (50, 0), (50, 40)]  # top and left of the parts


def report_of(folder: Path, write_release: Any, ids: np.ndarray, **categories: Any) -> Report:
    """Return the report about two samples with the same bitmap, whose ids 1 and 2 have the categories 1 and 2."""
    annotations = [annotation(1, 1), annotation(2, 2)]
    listed = [{"id": 1, "name": "sky", **categories}, {"id": 2, "name": "bear", **categories}]
    samples = [bitmap_sample(folder, name, ids, annotations) for name in ("a", "b b")]
    report: Report = validate(write_release(samples, task_attributes={"categories": listed}), assets=True)
    return report


def scattered() -> np.ndarray:
    """Return a bitmap in which the id 2 has four parts far apart, and all other pixels have the id 1."""
    ids = np.ones((60, 60), np.uint32)
    for top, left in CORNERS:
        ids[top : top + 10, left : left + 10] = 2
    return ids


@pytest.mark.parametrize(("has_instances", "is_found"), [(True, True), (None, True), (False, False)])
def test_object_in_parts_far_apart_is_found_unless_its_class_has_no_instances(
    tmp_path: Path, write_release: Any, has_instances: bool | None, is_found: bool
) -> None:
    options = {} if has_instances is None else {"has_instances": has_instances}
    report = report_of(tmp_path, write_release, scattered(), **options)
    assert report.counts == ({"scattered-object": 2} if is_found else {})
    if is_found:
        assert "2 (4 groups)" in report.findings[0].message


def test_three_parts_far_apart_are_not_a_finding(tmp_path: Path, write_release: Any) -> None:
    ids = scattered()
    ids[50:, 40:] = 1
    assert report_of(tmp_path, write_release, ids).is_clean


@pytest.mark.parametrize(("pixels", "is_found"), [(1, True), (2, False)])
def test_object_of_one_pixel_is_found(tmp_path: Path, write_release: Any, pixels: int, is_found: bool) -> None:
    ids = np.ones((9, 9), np.uint32)
    ids[4, :pixels] = 2
    report = report_of(tmp_path, write_release, ids)
    assert report.counts == ({"one-pixel-object": 2} if is_found else {})
