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
from segments_hf.preview.json_objects import json_objects
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

_MIN_SIZE = 16  # pixels
# The bytes of the images of one sample before they are encoded as text, which adds a third. A page of 1,000 photographs
# with masks stays below 60 MB; a page with fewer samples has sharper images.
_IMAGE_BYTES = 38_000_000  # of all samples of a page
_LEAST_IMAGE_BYTES = 38_000  # of one sample
_MOST_IMAGE_BYTES = 190_000  # of one image; the sample of a point cloud may have the images of several cameras
# The bytes of the points before they are encoded as text. A page of 1,000 point clouds also stays below 60 MB.
_CLOUD_BYTES = 30_000_000  # of all samples of a page
_POINT_BYTES = 8  # of one point: three coordinates of 2 bytes, an intensity and an object number
_LEAST_POINTS = 3_000  # of one sample


logger: Logger = own_logger(__name__)

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
        classes: The classes.
        limit: The largest number of samples on the page; None if all samples are shown.
        total: The number of samples in the input; None for a stream.
        counts_frames: Whether `limit` and `total` are numbers of frames.
        is_drawn: Whether the labels are drawn. The labels of other task types than those of images and point clouds
            are listed as attributes.
        has_clouds: Whether the samples are point clouds.
    """

    name: str
    task_type: str | None
    classes: list[PageClass]
    limit: int | None
    total: int | None
    counts_frames: bool
    is_drawn: bool
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

    The page is one file that opens from disk and makes no requests. It also shows samples that cannot be read, and a
    warning counts them. Labels of other task types, such as text, are listed as attributes and not drawn; a warning is
    logged.

    A point cloud can be turned; the browser draws it with WebGL, and shows the view from above if it has no WebGL.
    Below it are the images of its cameras, with the cuboids over them, if ``cameras=True`` was passed for the release,
    or to `load_release` for the dataset.

    Args:
        data: A release in any form that `load_release` accepts; or a dataset or a stream of rows, also from the Hub,
            or a dict of its splits. Rows are read one by one.
        path: The file to write, such as ``preview.html``. An earlier page is replaced.
        limit: The largest number of samples of a release, or rows of a dataset, to show; None for all. If there are
            more, the page has samples at even distances, and only their images are downloaded. A stream has no length:
            the page has the first rows of each split.
        size: The longest side of the shown images in pixels. Images are scaled down to this size, and further if the
            page would be too large: a page of 1,000 photographs has less than 60 MB. The more point
            clouds and cameras a page has, the smaller are the images of the cameras, down to a longest side of 240.
        points: The largest number of points to show of each point cloud. They are chosen evenly over the file. If there
            are many point clouds, fewer points of each are shown, but at least 3,000, so that a page of 1,000 point
            clouds without camera images has less than 60 MB. Coordinates are rounded to steps of at most 0.01 in the
            unit of the release, unless a cloud is wider than 2^32 such steps.
        overwrite: Whether to replace a file that is not a page.
        **options: Options of `load_release` for a release, such as `labelset`, `filter_by` and `timeout`. With
            ``cameras=True``, the images of the cameras of the shown point clouds are also fetched.

    Returns:
        The path of the page.

    Raises:
        OptionError: An option is invalid or does not match the release; or the data are a dataset whose labels stay
            JSON, and whose rows have no categories.
        OutputExistsError: `path` is a folder, or a file that is not a page and `overwrite` is false.
        SegmentsHFError: The data are neither a release nor a dataset.

    >>> import tempfile
    >>> from segments_hf.demo import demo_release
    >>> preview(demo_release(), Path(tempfile.mkdtemp()) / "preview.html").name
    'preview.html'
    """
    check_number("size", size, _MIN_SIZE)
    check_number("points", points, 1)
    source = open_rows(data, assets=True, limit=limit, evenly=True, check=_check, **options)
    is_spread = limit is not None and source.total is not None and source.total > limit
    validator = Validator(
        assets=True, categories=source.categories, with_row_numbers=not is_spread, releases=source.releases
    )
    json_labels = JsonLabels({category.id for category in source.categories})
    is_drawn = not has_json_label(source.features)
    has_clouds = is_point_cloud(source.features)
    unit = "cloud" if has_clouds else "img"
    outcomes = progress_bar(source.outcomes(), desc="Preview", total=source.length, unit=unit)
    names, colors = class_names(source.categories), class_colors(source.categories)
    ids = [category.id for category in source.categories]
    classes = [PageClass(*parts) for parts in zip(ids, names, colors, strict=True)]
    counts_frames = _counts_frames(data, source.features)
    head = PageHead(source.title, source.task_type, classes, limit, source.total, counts_frames, is_drawn, has_clouds)
    most_rows = _most_rows(source, limit)
    if most_rows is None and has_clouds and source.total is not None:
        most_rows = _count_frames(data, limit, options)
    sample_bytes = _sample_bytes(most_rows)
    limits = Limits(size, min(_MOST_IMAGE_BYTES, sample_bytes), sample_bytes, min(points, _most_points(most_rows)))
    rows = 0
    unreadable: list[Problem] = []  # the first problem of each row
    with new_page(Path(path), source.title, overwrite=overwrite) as page:
        page.add(block("page", head))
        examine = partial(_examine, validator=validator, classes=len(classes), limits=limits)
        for examined, sample in prefetch(examine, outcomes, size_in_memory=_size_in_memory, in_flight=CPU_THREADS):
            sample.entry.findings = [*validator.compare(examined), *json_labels.check(examined.outcome)]
            if not is_drawn and examined.outcome.row is not None:
                sample.entry.objects = json_objects(examined.outcome.row, ids)
            page.add(block("entry", sample.entry) + block("thumb", sample.thumb) + block("detail", sample.detail))
            rows += 1
            unreadable += examined.outcome.losses[:1]
        findings = validator.compare_all(has_all_rows=source.has_all_rows(limit, rows))
        page.add(block("dataset-findings", findings))
        page.add(block("not-checked", listed_counts(json_labels.not_checked)))
    if unreadable:
        logger.warning(
            "%d of %d rows on the page could not be read completely, the first: sample %r: %s; the page shows the "
            "findings of each row",
            len(unreadable),
            rows,
            unreadable[0].sample,
            unreadable[0].reason,
        )
    if not is_drawn:
        name = source.task_type or "the labels of this task type"
        logger.warning("%s is not drawn: the page lists the labels as attributes", name)
    return Path(path)


