"""Read the content of an image that a dataset stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError
from segments_hf.io.file_content import FileContent
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping


def stored_content(image: Mapping[str, Any]) -> FileContent:
    """Return the content of a stored image.

    Args:
        image: ``{"bytes", "path"}``, as a dataset stores an image. The path may be a URL, such as the URL of a file on
            the Hub.

    Raises:
        AssetError: The bytes and the path are None, or the URL cannot be read.
    """
    if image["bytes"] is not None:
        return FileContent(image["bytes"])
    path = image["path"]
    if path is None:
        raise AssetError("got an image without bytes and without a path")
    return FileContent(_read_url(path)) if is_url(path) else FileContent(path=path)


def _read_url(url: str) -> bytes:
    import fsspec

    try:
        with fsspec.open(url, "rb") as file:
            content: bytes = file.read()
    except Exception as error:  # noqa: BLE001  (each file system has its own exceptions)
        raise AssetError(f"{public_name(url)}: cannot read the file ({type(error).__name__})") from None
    return content
