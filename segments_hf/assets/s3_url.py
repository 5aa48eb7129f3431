"""Parse http(s) URLs of objects in S3.

The forms of such URLs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?"
    r"s3(?:-accelerate|-external-1)?"
    r"(?:\.dualstack)?"
    r"(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?"
    r"\.amazonaws\.com(?:\.cn)?"
)


class S3Object(NamedTuple):
    """An object in S3.

    Attributes:
        bucket: The bucket.
        key: The decoded key. If the URL contains a version, ``?versionId=`` and the version follow.
        region: The region; None if the URL does not contain one.
    """

    bucket: str
    key: str
    region: str | None

    @property
    def url(self) -> str:
        """The s3:// URL of the object."""
        return f"s3://{self.bucket}/{self.key}"


def parse_s3_url(url: str) -> S3Object | None:
    """Return the object of an http(s) URL in virtual-hosted or path style; None for other URLs.

    >>> parse_s3_url("https://my.bucket.s3.eu-west-1.amazonaws.com/a%20b.jpg?X-Amz-Signature=abc")
    S3Object(bucket='my.bucket', key='a b.jpg', region='eu-west-1')
    >>> parse_s3_url("https://s3-us-west-2.amazonaws.com/bucket/a.jpg").url
    's3://bucket/a.jpg'
    """
    parts = urlsplit(url)
    host = _HOST.fullmatch((parts.hostname or "").lower())
    if host is None:
        return None
    path = parts.path.removeprefix("/")
    bucket, key = (host["bucket"], path) if host["bucket"] else path.partition("/")[::2]
    if not bucket or not key:
        return None
    version = parse_qs(parts.query).get("versionId")
    suffix = f"?versionId={version[0]}" if version else ""
    return S3Object(unquote(bucket), unquote(key) + suffix, host["region"])
