"""The bytes of a release, wherever it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segments_hf.errors import AssetError, ReleaseError
from segments_hf.io.object_stores import is_bucket_url, read_object
from segments_hf.io.redaction import public_name
from segments_hf.io.urls import is_url, scheme_of
from segments_hf.release.json_file import map_file, unpack
from segments_hf.release.platform.pinning import read_platform_release
from segments_hf.release.platform.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.release.json_file import Buffer


def read_source(source: str, *, api_key: str | None = None, storage_options: Mapping[str, Any] | None = None) -> Buffer:
    """The JSON text of a release, ungzipped and without a byte order mark.

    A file of this machine is mapped, not read: the processes that share it share its memory.

    Args:
        source: A path, an http(s) URL, any URL that fsspec reads, or the URL of a release on the platform.
        api_key: The key to the platform; by default the environment variable ``SEGMENTS_API_KEY``.
        storage_options: The options of the file system that reads a bucket.

    Raises:
        ReleaseError: The source cannot be read.
        PlatformError: The platform does not give the release.
        StorageError: The release that it gives cannot be kept.
    """
    if not is_url(source):
        return unpack(map_file(Path(source)), source)
    if reference := parse_reference(source):
        return read_platform_release(reference, api_key)
    return unpack(_read_url(source, storage_options), source)


def _read_url(source: str, storage_options: Mapping[str, Any] | None) -> bytes:
    if scheme_of(source) in {"http", "https"}:
        from segments_hf.io.remote_file import fetch_file

        return fetch_file(source, public_name(source))
    if is_bucket_url(source):
        try:
            return read_object(source, storage_options)
        except AssetError as error:
            raise ReleaseError(f"cannot read the URL: {error}", public_name(source)) from None
    import fsspec

    try:
        with fsspec.open(source, "rb", **(storage_options or {})) as file:
            return bytes(file.read())
    except ImportError as error:
        raise ReleaseError(f"cannot read the URL: {error}", public_name(source)) from error
    except Exception as error:  # noqa: BLE001  (each library behind fsspec has errors of its own)
        # Its text may hold the whole URL, signature included.
        raise ReleaseError(f"cannot read the URL: {type(error).__name__}", public_name(source)) from None
