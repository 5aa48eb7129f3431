"""Encode bitmaps of instance ids as on the platform. Decode bitmaps in this and in other lossless encodings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

from segments_hf.bitmaps.bands import bands
from segments_hf.bitmaps.codec.fast_png import decode_fast
from segments_hf.bitmaps.codec.id_png import id_png
from segments_hf.bitmaps.codec.palette_ids import palette_ids
from segments_hf.bitmaps.value_table import ValueTable
from segments_hf.errors import AssetError, BitmapError
from segments_hf.images import bitmap_fault, decoder_errors, inspect_image
from segments_hf.images.lossless import LOSSY_FORMATS
from segments_hf.images.png_bands import can_decode_bands, png_bands
from segments_hf.io.file_content import FileContent

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from segments_hf.bitmaps.value_table import MaskValues

    Ids: TypeAlias = npt.NDArray[np.uint32]
    BitmapLike: TypeAlias = (
        npt.NDArray[Any] | Image.Image | bytes | bytearray | memoryview | str | os.PathLike[str] | Mapping[str, Any]
    )

ID_LIMIT = 2**24  # ids below this fit into three 8-bit channels

_GRAY_MODES = {"L", "I", "I;16", "I;16L", "I;16B"}
_COLOR_MODES = {"RGB", "RGBA"}
_MOST_PIXELS_AT_ONCE = 2**24  # larger images are decoded in bands: Pillow's copy needs as much memory as the ids
_CHANNELS = {len(mode) for mode in _COLOR_MODES}


def decode_bitmap(bitmap: BitmapLike, *, known_ids: Collection[int] | None = None) -> Ids:
    """Decode the instance ids of a bitmap.

    Args:
        bitmap: A PNG as bytes, as a path or as the value of a `datasets.Image` column
            (``{"bytes": ..., "path": ...}``); a PIL image; or an array. The pixels are 8-bit RGBA or RGB
            (id = R + 256 G + 65536 B, alpha is ignored) or grayscale of 8, 16 or 32 bits (id = pixel). WebP, TIFF, BMP
            and PPM files are read too if they store all pixels exactly. The extra ``fast`` decodes PNGs several times
            as fast.
        known_ids: The ids of the annotations. They are required for a PNG with a palette, whose ids may be its colors
            or its palette indices. The colors are read as ids if each color in the PNG is the id of an annotation, or
            black (0), and belongs to one palette index only; otherwise the PNG is not accepted.

    Returns:
        uint32 array of shape (H, W); 0 is unlabeled. If `bitmap` is a uint32 array of this shape, it is returned
            without a copy.

    Raises:
        BitmapError: The bitmap is not an image; its format may change pixel values, such as JPEG, lossy WebP or a PNG
            of another depth; it has a palette that `known_ids` does not allow; or an id is negative or at least 2^32.

    >>> decode_bitmap(encode_bitmap(np.array([[0, 65793]]))).tolist()
    [[0, 65793]]
    """
    if isinstance(bitmap, np.ndarray):
        return _from_array(bitmap)
    source: object = bitmap
    if isinstance(bitmap, Mapping):
        source = bitmap.get("path") if bitmap.get("bytes") is None else bitmap["bytes"]
    if not isinstance(source, Image.Image | bytes | bytearray | memoryview | str | os.PathLike):
        raise BitmapError(f"got {type(source).__name__}, expected bytes, a path, an image or an array")
    try:
        if isinstance(source, Image.Image):
            if source.format in LOSSY_FORMATS:
                raise BitmapError(f"got an image from a {source.format}, which may change ids; expected one from a PNG")
            with decoder_errors():
                return _from_picture(source, known_ids)
        content = FileContent(path=Path(source)).read() if isinstance(source, str | os.PathLike) else bytes(source)
        pixels = decode_fast(content)
        if pixels is not None:
            return _from_array(pixels, in_place=True)
        with inspect_image(FileContent(content)) as picture:
            if fault := bitmap_fault(picture, content):
                raise BitmapError(fault)
            return _from_picture(picture, known_ids, content)
    except AssetError as error:
        raise BitmapError(f"got a bitmap that cannot be read ({error}); expected a PNG") from error


def encode_bitmap(ids: npt.NDArray[np.integer[Any]], *, alpha: bool = True, values: MaskValues | None = None) -> bytes:
    """Encode ids as the platform's PNG: RGBA, alpha 255, id = R + 256 G + 65536 B.

    Args:
        ids: Integer array of shape (H, W) with ids from 0 to 2^24 - 1; 0 is unlabeled.
        alpha: Whether to add the alpha channel. COCO's panoptic format has the same PNGs without alpha.
        values: The values that replace the ids in the PNG, without a copy of the whole array. With this option, `ids`
            may contain larger ids.

    Raises:
        BitmapError: The array is empty, not of integers or not two-dimensional; or a number to encode (an id, or with
            `values`, a value) is negative or at least 2^24.
    """
    ids = np.asarray(ids)
    if ids.ndim != 2 or not ids.size or not np.issubdtype(ids.dtype, np.integer):  # noqa: PLR2004
        raise BitmapError(f"got an array of shape {ids.shape} and dtype {ids.dtype}, expected (H, W) and integers")
    table = None if values is None else ValueTable(values, int(ids.max()))
    parts = (ids[rows] if table is None else table(ids[rows]) for rows in bands(ids.shape))
    return id_png((ids.shape[1], ids.shape[0]), map(_checked_ids, parts), alpha=alpha)


def _checked_ids(ids: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.integer[Any]]:
    """Check that ids fit into three 8-bit channels, and return them."""
    if not (ids.min() >= 0 and ids.max() < ID_LIMIT):
        raise BitmapError(f"got ids from {ids.min()} to {ids.max()}, expected 0 to {ID_LIMIT - 1}")
    return ids


def _from_picture(picture: Image.Image, known_ids: Collection[int] | None, content: bytes | None = None) -> Ids:
    """Return the ids of an image.

    Args:
        picture: The image.
        known_ids: The ids of the annotations.
        content: The file of the image, if Pillow has not decoded the image yet.
    """
    if picture.mode == "P":
        return _in_bands(picture, palette_ids(picture, known_ids))
    if picture.mode not in _GRAY_MODES | _COLOR_MODES:
        modes = ", ".join(sorted(_GRAY_MODES | _COLOR_MODES))
        raise BitmapError(f"got an image of mode {picture.mode}, expected instance ids in one of {modes}")
    if picture.width * picture.height <= _MOST_PIXELS_AT_ONCE:
        return _from_array(_pixels(picture))
    if content is None or not isinstance(picture, ImageFile) or not can_decode_bands(picture):
        return _in_bands(picture)
    ids = np.empty((picture.height, picture.width), np.uint32)
    slices = list(bands(ids.shape))
    heights = [rows.stop - rows.start for rows in slices]
    for rows, band in zip(slices, png_bands(picture, content, heights), strict=True):
        ids[rows] = _from_array(_pixels(band)[1:])  # `png_bands` adds the row above each band
    return ids


def _in_bands(picture: Image.Image, table: Ids | None = None) -> Ids:
    """Return the ids of an image, read band by band. With a table, the pixels are indices into the table."""
    ids = np.empty((picture.height, picture.width), np.uint32)
    for rows in bands(ids.shape):
        pixels = np.asarray(picture.crop((0, rows.start, picture.width, rows.stop)))
        ids[rows] = _from_array(pixels) if table is None else table[pixels]
    return ids


def _pixels(picture: Image.Image) -> npt.NDArray[Any]:
    """Return the pixels of an image; those of an RGBA PNG without a copy if Pillow supports it (since 11.2)."""
    # pyarrow gets only PNGs that Pillow decoded: Pillow 12 crashes on empty images and on images that share memory.
    if picture.mode == "RGBA" and isinstance(picture, PngImageFile) and hasattr(picture, "__arrow_c_array__"):
        picture.load()
        try:
            flat: npt.NDArray[np.uint8] = pa.array(picture).flatten().to_numpy()
        except ValueError:  # Pillow stores a large image in several blocks
            return np.asarray(picture)
        return flat.reshape(picture.height, picture.width, 4)
    return np.asarray(picture)


def _from_array(pixels: npt.NDArray[Any], *, in_place: bool = False) -> Ids:
    """Return the ids that pixels encode. With `in_place`, the ids overwrite RGBA pixels, which saves a second array."""
    if pixels.ndim == 3 and pixels.shape[2] in _CHANNELS and pixels.dtype == np.uint8:  # noqa: PLR2004
        if pixels.shape[2] == 4:  # noqa: PLR2004  (four bytes are one integer, with alpha in the highest byte)
            whole: Ids = np.ascontiguousarray(pixels).view("<u4")[..., 0]
            return np.bitwise_and(whole, np.uint32(ID_LIMIT - 1), out=whole if in_place else None)
        red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
        joined: Ids = red | green << np.uint32(8) | blue << np.uint32(16)
        return joined
    if pixels.ndim != 2 or not np.issubdtype(pixels.dtype, np.integer):  # noqa: PLR2004
        raise BitmapError(
            f"got an array of shape {pixels.shape} and dtype {pixels.dtype}, "
            "expected integers (H, W) or uint8 (H, W, 3 or 4)"
        )
    if pixels.size and not np.can_cast(pixels.dtype, np.uint32) and not 0 <= pixels.min() <= pixels.max() < 2**32:
        raise BitmapError(f"got ids from {pixels.min()} to {pixels.max()}, expected 0 to {2**32 - 1}")
    ids: Ids = pixels.astype(np.uint32, copy=False)
    return ids
