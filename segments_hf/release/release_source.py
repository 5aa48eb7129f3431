"""Read the bytes of a release from a file, a URL, a bucket or the platform."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError, ReleaseError
from segments_hf.io.fetch_options import MAX_RELEASE_BYTES
from segments_hf.io.redaction import public_name
from segments_hf.io.remote.fsspec_file import read_fsspec_file
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.remote.object_stores import ObjectTimeoutError, ObjectTooLargeError, is_bucket_url, read_object
from segments_hf.io.urls import is_url, scheme_of
from segments_hf.release.json_file import map_file, too_large, unpack
from segments_hf.release.platform.pinning import read_platform_release
from segments_hf.release.platform.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.release.json_file import Buffer

_TIMEOUT = 3000.0  # seconds, for reading an object from a bucket


def read_source(
    source: str,
    *,
    api_key: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
    max_bytes: float = MAX_RELEASE_BYTES,
) -> Buffer:
    """Read the JSON text of a release, decompressed and without a byte order mark.

    A local file that is not gzipped is mapped into memory. All processes that map the same file share this memory.

    Args:
        source: A path, an http(s) URL, any URL that fsspec reads, or the URL of a release on the platform.
        api_key: The API key of the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        storage_options: The options of the fsspec file system that reads a bucket.
        max_bytes: The maximum size in bytes, before and after decompression.

    Raises:
        ReleaseError: The source cannot be read, or is too large.
        PlatformError: There is no API key, or the platform does not provide the release.
        StorageError: The release cannot be written to the cache.
    """
    if not is_url(source):
        return unpack(map_file(Path(source), max_bytes), source, max_bytes)
    if reference := parse_reference(source):
        return read_platform_release(reference, api_key, max_bytes)
    try:
        return unpack(_read_url(source, storage_options, int(max_bytes)), source, max_bytes)
    except TooLargeError as error:
        raise too_large(error, public_name(source)) from None


def _read_url(source: str, storage_options: Mapping[str, Any] | None, max_bytes: int) -> bytes:
    if scheme_of(source) in {"http", "https"}:
        from segments_hf.io.remote.remote_file import fetch_file

        return fetch_file(source, public_name(source), max_bytes=max_bytes)
    if is_bucket_url(source):
        try:
            return read_object(source, storage_options, max_bytes=max_bytes, timeout=_TIMEOUT)
        except ObjectTooLargeError:
            raise TooLargeError(max_bytes) from None
        except ObjectTimeoutError:
            raise ReleaseError(
                f"cannot read the URL: reading took more than {_TIMEOUT:,.0f} s", public_name(source)
            ) from None
        except AssetError as error:
            raise ReleaseError(f"cannot read the URL: {error}", public_name(source)) from None
    try:
        return read_fsspec_file(source, storage_options, max_bytes=max_bytes)
    except AssetError as error:
        raise ReleaseError(f"cannot read the URL: {error}", public_name(source)) from None
