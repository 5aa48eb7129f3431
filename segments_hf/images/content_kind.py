"""Name the content of a file that cannot be opened as an image, from the first bytes of the file."""

from __future__ import annotations

# The offset of the signature of each unsupported format, the signature, and the name of the format. In HEIC and
# JPEG XL containers, the signature comes after 4 bytes with the size of the first box
# (https://www.iana.org/assignments/media-types/image/heic, https://jpeg.org/jpegxl).
_UNSUPPORTED_SIGNATURES = (
    (0, b"%!PS", "an EPS image"),
    (0, b"\xc5\xd0\xd3\xc6", "an EPS image"),
    (0, b"%PDF", "a PDF document"),
    (0, b"8BPS", "a Photoshop image"),
    (0, b"icns", "an ICNS icon"),
    (0, b"\0\0\1\0", "an ICO icon"),
    (0, b"\0\0\2\0\1\0", "a CUR cursor"),  # of one image; without the number of images, TGA images would also match
    (0, b"DDS ", "a DDS texture"),
    (0, b"\xff\x0a", "a JPEG XL image"),
    (4, b"JXL \r\n", "a JPEG XL image"),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF image"),
    *((4, b"ftyp" + brand, "a HEIC image") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR image"),
    (0, b"\x01\xda", "an SGI image"),
    (0, b"SIMPLE  =", "a FITS image"),
    (0, b"qoif", "a QOI image"),
    (0, b"BLP1", "a BLP texture"),
    (0, b"BLP2", "a BLP texture"),
    (0, b"\x0a\x05\x01", "a PCX image"),
    (0, b"\xb1\x68\xde\x3a", "a DCX image"),
    (0, b"\x59\xa6\x6a\x95", "a Sun raster image"),
    (0, b"DanM", "an MSP image"),
    (0, b"LinS", "an MSP image"),
    (0, b"Image type:", "an IM image"),
    (0, b"#define ", "an XBM image"),
    (0, b"/* XPM */", "an XPM image"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"GRIB", "a GRIB file"),
    (0, b"BUFR", "a BUFR file"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip file"),
)
# The offset of the signature of each supported format, the signature, and the name of the format.
_SUPPORTED_SIGNATURES = (
    (0, b"\x89PNG", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (8, b"WEBP", "WebP"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (4, b"ftypavi", "AVIF"),
    (4, b"jP  \r\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
)
_TEXT_KINDS = {  # by the first characters of the text, in lower case
    b"<!doctype html": "an HTML page",
    b"<html": "an HTML page",
    b"<": "XML",
    b"{": "JSON",
    b"[": "JSON",
}


def unsupported_format(beginning: bytes) -> str | None:
    r"""Return the name of a known, unsupported image or file format; None for any other file.

    Args:
        beginning: The first bytes of the file; 512 are enough.

    >>> unsupported_format(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    'an EPS image'
    """
    text = _text(beginning)
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return "an SVG image"
    names = (name for offset, signature, name in _UNSUPPORTED_SIGNATURES if beginning[offset:].startswith(signature))
    return next(names, None)


def damaged_format(beginning: bytes) -> str | None:
    r"""Return the name of the supported format of an image that cannot be opened; None for a file of any other format.

    Args:
        beginning: The first bytes of the file; 64 are enough.

    >>> damaged_format(b"GIF89a")
    'GIF'
    """
    names = (name for offset, signature, name in _SUPPORTED_SIGNATURES if beginning[offset:].startswith(signature))
    return next(names, None)


def text_kind(beginning: bytes) -> str:
    """Return the kind of text in a file: an HTML page, XML or JSON; "a file" for any other content.

    Args:
        beginning: The first bytes of the file; 64 are enough.

    >>> text_kind(b" <html>"), text_kind(b"abc")
    ('an HTML page', 'a file')
    """
    text = _text(beginning)
    return next((kind for start, kind in _TEXT_KINDS.items() if text.startswith(start)), "a file")


def _text(beginning: bytes) -> bytes:
    """Return the bytes in lower case, without a byte order mark and white space at the beginning."""
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
