"""Count the classes, objects, pixels, statuses and attributes of a release or a dataset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.dataset.row_map import check_point_cloud_rows, check_rows
from segments_hf.errors import AssetError, BitmapError, PointCloudError
from segments_hf.io.batching import map_in_batches
from segments_hf.io.prefetching import CPU_THREADS, prefetch
from segments_hf.labels import (
    BITMAP_COLUMN,
    POINT_LABELS_COLUMN,
    is_labeled,
    is_point_cloud,
)
from segments_hf.labels.cloud_label import POINT_CLOUD_COLUMN
from segments_hf.layouts import layout_of, mask_classes
from segments_hf.short_traceback import short_traceback
from segments_hf.stats.clouds.cloud_measure import MeasuredCloud, measure_cloud
from segments_hf.stats.clouds.cloud_stats import CloudClassStats, CloudStats, Quantities
from segments_hf.stats.layout_rows import countable_columns
from segments_hf.stats.measure import Measured, measure
from segments_hf.stats.row_counter import MeasureError, RowCounter
from segments_hf.stats.stats_result import ClassStats, CoOccurrence, ImageSize, Stats
from segments_hf.stats.tally import AttributeCounts, AttributeValue, Sizes

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, ReleaseKeywords, SplitRows
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.layouts import Layout
    from segments_hf.layouts.layout_label import MaskClasses

__all__ = [
    "AttributeCounts",
    "AttributeValue",
    "ClassStats",
    "CloudClassStats",
    "CloudStats",
    "CoOccurrence",
    "ImageSize",
    "Quantities",
    "Sizes",
    "Stats",
    "stats",
]


@short_traceback
def stats(data: Data, *, assets: bool = False, limit: int | None = None, **options: Unpack[ReleaseKeywords]) -> Stats:
    """Count the classes, objects, pixels, sizes, statuses and attributes of a release or a dataset.

    Pixels and the sizes of masks are measured only in a dataset, or in a release with ``assets=True``. A layout has no
    statuses and no attributes, and a semantic mask has no objects.

    The objects of point clouds are counted by class, and the sizes and distances of cuboids are measured. The points in
    cuboids are counted only in a dataset with the files of the point clouds, or in a release with ``assets=True``.
    Annotations of other task types, such as those of text, are counted by class, but not measured.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset or a stream of rows, also in a layout or
            from the Hub, or a dict of its splits. Splits are counted together.
        assets: Whether to download the images, bitmaps and point clouds of a release.
        limit: The largest number of samples of a release, or rows of a dataset, to count; by default all.
        **options: Options of `load_release` for a release, such as `labelset`, `filter_by` and `timeout`.

    Raises:
        OptionError: An option is invalid or does not match the release; or the data are a dataset whose labels stay
            JSON; such a dataset has no categories.
        SegmentsHFError: The data are neither a release nor rows of images or point clouds with labels.

    >>> from segments_hf.demo import demo_release
    >>> counted = stats(demo_release())
    >>> counted.labeled, counted.objects, [(item.name, item.objects, item.images) for item in counted.classes]
    (6, 63, [('flower', 21, 6), ('leaf', 42, 6)])
    """
    source = open_rows(data, assets=assets, limit=limit, check=_check, **options)
    counter = RowCounter(source)
    has_clouds = is_point_cloud(source.features)
    unit = "cloud" if has_clouds else "img"
    outcomes = progress_bar(source.outcomes(), desc="Counting", total=source.length, unit=unit)
    layout = layout_of(source.features)
    measure_row: Any = _measure_cloud_row if has_clouds else _measure_row
    if layout is not None:
        classes = mask_classes(source.features, len(source.categories))
        measure_row = partial(_measure_layout_row, layout=layout, classes=classes)
    rows = map(_without_image, outcomes)
    # Measuring a row without files takes less time than passing the row to a thread.
    may_have_files = assets or releases_by_split(data) is None
    measures = (
        prefetch(measure_row, rows, size_in_memory=lambda _: 0, in_flight=CPU_THREADS)
        if may_have_files
        else map_in_batches(measure_row, rows)
    )
    for outcome, measured in measures:
        counter.add(outcome, measured)
    return counter.stats()


def _check(rows: SplitRows) -> None:
    layout = layout_of(rows.features or ())
    if is_point_cloud(rows.features or ()):
        check_point_cloud_rows(rows)
    elif layout is None:
        check_rows(rows, "stats for datasets (pass the release instead)")
    else:
        layout.check_readable()


def _without_image(outcome: Outcome) -> Outcome:
    """Remove the image of a row, to save memory while the row waits for a thread."""
    if outcome.row is not None and "image" in outcome.row:
        outcome.row["image"] = None
    return outcome


def _measure_row(outcome: Outcome) -> tuple[Outcome, Measured | BitmapError | None]:
    """Measure a row that has a label, and remove its bitmap. The function runs in several threads."""
    row = outcome.row
    if row is None or not is_labeled(row) or "annotations" not in row:
        return outcome, None
    try:
        return outcome, measure(row)
    except BitmapError as error:
        return outcome, error
    finally:
        row.pop(BITMAP_COLUMN, None)


def _measure_cloud_row(outcome: Outcome) -> tuple[Outcome, MeasuredCloud | MeasureError | None]:
    """Measure a point cloud that has a label, and remove its points. The function runs in several threads."""
    row = outcome.row
    if row is None:
        return outcome, None
    try:
        return outcome, measure_cloud(row) if is_labeled(row) else None
    except (AssetError, PointCloudError) as error:
        return outcome, error
    finally:
        for column in (POINT_CLOUD_COLUMN, POINT_LABELS_COLUMN, "cameras"):
            row.pop(column, None)


def _measure_layout_row(
    outcome: Outcome, layout: Layout, classes: MaskClasses
) -> tuple[Outcome, Measured | MeasureError | None]:
    """Measure a row in a layout, and keep only the columns that are counted. The function runs in several threads."""
    try:
        outcome.row, measured = countable_columns(layout.read_label(outcome.row or {}, classes))
    except (AssetError, BitmapError) as error:
        outcome.row = {}
        return outcome, error
    return outcome, measured
