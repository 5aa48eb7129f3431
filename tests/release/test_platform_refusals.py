"""The errors of releases that the platform does not deliver name the cause, or what to do next."""

from __future__ import annotations

import contextlib
import re
import socket

import pytest

from segments_hf.release import Release

from .platform_errors import CONTENT, LIST_PATH, RELEASE_PATH, SOURCE, platform_error
from .platform_server import KEY

pytestmark = pytest.mark.usefixtures("no_retry_delays")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "PENDING"}, "still making this release"),
        ({"status": "FAILED"}, "failed to make this release"),
        ({"status": "CANCELLED"}, "got a release with status 'CANCELLED'"),
        ({"attributes": None}, "got no http(s) URL"),
        ({"attributes": {}}, "got no http(s) URL"),
        ({"attributes": {"url": None}}, "got no http(s) URL"),
        ({"attributes": {"url": ""}}, "got no http(s) URL"),
        ({"attributes": {"url": "/etc/passwd"}}, "got no http(s) URL"),
        ({"attributes": {"url": "file:///etc/passwd"}}, "got no http(s) URL"),
        ({"status": None}, "at $.status: got `null`"),
        ({"attributes": {"url": 1}}, "$.attributes.url"),
    ],
    ids=str,
)
def test_error_of_an_incomplete_release_names_its_status_or_missing_url(fields, message, platform):
    platform.release("v1.0", None, **fields)
    assert message in platform_error()
    assert platform.paths() == [RELEASE_PATH]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "HTTP 400"),
        (401, "https://segments.ai/account"),
        (403, "collaborator"),
        (410, "HTTP 410"),
        (500, "try again later"),
    ],
)
@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_error_of_a_refused_request_names_the_cause(status, message, name, platform):
    for path in (RELEASE_PATH, LIST_PATH):
        platform.respond(path, {"detail": f"Not with APIKey {KEY}"}, status)
    text = platform_error(f"jane/flowers@{name}")
    assert message in text
    assert platform.api in text


@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_error_of_an_unknown_dataset_says_that_it_does_not_exist(name, platform):
    assert re.search("HTTP 404.*data ?set does not exist", platform_error(f"jane/flowers@{name}"))


def test_error_of_an_unknown_release_lists_the_releases(platform):
    platform.release("v2.0", CONTENT)
    assert re.search("no release 'v1.0'.*'v2.0'", platform_error())


def test_error_of_an_unknown_release_says_that_there_are_no_releases(platform):
    platform.respond(LIST_PATH, [])
    assert re.search("no release 'v1.0'.*no releases", platform_error())


@pytest.mark.parametrize("name", ["v1.json", "v1.json.gz"])
@pytest.mark.parametrize("releases", [None, []], ids=["no dataset", "no release"])
def test_error_of_a_name_like_a_file_says_that_the_file_does_not_exist(name, releases, platform, monkeypatch):
    if releases is not None:
        platform.respond(LIST_PATH, releases)
    assert f"no file exports/flowers@{name}" in platform_error(f"exports/flowers@{name}")
    monkeypatch.delenv("SEGMENTS_API_KEY")
    assert f"no file exports/flowers@{name}" in platform_error(f"exports/flowers@{name}")


@pytest.mark.parametrize(
    ("body", "message"),
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
def test_error_of_a_response_that_is_not_from_the_api_names_segments_api_url(body, message, name, platform):
    for path in (RELEASE_PATH, LIST_PATH):
        platform.respond(path, body)
    text = platform_error(f"jane/flowers@{name}")
    assert message in text
    assert "SEGMENTS_API_URL" in text


def test_retries_wait_as_long_as_the_platform_asks(platform, monkeypatch):
    delays = []
    monkeypatch.setattr("urllib3.Retry.sleep", lambda self, response: delays.append(self.get_retry_after(response)))
    platform.release("v1.0", CONTENT)
    busy = [(429, {"Retry-After": "7"}, b"{}"), (503, {}, b"{}"), (429, {"Retry-After": "in spring"}, b"{}")]
    platform.responses[RELEASE_PATH] = [*busy, *platform.responses[RELEASE_PATH]]
    assert len(Release.open(SOURCE)) == 1
    assert delays == [7, None, None]


@pytest.mark.parametrize(
    ("headers", "requests", "message"),
    [
        ({}, 6, "too many requests; try again later"),
        ({"Retry-After": "5"}, 6, "try again later, in 5 seconds"),
        ({"Retry-After": "86400"}, 1, "try again later, in 86400 seconds"),
        ({"Retry-After": "Fri, 31 Dec 2999 23:59:59 GMT"}, 1, "try again later"),
        ({"Retry-After": "in spring"}, 6, "try again later"),
    ],
    ids=str,
)
def test_number_and_delay_of_retries_are_limited(headers, requests, message, platform):
    platform.respond(RELEASE_PATH, {"detail": "Request was throttled."}, 429, **headers)
    assert message in platform_error()
    assert len(platform.requests) == requests


def test_error_of_an_unreachable_platform_has_no_password(monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_KEY", KEY)
    with contextlib.closing(socket.socket()) as unused_socket:
        unused_socket.bind(("127.0.0.1", 0))  # it does not listen, but no other process gets its port
        monkeypatch.setenv("SEGMENTS_API_URL", f"http://jane:pass@127.0.0.1:{unused_socket.getsockname()[1]}/")
        text = platform_error()
    assert re.search(r"http://127\.0\.0\.1:\d+ \(ConnectionError\)", text)


@pytest.mark.parametrize("url", ["api.segments.ai", "file:///etc", "ftp://host", "/tmp"])
def test_error_of_an_api_url_without_http_shows_an_example(url, platform, monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_URL", url)
    assert "expected a URL such as https://api.segments.ai" in platform_error()


@pytest.mark.parametrize("url", ["http://[broken", "http://127.0.0.1:port"])
def test_invalid_api_url_is_a_platform_error(url, platform, monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_URL", url)
    assert "no valid response from " in platform_error()
