"""Samples with one problem each, and the error that `load_release` raises for each problem."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from PIL import Image

from segments_hf.errors import AssetError, ReleaseError, SegmentsHFError

from .making import bitmap, jpeg, label, sample

ANNOTATION = {"id": 1, "category_id": 1}
IDS = [[8 * y + x for x in range(8)] for y in range(6)]  # the ids of a bitmap that has the size of `jpeg()`
AFTER_RETRIES = r", after 3 tries \("


class ProblemCase(NamedTuple):
    """The error that `load_release` raises for a sample, and the column that is null with ``on_error="keep"``.

    Attributes:
        error: The class of the error.
        column: The column that is null with ``on_error="keep"``; "row" if the row is left out; None if no
            column is null.
        reason: A regular expression for the message.
    """

    error: type[SegmentsHFError]
    column: str | None
    reason: str


CASES = {
    "image not found": ProblemCase(AssetError, "image", r"/gone\.jpg: got HTTP 404"),
    "image is HTML": ProblemCase(AssetError, "image", f"/page.jpg: got an HTML page.*b'<html>.*{AFTER_RETRIES}"),
    "image is empty": ProblemCase(AssetError, "image", f"/empty.jpg: got an empty file.*{AFTER_RETRIES}"),
    "image is cut": ProblemCase(AssetError, "image", f"/cut.jpg: .*the JPEG has no end.*{AFTER_RETRIES}"),
    "image without URL": ProblemCase(AssetError, "image", "no URL"),
    "image of unknown scheme": ProblemCase(AssetError, "image", "scheme 'ftp'"),
    "image URL is invalid": ProblemCase(AssetError, "image", "http"),
    "image path is too long": ProblemCase(AssetError, "image", "xxx"),
    "bitmap not found": ProblemCase(AssetError, "segmentation_bitmap", r"/gone\.png: got HTTP 404"),
    "bitmap is empty": ProblemCase(
        AssetError, "segmentation_bitmap", f"/empty.png: got an empty file.*{AFTER_RETRIES}"
    ),
    "bitmap is cut": ProblemCase(AssetError, "segmentation_bitmap", f"/cut.png: .*{AFTER_RETRIES}"),
    "bitmap is damaged": ProblemCase(
        AssetError, "segmentation_bitmap", f"/damaged.png: .*checksum .*'IDAT'.*{AFTER_RETRIES}"
    ),
    "bitmap is JPEG": ProblemCase(AssetError, "segmentation_bitmap", "/jpeg.png: .*format JPEG, .*PNG"),
    "bitmap of another size": ProblemCase(AssetError, "segmentation_bitmap", r"3 x 2 pixels for an image of 8 x 6"),
    "bitmap of the image before EXIF rotation": ProblemCase(
        AssetError, "segmentation_bitmap", r"8 x 6 pixels for an image of 6 x 8 .*before EXIF rotation"
    ),
    "unknown category": ProblemCase(ReleaseError, None, "category id 77.* 1, 2"),
    "annotation id of wrong type": ProblemCase(ReleaseError, "annotations", r"got `str`, expected `int`"),
    "id over 64 bits": ProblemCase(ReleaseError, "annotations", "922337203685477580[78]"),
    "attributes of wrong type": ProblemCase(ReleaseError, "row", "expected `object"),
    "no name": ProblemCase(ReleaseError, "row", "without a `name`"),
}


def rotated_jpeg() -> bytes:
    """Return a JPEG of 8 x 6 pixels that is 6 x 8 pixels after EXIF rotation."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(file, "JPEG", exif=exif)
    return file.getvalue()


def bad_sample(server: Any, case: str) -> dict[str, Any]:
    """Return the sample of a case of `CASES`, with its files on a server."""
    image, png = server.url("/bad.jpg", jpeg()), bitmap(IDS)
    valid = label(annotations=[ANNOTATION])

    def with_image(url: str | None) -> dict[str, Any]:
        return sample("bad", url, valid)

    def with_bitmap(url: str, image: str = image) -> dict[str, Any]:
        return sample("bad", image, label(annotations=[ANNOTATION], segmentation_bitmap={"url": url}))

    return {
        "image not found": with_image(server.address + "/gone.jpg?X-Amz-Signature=secret"),
        "image is HTML": with_image(server.url("/page.jpg", b"<html>Sign in</html>") + "?X-Amz-Signature=secret"),
        "image is empty": with_image(server.url("/empty.jpg", b"")),
        "image is cut": with_image(server.url("/cut.jpg", jpeg()[:-2])),
        "image without URL": with_image(None),
        "image of unknown scheme": with_image("ftp://host/a.jpg"),
        "image URL is invalid": with_image("http://[host/a.jpg"),
        "image path is too long": with_image("x" * 5000),
        "bitmap not found": with_bitmap(server.address + "/gone.png?X-Amz-Signature=secret"),
        "bitmap is empty": with_bitmap(server.url("/empty.png", b"")),
        "bitmap is cut": with_bitmap(server.url("/cut.png", png[:-20])),
        "bitmap is damaged": with_bitmap(server.url("/damaged.png", png[:-30] + b"?" + png[-29:])),
        "bitmap is JPEG": with_bitmap(server.url("/jpeg.png", jpeg()) + "?X-Amz-Signature=secret"),
        "bitmap of another size": with_bitmap(server.url("/other.png", bitmap([[1, 2, 3], [4, 5, 6]]))),
        "bitmap of the image before EXIF rotation": with_bitmap(
            server.url("/stored.png", png), server.url("/rotated.jpg", rotated_jpeg())
        ),
        "unknown category": sample("bad", image, label(annotations=[ANNOTATION, {"id": 2, "category_id": 77}])),
        "annotation id of wrong type": sample("bad", image, label(annotations=[{"id": "one", "category_id": 1}])),
        "id over 64 bits": sample("bad", image, label(annotations=[{"id": 2**63, "category_id": 1}])),
        "attributes of wrong type": {**with_image(None), "attributes": "none"},
        "no name": sample(None, image, valid),
    }[case]
