"""Report the problems that occurred when a row was made: samples, labels and files that could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import SizeMismatchError
from segments_hf.labels import BITMAP_COLUMN, JSON_LABEL_COLUMN, POINT_LABELS_COLUMN
from segments_hf.labels.cloud_label import POINT_CLOUD_COLUMN
from segments_hf.validate.checks.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.labels.row import Row
    from segments_hf.validate.finding import Finding

UNREADABLE_SAMPLE = Fault(
    "unreadable-sample", "error", "by default the release cannot be loaded; otherwise the sample is left out"
)
UNREADABLE_LABEL = Fault("unreadable-label", "error", "the annotations of the sample are lost")
UNREADABLE_IMAGE = Fault("unreadable-image", "error", "the sample cannot be used for training")
UNREADABLE_BITMAP = Fault("unreadable-bitmap", "error", "the mask of the sample is lost")
UNREADABLE_ATTRIBUTES = Fault("unreadable-attributes", "error", "the metadata or attributes are lost")
MALFORMED_EXIF = Fault(
    "malformed-exif",
    "warning",
    "`datasets` cannot read the file; rows of `load_release` contain a repaired copy",
)
LOST_IDS = Fault("lost-ids", "warning", "rows of `load_release` contain the original bitmap, which is downloaded")
OTHER_SIZE = Fault("other-size", "error", "the label does not match the pixels of the image")
UNREADABLE_CLOUD = Fault("unreadable-point-cloud", "error", "the sample cannot be used for training")
UNREADABLE_CAMERA = Fault("unreadable-camera", "error", "the image or the calibration of the camera is lost")
OTHER_NUMBER_OF_POINTS = Fault(
    "other-number-of-points",
    "error",
    "the label may be that of another point cloud; rows of `load_release` do not contain it",
)
FRAME_WITHOUT_CLOUD = Fault(
    "frame-without-point-cloud",
    "error",
    "the label has other frames than the sample, so labels may belong to other point clouds",
)

_FAULT_BY_COLUMN = {
    None: UNREADABLE_SAMPLE,  # a problem of the whole row
    "image": UNREADABLE_IMAGE,
    BITMAP_COLUMN: UNREADABLE_BITMAP,
    JSON_LABEL_COLUMN: UNREADABLE_LABEL,
    POINT_CLOUD_COLUMN: UNREADABLE_CLOUD,
    POINT_LABELS_COLUMN: OTHER_NUMBER_OF_POINTS,
    "cameras": UNREADABLE_CAMERA,
}
# The columns of a frame that come from the sample and not from the label.
_SAMPLE_COLUMNS = ("point_cloud_type", "ego_pose", "cameras", "frame_name", "timestamp", "other")


def loading_problems(outcome: Outcome) -> Iterator[Finding]:
    """Yield a finding for each problem that occurred when a row was made.

    The problems are rows and columns that could not be read, and files that were repaired or replaced. A problem of the
    annotations is a finding only if the annotations are null: annotations with an unknown category are kept, and
    `unknown_categories` reports them.
    """
    row = outcome.row or {}
    frame = row.get("frame_index")
    label_reason = "the annotations are null: the label could not be read when the dataset was loaded"
    for problem in outcome.problems:
        if problem.action == "repaired":
            yield MALFORMED_EXIF.finding(problem.sample, problem.uuid, frame, problem.reason)
        elif problem.action == "replaced":
            yield LOST_IDS.finding(problem.sample, problem.uuid, frame, problem.reason)
        elif problem.column == "annotations":
            label_reason = problem.reason
        elif problem.column == POINT_CLOUD_COLUMN and row:
            yield missing_cloud(row, problem.reason)
        else:
            yield _fault(problem).finding(problem.sample, problem.uuid, frame, problem.reason)
    if row and row.get("annotations", ()) is None and not frame:  # one finding for all frames, which share one label
        yield UNREADABLE_LABEL.in_sample(row, label_reason)


def is_frame_of_label_only(row: Row) -> bool:
    """Tell whether a row is a frame that only the label has, because the sample has fewer frames of point clouds."""
    return row.get("frame_index") is not None and not any(map(row.get, _SAMPLE_COLUMNS))


def missing_cloud(row: Row, reason: str) -> Finding:
    """Return the finding about a row that has no point cloud.

    Args:
        row: The row.
        reason: The message of the finding; a frame that only the label has gets another message.
    """
    if not is_frame_of_label_only(row):
        return UNREADABLE_CLOUD.in_row(row, reason)
    message = (
        f"the sample has no point cloud for frame {row['frame_index']}; the label may have more frames than the sample"
    )
    return FRAME_WITHOUT_CLOUD.in_row(row, message)


def _fault(problem: Problem) -> Fault:
    if problem.column != POINT_LABELS_COLUMN and problem.error == SizeMismatchError.__name__:
        return OTHER_SIZE
    return _FAULT_BY_COLUMN.get(problem.column, UNREADABLE_ATTRIBUTES)
