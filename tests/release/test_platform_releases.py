"""`Release.open` finds a release on the platform by its name, and finds the latest release."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Release, parse_reference, pin
from segments_hf.release.platform.pinning import fetch_platform_release

from .platform_errors import CONTENT, LIST_PATH, OTHER_CONTENT, RELEASE_PATH, SOURCE, platform_error

pytestmark = pytest.mark.usefixtures("no_retry_delays")


@pytest.mark.parametrize("source", [SOURCE, f"segments://{SOURCE}"])
def test_open_fetches_the_release_with_its_name(source, platform):
    platform.release("v1.0", CONTENT)
    release = Release.open(source)
    assert [sample.name for sample in release] == ["a"]
    assert release.source == "segments://jane/flowers@v1.0"
    assert release.base == "segments://jane"
    assert release.location == f"segments://jane/flowers@v1.0#sha256={release.digest}"
    assert platform.paths() == [RELEASE_PATH, "/files/0.json"]


@pytest.mark.parametrize(
    "content", [gzip.compress(CONTENT), b"\xef\xbb\xbf" + CONTENT, CONTENT], ids=["gzip", "byte order mark", "UTF-8"]
)
def test_file_with_gzip_or_a_byte_order_mark_is_cached_as_plain_json(content, platform, caches):
    platform.release("v1.0", content)
    release = Release.open(SOURCE)
    assert bytes(release.content) == CONTENT
    cached_files = (caches / "segments_hf" / "releases").iterdir()
    assert [(path.name, path.read_bytes()) for path in cached_files] == [(f"{release.digest}.json", CONTENT)]
    assert fetch_platform_release(parse_reference(SOURCE)) == CONTENT


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("after review", "after%20review"),
        ("100% é", "100%25%20%C3%A9"),
        ("a?b#c", "a%3Fb%23c"),
        ("a@b", "a%40b"),
        ("Latest", "Latest"),
    ],
)
def test_name_of_a_release_is_quoted_in_the_url_of_the_api(name, segment, platform):
    platform.release(name, CONTENT, segment)
    assert len(Release.open(f"jane/flowers@{name}")) == 1
    assert len(Release.open(Release.open(f"jane/flowers@{name}").source)) == 1
    assert platform.paths()[0] == f"{LIST_PATH}{segment}/"


@pytest.mark.parametrize("name", ["a/b", "/", "..", ".", "../../users"])
def test_release_whose_name_cannot_be_part_of_a_url_is_found_in_the_list(name, platform):
    platform.release("v1.0", OTHER_CONTENT)
    platform.release(name, CONTENT, "/")
    assert len(Release.open(f"jane/flowers@{name}")) == 1
    assert platform.paths() == [LIST_PATH, "/files/1.json"]


def test_release_without_its_own_url_in_the_api_is_found_in_the_list(platform):
    platform.release("v1.0", CONTENT, "/")
    assert len(Release.open(SOURCE)) == 1
    assert platform.paths() == [RELEASE_PATH, LIST_PATH, "/files/0.json"]


def test_release_whose_name_differs_in_case_is_refused(platform):
    platform.release("V1.0", CONTENT, "v1.0")
    assert re.search("no release 'v1.0'.*'V1.0'", platform_error())


def test_existing_file_has_priority_over_the_platform(platform, tmp_path, monkeypatch):
    platform.release("v1.0", CONTENT)
    monkeypatch.chdir(tmp_path)
    Path("jane").mkdir()
    Path(SOURCE).write_bytes(OTHER_CONTENT)
    assert Release.open(SOURCE).name == "v2.0"
    assert pin(SOURCE) == SOURCE
    assert platform.requests == []
    assert Release.open(f"segments://{SOURCE}").name == "v1.0"


def test_error_of_a_source_without_the_name_of_a_release_shows_how_to_name_a_release(platform):
    with pytest.raises(ReleaseError, match="owner/dataset@release"):
        Release.open("jane/flowers")
    assert platform.requests == []


def test_path_object_is_never_requested_from_the_platform(platform):
    with pytest.raises(ReleaseError, match="No such file"):
        Release.open(Path(SOURCE))
    assert platform.requests == []


DATES = ["2025-03-04T05:06:07.891234Z", "2025-03-04 05:06:08+00:00", "2025-03-04T06:06:09+01:00", "2025-03-04T05:06:10"]


@pytest.mark.parametrize("newest", range(len(DATES)))
def test_latest_is_the_release_with_the_newest_date(newest, platform):
    dates = DATES[: newest + 1]
    for index, date in enumerate([*dates[newest % 2 :], *dates[: newest % 2]]):
        platform.release(date, CONTENT if date == dates[-1] else OTHER_CONTENT, str(index), created_at=date)
    release = Release.open("jane/flowers@latest")
    assert len(release) == 1
    assert parse_reference(release.location).name == dates[-1]
    assert platform.paths()[0] == LIST_PATH


def test_latest_is_the_newest_release_that_is_ready(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v2.0", None, status="PENDING")
    platform.release("v3.0", None, status="FAILED")
    release = Release.open("jane/flowers@latest")
    assert release.location == f"segments://jane/flowers@v1.0#sha256={release.digest}"


def test_latest_needs_no_date_if_only_one_release_is_ready(platform):
    platform.release("v1.0", CONTENT, created_at=None)
    assert len(Release.open("jane/flowers@latest")) == 1


def test_error_of_latest_names_the_release_without_a_date(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v2.0", CONTENT, created_at="in spring")
    assert re.search("date: 'v2.0'.*'v1.0', 'v2.0'", platform_error("jane/flowers@latest"))


@pytest.mark.parametrize(
    ("statuses", "message"),
    [
        ([], "no release"),
        (["PENDING"], "'v0'; wait"),
        (["FAILED", "PENDING", "PENDING"], "'v1', 'v2'; wait"),
        (["FAILED", "FAILED"], "failed to make 'v0', 'v1'"),
        (["FAILED"] * 12, "'v9' and 2 more"),
        (["CANCELLED"], "failed to make 'v0'"),
    ],
)
def test_error_of_latest_names_the_releases_that_are_not_ready(statuses, message, platform):
    platform.respond(LIST_PATH, [])
    for number, status in enumerate(statuses):
        platform.release(f"v{number}", None, status=status)
    assert message in platform_error("jane/flowers@latest")


@pytest.mark.parametrize("link", ["{api}{path}?page=2", "{path}?page=2", "?page=2"], ids=["whole URL", "path", "query"])
def test_list_of_releases_may_have_pages(link, platform):
    releases = [{"name": f"v{number}", "status": "FAILED"} for number in range(3)]
    platform.release("v9", CONTENT)
    pages = [[releases[0]], [], platform.releases, [releases[1]]]
    next_pages = [link.format(api=platform.api, path=LIST_PATH)] * 3 + [None]
    platform.responses[LIST_PATH] = [
        (200, {}, json.dumps({"count": 4, "results": page, "next": next_page}).encode())
        for page, next_page in zip(pages, next_pages, strict=True)
    ]
    assert len(Release.open("jane/flowers@latest")) == 1
    assert platform.paths() == [LIST_PATH] * 4 + ["/files/0.json"]


def test_list_of_releases_may_have_100_pages(platform):
    platform.release("v1.0", CONTENT)
    pages = [{"results": [], "next": platform.api + LIST_PATH}] * 99 + [{"results": platform.releases, "next": None}]
    platform.responses[LIST_PATH] = [(200, {}, json.dumps(page).encode()) for page in pages]
    assert len(Release.open("jane/flowers@latest")) == 1


def test_list_of_releases_has_at_most_100_pages(platform):
    platform.respond(LIST_PATH, {"results": [], "next": platform.api + LIST_PATH})
    assert "100 pages" in platform_error("jane/flowers@latest")
    assert len(platform.requests) == 100


@pytest.mark.parametrize(
    "link", ["{storage}/page2", "//localhost:{port}/page2", "https://127.0.0.1:{port}/page2", "http://[broken"]
)
def test_next_page_on_another_host_is_refused(link, platform):
    platform.respond(LIST_PATH, {"results": [], "next": link.format(storage=platform.storage, port=platform.port)})
    assert "another host" in platform_error("jane/flowers@latest")
    assert len(platform.requests) == 1
