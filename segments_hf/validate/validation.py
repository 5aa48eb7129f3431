"""Check a release or a dataset before training."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.inputs import asset_bytes
from segments_hf.io.batching import map_in_batches
from segments_hf.io.prefetching import CPU_THREADS, prefetch
from segments_hf.labels import has_json_label, is_point_cloud
from segments_hf.layouts import check_labeled_rows
from segments_hf.short_traceback import short_traceback
from segments_hf.validate.checks.clouds.camera_images import has_camera_image
from segments_hf.validate.json_labels import JsonLabels
from segments_hf.validate.report import Report, by_check
from segments_hf.validate.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, ReleaseKeywords
    from segments_hf.dataset.input_rows import InputRows
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.validate.finding import Finding
    from segments_hf.validate.validator import Examined

_check_rows = partial(check_labeled_rows, tool="validate for datasets (pass the release instead)")


@short_traceback
def validate(
    data: Data, *, assets: bool = False, limit: int | None = None, **options: Unpack[ReleaseKeywords]
) -> Report:
    """Check the labels, images, bitmaps and point clouds of a release or a dataset before training.

    Checks of the labels find unreadable samples and labels, duplicate names and uuids, samples in two splits, unknown
    statuses and categories, invalid colors, categories that are not used or used once, repeated ids, ids that a bitmap
    cannot contain, shapes of unknown types, shapes with too few or invalid points or without an area, polygons that
    cross themselves, points outside an image of known size, tracks that change their category, frames without a label
    or annotations, and sensors with different numbers of frames. With ``assets=True``, checks of the files find images
    and bitmaps that cannot be downloaded or read, malformed EXIF data, images that an EXIF orientation rotates or
    mirrors, bitmaps that do not have the size of their image, pixels without an annotation, annotations without a
    bitmap, without pixels or with one pixel, objects whose parts are far apart, samples with the same image, and images
    of several pixel formats.

    For point clouds, checks also find cuboids, ego poses and cameras with missing or invalid numbers, quaternions whose
    length is not 1, yaws that differ from the rotation, boxes without a volume, tracks whose dimensions change,
    timestamps that do not increase, frames without an ego pose or a point cloud, points whose id no annotation has, and
    annotations whose id no point has. With ``assets=True``, checks of the files find point clouds and loaded camera
    images that cannot be downloaded or read, labels with another number of points than the file, boxes without points,
    cameras into whose image no point is projected, and samples with the same point cloud.

    For other task types, only names, uuids, statuses, categories, ids and tracks are checked. `Report.not_checked`
    counts the annotations and files whose geometry or content is not checked.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset or a stream of rows, also from the Hub,
            or a dict of its splits. The data are read once, row by row.
        assets: Whether to also check the files: images and bitmaps, or point clouds. Those of a release are downloaded.
        limit: The largest number of samples of a release, or rows of a dataset, to check; by default all.
        **options: Options of `load_release` for a release, such as `labelset`, `filter_by` and `timeout`.

    Returns:
        The report. ``print`` shows a summary and the first findings of each check; ``msgspec.json.encode`` converts the
        report to JSON.

    Raises:
        ReleaseError: The file does not exist, or is not a release.
        OptionError: An option is invalid or does not match the release; the release or dataset is empty; or the labels
            of a dataset stay JSON, so that its features contain no categories.
        SegmentsHFError: The data are neither a release nor rows of images or point clouds with their categories.

    >>> from segments_hf.demo import demo_release
    >>> report = validate(demo_release(), assets=True)
    >>> report.samples, report.counts, round(report.unlabeled_share, 2)
    (8, {'rotated-image': 1}, 0.74)
    """
    source = open_rows(data, assets=assets, limit=limit, check=_check_rows, **options)
    validator = Validator(assets=assets, categories=source.categories, releases=source.releases)
    json_labels = JsonLabels({category.id for category in source.categories})
    tally = _Tally()
    for examined in _examined_rows(source, validator, assets=assets):
        tally.add(examined, validator.compare(examined))
        tally.findings.extend(json_labels.check(examined.outcome))
    tally.findings.extend(validator.compare_all(has_all_rows=source.has_all_rows(limit, tally.rows)))
    return Report(
        name=source.name,
        task_type=source.task_type,
        assets=assets and not has_json_label(source.features),
        samples=tally.samples,
        rows=tally.rows,
        unlabeled_share=tally.unlabeled_pixels / tally.pixels if tally.pixels else None,
        pixel_formats=validator.pixel_formats,
        counts={check: len(findings) for check, findings in by_check(tally.findings).items()},
        findings=tally.findings,
        not_checked=json_labels.not_checked,
        cameras=assets and is_point_cloud(source.features) and bool(options.get("cameras") or tally.has_camera_images),
    )


def _examined_rows(source: InputRows, validator: Validator, *, assets: bool) -> Iterator[Examined]:
    """Check each row without comparing it with other rows. If files are checked, several threads check the rows."""
    unit = "cloud" if is_point_cloud(source.features) else "img"
    outcomes = progress_bar(source.outcomes(), desc="Validating", total=source.length, unit=unit)
    if not assets:
        return map_in_batches(validator.examine, outcomes)
    return prefetch(validator.examine, outcomes, size_in_memory=_size_in_memory, in_flight=CPU_THREADS)


def _size_in_memory(examined: Examined) -> int:
    """Return the number of bytes in memory of the files of a row."""
    return asset_bytes(examined.outcome.row or {})


class _Tally:
    """The counts and findings of the rows so far."""

    def __init__(self) -> None:
        self.samples = self.rows = 0
        self.pixels = self.unlabeled_pixels = 0  # of the bitmaps
        self._rows_by_frame = Counter[tuple[object, ...]]()  # the number of rows of each frame of each sequence
        # The number of samples of each sequence: the number of rows of its most frequent frame.
        self._samples_by_sequence = Counter[tuple[object, ...]]()
        self.has_camera_images = False
        self.findings: list[Finding] = []

    def _is_new_sample(self, outcome: Outcome) -> bool:
        """Count a row, and tell whether it is the first row of another sample.

        The frames of a sequence may be in any order, and some may be missing. A frame that occurs twice belongs to two
        samples.
        """
        row = outcome.row or {}
        if (frame := row.get("frame_index")) is None:
            return True
        sequence = outcome.split, row.get("uuid") or row["name"]
        self._rows_by_frame[sequence, frame] += 1
        if self._rows_by_frame[sequence, frame] <= self._samples_by_sequence[sequence]:
            return False
        self._samples_by_sequence[sequence] += 1
        return True

    def add(self, examined: Examined, findings: list[Finding]) -> None:
        """Add a row and its findings."""
        self.rows += 1
        self.samples += self._is_new_sample(examined.outcome)
        self.findings.extend(findings)
        self.has_camera_images = self.has_camera_images or has_camera_image(examined.outcome.row or {})
        if examined.instances:
            width, height = examined.instances.size
            self.pixels += width * height
            self.unlabeled_pixels += width * height - sum(examined.instances.areas.values())
