"""Releases from the platform: what is asked, and what is said when there is no release."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import socket
from pathlib import Path

import pytest

from segments_hf.errors import ReleaseError
from segments_hf.release import Release, parse_reference, pin
from segments_hf.release.platform.pinning import fetch_platform_release

from .platform_problems import CONTENT, LIST, ONE, OTHER, SOURCE, problem
from .platform_server import KEY

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize("source", [SOURCE, f"segments://{SOURCE}"])
def test_a_release_by_its_name(source, platform):
    platform.release("v1.0", CONTENT)
    release = Release.open(source)
    assert [sample.name for sample in release] == ["a"]
    assert release.source == "segments://jane/flowers@v1.0"
    assert release.base == "segments://jane"
    assert release.location == f"segments://jane/flowers@v1.0#sha256={release.digest}"
    assert platform.paths() == [ONE, "/files/0.json"]


@pytest.mark.parametrize(
    "packed", [gzip.compress(CONTENT), b"\xef\xbb\xbf" + CONTENT, CONTENT], ids=["gzip", "bom", "plain"]
)
def test_the_file_in_every_form(packed, platform, caches):
    platform.release("v1.0", packed)
    release = Release.open(SOURCE)
    assert bytes(release.content) == CONTENT
    copies = (caches / "segments_hf" / "releases").iterdir()
    assert [(path.name, path.read_bytes()) for path in copies] == [(f"{release.digest}.json", CONTENT)]
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
def test_names_in_a_url(name, segment, platform):
    platform.release(name, CONTENT, segment)
    assert len(Release.open(f"jane/flowers@{name}")) == 1
    assert len(Release.open(Release.open(f"jane/flowers@{name}").source)) == 1
    assert platform.paths()[0] == f"{LIST}{segment}/"


@pytest.mark.parametrize("name", ["a/b", "/", "..", ".", "../../users"])
def test_names_that_no_path_can_have_are_found_in_the_list(name, platform):
    platform.release("v1.0", OTHER)
    platform.release(name, CONTENT, "/")
    assert len(Release.open(f"jane/flowers@{name}")) == 1
    assert platform.paths() == [LIST, "/files/1.json"]


def test_a_release_that_only_the_list_has(platform):
    platform.release("v1.0", CONTENT, "/")
    assert len(Release.open(SOURCE)) == 1
    assert platform.paths() == [ONE, LIST, "/files/0.json"]


def test_another_release_than_was_asked_for_is_not_taken(platform):
    platform.release("V1.0", CONTENT, "v1.0")
    assert "there is no release 'v1.0'; the data set has 'V1.0'" in problem()


def test_a_file_wins(platform, tmp_path, monkeypatch):
    platform.release("v1.0", CONTENT)
    monkeypatch.chdir(tmp_path)
    Path("jane").mkdir()
    Path(SOURCE).write_bytes(OTHER)
    assert Release.open(SOURCE).name == "v2.0"
    assert pin(SOURCE) == SOURCE
    assert platform.requests == []
    assert Release.open(f"segments://{SOURCE}").name == "v1.0"


def test_a_path_is_never_the_platform(platform):
    with pytest.raises(ReleaseError, match="No such file"):
        Release.open(Path(SOURCE))
    assert platform.requests == []


DATES = ["2025-03-04T05:06:07.891234Z", "2025-03-04 05:06:08+00:00", "2025-03-04T06:06:09+01:00", "2025-03-04T05:06:10"]


@pytest.mark.parametrize("newest", range(len(DATES)))
def test_latest_is_the_newest_by_date(newest, platform):
    dates = DATES[: newest + 1]
    for place, date in enumerate([*dates[newest % 2 :], *dates[: newest % 2]]):
        platform.release(date, CONTENT if date == dates[-1] else OTHER, str(place), created_at=date)
    release = Release.open("jane/flowers@latest")
    assert len(release) == 1
    assert parse_reference(release.location).name == dates[-1]
    assert platform.paths()[0] == LIST


def test_latest_is_the_newest_that_is_ready(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v2.0", None, status="PENDING")
    platform.release("v3.0", None, status="FAILED")
    release = Release.open("jane/flowers@latest")
    assert release.location == f"segments://jane/flowers@v1.0#sha256={release.digest}"


def test_latest_needs_no_date_where_one_is_ready(platform):
    platform.release("v1.0", CONTENT, created_at=None)
    assert len(Release.open("jane/flowers@latest")) == 1


def test_latest_without_dates(platform):
    platform.release("v1.0", CONTENT)
    platform.release("v2.0", CONTENT, created_at="in spring")
    text = problem("jane/flowers@latest")
    assert "date: 'v2.0'" in text
    assert "'v1.0', 'v2.0'" in text


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([], "no release"),
        (["PENDING"], "'v0'; wait"),
        (["FAILED", "PENDING", "PENDING"], "'v1', 'v2'; wait"),
        (["FAILED", "FAILED"], "failed to make 'v0', 'v1'; make"),
        (["FAILED"] * 12, "'v9' and 2 more; make"),
        (["CANCELLED"], "failed to make 'v0'"),
    ],
)
def test_latest_where_none_is_ready(statuses, said, platform):
    platform.say(LIST, [])
    for number, status in enumerate(statuses):
        platform.release(f"v{number}", None, status=status)
    assert said in problem("jane/flowers@latest")


@pytest.mark.parametrize("link", ["{api}{path}?page=2", "{path}?page=2", "?page=2"], ids=["whole", "path", "query"])
def test_a_list_in_pages(link, platform):
    releases = [{"name": f"v{number}", "status": "FAILED"} for number in range(3)]
    platform.release("v9", CONTENT)
    pages = [[releases[0]], [], platform.releases, [releases[1]]]
    following = [link.format(api=platform.api, path=LIST)] * 3 + [None]
    platform.answers[LIST] = [
        (200, {}, json.dumps({"count": 4, "results": page, "next": next_page}).encode())
        for page, next_page in zip(pages, following, strict=True)
    ]
    assert len(Release.open("jane/flowers@latest")) == 1
    assert platform.paths() == [LIST] * 4 + ["/files/0.json"]


def test_pages_without_end(platform):
    platform.say(LIST, {"results": [], "next": platform.api + LIST})
    assert "100 pages" in problem("jane/flowers@latest")
    assert len(platform.requests) == 100


@pytest.mark.parametrize(
    "link", ["{storage}/page2", "//localhost:{port}/page2", "https://127.0.0.1:{port}/page2", "http://[broken"]
)
def test_pages_on_another_host(link, platform):
    platform.say(LIST, {"results": [], "next": link.format(storage=platform.storage, port=platform.port)})
    assert "another host" in problem("jane/flowers@latest")
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "PENDING"}, "still making this release; wait a minute"),
        ({"status": "FAILED"}, "failed to make this release; make a new one"),
        ({"status": "CANCELLED"}, "got a release with status 'CANCELLED', wanted SUCCEEDED"),
        ({"attributes": None}, "got no URL"),
        ({"attributes": {}}, "got no URL"),
        ({"attributes": {"url": None}}, "got no URL"),
        ({"attributes": {"url": ""}}, "got no URL"),
        ({"attributes": {"url": "/etc/passwd"}}, "got no URL"),
        ({"attributes": {"url": "file:///etc/passwd"}}, "got no URL"),
        ({"status": None}, "at $.status: got `null`, wanted `str`"),
        ({"attributes": {"url": 1}}, "$.attributes.url"),
    ],
    ids=str,
)
def test_a_release_that_is_not_ready(fields, said, platform):
    platform.release("v1.0", None, **fields)
    assert said in problem()
    assert platform.paths() == [ONE]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "HTTP 400"),
        (401, "https://segments.ai/account"),
        (403, "collaborator"),
        (410, "HTTP 410"),
        (500, "try again later"),
    ],
)
@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_refusals(status, said, name, platform):
    for path in (ONE, LIST):
        platform.say(path, {"detail": f"Not with APIKey {KEY}"}, status)
    text = problem(f"jane/flowers@{name}")
    assert said in text
    assert platform.api in text


@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_no_such_data_set(name, platform):
    text = problem(f"jane/flowers@{name}")
    assert "HTTP 404" in text
    assert "data set does not exist" in text


def test_no_such_release(platform):
    platform.release("v2.0", CONTENT)
    assert "there is no release 'v1.0'; the data set has 'v2.0'" in problem()


def test_no_such_release_nor_any_other(platform):
    platform.say(LIST, [])
    assert "there is no release 'v1.0'; the data set has no releases" in problem()


@pytest.mark.parametrize("name", ["v1.json", "v1.json.gz"])
@pytest.mark.parametrize("releases", [None, []], ids=["no data set", "no release"])
def test_a_file_may_be_meant(name, releases, platform, monkeypatch):
    if releases is not None:
        platform.say(LIST, releases)
    assert f"there is no file exports/flowers@{name}" in problem(f"exports/flowers@{name}")
    monkeypatch.delenv("SEGMENTS_API_KEY")
    assert f"there is no file exports/flowers@{name}" in problem(f"exports/flowers@{name}")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html>Sign in</html>", "HTML page"),
        (b'{"name": "v1.0", "stat', "too early"),
        (b'"\xff"', ""),
        (b"null", ""),
        (b"7", ""),
        (b"{}", ""),
        (b'[{"name": 1}]', ""),
        (b'{"detail": "Request was throttled."}', ""),
    ],
)
@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_answers_of_something_else(body, said, name, platform):
    for path in (ONE, LIST):
        platform.say(path, body)
    text = problem(f"jane/flowers@{name}")
    assert said in text
    assert "SEGMENTS_API_URL" in text


def test_patience(platform, monkeypatch):
    pauses = []
    monkeypatch.setattr("urllib3.Retry.sleep", lambda self, response: pauses.append(self.get_retry_after(response)))
    platform.release("v1.0", CONTENT)
    busy = [(429, {"Retry-After": "7"}, b"{}"), (503, {}, b"{}"), (429, {"Retry-After": "in spring"}, b"{}")]
    platform.answers[ONE] = [*busy, *platform.answers[ONE]]
    assert len(Release.open(SOURCE)) == 1
    assert pauses == [7, None, None]


@pytest.mark.parametrize(
    ("headers", "times", "said"),
    [
        ({}, 6, "too many requests; try again later"),
        ({"Retry-After": "5"}, 6, "try again later, in 5 seconds"),
        ({"Retry-After": "86400"}, 1, "try again later, in 86400 seconds"),
        ({"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}, 1, "try again later"),
        ({"Retry-After": "in spring"}, 6, "try again later"),
    ],
    ids=str,
)
def test_patience_has_an_end(headers, times, said, platform):
    platform.say(ONE, {"detail": "Request was throttled."}, 429, **headers)
    assert said in problem()
    assert len(platform.requests) == times


def test_no_network(monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_KEY", KEY)
    with contextlib.closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port
        monkeypatch.setenv("SEGMENTS_API_URL", f"http://jane:pass@127.0.0.1:{bound.getsockname()[1]}/")
        text = problem()
    assert re.search(r"http://127\.0\.0\.1:\d+ \(ConnectionError\)", text)


@pytest.mark.parametrize("url", ["api.segments.ai", "file:///etc", "ftp://host", "/tmp"])
def test_no_address(url, platform, monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_URL", url)
    assert "wanted a URL such as https://api.segments.ai" in problem()


@pytest.mark.parametrize("url", ["http://[broken", "http://127.0.0.1:port"])
def test_a_broken_address(url, platform, monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_URL", url)
    assert "no response from " in problem()
