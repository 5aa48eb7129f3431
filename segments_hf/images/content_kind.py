"""Tell what a file contains that is not a supported picture, by its first bytes."""

from __future__ import annotations

# The first bytes of picture formats that are not read. Those with a brand begin with the size of a box
# (https://www.iana.org/assignments/media-types/image/heic and its kind, https://jpeg.org/jpegxl).
_SIGNATURES = (
    (0, b"%!PS", "an EPS picture"),
    (0, b"\xc5\xd0\xd3\xc6", "an EPS picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"8BPS", "a Photoshop picture"),
    (0, b"icns", "an ICNS icon"),
    (0, b"\0\0\1\0", "an ICO icon"),
    (0, b"\0\0\2\0", "a CUR cursor"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"JXL \r\n", "a JPEG XL picture"),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF picture"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypheix", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (0, b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (0, b"\x01\xda", "an SGI picture"),
    (0, b"SIMPLE  =", "a FITS picture"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip file"),
)
_TEXTS = {
    b"<!doctype html": "an HTML page",
    b"<html": "an HTML page",
    b"<svg": "an SVG picture",
    b"<": "XML",
    b"{": "JSON",
    b"[": "JSON",
}


def unsupported_format(begin: bytes) -> str | None:
    r"""Name the format of a file, if it is known and not one that is read as a picture.

    Args:
        begin: The first bytes of the file; 64 are enough.

    >>> unsupported_format(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    'an EPS picture'
    """
    found = (kind for position, signature, kind in _SIGNATURES if begin[position:].startswith(signature))
    return next(found, None)


def text_kind(begin: bytes) -> str:
    """Name the kind of text that a file contains.

    Args:
        begin: The first bytes of the file; 64 are enough.

    >>> text_kind(b" <html>"), text_kind(b"abc")
    ('an HTML page', 'something')
    """
    text = begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((kind for start, kind in _TEXTS.items() if text.startswith(start)), "something")
