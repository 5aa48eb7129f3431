"""Labels of points have the same values as the pixels of masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf import AssetError, OptionError, PointCloudError
from segments_hf.bitmaps import instance_mask, panoptic, semantic_mask
from segments_hf.points import point_labels

ANNOTATIONS = st.lists(
    st.fixed_dictionaries({"id": st.integers(1, 12), "category": st.none() | st.integers(0, 4)}), min_size=1, max_size=8
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    annotations = draw(ANNOTATIONS)
    ids = draw(st.lists(st.sampled_from([0, *(item["id"] for item in annotations)]), max_size=30))
    return {"annotations": annotations, "point_annotations": ids}


@given(rows())
def test_labels_match_the_masks_of_a_bitmap(row: dict[str, Any]) -> None:
    bitmap = np.array([row["point_annotations"]], np.uint32)
    annotations = row["annotations"]
    np.testing.assert_array_equal(point_labels(row), semantic_mask(bitmap, annotations)[0])
    np.testing.assert_array_equal(
        point_labels(row, ignore_index=255), semantic_mask(bitmap, annotations, ignore_index=255)[0]
    )
    np.testing.assert_array_equal(point_labels(row, "instance"), instance_mask(bitmap, annotations)[0])
    for stuff in ([], [0, 2]):
        np.testing.assert_array_equal(
            point_labels(row, "panoptic", stuff=stuff), panoptic(bitmap, annotations, stuff=stuff)[0][0]
        )


def test_labels_have_the_order_of_the_points_and_are_int64() -> None:
    row = {"point_annotations": [9, 0, 5, 9], "annotations": [{"id": 5, "category": 3}, {"id": 9, "category": 0}]}
    np.testing.assert_array_equal(point_labels(row), np.array([1, 0, 4, 1]), strict=True)
    np.testing.assert_array_equal(point_labels(row, ignore_index=-1), np.array([0, -1, 3, 0]), strict=True)


def cloud(num_points: int) -> dict[str, Any]:
    return {"point_cloud": {"bytes": bytes(16 * num_points), "path": None}, "point_cloud_type": "binary-xyzi"}


def test_labels_of_all_points_in_the_file_are_returned() -> None:
    row = {"point_annotations": [0, 5, 0], "annotations": [{"id": 5, "category": 0}], **cloud(3)}
    assert point_labels(row).tolist() == [0, 1, 0]


@pytest.mark.parametrize("num_points", [0, 2, 4])
def test_different_number_of_points_in_the_file_is_an_error(num_points: int) -> None:
    row = {"point_annotations": [0, 5, 0], "annotations": [{"id": 5, "category": 0}], **cloud(num_points)}
    with pytest.raises(PointCloudError, match=f"3 numbers for {num_points} points"):
        point_labels(row)


def test_number_of_labels_is_not_checked_if_the_row_has_no_file() -> None:
    row = {"point_annotations": [0, 0], "annotations": [], **cloud(3)}
    assert point_labels({**row, "point_cloud": None}).shape == (2,)
    assert point_labels({**row, "point_cloud": {"bytes": None, "path": None}}).shape == (2,)


def test_damaged_file_is_an_error() -> None:
    row = {"point_annotations": [0], "annotations": [], **cloud(1)}
    with pytest.raises(AssetError):
        point_labels({**row, "point_cloud": {"bytes": bytes(15), "path": None}})


def test_cloud_without_points_has_no_labels() -> None:
    assert point_labels({"point_annotations": [], "annotations": []}).shape == (0,)


def test_unlabeled_points_need_no_annotations() -> None:
    assert point_labels({"point_annotations": [0, 0], "annotations": []}).tolist() == [0, 0]


@pytest.mark.parametrize("kind", ["semantic", "instance", "panoptic"])
@pytest.mark.parametrize("unknown_id", [4, 6, 2**31 - 1, -1])
def test_id_of_no_annotation_is_an_error(kind: Any, unknown_id: int) -> None:
    row = {"point_annotations": [5, unknown_id, 0, unknown_id], "annotations": [{"id": 5, "category": 0}]}
    with pytest.raises(PointCloudError, match=rf"2 points with ids that no annotation has \({unknown_id}\)"):
        point_labels(row, kind)


@pytest.mark.parametrize(
    "row",
    [
        {"annotations": []},
        {"annotations": [], "point_annotations": None},
        {"annotations": None, "point_annotations": [0]},
        {"point_annotations": [0]},
        {"annotations": [], "point_annotations": [0, None]},
        {"annotations": [], "point_annotations": [0, 1.5]},
        {"annotations": [], "point_annotations": [[0], [0]]},
        {"annotations": [], "point_annotations": [2**64]},
        {"annotations": [], "point_annotations": "abc"},
    ],
)
def test_row_without_valid_labels_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(PointCloudError, match="point_annotations"):
        point_labels(row)


def test_ignore_index_that_is_a_class_index_is_an_error() -> None:
    row = {"point_annotations": [5], "annotations": [{"id": 5, "category": 3}]}
    with pytest.raises(PointCloudError, match="ignore_index"):
        point_labels(row, ignore_index=3)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"kind": "classes"}, "kind"),
        ({"kind": "instance", "ignore_index": 255}, "ignore_index"),
        ({"kind": "semantic", "stuff": [1]}, "stuff"),
    ],
)
def test_invalid_option_is_an_error(options: dict[str, Any], option: str) -> None:
    with pytest.raises(OptionError, match=option):
        point_labels({"point_annotations": [], "annotations": []}, **options)
