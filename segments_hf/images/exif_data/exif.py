"""The EXIF data of pictures: their orientation, and whether Pillow can turn a picture that has them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from segments_hf.io.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL.Image import Image

ORIENTATION_TAG = 0x0112  # CIPA DC-008, 4.6.4
EXIF_PREFIX = b"Exif\0\0"  # what EXIF data begin with in a JPEG

_LONGEST_FAULT = 100  # characters: the message of an exception may hold a whole text of the EXIF data
_RAW_PROFILE = "Raw profile type exif"  # EXIF data in hexadecimal, as ImageMagick writes them into a PNG
_RAW_PROFILE_HEADER = 3  # lines
_ORIENTATIONS = range(1, 9)
_ENTRY = 12  # bytes of an entry of a directory: tag, type, count, value
_VALUE_FORMATS = {1: "B", 3: "H", 4: "L"}  # of the types BYTE, SHORT, LONG


class ExifReading(NamedTuple):
    """What the EXIF data of a picture say.

    Attributes:
        orientation: The orientation, 1 to 8; 1 (upright) where there is none that can be read.
        fault: The exception with which Pillow fails to turn the picture; None if it does not fail.
    """

    orientation: int
    fault: str | None


def read_exif(picture: Image) -> ExifReading:
    """Read the orientation of a picture, and find out whether `datasets` can turn the picture by it.

    `datasets` calls `PIL.ImageOps.exif_transpose`, which also writes the EXIF data back and fails if they are
    malformed. A picture of one pixel with the same EXIF data goes through the same function here, so that each version
    of Pillow judges by its own code and no pixels are decoded.

    Args:
        picture: A picture that was opened and whose EXIF data were not read yet: Pillow does not fail twice for the
            same picture.
    """
    from PIL import Image, ImageOps

    orientation = None
    try:
        found = Image.Image.getexif(picture).get(ORIENTATION_TAG)
        orientation = _valid_orientation(found)
        if found is not None and found != 1:  # else `exif_transpose` writes nothing
            pixel = Image.new("L", (1, 1))
            pixel.info = dict(picture.info)
            ImageOps.exif_transpose(pixel, in_place=True)  # noqa: TID251  (to see whether it fails)
    except Exception as error:  # noqa: BLE001  (malformed EXIF data raise exceptions of many kinds)
        if orientation is None:
            orientation = lenient_orientation(_exif_data(picture.info))
        return ExifReading(orientation or 1, printable(f"{type(error).__name__}: {error}")[:_LONGEST_FAULT])
    return ExifReading(orientation or 1, None)


def orientation_of(picture: Image) -> int:
    """Return the EXIF orientation of a picture, 1 to 8; 1 (upright) where there is none that can be read.

    EXIF data behind the pixels of a PNG are seen only if it is decoded.
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
        The orientation, 1 to 8, if the first directory has an entry for it.
    """
    exif = exif.removeprefix(EXIF_PREFIX).removeprefix(EXIF_PREFIX)  # Pillow accepts two as well
    byte_orders = {b"II": "<", b"MM": ">"}.get(exif[:2], "<>")
    return next((found for order in byte_orders for found in _orientations(exif, order)), None)


def orientation_block(orientation: int) -> bytes:
    """Return EXIF data, without `EXIF_PREFIX`, that hold an orientation and nothing else: 26 bytes."""
    header = struct.pack("<2sHL", b"II", 42, 8)
    entry = struct.pack("<HHLHH", ORIENTATION_TAG, 3, 1, orientation, 0)
    return header + struct.pack("<H", 1) + entry + struct.pack("<L", 0)


def _valid_orientation(found: Any) -> int | None:
    # Pillow compares, so the rational number 6/1 turns a picture as 6 does.
    return next((orientation for orientation in _ORIENTATIONS if orientation == found), None)


def _orientations(tiff: bytes, order: str) -> Iterator[int]:
    try:
        (directory,) = struct.unpack_from(f"{order}L", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for position in range(directory + 2, directory + 2 + count * _ENTRY, _ENTRY):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, position)
            if tag == ORIENTATION_TAG and kind in _VALUE_FORMATS:
                (value,) = struct.unpack_from(order + _VALUE_FORMATS[kind], tiff, position + 8)
                if value in _ORIENTATIONS:
                    yield value
    except struct.error:  # the data end here
        return


def _exif_data(info: Mapping[str | tuple[int, int], Any]) -> bytes:
    exif = info.get("exif", b"")
    if isinstance(exif, bytes) and exif:
        return exif
    return raw_profile(info.get(_RAW_PROFILE, ""))


def raw_profile(text: str) -> bytes:
    """Return the bytes of a ``Raw profile`` text of a PNG: three lines, then hexadecimal digits; none if malformed."""
    try:
        return bytes.fromhex("".join(text.split("\n")[_RAW_PROFILE_HEADER:]))
    except ValueError:
        return b""
