"""Read the orientation from EXIF data, and check whether Pillow can apply it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.io.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL.Image import Image

ORIENTATION_TAG = 0x0112  # CIPA DC-008, 4.6.4
EXIF_PREFIX = b"Exif\0\0"  # the beginning of EXIF data in a JPEG

_LONGEST_FAULT = 100  # characters; the message of an exception may contain a long text of the EXIF data
_RAW_PROFILE = "Raw profile type exif"  # EXIF data in hexadecimal, as ImageMagick writes them into a PNG
_RAW_PROFILE_HEADER_LINES = 3
_ORIENTATIONS = range(1, 9)
_ENTRY_SIZE = 12  # bytes of an entry of a directory: tag, type, count, value
_VALUE_FORMATS = {1: "B", 3: "H", 4: "L"}  # for `struct`, by type: BYTE, SHORT, LONG


class ExifReading(NamedTuple):
    """The orientation in EXIF data, and the fault of malformed EXIF data.

    Attributes:
        orientation: The orientation, 1 to 8; 1 (upright) if it is missing or unreadable.
        fault: The exception that Pillow raises when it reads or applies the orientation; None if it raises none.
    """

    orientation: int
    fault: str | None


def read_exif(picture: Image) -> ExifReading:
    """Read the orientation of an image, and check whether `datasets` can apply it.

    `datasets` calls `PIL.ImageOps.exif_transpose`, which also writes the EXIF data and fails if they are malformed. The
    check calls the same function on an image of one pixel with the same EXIF data. Therefore the result is correct
    for the installed version of Pillow, and no pixels are decoded.

    Args:
        picture: An opened image. Its EXIF data must not have been read before, because Pillow raises an exception for
            malformed data only at the first reading.
    """
    from PIL import Image, ImageOps

    orientation = None
    try:
        found = Image.Image.getexif(picture).get(ORIENTATION_TAG)
        orientation = _valid_orientation(found)
        if found is not None and found != 1:  # otherwise `exif_transpose` writes nothing
            pixel = Image.new("L", (1, 1))
            pixel.info = dict(picture.info)
            ImageOps.exif_transpose(pixel, in_place=True)  # noqa: TID251  (to check whether it fails)
    except Exception as error:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        if orientation is None:
            orientation = lenient_orientation(_exif_data(picture.info))
        return ExifReading(orientation or 1, printable(f"{type(error).__name__}: {error}")[:_LONGEST_FAULT])
    return ExifReading(orientation or 1, None)


def orientation_of(picture: Image) -> int:
    """Return the EXIF orientation of an image, 1 to 8; 1 (upright) if it is missing or unreadable.

    EXIF data after the pixels of a PNG are found only if the image was decoded before.
    """
    from PIL import Image

    try:
        found = Image.Image.getexif(picture).get(ORIENTATION_TAG)
    except Exception:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        return lenient_orientation(_exif_data(picture.info)) or 1
    return _valid_orientation(found) or 1


def lenient_orientation(exif: bytes) -> int | None:
    """Read the orientation from EXIF data that Pillow cannot read.

    Args:
        exif: The EXIF data, with or without `EXIF_PREFIX`.

    Returns:
        The orientation, 1 to 8; None if the first directory has no valid entry for it.
    """
    exif = exif.removeprefix(EXIF_PREFIX).removeprefix(EXIF_PREFIX)  # Pillow also accepts two prefixes
    byte_orders = {b"II": "<", b"MM": ">"}.get(exif[:2], "<>")
    return next((found for order in byte_orders for found in _orientations(exif, order)), None)


def orientation_block(orientation: int) -> bytes:
    """Return EXIF data of 26 bytes that contain only an orientation, without `EXIF_PREFIX`."""
    header = struct.pack("<2sHL", b"II", 42, 8)
    entry = struct.pack("<HHLHH", ORIENTATION_TAG, 3, 1, orientation, 0)
    return header + struct.pack("<H", 1) + entry + struct.pack("<L", 0)


def _valid_orientation(found: object) -> int | None:
    # Pillow compares by value, so the rational number 6/1 is the orientation 6.
    return next((orientation for orientation in _ORIENTATIONS if orientation == found), None)


def _orientations(tiff: bytes, order: str) -> Iterator[int]:
    """Yield the valid orientations in the first directory of EXIF data.

    Args:
        tiff: The EXIF data without a prefix, which have the structure of a TIFF.
        order: The byte order, ``<`` or ``>``.
    """
    try:
        (directory,) = struct.unpack_from(f"{order}L", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for position in range(directory + 2, directory + 2 + count * _ENTRY_SIZE, _ENTRY_SIZE):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, position)
            if tag == ORIENTATION_TAG and kind in _VALUE_FORMATS:
                (value,) = struct.unpack_from(order + _VALUE_FORMATS[kind], tiff, position + 8)
                if value in _ORIENTATIONS:
                    yield value
    except struct.error:  # the data are truncated
        return


def _exif_data(info: Mapping[str | tuple[int, int], Any]) -> bytes:
    """Return the EXIF data in the `info` of a Pillow image; empty without EXIF data."""
    exif = info.get("exif", b"")
    if isinstance(exif, bytes) and exif:
        return exif
    return raw_profile(info.get(_RAW_PROFILE, ""))


def raw_profile(text: str) -> bytes:
    """Decode a ``Raw profile`` text of a PNG, which has hexadecimal digits after three lines.

    Returns:
        The decoded bytes; empty for a malformed text.
    """
    try:
        return bytes.fromhex("".join(text.split("\n")[_RAW_PROFILE_HEADER_LINES:]))
    except ValueError:
        return b""
