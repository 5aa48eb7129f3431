"""Encode rows for a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from segments_hf.drawing.clouds.camera_view import cameras_of
from segments_hf.errors import AssetError, BitmapError, MissingExtraError, PointCloudError
from segments_hf.io.json_codec.named_values import named_values
from segments_hf.io.number_text import counted
from segments_hf.labels import BitmapLabel, has_point_cloud, image_label_of, is_labeled, is_point_cloud, label_of
from segments_hf.preview.cloud_thumb import draw_cloud_thumb
from segments_hf.preview.original_link import original_link
from segments_hf.preview.packing import PackedArray, pack
from segments_hf.preview.shown_cameras import ShownCamera, show_cameras
from segments_hf.preview.shown_cloud import (
    NO_POINTS,
    Points,
    ShownCloud,
    encode_cloud,
    level_positions,
    number_points,
    read_shown_points,
    set_geometry_3d,
)
from segments_hf.preview.shown_image import ShownImage, scaled_size, show_image
from segments_hf.preview.shown_label import (
    ShownObject,
    draw_thumb_numbers,
    object_numbers,
    show_objects,
    thumb_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.dataset.rows.outcome import Outcome
    from segments_hf.preview.packing import Numbers
    from segments_hf.validate.finding import Finding

Pairs = list[tuple[str, str]]


class Entry(msgspec.Struct):
    """The data of a row for the gallery and for the search.

    Attributes:
        name: The name of the sample.
        uuid: The uuid of the sample.
        findings: The findings of `validate` in the row.
        split: The split of the row.
        frame: The index of the frame in its sequence; None if the row is not a frame.
        frame_name: The name of the frame.
        status: The label status, ``(unknown)`` if it is missing; None if the label could not be read.
        objects: Pairs of a class number and the number of objects of the class; None if the row has no label, or if the
            objects of a JSON label cannot be counted.
        object_attributes: The distinct names and values of the attributes of the objects, for the search.
        attributes: The names and values of the attributes of the image or point cloud, of the sample and of its label.
        metadata: The names and values of the metadata of the sample.
    """

    name: str
    uuid: str | None
    findings: list[Finding]
    split: str | None = None
    frame: int | None = None
    frame_name: str | None = None
    status: str | None = None
    objects: list[tuple[int, int]] | None = None
    object_attributes: list[str] = []
    attributes: Pairs = []
    metadata: Pairs = []


class Thumb(msgspec.Struct):
    """The thumbnail of a row in the gallery.

    Attributes:
        image: The ``data:`` URL of the image.
        numbers: The object number of each pixel: 1 for the first object, 0 for unlabeled pixels.
        class_numbers: The class number of each object.
    """

    image: str | None = None
    numbers: PackedArray | None = None
    class_numbers: list[int] = []


class Detail(msgspec.Struct):
    """The data of a row in the viewer.

    Attributes:
        full_size: The width and height of the original image in pixels.
        size: The width and height of the shown image in pixels.
        image: The ``data:`` URL of the shown image.
        numbers: The object number of each pixel: 1 for the first object, 0 for unlabeled pixels.
        cloud: The points of a point cloud.
        cameras: The cameras of a point cloud; empty if no camera has an image.
        objects: The objects.
        notices: Messages about images, points and labels that are not shown, or shown incompletely or in other axes.
        original: The public URL of the original image; None if it has no public URL.
    """

    full_size: tuple[int, int] | None = None
    size: tuple[int, int] | None = None
    image: str | None = None
    numbers: PackedArray | None = None
    cloud: ShownCloud | None = None
    cameras: list[ShownCamera] = []
    objects: list[ShownObject] = []
    notices: list[str] = []
    original: str | None = None


class ShownSample(msgspec.Struct):
    """The data of a row, in three parts. The page decodes a thumbnail or a detail only to show it."""

    entry: Entry
    thumb: Thumb
    detail: Detail


class Limits(NamedTuple):
    """The limits for one sample of a page.

    Attributes:
        longest_side: The limit of the longest side of each shown image in pixels.
        max_bytes: The limit of the bytes of one shown image and its thumbnail together.
        camera_bytes: The limit of the bytes of the images of all cameras together.
        points: The largest number of shown points of a point cloud.
    """

    longest_side: int
    max_bytes: int
    camera_bytes: int
    points: int


def show_sample(outcome: Outcome, findings: list[Finding], num_classes: int, limits: Limits) -> ShownSample:
    """Encode a row for a page.

    Args:
        outcome: The row, and the problems that occurred when the row was made.
        findings: The findings of `validate` in the row.
        num_classes: The number of classes.
        limits: The limits for one sample.
    """
    row = outcome.row
    if row is None:
        problem = outcome.problems[0]
        return ShownSample(Entry(problem.sample, problem.uuid, findings, outcome.split), Thumb(), Detail())
    thumb, detail = Thumb(), Detail(original=original_link(outcome))
    if is_point_cloud(row):
        _add_cloud(row, num_classes, limits, thumb, detail)
    else:
        _add_labeled_image(row, num_classes, limits, thumb, detail)
    return ShownSample(_entry(row, findings, outcome.split, num_classes), thumb, detail)


def _add_labeled_image(row: Mapping[str, Any], num_classes: int, limits: Limits, thumb: Thumb, detail: Detail) -> None:
    image = _add_image(row, limits.longest_side, limits.max_bytes, thumb, detail)
    detail.full_size = _full_size(row, image)
    detail.size = image.size if image else detail.full_size and scaled_size(detail.full_size, limits.longest_side)
    try:
        _add_label(row, num_classes, limits.longest_side, thumb, detail)
    except BitmapError as error:
        detail.notices.append(f"The label cannot be shown: {error}.")


def _entry(row: Mapping[str, Any], findings: list[Finding], split: str | None, num_classes: int) -> Entry:
    annotations = row.get("annotations")
    counts = Counter(num_classes if item["category"] is None else item["category"] for item in annotations or ())
    has_label = bool(annotations) or (annotations is not None and is_labeled(row))
    attributes = [row.get(name) for name in ("image_attributes", "sample_attributes", "label_attributes")]
    return Entry(
        row["name"],
        row.get("uuid"),
        findings,
        split,
        row.get("frame_index"),
        row.get("frame_name"),
        row["status"] or (None if row.get("annotations", ()) is None else "(unknown)"),
        sorted(counts.items()) if has_label else None,
        sorted({value for item in annotations or () for pair in named_values(item["attributes"]) for value in pair}),
        [pair for json in attributes for pair in named_values(json)],
        named_values(row.get("metadata")),
    )


def _add_image(
    row: Mapping[str, Any], longest_side: int, max_bytes: int, thumb: Thumb, detail: Detail
) -> ShownImage | None:
    if row.get("image") is None:
        return None
    try:
        image = show_image(row["image"], longest_side, max_bytes)
    except AssetError as error:
        detail.notices.append(f"The image cannot be shown: {error}.")
        return None
    thumb.image, detail.image = image.thumb, image.url
    return image


def _full_size(row: Mapping[str, Any], image: ShownImage | None) -> tuple[int, int] | None:
    if image:
        return image.full_size
    return (row["width"], row["height"]) if row.get("width") and row.get("height") else None


def _add_label(row: Mapping[str, Any], num_classes: int, longest_side: int, thumb: Thumb, detail: Detail) -> None:
    label = image_label_of(row)
    if label is None:
        return
    if isinstance(label, BitmapLabel) and label.ids is not None:
        detail.objects = show_objects(label, num_classes, 1)
        height, width = label.ids.shape
        size = detail.size or scaled_size((width, height), longest_side)
        numbers = object_numbers(label.ids, detail.full_size, size, detail.objects, num_classes)
        detail.size, detail.numbers = size, pack(numbers)
        _add_thumb_mask(thumb, thumb_numbers(numbers), detail)
        return
    scale = detail.size[0] / detail.full_size[0] if detail.size and detail.full_size else 1.0
    detail.objects = show_objects(label, num_classes, scale)
    if detail.size and any(item.points for item in detail.objects):
        _add_thumb_mask(thumb, draw_thumb_numbers(detail.objects, detail.size), detail)


def _add_cloud(row: Mapping[str, Any], num_classes: int, limits: Limits, thumb: Thumb, detail: Detail) -> None:
    points, numbers, label = _points_of(row, limits.points, detail), None, label_of(row)
    try:
        positions = level_positions(points, row["ego_pose"])
    except PointCloudError as error:
        detail.notices.append(f"The points are shown in the axes of the sensor, because the pose is invalid: {error}.")
        positions = level_positions(points, None)
    if label is not None:
        detail.objects = show_objects(label, num_classes, 1)
        try:
            set_geometry_3d(label, row["ego_pose"], detail.objects)
            numbers = number_points(label, points, detail.objects, num_classes)
        except PointCloudError as error:
            detail.notices.append(f"The label cannot be shown: {error}.")
    max_bytes = min(limits.max_bytes, limits.camera_bytes // max(len(cameras_of(row)), 1))
    detail.cameras, notices = show_cameras(row, label, limits.longest_side, max_bytes)
    detail.notices += notices
    if not len(positions) and not any(item.geometry_3d for item in detail.objects):
        return
    detail.cloud = encode_cloud(points, positions, numbers)
    cloud_thumb = draw_cloud_thumb(positions, numbers, detail.objects)
    thumb.image = cloud_thumb.image
    _add_thumb_mask(thumb, cloud_thumb.numbers, detail)


def _points_of(row: Mapping[str, Any], limit: int, detail: Detail) -> Points:
    """Return the points of a row; no points if its file is missing or cannot be read.

    Notices about a file that cannot be read, and about points that are not shown, are added to `detail`.
    """
    if not has_point_cloud(row):
        return NO_POINTS
    try:
        points = read_shown_points(row, limit)
    except (AssetError, MissingExtraError) as error:
        detail.notices.append(f"The point cloud cannot be shown: {error}.")
        return NO_POINTS
    if points.num_not_finite:
        number, verb = counted(points.num_not_finite, "point"), "is" if points.num_not_finite == 1 else "are"
        detail.notices.append(f"{number} with a coordinate that is not finite {verb} not shown.")
    return points


def _add_thumb_mask(thumb: Thumb, numbers: Numbers, detail: Detail) -> None:
    thumb.numbers = pack(numbers)
    thumb.class_numbers = [item.class_number for item in detail.objects]
