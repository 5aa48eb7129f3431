"""Read http(s) URLs, URLs of buckets, and http(s) URLs of objects in private S3 buckets."""

from __future__ import annotations

import importlib.util
from functools import partial
from typing import TYPE_CHECKING, Any

from segments_hf.assets.http_client import StatusError
from segments_hf.assets.s3_url import S3Object, parse_s3_url
from segments_hf.errors import AssetError
from segments_hf.io.loop_thread import run_blocking
from segments_hf.io.remote.object_stores import NoCredentialsError, is_bucket_url, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.assets.http_client import HttpClient
    from segments_hf.io.fetch_options import FetchOptions
    from segments_hf.io.remote.deadline import Deadline

_REFUSED_STATUSES = {301, 401, 403}  # S3 responds with 301 if a bucket is in another region


class UrlReader:
    """A reader of URLs that makes one attempt per call.

    An http(s) URL of S3 is first requested anonymously, because most of these URLs are public or signed. If S3 refuses
    this request, the object is read with the user's credentials. If this succeeds, all further objects of the bucket
    are read with these credentials, without an anonymous request.

    Args:
        client: The HTTP client.
        options: The limits.
        storage_options: The options of the file systems that read buckets.
    """

    def __init__(
        self, client: HttpClient, options: FetchOptions, storage_options: Mapping[str, Any] | None = None
    ) -> None:
        self._options = options
        self._client = client
        self._storage_options = storage_options
        self._private_buckets: set[str] = set()
        self._has_credentials = True  # assumed until the search for credentials fails

    async def read(self, url: str, deadline: Deadline) -> bytes:
        """Download the content of a URL.

        Raises:
            TransientError: The download failed, and another attempt may succeed.
            AssetError: The download failed, and another attempt would fail too.
        """
        if is_bucket_url(url):
            return await self._read_object(url, deadline)
        s3 = parse_s3_url(url)
        if s3 and s3.bucket in self._private_buckets:
            return await self._read_object(s3.url, deadline, s3.region)
        try:
            return await self._client.read(url, deadline)
        except StatusError as error:
            if s3 is None or error.status not in _REFUSED_STATUSES or not self._has_credentials:
                raise
            return await self._read_private(s3, error, deadline)

    async def _read_private(self, s3: S3Object, refusal: StatusError, deadline: Deadline) -> bytes:
        if importlib.util.find_spec("s3fs") is None:
            raise AssetError(f"{refusal}; to read the object with your credentials, pip install s3fs") from refusal
        try:
            content = await self._read_object(s3.url, deadline, s3.region)
        except AssetError as error:
            self._has_credentials = not isinstance(error, NoCredentialsError)
            raise AssetError(f"{refusal}. With your credentials: {error}") from error
        self._private_buckets.add(s3.bucket)
        return content

    async def _read_object(self, url: str, deadline: Deadline, region: str | None = None) -> bytes:
        read = partial(
            read_object,
            url,
            self._storage_options,
            region=region,
            connections=self._options.connections,
            max_bytes=self._options.max_bytes,
            timeout=deadline.checked_seconds_left,
        )
        return await run_blocking(read)
