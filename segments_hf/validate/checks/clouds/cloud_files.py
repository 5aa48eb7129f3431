"""Check the file of a point cloud and the images of its cameras, and compare the points with the label."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segments_hf.errors import AssetError
from segments_hf.images.stored_image import stored_content
from segments_hf.labels import CuboidLabel, has_point_cloud
from segments_hf.labels.cloud_label import POINT_CLOUD_COLUMN
from segments_hf.points.read_points import read_positions
from segments_hf.validate.checks.clouds.camera_calibration import cameras_without_points
from segments_hf.validate.checks.clouds.camera_images import unreadable_camera_images
from segments_hf.validate.checks.clouds.cuboid_numbers import boxes_without_points
from segments_hf.validate.checks.clouds.labeled_points import wrong_number_of_labels
from segments_hf.validate.checks.same_files import fingerprint_of
from segments_hf.validate.checks.unreadable import UNREADABLE_CLOUD, missing_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.validate.checks.same_files import Fingerprint
    from segments_hf.validate.finding import Finding


class CheckedCloud(NamedTuple):
    """The result of the checks of the file of a point cloud and of its camera images.

    Attributes:
        findings: The findings.
        fingerprint: The fingerprint of the file; None if it is missing, empty or unreadable, or has no type.
    """

    findings: list[Finding]
    fingerprint: Fingerprint | None


def missing_cloud_type(row: Row) -> Iterator[Finding]:
    """Find a row without the type of its point cloud. Call this function for rows whose files are not checked."""
    if row["point_cloud_type"] is None:
        yield missing_cloud(row, "got a row without a point cloud type, such as 'pcd'")


def check_cloud(row: Row, label: Label | None) -> CheckedCloud:
    """Check the file of a point cloud, which is read once, and the images of its cameras.

    Args:
        row: The row. No other check has reported its file.
        label: The label of the row, which is compared with the points; None if the row is not labeled.
    """
    findings = list(unreadable_camera_images(row))
    if not has_point_cloud(row) or row["point_cloud_type"] is None:
        findings.append(missing_cloud(row, "got a row without a point cloud, or without its type, such as 'pcd'"))
        return CheckedCloud(findings, None)
    try:
        file = stored_content(row[POINT_CLOUD_COLUMN])
        fingerprint = fingerprint_of(file) if file.size else None
        points = read_positions({**row, POINT_CLOUD_COLUMN: {"bytes": file.content, "path": file.path}})
    except AssetError as error:
        return CheckedCloud([*findings, UNREADABLE_CLOUD.in_row(row, str(error))], None)
    findings += cameras_without_points(row, points)
    if label is not None:
        findings += wrong_number_of_labels(row, label, len(points))
    if isinstance(label, CuboidLabel):
        findings += boxes_without_points(row, points)
    return CheckedCloud(findings, fingerprint)
