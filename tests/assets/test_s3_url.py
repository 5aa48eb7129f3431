"""The http(s) URLs of S3 objects are recognized."""

from __future__ import annotations

import pytest

from segments_hf.assets.s3_url import S3Object, parse_s3_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://bucket.s3.amazonaws.com/a.jpg", ("bucket", "a.jpg", None)),
        ("https://bucket.s3.eu-west-1.amazonaws.com/a.jpg", ("bucket", "a.jpg", "eu-west-1")),
        ("https://bucket.s3-eu-west-1.amazonaws.com/a.jpg", ("bucket", "a.jpg", "eu-west-1")),
        ("https://bucket.s3.us-gov-west-1.amazonaws.com/a.jpg", ("bucket", "a.jpg", "us-gov-west-1")),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/a.jpg", ("bucket", "a.jpg", "cn-north-1")),
        ("https://bucket.s3.dualstack.us-east-2.amazonaws.com/a.jpg", ("bucket", "a.jpg", "us-east-2")),
        ("https://bucket.s3-accelerate.amazonaws.com/a.jpg", ("bucket", "a.jpg", None)),
        ("https://bucket.s3-accelerate.dualstack.amazonaws.com/a.jpg", ("bucket", "a.jpg", None)),
        ("https://my.dotted.bucket.s3.eu-west-1.amazonaws.com/x/a.jpg", ("my.dotted.bucket", "x/a.jpg", "eu-west-1")),
        ("https://s3.eu-west-1.amazonaws.com/bucket/x/a.jpg", ("bucket", "x/a.jpg", "eu-west-1")),
        ("https://s3-us-west-2.amazonaws.com/bucket/a.jpg", ("bucket", "a.jpg", "us-west-2")),
        ("https://s3.amazonaws.com/bucket/a.jpg", ("bucket", "a.jpg", None)),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/bucket/a.jpg", ("bucket", "a.jpg", "eu-west-1")),
        ("http://BUCKET.S3.amazonaws.com:80/a.jpg", ("bucket", "a.jpg", None)),
        ("https://bucket.s3.amazonaws.com/a%20b%2Bc+d.jpg?X-Amz-Signature=abc", ("bucket", "a b+c+d.jpg", None)),
        ("https://bucket.s3.amazonaws.com/a.jpg?versionId=7&x=1", ("bucket", "a.jpg?versionId=7", None)),
        ("https://bucket.s3.amazonaws.com//a.jpg", ("bucket", "/a.jpg", None)),
    ],
)
def test_parse_s3_url_returns_the_object(url, expected):
    assert parse_s3_url(url) == S3Object(*expected)


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.amazonaws.com",
        "https://bucket.s3.amazonaws.com/",
        "https://s3.amazonaws.com/bucket",
        "https://s3.amazonaws.com/bucket/",
        "https://bucket.s3.amazonaws.com.evil.org/a.jpg",
        "https://evil-s3.amazonaws.com/a.jpg",
        "https://amazonaws.com/a.jpg",
        "https://bucket.s3.eu-west-1.elsewhere.com/a.jpg",
        "https://cdn.example.org/s3.amazonaws.com/a.jpg",
        "https://bucket.s3-website-eu-west-1.amazonaws.com/a.jpg",
        "s3://bucket/a.jpg",
        "images/a.jpg",
    ],
)
def test_parse_s3_url_of_other_urls_is_none(url):
    assert parse_s3_url(url) is None
