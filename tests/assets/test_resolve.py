"""The option `resolve` returns the new locations of moved assets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments_hf.assets import resolver
from segments_hf.assets.location import Location, locate
from segments_hf.errors import AssetError, OptionError

WEB = "https://host/releases"
MOVED = {
    "https://old-host/": "s3://mirror/",
    "https://old-host/new/": "https://new-host/",
    "https://no-slash": "https://moved",
    "s3://bucket/": "https://cdn/files/",
    "https://disk/": "/mnt/pictures",
    "https://file/": "file:///mnt/pictures",
    "minio://box/": "s3://box/",
    "/data/images/": "gs://bucket/",
}


@pytest.mark.parametrize(
    ("reference", "location"),
    [
        ("https://old-host/a.jpg", Location(url="s3://mirror/a.jpg")),
        ("https://old-host/x/a%20b%23.jpg?X-Amz-Signature=abc", Location(url="s3://mirror/x/a b#.jpg")),
        ("https://old-host/new/a%20b.jpg?v=1", Location(url="https://new-host/a%20b.jpg?v=1")),
        ("https://old-host.evil/a.jpg", Location(url="https://old-host.evil/a.jpg")),
        ("https://no-slash/a.jpg", Location(url="https://moved/a.jpg")),
        ("https://no-slash.evil/a.jpg", Location(url="https://no-slash.evil/a.jpg")),
        ("s3://bucket/a b#1.jpg", Location(url="https://cdn/files/a%20b%231.jpg")),
        ("https://disk/x/a%20b.jpg?sig=abc", Location(path=Path("/mnt/pictures/x/a b.jpg"))),
        ("https://file/a.jpg", Location(path=Path("/mnt/pictures/a.jpg"))),
        ("minio://box/a.jpg", Location(url="s3://box/a.jpg")),
        ("images/a.jpg", Location(url="gs://bucket/a.jpg")),
        ("other/a.jpg", Location(path=Path("/data/other/a.jpg"))),
    ],
    ids=str,
)
def test_resolve_replaces_prefixes(reference, location):
    assert locate(reference, "/data", resolver(MOVED)) == location


@pytest.mark.parametrize(
    "reference",
    [
        "https://disk/../../etc/passwd",
        "https://disk/%2e%2e/secret.jpg",
        "https://disk/x/%2E%2E%2F%2E%2E/secret.jpg",
        "https://file/../secret.jpg",
    ],
)
def test_prefixes_refuse_paths_outside_the_folder(reference):
    with pytest.raises(AssetError, match="outside /mnt/pictures"):
        locate(reference, WEB, resolver(MOVED))


@given(st.text(max_size=40))
def test_prefixes_return_no_path_outside_the_folder_for_any_text(rest):
    try:
        location = locate(f"https://disk/{rest}", WEB, resolver(MOVED))
    except AssetError:
        return
    assert location.path.is_relative_to("/mnt/pictures")
    assert ".." not in location.path.parts


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("https://x/a.jpg?sig=1", "https://x/a.jpg?sig=1"),
        ("images/a b.jpg", "https://host/releases/images/a%20b.jpg"),
    ],
)
def test_a_function_receives_the_absolute_url(reference, url):
    received = []

    def resolve(url):
        received.append(url)
        return "s3://bucket/found.jpg"

    assert locate(reference, WEB, resolve) == Location(url="s3://bucket/found.jpg")
    assert received == [url]


@pytest.mark.parametrize("reference", ["/etc/passwd", "file:///etc/passwd", "//etc/passwd"])
def test_a_function_is_not_called_for_local_files_in_a_release_from_the_web(reference):
    with pytest.raises(AssetError, match="got a local file"):
        locate(reference, WEB, lambda url: pytest.fail("the function was called"))


def test_a_function_must_not_return_a_path_with_two_dots():
    def resolve(url):
        return url.replace("https://disk", "/mnt/pictures")

    assert locate("https://disk/a.jpg", WEB, resolve) == Location(path=Path("/mnt/pictures/a.jpg"))
    with pytest.raises(AssetError, match="outside of your folder"):
        locate("https://disk/../../etc/passwd", WEB, resolve)


@pytest.mark.parametrize("answer", [None, "", 3, Path("/a.jpg")], ids=repr)
def test_a_function_with_an_invalid_result_is_an_option_error(answer):
    with pytest.raises(OptionError, match=r"resolve: got .* for https://x/a\.jpg, expected a URL or a path"):
        locate("https://x/a.jpg?sig=secret", WEB, lambda url: answer)


@pytest.mark.parametrize("resolve", ["https://old", 3, {"": "s3://x/"}, {"https://old/": ""}, {1: "s3://x/"}], ids=repr)
def test_an_invalid_resolve_is_an_option_error(resolve):
    with pytest.raises(OptionError, match="^resolve: got"):
        resolver(resolve)
