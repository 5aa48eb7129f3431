"""Compute the class, the instance or the panoptic segment of each point from the annotations of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from segments_hf.errors import OptionError, PointCloudError
from segments_hf.points.checked_numbers import check_row
from segments_hf.points.read_points import num_points
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence, Sized

    import numpy.typing as npt

_KINDS = ("semantic", "instance", "panoptic")


@short_traceback
def point_labels(
    row: Mapping[str, Any],
    kind: Literal["semantic", "instance", "panoptic"] = "semantic",
    *,
    ignore_index: int | None = None,
    stuff: Collection[int] = (),
) -> npt.NDArray[np.int64]:
    """Return the label of each point of a row. The values mean the same as those of the pixels of masks.

    Args:
        row: A row with `annotations` and `point_annotations`. If several annotations have the same id, the last one is
            used. If the row has a `point_cloud`, the number of its points is compared with the number of labels.
        kind: The meaning of the labels. ``semantic``: class index + 1; 0 for an unlabeled point and for a point whose
            annotation has no class. ``instance``: 1 for the points of the first annotation, 2 for those of the second,
            and so on (annotations without points also have a number); 0 for an unlabeled point. ``panoptic``: the id of
            the annotation; 0 for an unlabeled point and for a point whose annotation has no class.
        ignore_index: For semantic labels: the label that replaces 0. If it is set, the other labels are class indices,
            not class index + 1.
        stuff: For panoptic labels: class indices. All annotations of each of these classes become one segment, which
            has the id of the first of them.

    Returns:
        int64 array of shape (N,), in the order of the points of the file.

    Raises:
        OptionError: `row` is not a row, `kind` is unknown, or an option does not apply to this kind of labels; or the
            row has a `point_cloud` without `point_cloud_type`.
        PointCloudError: `annotations` is missing; `point_annotations` is missing, is not a list of integers, or
            contains an id that no annotation has; the number of labels differs from the number of points in the file;
            or `ignore_index` is the class index of an annotation.
        AssetError: The file cannot be read, is damaged, has another type, or is too large.
        MissingExtraError: The file is a LAS or LAZ file, and laspy or lazrs is not installed.

    >>> row = {"point_annotations": [7, 0, 9, 8, 7], "annotations": [{"id": 8, "category": 2}, {"id": 7, "category": 0},
    ...     {"id": 9, "category": 2}]}
    >>> point_labels(row).tolist(), point_labels(row, ignore_index=255).tolist()
    ([1, 0, 3, 3, 1], [0, 255, 2, 2, 0])
    >>> point_labels(row, "instance").tolist(), point_labels(row, "panoptic", stuff=[2]).tolist()
    ([2, 0, 3, 1, 2], [7, 0, 8, 8, 7])
    """
    if kind not in _KINDS:
        raise OptionError(f"got {kind!r}, expected {', '.join(map(repr, _KINDS))}", option="kind")
    if ignore_index is not None and kind != "semantic":
        raise OptionError(
            f"got {ignore_index!r} for {kind} labels; it applies to semantic labels only", option="ignore_index"
        )
    if stuff and kind != "panoptic":
        raise OptionError(f"got {stuff!r} for {kind} labels; it applies to panoptic labels only", option="stuff")
    check_row(row)
    if row.get("annotations") is None:
        raise PointCloudError("the row has no annotations; expected `annotations` and `point_annotations`")
    ids = ids_of_points(row)
    check_num_labels(ids, num_points(row))
    annotations = row["annotations"]
    if kind == "semantic":
        values, default = _semantic_values(annotations, ignore_index)
    else:
        values = _instance_values(annotations) if kind == "instance" else _panoptic_values(annotations, stuff)
        default = 0
    return _look_up(ids, [int(item["id"]) for item in annotations], values, default)


def ids_of_points(row: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """Return the id of the annotation of each point, as in the row; 0 for an unlabeled point.

    Returns:
        int64 array of shape (N,).

    Raises:
        PointCloudError: `point_annotations` is missing, or is not a list of integers.
    """
    values = row.get("point_annotations")
    if values is None:
        raise PointCloudError("point_annotations: got null, expected a list with an id for each point")
    try:
        ids = np.asarray(values)
    except ValueError:  # lists of different lengths
        ids = np.empty(())
    is_integer = ids.dtype.kind in "iu" and np.can_cast(ids.dtype, np.int64)
    if ids.ndim != 1 or (ids.size and not is_integer):  # numpy converts an empty list to float64
        raise PointCloudError(
            "point_annotations: got values that are not a list of integers, expected an id for each point"
        )
    return ids.astype(np.int64)


def check_num_labels(ids: Sized, expected: int | None) -> None:
    """Check that the number of ids is the number of points in the file.

    Args:
        ids: The id of the annotation of each point.
        expected: The number of points in the file; None if it is unknown.

    Raises:
        PointCloudError: The two numbers differ.
    """
    if expected is not None and len(ids) != expected:
        raise PointCloudError(f"point_annotations: got {len(ids):,} numbers for {expected:,} points in the file")


def _semantic_values(annotations: Iterable[Mapping[str, Any]], ignore_index: int | None) -> tuple[dict[int, int], int]:
    """Return the label for each id of an annotation that has a class, and the label of all other points."""
    classes = _classes_of_ids(annotations)
    if ignore_index is None:
        return {annotation_id: index + 1 for annotation_id, index in classes.items()}, 0
    if ignore_index in classes.values():
        raise PointCloudError(
            f"ignore_index: got {ignore_index}, which is the class index of an annotation; expected another number"
        )
    return classes, ignore_index


def _instance_values(annotations: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    return {int(item["id"]): number for number, item in enumerate(annotations, start=1)}


def _panoptic_values(annotations: Iterable[Mapping[str, Any]], stuff: Collection[int]) -> dict[int, int]:
    stuff_ids: dict[int, int] = {}  # the segment id of each class of `stuff`
    classes = _classes_of_ids(annotations)
    return {
        annotation_id: stuff_ids.setdefault(index, annotation_id) if index in stuff else annotation_id
        for annotation_id, index in classes.items()
    }


def _classes_of_ids(annotations: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Return the class index of each id; ids without a class are left out."""
    classes = {int(item["id"]): item["category"] for item in annotations}
    return {annotation_id: int(index) for annotation_id, index in classes.items() if index is not None}


def _look_up(
    ids: npt.NDArray[np.int64], annotation_ids: Sequence[int], values: Mapping[int, int], default: int
) -> npt.NDArray[np.int64]:
    """Return the value of each id, and `default` for the id 0 and for ids without a value.

    Raises:
        PointCloudError: An id is neither 0 nor in `annotation_ids`.
    """
    keys = np.unique(np.array([0, *annotation_ids], np.int64))
    key_values = np.array([values.get(key, default) if key else default for key in keys.tolist()], np.int64)
    indices = np.minimum(np.searchsorted(keys, ids), len(keys) - 1)
    is_unknown = keys[indices] != ids
    if is_unknown.any():
        unknown_ids = np.unique(ids[is_unknown]).tolist()
        shown = ", ".join(map(str, unknown_ids[:5])) + (", …" if len(unknown_ids) > 5 else "")  # noqa: PLR2004
        raise PointCloudError(
            f"point_annotations: got {np.count_nonzero(is_unknown)} points with ids that no annotation has ({shown})"
        )
    return key_values[indices]
