"""The references in a release become URLs or paths of assets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segments_hf.assets.location import Location, locate
from segments_hf.errors import AssetError

WEB = "https://host/releases"


@pytest.mark.parametrize(
    ("reference", "base", "location"),
    [
        ("https://x/a.jpg?sig=1", "/data", Location(url="https://x/a.jpg?sig=1")),
        ("HTTP://x/a.jpg", "/data", Location(url="HTTP://x/a.jpg")),
        ("https://x/a.jpg", WEB, Location(url="https://x/a.jpg")),
        ("a.jpg", "/data", Location(path=Path("/data/a.jpg"))),
        ("images/a b%20#?.jpg", "/data", Location(path=Path("/data/images/a b%20#?.jpg"))),
        ("../a.jpg", "/data/r", Location(path=Path("/data/r/../a.jpg"))),
        ("/other/a.jpg", "/data", Location(path=Path("/other/a.jpg"))),
        ("~/a.jpg", "/data", Location(path=Path("/data/~/a.jpg"))),
        ("a:b.jpg", "/data", Location(path=Path("/data/a:b.jpg"))),
        ("file:///other/a%20b.jpg", "/data", Location(path=Path("/other/a b.jpg"))),
        ("a.jpg", WEB, Location(url="https://host/releases/a.jpg")),
        ("images/a b#1?.jpg", WEB, Location(url="https://host/releases/images/a%20b%231%3F.jpg")),
        ("../a.jpg", WEB, Location(url="https://host/a.jpg")),
        ("a:b.jpg", WEB, Location(url="https://host/releases/a%3Ab.jpg")),
        ("~/a.jpg", WEB, Location(url="https://host/releases/~/a.jpg")),
        ("s3://bucket/a b.jpg", "/data", Location(url="s3://bucket/a b.jpg")),
        (
            "abfs://box@account.dfs.core.windows.net/a.jpg",
            WEB,
            Location(url="abfs://box@account.dfs.core.windows.net/a.jpg"),
        ),
        ("images/a b#1?.jpg", "s3://bucket/releases", Location(url="s3://bucket/releases/images/a b#1?.jpg")),
        ("../a.jpg", "gs://bucket/releases", Location(url="gs://bucket/a.jpg")),
    ],
    ids=str,
)
def test_locate_returns_a_url_or_path(reference, base, location):
    assert locate(reference, base) == location


@pytest.mark.parametrize(
    ("reference", "base", "message"),
    [
        ("ftp://x/a.jpg?sig=secret", "/data", r"ftp://x/a\.jpg: got a URL of scheme 'ftp', expected http"),
        ("javascript://x", WEB, "scheme 'javascript'"),
        ("local:///etc/passwd", "/data", "scheme 'local'"),
        ("simplecache::s3://bucket/a.jpg", "/data", "scheme 'simplecache::s3'"),
        ("segments://jane/flowers@v1.0", "/data", "scheme 'segments'"),
        ("/etc/passwd", "s3://bucket/releases", "got a local file"),
        ("file:///etc/passwd", "s3://bucket/releases", "got a local file"),
        ("/etc/passwd", WEB, "got a local file in a release from https://host"),
        ("//etc/passwd", WEB, "got a local file"),
        ("file:///etc/passwd", WEB, "got a local file"),
        ("FILE:///etc/passwd", WEB, "got a local file"),
        ("file://localhost/etc/passwd", WEB, "got a local file"),
        ("http://[broken/a.jpg", "/data", "broken"),
        ("http://[broken/a.jpg", WEB, "broken"),
    ],
    ids=str,
)
def test_locate_refuses_invalid_references(reference, base, message):
    with pytest.raises(AssetError, match=message) as caught:
        locate(reference, base)
    assert "secret" not in str(caught.value)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30))
@example("50%20off.jpg")
@example("100%.jpg")
def test_locate_returns_the_path_of_a_file_url(name):
    path = Path("/data", name.replace("/", "%2F"))
    if path.name in {"data", ".."}:
        return
    assert locate(path.as_uri(), "/elsewhere").path == path


@given(st.text(max_size=30) | st.from_regex(r"(file|http|\.\.)?:?//?\S*"))
def test_a_release_from_the_web_never_refers_to_local_files(reference):
    try:
        location = locate(reference, WEB)
    except AssetError:
        return
    assert location.path is None
    assert location.url.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location(url="https://jane:pw@host/a.jpg?sig=secret#x"), "https://host/a.jpg"),
        (Location(path=Path("/data/a.jpg")), "/data/a.jpg"),
    ],
    ids=["url", "path"],
)
def test_text_of_a_location_has_no_secret(location, text):
    assert str(location) == text
