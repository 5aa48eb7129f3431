"""Run the checks on rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from segments_hf.dataset.rows.row_images import ASSET_COLUMNS
from segments_hf.labels import BitmapLabel, ImageLabel, is_labeled, is_point_cloud, label_of
from segments_hf.labels.cloud_label import POINT_CLOUD_COLUMN
from segments_hf.validate.checks import (
    LABEL_CHECKS,
    ROW_CHECKS,
    CategoryUse,
    Duplicates,
    Frames,
    Orientations,
    PixelFormats,
    SameFiles,
    SensorLengths,
    Tracks,
    check_images,
    invalid_colors,
    one_pixel_objects,
    scattered_objects,
    unreadable_parts,
)
from segments_hf.validate.checks.clouds import (
    CLOUD_CHECKS,
    CLOUD_LABEL_CHECKS,
    CloudSequences,
    check_cloud,
    labels_of_points,
    missing_clouds,
)
from segments_hf.validate.checks.same_files import DUPLICATE_CLOUD, DUPLICATE_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.release import Category, Release
    from segments_hf.validate.checks.images import ImageProperties, Instances
    from segments_hf.validate.checks.same_files import Fingerprint
    from segments_hf.validate.finding import Finding


class Examined(NamedTuple):
    """A row that was checked by itself, without comparison with other rows.

    Attributes:
        outcome: The row and the problems that occurred when it was made.
        findings: The findings.
        instances: The instances of the bitmap; None if the row has no label with a readable bitmap.
        image: The properties of the image; None if it cannot be read.
        cloud: The fingerprint of the point cloud; None if it cannot be read.
    """

    outcome: Outcome
    findings: list[Finding]
    instances: Instances | None
    image: ImageProperties | None
    cloud: Fingerprint | None = None


class Validator:
    """The checks of `validate`, and the state for the comparison of rows.

    Unlabeled, skipped and rejected rows are not used for training. Of the faults in their annotations and pixels, only
    those that prevent loading are found.

    Args:
        assets: Whether the rows have images and bitmaps, or point clouds, which are then checked too.
        categories: The categories of the rows.
        has_all_rows: Whether no rows are left out between the first and the last row of each split. If rows are left
            out, the findings give no row numbers.
        releases: The releases that the rows are made from; none for a dataset.
    """

    def __init__(
        self,
        *,
        assets: bool,
        categories: Sequence[Category] = (),
        has_all_rows: bool = True,
        releases: Sequence[Release] = (),
    ) -> None:
        self._assets = assets
        self._categories = categories
        self._without_instances = {item.id for item in categories if item.has_instances is False}
        self._rows = Counter[str | None]()
        self._duplicates = Duplicates(has_numbers=has_all_rows)
        self._tracks = Tracks()
        self._use = CategoryUse()
        self._frames = Frames()
        self._pixel_formats = PixelFormats()
        self._orientations = Orientations()
        self._same_images = SameFiles(DUPLICATE_IMAGE, "image")
        self._same_clouds = SameFiles(DUPLICATE_CLOUD, "point cloud")
        self._cloud_sequences = CloudSequences()
        self._sensor_lengths = SensorLengths(releases)

    @property
    def pixel_formats(self) -> dict[str, int]:
        """The number of images with each pixel format in the rows so far, in descending order."""
        return self._pixel_formats.counts

    def compare_all(self, *, has_all_rows: bool = True) -> list[Finding]:
        """Return the findings about the categories and about all rows together. Call this method after the last row.

        Args:
            has_all_rows: Whether all rows of the dataset were checked. If not, a category that is rarely used is not a
                finding.
        """
        return [
            *invalid_colors(self._categories),
            *(self._use.find_rare(self._categories) if has_all_rows else ()),
            *self._frames.find_gaps(),
            *self._cloud_sequences.find(),
            *self._pixel_formats.find_mixed_formats(),
            *self._orientations.find_rotated(),
        ]

    def check(self, outcome: Outcome) -> list[Finding]:
        """Return the findings about the next row."""
        return self.compare(self.examine(outcome))

    def examine(self, outcome: Outcome) -> Examined:
        """Check a row by itself. This method is safe to call from several threads."""
        row, instances, image, cloud = outcome.row, None, None, None
        # `unreadable_parts` finds nothing in such a row. Not calling it saves time for each row of a large release.
        is_complete = not outcome.problems and row is not None and row.get("annotations", ()) is not None
        findings = [] if is_complete else list(unreadable_parts(outcome))
        if row is not None:
            label = label_of(row) if is_labeled(row) else None
            for check in ROW_CHECKS:
                findings.extend(check(row))
            if label is not None:
                for check_label in LABEL_CHECKS:
                    findings.extend(check_label(row, label))
            if is_point_cloud(row):
                cloud = self._check_cloud(outcome, row, label, findings)
            elif self._assets and "image" in row:
                unreported = set(ASSET_COLUMNS) - {problem.column for problem in outcome.losses}
                image_label = label if isinstance(label, ImageLabel) else None
                found, instances, image = check_images(row, image_label, unreported)
                findings.extend(found)
                findings.extend(self._check_objects(row, label, instances))
        return Examined(outcome, findings, instances, image, cloud)

    def _check_cloud(
        self, outcome: Outcome, row: Row, label: Label | None, findings: list[Finding]
    ) -> Fingerprint | None:
        """Add the findings about a row of a point cloud, and return the fingerprint of its file, if it was read."""
        reported = {problem.column for problem in outcome.losses}
        for check in CLOUD_CHECKS:
            findings.extend(check(row))
        if label is not None:
            for check_label in CLOUD_LABEL_CHECKS:
                findings.extend(check_label(row, label))
            findings.extend(labels_of_points(row, label, row.keys() - reported))
        if POINT_CLOUD_COLUMN in reported:
            return None
        if not self._assets:
            findings.extend(missing_clouds(row))
            return None
        found, summary = check_cloud(row, label)
        findings.extend(found)
        return summary

    def _check_objects(self, row: Row, label: Label | None, instances: Instances | None) -> Iterator[Finding]:
        if isinstance(label, BitmapLabel) and instances is not None:
            yield from one_pixel_objects(row, label, instances)
            yield from scattered_objects(row, label, instances, self._without_instances)

    def compare(self, examined: Examined) -> list[Finding]:
        """Return the findings about the next row, by itself and compared with the rows before it."""
        row, split, image = examined.outcome.row, examined.outcome.split, examined.image
        number = self._rows[split]
        self._rows[split] += 1
        if row is None:
            return examined.findings
        self._frames.add(row, split)
        findings = [*examined.findings, *self._duplicates.check(row, split, number), *self._sensor_lengths.check(row)]
        if image is not None:
            self._pixel_formats.add(row, image.pixel_format)
            self._orientations.add(row, image.orientation)
            findings.extend(self._same_images.check(row, split, image.summary))
        findings.extend(self._same_clouds.check(row, split, examined.cloud))
        if "point_cloud_type" in row:
            self._cloud_sequences.add(row, split)
        if is_labeled(row) and "annotations" in row:
            self._use.add(row)
            if row.get("frame_index") is not None:
                findings.extend(self._tracks.check(row, split))
        return findings
