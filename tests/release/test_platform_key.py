"""The API key is read from the argument or the environment, and is sent only to the API of the platform."""

from __future__ import annotations

import json
import logging
import pickle
import re
import traceback
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segments_hf.assets.location import locate
from segments_hf.cli.app import app
from segments_hf.dataset.open_releases import open_release
from segments_hf.errors import AssetError, ReleaseError
from segments_hf.release import Release, parse_reference, pin

from .platform_errors import CONTENT, LIST_PATH, RELEASE_PATH, SOURCE, assert_no_secret, platform_error
from .platform_server import KEY, SIGNATURE

pytestmark = pytest.mark.usefixtures("no_retry_delays")


def all_files_in(folder: Path) -> bytes:
    """Return the paths and contents of all files in a folder, and the paths of its subfolders."""
    return b"\n".join(
        str(path).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    )


@pytest.mark.parametrize("key", [None, "", " \n"])
def test_error_of_a_missing_key_says_where_to_make_a_key(key, platform, monkeypatch):
    monkeypatch.delenv("SEGMENTS_API_KEY")
    if key is not None:
        monkeypatch.setenv("SEGMENTS_API_KEY", key)
    assert re.search("no API key.* https://segments.ai/account", platform_error())
    assert platform.requests == []


@pytest.mark.parametrize("key", [f"{KEY}\nHost: evil", f"{KEY} {KEY}", f"{KEY}é", f"{KEY}\N{BULLET}", f"{KEY}\0"])
def test_key_with_invalid_characters_is_refused_before_the_first_request(key, platform):
    assert "invalid character" in platform_error(api_key=key)
    assert platform.requests == []


@pytest.mark.parametrize("kind", ["argument", "environment", "environment with line break"])
def test_key_of_argument_or_environment_is_sent_only_to_the_api(kind, platform, monkeypatch):
    monkeypatch.setenv(
        "SEGMENTS_API_KEY", {"argument": "another", "environment with line break": f"{KEY}\n"}.get(kind, KEY)
    )
    platform.release("v1.0", CONTENT)
    Release.open(SOURCE, api_key=KEY if kind == "argument" else None)
    assert [(request.host, request.authorization) for request in platform.requests] == [
        ("127.0.0.1", f"APIKey {KEY}"),
        ("localhost", None),
    ]


def test_release_file_on_the_host_of_the_api_is_fetched_without_the_key(platform):
    platform.release("v1.0", None, attributes={"url": f"{platform.api}/file.json"})
    platform.respond("/file.json", CONTENT)
    Release.open(SOURCE)
    assert [request.authorization for request in platform.requests] == [f"APIKey {KEY}", None]


def test_key_has_priority_over_netrc(platform, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    platform.release("v1.0", CONTENT)
    Release.open(SOURCE)
    assert platform.requests[0].authorization == f"APIKey {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_key_is_not_sent_after_a_redirect_to_another_host(status, name, platform):
    platform.release("v1.0", CONTENT)
    path = {"v1.0": RELEASE_PATH, "latest": LIST_PATH}[name]
    platform.responses["/elsewhere"] = platform.responses[path]
    platform.respond(path, b"", status, Location=f"{platform.storage}/elsewhere")
    Release.open(f"jane/flowers@{name}")
    assert [(request.host, request.path.partition("?")[0], request.authorization) for request in platform.requests] == [
        ("127.0.0.1", path, f"APIKey {KEY}"),
        ("localhost", "/elsewhere", None),
        ("localhost", "/files/0.json", None),
    ]


def test_key_is_sent_after_a_redirect_to_the_same_host(platform):
    platform.release("v1.0", CONTENT)
    platform.responses["/moved"] = platform.responses[RELEASE_PATH]
    platform.respond(RELEASE_PATH, b"", 302, Location="/moved")
    Release.open(SOURCE)
    assert [request.authorization for request in platform.requests] == [f"APIKey {KEY}"] * 2 + [None]


def test_endless_redirects_are_a_platform_error(platform):
    platform.respond(RELEASE_PATH, b"", 302, Location=RELEASE_PATH)
    assert "no valid response from " in platform_error()


@pytest.mark.parametrize("status", [403, 404, 503])
def test_error_of_a_refused_file_has_no_signature(status, platform):
    platform.release("v1.0", CONTENT)
    platform.respond("/files/0.json", f"<Error>{SIGNATURE}</Error>".encode(), status)
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: got HTTP {status} .*try again") as caught:
        Release.open(SOURCE)
    assert_no_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[broken", "http://127.0.0.1:port"])
def test_error_of_an_unreachable_file_has_no_signature(url, platform):
    platform.release("v1.0", None, attributes={"url": f"{url}/a.json?{SIGNATURE}"})
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: cannot fetch the URL: .*try again") as caught:
        Release.open(SOURCE)
    assert_no_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"null", b"\x1f\x8bcut"])
def test_error_of_an_invalid_file_names_the_release(content, platform):
    platform.release("v1.0", content)
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: "):
        Release.open(SOURCE)


def test_asset_of_a_release_on_the_platform_must_not_be_a_local_file(platform):
    platform.release("v1.0", CONTENT)
    base = Release.open(SOURCE).base
    for path in ("/etc/passwd", "file:///etc/passwd", "../../etc/passwd", "etc/passwd"):
        with pytest.raises(AssetError):
            locate(path, base)


def test_inspect_command_accepts_a_release_on_the_platform(platform):
    platform.release("v1.0", CONTENT)
    shown = CliRunner().invoke(app, ["inspect", SOURCE, "--json"])
    assert json.loads(shown.stdout)["source"] == f"segments://{SOURCE}"
    platform.respond(RELEASE_PATH, {}, 401)
    refused = CliRunner().invoke(app, ["inspect", SOURCE])
    assert refused.exit_code == 1
    assert "does not know this API key" in refused.output
    assert_no_secret(refused.output)


def test_secrets_are_only_in_the_requests(platform, caches, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    platform.release("v1.0", CONTENT)
    platform.responses[RELEASE_PATH] = [(429, {"Retry-After": "0"}, b"{}"), *platform.responses[RELEASE_PATH]]
    platform.responses["/files/0.json"] = [(503, {}, b""), *platform.responses["/files/0.json"]]
    pinned = pin(SOURCE, KEY)
    release = Release.open(SOURCE, api_key=KEY)
    release_key, reopened = open_release(SOURCE)
    assert KEY in str(platform.requests)
    assert SIGNATURE in str(platform.requests)
    assert_no_secret(repr([pinned, release, release.source, release.location, release.base, release_key, reopened]))
    assert_no_secret(pickle.dumps([pinned, release_key, parse_reference(pinned)]))
    assert "GET /datasets/jane" in caplog.text
    assert_no_secret(caplog.text)
    assert_no_secret("".join(capfd.readouterr()))
    assert CONTENT in all_files_in(caches)
    assert_no_secret(all_files_in(caches))
