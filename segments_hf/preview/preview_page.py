"""Write a page that shows the images or point clouds of a dataset with their labels, and the findings of `validate`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segments_hf.dataset.compat import progress_bar
from segments_hf.dataset.input_rows import open_rows
from segments_hf.dataset.release_inputs import releases_by_split
from segments_hf.dataset.rows.row_images import ASSET_COLUMNS
from segments_hf.io.number_options import check_number
from segments_hf.io.number_text import listed_counts
from segments_hf.io.prefetching import CPU_THREADS, prefetch
from segments_hf.io.redaction import own_logger
from segments_hf.labels import has_json_label, is_point_cloud, with_decoded_bitmap
from segments_hf.labels.categories import class_colors, class_names
from segments_hf.labels.cloud_label import CAMERAS_COLUMN, POINT_CLOUD_COLUMN
from segments_hf.layouts import check_labeled_rows
from segments_hf.preview.json_label_objects import count_objects
from segments_hf.preview.page_file import block, new_page
from segments_hf.preview.shown_sample import Limits, show_sample
from segments_hf.short_traceback import short_traceback
from segments_hf.validate.json_labels import JsonLabels
from segments_hf.validate.validator import Validator

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from logging import Logger
    from typing import Any

    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import Data, ReleaseKeywords
    from segments_hf.dataset.input_rows import InputRows
    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.dataset.rows.problems import Problem
    from segments_hf.preview.shown_sample import ShownSample
    from segments_hf.validate.validator import Examined

_MIN_SIZE = 16  # the smallest allowed `size` in pixels
# Each row gets an equal share of the image bytes of a page, but at least `_MIN_ROW_IMAGE_BYTES`. The numbers are bytes
# before base64 encoding, which adds a third. A page of 1,000 photographs with masks has less than 60 MB. A page with
# fewer rows has sharper images.
_PAGE_IMAGE_BYTES = 38_000_000
_MIN_ROW_IMAGE_BYTES = 38_000
_MAX_IMAGE_BYTES = 190_000  # of one image and its thumbnail; the row of a point cloud has one image for each camera
# Each row gets an equal share of the point bytes of a page, but at least `_MIN_ROW_POINTS` points. A page of 1,000
# point clouds without camera images has less than 60 MB.
_PAGE_POINT_BYTES = 30_000_000
_POINT_BYTES = 8  # three coordinates of 2 bytes each, an intensity and an object number
_MIN_ROW_POINTS = 3_000

logger: Logger = own_logger(__name__)

# The columns of images, bitmaps and point clouds.
_FILE_COLUMNS = {*ASSET_COLUMNS, POINT_CLOUD_COLUMN, CAMERAS_COLUMN}

_check = partial(check_labeled_rows, tool="preview for datasets (pass the release instead)")


class PageClass(msgspec.Struct):
    """A class on the page. Its index in `PageHead.classes` is its class index."""

    id: int
    name: str
    color: tuple[int, int, int]


class PageHead(msgspec.Struct):
    """The data that a page has once, not for each sample.

    Attributes:
        name: The owner, the data set and the release, or the name of the dataset.
        task_type: The task type; None if it is not known.
        classes: The classes, in the order of the class indices.
        limit: The `limit` of `preview`; None for no limit.
        total: The number of samples in a release, or of rows in a dataset; None for a stream.
        counts_frames: Whether `limit` and `total` are numbers of frames instead of samples.
        draws_labels: Whether the page draws the labels. Labels that stay JSON are listed as attributes instead.
        has_clouds: Whether the samples are point clouds.
    """

    name: str
    task_type: str | None
    classes: list[PageClass]
    limit: int | None
    total: int | None
    counts_frames: bool
    draws_labels: bool
    has_clouds: bool


@short_traceback
def preview(
    data: Data,
    path: str | os.PathLike[str],
    *,
    limit: int | None = 1000,
    size: int = 1280,
    points: int = 60_000,
    overwrite: bool = False,
    **options: Unpack[ReleaseKeywords],
) -> Path:
    """Write an HTML page that shows images or point clouds with their labels, and the findings of `validate`.

    The page is one file that opens from disk and makes no requests. It also shows samples that cannot be read; a logged
    warning counts them. If the labels belong neither to images nor to point clouds, but for example to texts, the page
    lists them as attributes and does not draw them; a warning names the task type.

    A user can turn a point cloud. The browser draws it with WebGL; a browser without WebGL shows the view from above.
    With ``cameras=True``, the images of the cameras are below the point cloud, with the cuboids drawn over them. For a
    dataset, pass ``cameras=True`` to `load_release`.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset, a stream of rows, or a dict of splits,
            also from the Hub. Rows are read one by one.
        path: The file to write, such as ``preview.html``. An earlier page is replaced.
        limit: The largest number of samples of a release, or rows of a dataset, to show; None for all. If there are
            more, the page has samples at even distances, and only their files are downloaded. Of a stream, whose
            length is not known, the page has the first rows of each split.
        size: The longest side of the shown images in pixels. Images are scaled down to this size, and further if the
            page would be too large: a page of 1,000 photographs has less than 60 MB. On a page with many point clouds
            and cameras, the images of the cameras are smaller, down to a longest side of 240.
        points: The largest number of points to show of each point cloud. They are chosen evenly over the file. If the
            page has many point clouds, fewer points of each are shown, down to 3,000, so that a page of 1,000 point
            clouds without camera images has less than 60 MB. Coordinates are rounded to steps of at most 0.01 in the
            unit of the release, unless a cloud is longer than 2^32 such steps.
        overwrite: Whether to replace a file that is not a page.
        **options: Options of `load_release` for a release, such as `labelset`, `filter_by` and `timeout`. With
            ``cameras=True``, the images of the cameras of the shown point clouds are also fetched.

    Returns:
        The path of the page.

    Raises:
        OptionError: An option is invalid or does not match the release; or the data are a dataset whose labels stay
            JSON. The rows of such a dataset contain no categories.
        OutputExistsError: `path` is a folder; or it is a file that is not a page, and `overwrite` is false; or the file
            changed while the page was written.
        SegmentsHFError: The data are neither a release nor a dataset, or the dataset lacks a column or the categories.

    >>> import tempfile
    >>> from segments_hf.demo import demo_release
    >>> preview(demo_release(), Path(tempfile.mkdtemp()) / "preview.html").name
    'preview.html'
    """
    check_number("size", size, _MIN_SIZE)
    check_number("points", points, 1)
    source = open_rows(data, assets=True, limit=limit, evenly=True, check=_check, **options)
    is_subset = limit is not None and source.total is not None and source.total > limit
    validator = Validator(
        assets=True, categories=source.categories, with_row_numbers=not is_subset, releases=source.releases
    )
    json_labels = JsonLabels({category.id for category in source.categories})
    draws_labels = not has_json_label(source.features)
    has_clouds = is_point_cloud(source.features)
    unit = "cloud" if has_clouds else "img"
    outcomes = progress_bar(source.outcomes(), desc="Preview", total=source.length, unit=unit)
    names, colors = class_names(source.categories), class_colors(source.categories)
    ids = [category.id for category in source.categories]
    classes = [PageClass(*fields) for fields in zip(ids, names, colors, strict=True)]
    counts_frames = _counts_frames(data, source.features)
    head = PageHead(
        source.title, source.task_type, classes, limit, source.total, counts_frames, draws_labels, has_clouds
    )
    max_rows = _max_rows(source, limit)
    if max_rows is None and has_clouds and source.total is not None:
        max_rows = _count_frames(data, limit, options)
    row_bytes = _max_row_image_bytes(max_rows)
    limits = Limits(size, min(_MAX_IMAGE_BYTES, row_bytes), row_bytes, min(points, _max_row_points(max_rows)))
    num_rows = 0
    unreadable: list[Problem] = []  # the first problem of each row that could not be read completely
    with new_page(Path(path), source.title, overwrite=overwrite) as page:
        page.add(block("page", head))
        examine = partial(_examine, validator=validator, num_classes=len(classes), limits=limits)
        for examined, sample in prefetch(examine, outcomes, size_in_memory=_size_in_memory, in_flight=CPU_THREADS):
            sample.entry.findings = [*validator.compare(examined), *json_labels.check(examined.outcome)]
            if not draws_labels and examined.outcome.row is not None:
                sample.entry.objects = count_objects(examined.outcome.row, ids)
            page.add(block("entry", sample.entry) + block("thumb", sample.thumb) + block("detail", sample.detail))
            num_rows += 1
            unreadable += examined.outcome.losses[:1]
        findings = validator.compare_all(has_all_rows=source.has_all_rows(limit, num_rows))
        page.add(block("dataset-findings", findings))
        page.add(block("not-checked", listed_counts(json_labels.not_checked)))
    if unreadable:
        logger.warning(
            "%d of %d rows on the page could not be read completely; the first is sample %r: %s. The page shows the "
            "findings of each row",
            len(unreadable),
            num_rows,
            unreadable[0].sample,
            unreadable[0].reason,
        )
    if not draws_labels:
        task = f"the task type {source.task_type}" if source.task_type else "this task type"
        logger.warning("labels of %s are not drawn; the page lists them as attributes", task)
    return Path(path)


def _max_rows(source: InputRows, limit: int | None) -> int | None:
    """Return the largest possible number of rows on the page; None if it is not known."""
    is_stream = source.total is None
    return limit if is_stream and source.length is None else source.length


def _max_row_image_bytes(max_rows: int | None) -> int:
    """Return the limit of the bytes of all images of one row on a page.

    Args:
        max_rows: The largest possible number of rows on the page; None if it is not known.
    """
    share = 0 if max_rows is None else _PAGE_IMAGE_BYTES // max(max_rows, 1)
    return max(_MIN_ROW_IMAGE_BYTES, share)


def _max_row_points(max_rows: int | None) -> int:
    """Return the limit of the points of one point cloud on a page.

    Args:
        max_rows: The largest possible number of rows on the page; None if it is not known.
    """
    share = 0 if max_rows is None else _PAGE_POINT_BYTES // _POINT_BYTES // max(max_rows, 1)
    return max(_MIN_ROW_POINTS, share)


def _count_frames(data: Data, limit: int | None, options: ReleaseKeywords) -> int:
    """Count the frames of the sequences on a page, without fetching their files."""
    rows = open_rows(data, assets=False, limit=limit, evenly=True, **options)
    return sum(1 for _ in rows.outcomes())


def _counts_frames(data: Data, features: Mapping[str, Any]) -> bool:
    """Tell whether `limit` counts frames.

    `limit` counts the samples of a release, or the rows of a dataset. Each row of a sequence is a frame.
    """
    return releases_by_split(data) is None and "frame_index" in features


def _examine(
    outcome: Outcome, *, validator: Validator, num_classes: int, limits: Limits
) -> tuple[Examined, ShownSample]:
    """Check a row without comparing it with other rows, and encode it for the page.

    The function runs in several threads. At the end, it removes the images, bitmaps and point clouds from the row, to
    save memory.
    """
    row = outcome.row
    if row is not None:
        outcome.row = dict(with_decoded_bitmap(row))
    sample = show_sample(outcome, [], num_classes, limits)
    result = validator.examine(outcome), sample
    if row is not None:
        outcome.row = {name: value for name, value in row.items() if name not in _FILE_COLUMNS}
    return result


def _size_in_memory(result: tuple[Examined, ShownSample]) -> int:
    """Return the number of bytes of the encoded images and point positions of a row."""
    thumb, detail = result[1].thumb, result[1].detail
    images = [thumb.image, detail.image, *(camera.image for camera in detail.cameras)]
    return sum(len(image or "") for image in images) + (len(detail.cloud.positions.data) if detail.cloud else 0)
