"""URLs are recognized, and only their public parts are shown or stored."""

from __future__ import annotations

import pytest

from segments_hf.io.redaction import public_name, unsigned_url
from segments_hf.io.urls import is_url


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http://host/r.json", True),
        ("HTTPS://HOST/R.JSON", True),
        ("s3://bucket/r.json", True),
        ("memory://r.json", True),
        ("file:///tmp/r.json", True),
        ("simplecache::https://host/r.json", True),
        ("r.json", False),
        ("/tmp/r.json", False),
        ("C:/r.json", False),
        ("C:\\r.json", False),
        ("C://r.json", False),
        ("a:b.json", False),
        ("http:/host/r.json", False),
        ("//host/r.json", False),
        ("://host", False),
        ("", False),
    ],
)
def test_is_url_distinguishes_urls_from_paths(source, expected):
    assert is_url(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://host/a.json", "https://host/a.json"),
        ("https://host:8080/a%20b.json", "https://host:8080/a%20b.json"),
        ("https://host/a.json?X-Amz-Signature=secret", "https://host/a.json"),
        ("https://host/a.json?page=2", "https://host/a.json"),
        ("https://host/a.json#token=secret", "https://host/a.json"),
        ("https://jane:secret@host/a.json", "https://host/a.json"),
        ("https://secret@host:8080/a.json", "https://host:8080/a.json"),
        ("https://jane:se@cret@host/a.json", "https://host/a.json"),
        ("https://host/a@2x.json", "https://host/a@2x.json"),
        ("s3://key:secret@bucket/a.json?versionId=1", "s3://bucket/a.json"),
        ("/tmp/what?.json", "/tmp/what?.json"),
        ("C:/jane@home/a#1.json", "C:/jane@home/a#1.json"),
        ("", ""),
    ],
)
def test_public_name_has_no_query_and_no_password(source, expected):
    assert public_name(source) == expected


def test_public_name_of_a_malformed_url_has_no_secret():
    assert "secret" not in public_name("https://[broken/a.json?sig=secret")


IMAGE = "https://host/a.jpg"
SIGNATURES = {
    "aws v4": "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F1%2Fs3&X-Amz-Date=1&X-Amz-Expires=60"
    "&X-Amz-SignedHeaders=host&X-Amz-Security-Token=t&X-Amz-Signature=s",
    "aws v2": "AWSAccessKeyId=AK&Signature=s%3D&Expires=1600000000",
    "aws v2 with a token": "AWSAccessKeyId=AK&Signature=s&x-amz-security-token=t&Expires=1",
    "gcs v4": "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=c&X-Goog-Date=1&X-Goog-Expires=60"
    "&X-Goog-SignedHeaders=host&X-Goog-Signature=s",
    "gcs v2": "GoogleAccessId=jane%40project&Expires=1&Signature=s",
    "cloudfront": "Expires=1&Signature=s&Key-Pair-Id=K",
    "cloudfront with a policy": "Policy=p&Signature=s&Key-Pair-Id=K",
    "azure sas": "sv=2024-01-01&ss=b&srt=sco&sp=r&st=1&se=2&spr=https&sip=1.1.1.1&sr=b&si=i&sig=s",
    "azure user delegation": "skoid=1&sktid=2&skt=3&ske=4&sks=b&skv=5&sdd=1&saoid=6&suoid=7&scid=8"
    "&sp=r&se=9&sr=b&sig=s",
}


@pytest.mark.parametrize("case", [str, str.lower, str.upper], ids=["unchanged", "lower", "upper"])
@pytest.mark.parametrize("query", SIGNATURES.values(), ids=SIGNATURES)
def test_unsigned_url_drops_the_signature_and_keeps_other_parameters(query, case):
    assert unsigned_url(f"{IMAGE}?{case(query)}") == IMAGE
    assert unsigned_url(f"{IMAGE}?versionId=7&{case(query)}&page=2") == f"{IMAGE}?versionId=7&page=2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (IMAGE, IMAGE),
        (f"{IMAGE}?", IMAGE),
        ("https://jane:secret@host/a.jpg", IMAGE),
        ("https://jane:secret@host/a.jpg?id=1", f"{IMAGE}?id=1"),
        (f"{IMAGE}#top", IMAGE),
        ("https://host/a@2x.jpg", "https://host/a@2x.jpg"),
        ("https://host/a%20[1].jpg?w=10&w=20", "https://host/a%20[1].jpg?w=10&w=20"),
        (f"{IMAGE}?flag=", f"{IMAGE}?flag="),
        ("images/a.jpg", "images/a.jpg"),
    ],
)
def test_unsigned_url_drops_password_and_fragment(url, expected):
    assert unsigned_url(url) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://host/view?id=1", "https://host/view?id=2"),
        ("https://host/view?sr=a", "https://host/view?sr=b"),
        ("https://host/view?sp=1&se=2", "https://host/view?sp=1&se=3"),
        ("https://host/view?policy=crop", "https://host/view?policy=fit"),
        ("https://host/view?expires=1", "https://host/view?expires=2"),
        ("https://host/view?flag", "https://host/view"),
        ("https://host/view?a=1%262", "https://host/view?a=1&2"),
        ("https://host/A.jpg", "https://host/a.jpg"),
        ("https://host:81/a.jpg", "https://host:82/a.jpg"),
        ("http://host/a.jpg", "https://host/a.jpg"),
        ("https://host/a%231.jpg", "https://host/a%232.jpg"),
    ],
)
def test_unsigned_url_distinguishes_different_assets(one, other):
    assert unsigned_url(one) != unsigned_url(other)


def test_unsigned_url_of_a_malformed_url_has_no_secret():
    assert "secret" not in unsigned_url("https://[broken/a.jpg?sig=secret")


def test_unsigned_url_distinguishes_queries_that_are_not_utf8():
    assert unsigned_url("https://host/a?id=%FF") != unsigned_url("https://host/a?id=%FE")
