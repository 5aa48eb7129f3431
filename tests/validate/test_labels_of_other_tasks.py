"""In labels of unknown task types, `validate` finds the faults that do not depend on geometry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from json_label_releases import CUBOIDS, cuboid, write_json_release

from segments_hf import validate

TASK = "radar-sequence"


def found(path: Path) -> list[tuple[str, int | None]]:
    """Return the check and the frame of each finding."""
    return [(finding.check, finding.frame) for finding in validate(path).findings]


@pytest.mark.parametrize(
    ("annotations", "checks"),
    [
        ([cuboid(1, 1), cuboid(2, 3)], []),
        ([cuboid(1, 9)], ["unknown-category"]),
        ([{**cuboid(1, 1), "category_id": "1"}], ["unknown-category"]),
        ([cuboid(1, True)], ["unknown-category"]),
        ([cuboid(1, 1), cuboid(1, 1)], ["repeated-annotation-id"]),
        ([{"category_id": 1}, {"category_id": 1}], []),  # the annotations of texts have no ids
        ([cuboid(0, 1)], []),
    ],
)
def test_ids_and_categories_of_cuboids_are_checked(tmp_path: Path, annotations: list[Any], checks: list[str]) -> None:
    path = write_json_release(tmp_path, TASK, {"frames": [{"annotations": annotations}]})
    assert found(path) == [(check, 0) for check in checks]


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED", "UNLABELED"])
def test_labels_that_are_not_used_are_not_checked_or_counted(tmp_path: Path, status: str) -> None:
    labels = {"frames": [{"annotations": [cuboid(1, 9)]}]}, {"frames": [CUBOIDS]}
    path = write_json_release(tmp_path, TASK, *labels, statuses=(status, "LABELED"))
    report = validate(path)
    assert (report.findings, report.not_checked["cuboid"]) == ([], 3)


@pytest.mark.parametrize(
    ("annotations", "points", "checks"),
    [
        ([{"id": 1, "category_id": 1}], [0, 1, 1], []),
        ([{"id": 1, "category_id": 1}], [0, 0], []),
        ([{"id": 1, "category_id": 1}], [1, 5, 5], ["points-without-annotation"]),
        ([], [7], ["points-without-annotation"]),
        ([{"id": 0, "category_id": 1}], [0, 0], []),
        ([{"id": 0, "category_id": 1}, {"id": 1, "category_id": 1}], [0, 1], ["impossible-annotation-id"]),
    ],
)
def test_ids_of_points_are_checked(
    tmp_path: Path, annotations: list[Any], points: list[int], checks: list[str]
) -> None:
    label = {"frames": [{"annotations": annotations, "point_annotations": points}]}
    assert found(write_json_release(tmp_path, TASK, label)) == [(check, 0) for check in checks]


def test_findings_of_sequences_name_the_frame(tmp_path: Path) -> None:
    frames = {"frames": [None, {"annotations": [cuboid(4, 9)]}, {"annotations": [cuboid(4, 1), cuboid(4, 1)]}]}
    expected = [("unknown-category", 1), ("repeated-annotation-id", 2), ("track-changes-category", None)]
    assert found(write_json_release(tmp_path, TASK, frames)) == expected


def test_a_track_with_two_categories_is_reported_once(tmp_path: Path) -> None:
    frames = [{"annotations": [cuboid(4, category)]} for category in (1, 3, 1, 3)]
    path = write_json_release(tmp_path, TASK, {"frames": frames})
    assert found(path) == [("track-changes-category", None)]


def test_frames_may_use_the_same_ids(tmp_path: Path) -> None:
    path = write_json_release(tmp_path, TASK, {"frames": [CUBOIDS, CUBOIDS]})
    assert found(path) == []
