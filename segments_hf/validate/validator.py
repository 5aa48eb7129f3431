"""Call the checks for each row."""

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
    loading_problems,
    one_pixel_objects,
    scattered_objects,
)
from segments_hf.validate.checks.clouds import (
    CLOUD_CHECKS,
    CLOUD_LABEL_CHECKS,
    CloudSequences,
    check_cloud,
    faulty_point_labels,
    missing_cloud_type,
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
    """A row, and the results of the checks that do not compare it with other rows.

    Attributes:
        outcome: The row and the problems that occurred when it was made.
        findings: The findings of these checks.
        instances: The instances of the bitmap; None if the row has no label with a readable bitmap.
        image: The properties of the image; None if the image was not checked or cannot be read.
        cloud: The fingerprint of the point cloud; None if its file was not checked, is empty or cannot be read.
    """

    outcome: Outcome
    findings: list[Finding]
    instances: Instances | None
    image: ImageProperties | None
    cloud: Fingerprint | None = None


class Validator:
    """The checks of `validate`. A validator remembers earlier rows, because some checks compare rows.

    Unlabeled, skipped and rejected rows are not used for training. In their labels, only faults that prevent loading
    are found.

    Args:
        assets: Whether to also check the files of the rows: images and bitmaps, or point clouds.
        categories: The categories of the rows.
        with_row_numbers: Whether findings name earlier rows by their numbers. Pass False if rows between the first and
            the last row of a split are left out, because the numbers would be wrong.
        releases: The releases that the rows are made from; empty for a dataset.
    """

    def __init__(
        self,
        *,
        assets: bool,
        categories: Sequence[Category] = (),
        with_row_numbers: bool = True,
        releases: Sequence[Release] = (),
    ) -> None:
        self._assets = assets
        self._categories = categories
        self._categories_without_instances = {item.id for item in categories if item.has_instances is False}
        self._row_counts = Counter[str | None]()  # by split
        self._duplicates = Duplicates(with_row_numbers=with_row_numbers)
        self._tracks = Tracks()
        self._category_use = CategoryUse()
        self._frames = Frames()
        self._pixel_formats = PixelFormats()
        self._orientations = Orientations()
        self._same_images = SameFiles(DUPLICATE_IMAGE, "image")
        self._same_clouds = SameFiles(DUPLICATE_CLOUD, "point cloud")
        self._cloud_sequences = CloudSequences()
        self._sensor_lengths = SensorLengths(releases)

    @property
    def pixel_formats(self) -> dict[str, int]:
        """The number of images with each pixel format in the rows so far, the most frequent format first."""
        return self._pixel_formats.counts

    def compare_all(self, *, has_all_rows: bool = True) -> list[Finding]:
        """Return the findings about categories, sequences and the images of all rows. Call this after the last row.

        Args:
            has_all_rows: Whether all rows of the data were checked. If not, categories that are not used or used once
                are not findings.
        """
        return [
            *invalid_colors(self._categories),
            *(self._category_use.find_rare(self._categories) if has_all_rows else ()),
            *self._frames.find_partly_labeled(),
            *self._cloud_sequences.find_faults(),
            *self._pixel_formats.find_mixed_formats(),
            *self._orientations.find_rotated(),
        ]

    def check(self, outcome: Outcome) -> list[Finding]:
        """Check the next row, compare it with the rows before it, and return the findings."""
        return self.compare(self.examine(outcome))

    def examine(self, outcome: Outcome) -> Examined:
        """Check a row without comparing it with other rows. Several threads may call this method at the same time."""
        row, instances, image, cloud = outcome.row, None, None, None
        # `loading_problems` finds nothing in a complete row. Not calling it saves time in large releases.
        is_complete = not outcome.problems and row is not None and row.get("annotations", ()) is not None
        findings = [] if is_complete else list(loading_problems(outcome))
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
        """Check a row of a point cloud: extend `findings`, and return the fingerprint of the file, if it was read."""
        reported = {problem.column for problem in outcome.losses}
        for check in CLOUD_CHECKS:
            findings.extend(check(row))
        if label is not None:
            for check_label in CLOUD_LABEL_CHECKS:
                findings.extend(check_label(row, label))
            findings.extend(faulty_point_labels(row, label, row.keys() - reported))
        if POINT_CLOUD_COLUMN in reported:
            return None
        if not self._assets:
            findings.extend(missing_cloud_type(row))
            return None
        found, fingerprint = check_cloud(row, label)
        findings.extend(found)
        return fingerprint

    def _check_objects(self, row: Row, label: Label | None, instances: Instances | None) -> Iterator[Finding]:
        if isinstance(label, BitmapLabel) and instances is not None:
            yield from one_pixel_objects(row, label, instances)
            yield from scattered_objects(row, label, instances, self._categories_without_instances)

    def compare(self, examined: Examined) -> list[Finding]:
        """Compare the next row with the rows before it; return the findings of the comparison and of `examine`."""
        row, split, image = examined.outcome.row, examined.outcome.split, examined.image
        number = self._row_counts[split]
        self._row_counts[split] += 1
        if row is None:
            return examined.findings
        self._frames.add(row, split)
        findings = [*examined.findings, *self._duplicates.check(row, split, number), *self._sensor_lengths.check(row)]
        if image is not None:
            self._pixel_formats.add(row, image.pixel_format)
            self._orientations.add(row, image.orientation)
            findings.extend(self._same_images.check(row, split, image.fingerprint))
        findings.extend(self._same_clouds.check(row, split, examined.cloud))
        if "point_cloud_type" in row:
            self._cloud_sequences.add(row, split)
        if is_labeled(row) and "annotations" in row:
            self._category_use.add(row)
            if row.get("frame_index") is not None:
                findings.extend(self._tracks.check(row, split))
        return findings