def _most_rows(source: InputRows, limit: int | None) -> int | None:
    """Return the largest possible number of rows on the page; None if it is not known."""
    is_stream = source.total is None
    return limit if is_stream and source.length is None else source.length


def _sample_bytes(count: int | None) -> int:
    """Return the limit of the bytes of all images of one sample on a page.

    Args:
        count: The largest possible number of rows on the page; None if it is not known.
    """
    return _LEAST_IMAGE_BYTES if count is None else max(_LEAST_IMAGE_BYTES, _IMAGE_BYTES // max(count, 1))


def _most_points(count: int | None) -> int:
    """Return the limit of the points of one point cloud on a page.

    Args:
        count: The largest possible number of rows on the page; None if it is not known.
    """
    return _LEAST_POINTS if count is None else max(_LEAST_POINTS, _CLOUD_BYTES // _POINT_BYTES // max(count, 1))


def _count_frames(data: Data, limit: int | None, options: ReleaseKeywords) -> int:
    """Count the frames of the sequences that a page shows, without fetching their files."""
    rows = open_rows(data, assets=False, limit=limit, evenly=True, **options)
    return sum(1 for _ in rows.outcomes())


def _counts_frames(data: Data, features: Mapping[str, Any]) -> bool:
    """Tell whether a limit counts the frames of sequences: it counts samples of a release, and rows of a dataset."""
    return releases_by_split(data) is None and "frame_index" in features


def _examine(outcome: Outcome, *, validator: Validator, classes: int, limits: Limits) -> tuple[Examined, ShownSample]:
    """Check a row without comparing it with other rows, and encode it for the page.

    The function runs in several threads. It removes the files from the row at the end, to save memory.
    """
    row = outcome.row
    if row is not None:
        outcome.row = dict(with_decoded_bitmap(row))
    sample = show_sample(outcome, [], classes, limits)
    result = validator.examine(outcome), sample
    if row is not None:
        outcome.row = {name: value for name, value in row.items() if name not in _FILE_COLUMNS}
    return result


def _size_in_memory(result: tuple[Examined, ShownSample]) -> int:
    """Return the number of bytes of the encoded images or point cloud of a row."""
    thumb, detail = result[1].thumb, result[1].detail
    images = [thumb.image, detail.image, *(camera.image for camera in detail.cameras)]
    return sum(len(image or "") for image in images) + (len(detail.cloud.positions.data) if detail.cloud else 0)
