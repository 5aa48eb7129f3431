"""Check the files and sizes of images and bitmaps, and compare the pixels of bitmaps with the annotations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.bitmaps import ID_LIMIT, boxes
from segments_hf.errors import AssetError, BitmapError
from segments_hf.images import ImageLimits, check_image, read_header, stored_orientation
from segments_hf.images.depth.pixel_format import pixel_format
from segments_hf.images.stored_image import stored_content
from segments_hf.io.file_content import FileContent
from segments_hf.io.number_text import counted
from segments_hf.labels import BITMAP_COLUMN, BitmapLabel
from segments_hf.validate.checks.fault import Fault
from segments_hf.validate.checks.same_files import fingerprint_of
from segments_hf.validate.checks.unreadable import (
    MALFORMED_EXIF,
    OTHER_SIZE,
    UNREADABLE_BITMAP,
    UNREADABLE_IMAGE,
)
from segments_hf.validate.wording import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from segments_hf.bitmaps import Boxes
    from segments_hf.images import Header
    from segments_hf.labels import Label
    from segments_hf.labels.row import Row
    from segments_hf.validate.checks.same_files import Fingerprint
    from segments_hf.validate.finding import Finding

MISSING_BITMAP = Fault("missing-bitmap", "error", "the objects have no pixels")
UNKNOWN_PIXELS = Fault(
    "pixels-without-annotation", "error", "the pixels have no class and are unlabeled in semantic masks"
)
NO_PIXELS = Fault("annotation-without-pixels", "warning", "the objects are in no mask and have no bounding box")

_NO_LIMITS = ImageLimits(max_bytes=2**62, max_pixels=2**62)  # `load_release` checked the limits of the user


class CheckedImages(NamedTuple):
    """The result of the checks of the image and the bitmap of a row.

    Attributes:
        findings: The findings.
        instances: The instances of the bitmap; None if the row has no label with a readable bitmap.
        image: The properties of the image; None if it was not checked or cannot be read.
    """

    findings: list[Finding]
    instances: Instances | None
    image: ImageProperties | None


class ImageProperties(NamedTuple):
    """The properties of an image that are compared with those of other images.

    Attributes:
        pixel_format: The name of the pixel format, such as ``RGB`` or ``16-bit gray``.
        orientation: The EXIF orientation, 1 to 8.
        fingerprint: The fingerprint of the bytes.
    """

    pixel_format: str
    orientation: int
    fingerprint: Fingerprint


class Instances(NamedTuple):
    """The instances of a bitmap.

    Attributes:
        size: The width and height of the bitmap in pixels.
        areas: The number of pixels of each instance id, without 0 (unlabeled).
        regions: The ids, areas and bounding boxes, as arrays.
    """

    size: tuple[int, int]
    areas: dict[int, int]
    regions: Boxes


def check_images(row: Row, label: Label | None, unreported: Collection[str]) -> CheckedImages:
    """Check the image and the bitmap of a row.

    Args:
        row: The row.
        label: The label of the row, whose pixels are compared with its annotations; None if the row is not labeled.
        unreported: The names of the row's columns for files (image and bitmap) that no other check has reported.
    """
    findings: list[Finding] = []
    header, instances, properties = None, None, None
    if "image" in unreported:
        try:
            header = checked_header(image := _content(row["image"]))
            properties = ImageProperties(
                pixel_format(image).name, stored_orientation(image, header), fingerprint_of(image)
            )
        except AssetError as error:
            findings.append(UNREADABLE_IMAGE.in_row(row, str(error)))
    if isinstance(label, BitmapLabel) and BITMAP_COLUMN in unreported:
        try:
            instances = _instances(label)
        except BitmapError as error:
            findings.append(UNREADABLE_BITMAP.in_row(row, str(error)))
        else:
            findings.extend(_mismatched_ids(row, label, instances))
    if BITMAP_COLUMN in unreported:
        findings.extend(_malformed_exif(row, BITMAP_COLUMN, _bitmap_header(row.get(BITMAP_COLUMN))))
    if header:
        findings.extend(_malformed_exif(row, "image", header))
        findings.extend(_other_sizes(row, header, instances))
    return CheckedImages(findings, instances, properties)


def _content(image: Mapping[str, Any] | None) -> FileContent:
    if image is None:
        raise AssetError("got a row without an image")
    path = None if image["path"] is None else Path(image["path"])
    return FileContent(image["bytes"], path)


def checked_header(image: FileContent) -> Header:
    """Check the file of an image of a row, and return its header.

    Raises:
        AssetError: The image cannot be read.
    """
    return check_image(image, _NO_LIMITS)


def _bitmap_header(bitmap: object) -> Header | None:
    if not isinstance(bitmap, Mapping):  # None, or a decoded bitmap
        return None
    try:
        return read_header(stored_content(bitmap))
    except AssetError:  # if the row is labeled, `check_images` reports the bitmap
        return None


def _malformed_exif(row: Row, column: str, header: Header | None) -> Iterator[Finding]:
    if header and header.exif_fault:
        message = f"{column}: got malformed EXIF data, which `datasets` cannot read ({header.exif_fault})"
        yield MALFORMED_EXIF.in_row(row, message)


def _instances(label: BitmapLabel) -> Instances | None:
    if label.ids is None:
        return None
    found = boxes(label.ids)
    height, width = label.ids.shape
    return Instances((width, height), dict(zip(found.ids.tolist(), found.areas.tolist(), strict=True)), found)


def _mismatched_ids(row: Row, label: BitmapLabel, instances: Instances | None) -> Iterator[Finding]:
    """Find a missing bitmap, pixels with an id that no annotation has, and annotations without pixels."""
    ids = {item.id for item in label.annotations}
    if instances is None:
        if ids:
            yield MISSING_BITMAP.in_row(row, f"got {counted(len(label.annotations), 'annotation')} but no bitmap")
        return
    areas = instances.areas
    if unknown := [number for number in areas if number not in ids]:
        pixels = counted(sum(areas[number] for number in unknown), "pixel")
        yield UNKNOWN_PIXELS.in_row(row, f"got {pixels} with an id that no annotation has: {listed(unknown)}")
    # `faulty_ids` reports ids that a bitmap cannot contain.
    if absent := [number for number in sorted(ids) if number not in areas and 0 < number < ID_LIMIT]:
        note = "" if areas else "; all pixels of the bitmap are unlabeled"
        yield NO_PIXELS.in_row(row, f"no pixel has the annotation id {listed(absent)}{note}")


def _other_sizes(row: Row, header: Header, instances: Instances | None) -> Iterator[Finding]:
    size = row["width"], row["height"]
    other_sizes = {}
    if instances and instances.size != header.size:
        other_sizes["the bitmap has"] = instances.size
        if instances.size == header.stored_size:
            other_sizes = {"the bitmap, which has the size of the image before EXIF rotation, has": instances.size}
    if None not in size and size != header.size:
        other_sizes["the width and height in the row are"] = size
    if other_sizes:
        sizes = " and ".join(f"{text} {width} x {height} pixels" for text, (width, height) in other_sizes.items())
        yield OTHER_SIZE.in_row(row, f"{sizes}, but the image has {header.size[0]} x {header.size[1]}")
