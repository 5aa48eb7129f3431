"""The key to the platform: where it comes from and goes to, and that it goes nowhere else."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segments_hf.assets.location import locate
from segments_hf.cli.app import app
from segments_hf.dataset.open_releases import open_release
from segments_hf.errors import AssetError, ReleaseError
from segments_hf.release import Release, parse_reference, pin

from .platform_problems import CONTENT, LIST, ONE, SOURCE, assert_no_secret, problem
from .platform_server import KEY, SIGNATURE

pytestmark = pytest.mark.usefixtures("no_waiting")


def everything_under(folder: Path) -> bytes:
    return b"\n".join(
        str(path).encode() + b"\n" + (path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    )


@pytest.mark.parametrize("key", [None, "", " \n"])
def test_no_key(key, platform, monkeypatch):
    monkeypatch.delenv("SEGMENTS_API_KEY")
    if key is not None:
        monkeypatch.setenv("SEGMENTS_API_KEY", key)
    assert "there is no API key; make one on https://segments.ai/account" in problem()
    assert platform.requests == []


@pytest.mark.parametrize("key", [f"{KEY}\nHost: evil", f"{KEY} {KEY}", f"{KEY}é", f"{KEY}\N{BULLET}", f"{KEY}\0"])
def test_a_malformed_key_is_not_sent(key, platform):
    text = problem(api_key=key)
    assert "API key" in text
    assert "invalid character" in text
    assert platform.requests == []


@pytest.mark.parametrize("kind", ["argument", "environment", "end of line"])
def test_where_the_key_comes_from_and_goes_to(kind, platform, monkeypatch):
    monkeypatch.setenv("SEGMENTS_API_KEY", {"argument": "another", "end of line": f"{KEY}\n"}.get(kind, KEY))
    platform.release("v1.0", CONTENT)
    Release.open(SOURCE, api_key=KEY if kind == "argument" else None)
    assert [(request.host, request.authorization) for request in platform.requests] == [
        ("127.0.0.1", f"APIKey {KEY}"),
        ("localhost", None),
    ]


def test_the_file_is_fetched_without_the_key_from_the_same_host_too(platform):
    platform.release("v1.0", None, attributes={"url": f"{platform.api}/file.json"})
    platform.say("/file.json", CONTENT)
    Release.open(SOURCE)
    assert [request.authorization for request in platform.requests] == [f"APIKey {KEY}", None]


def test_the_key_goes_before_what_netrc_has(platform, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    platform.release("v1.0", CONTENT)
    Release.open(SOURCE)
    assert platform.requests[0].authorization == f"APIKey {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["v1.0", "latest"])
def test_a_redirect_to_another_host_goes_without_the_key(status, name, platform):
    platform.release("v1.0", CONTENT)
    path = {"v1.0": ONE, "latest": LIST}[name]
    platform.answers["/elsewhere"] = platform.answers[path]
    platform.say(path, b"", status, Location=f"{platform.storage}/elsewhere")
    Release.open(f"jane/flowers@{name}")
    assert [(request.host, request.path.partition("?")[0], request.authorization) for request in platform.requests] == [
        ("127.0.0.1", path, f"APIKey {KEY}"),
        ("localhost", "/elsewhere", None),
        ("localhost", "/files/0.json", None),
    ]


def test_a_redirect_to_the_same_host_goes_with_the_key(platform):
    platform.release("v1.0", CONTENT)
    platform.answers["/moved"] = platform.answers[ONE]
    platform.say(ONE, b"", 302, Location="/moved")
    Release.open(SOURCE)
    assert [request.authorization for request in platform.requests] == [f"APIKey {KEY}"] * 2 + [None]


def test_redirects_without_end(platform):
    platform.say(ONE, b"", 302, Location=ONE)
    assert "no response from " in problem()


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_file_that_is_refused_is_named_without_its_signature(status, platform):
    platform.release("v1.0", CONTENT)
    platform.say("/files/0.json", f"<Error>{SIGNATURE}</Error>".encode(), status)
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: got HTTP {status} .*try again") as caught:
        Release.open(SOURCE)
    assert_no_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[broken", "http://127.0.0.1:port"])
def test_a_file_without_an_answer_is_named_without_its_signature(url, platform):
    platform.release("v1.0", None, attributes={"url": f"{url}/a.json?{SIGNATURE}"})
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: cannot fetch the URL: .*try again") as caught:
        Release.open(SOURCE)
    assert_no_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"null", b"\x1f\x8bcut"])
def test_a_file_that_is_no_release(content, platform):
    platform.release("v1.0", content)
    with pytest.raises(ReleaseError, match=f"segments://{SOURCE}: "):
        Release.open(SOURCE)


def test_a_hostile_release_reads_no_file_of_this_machine(platform):
    platform.release("v1.0", CONTENT)
    base = Release.open(SOURCE).base
    for place in ("/etc/passwd", "file:///etc/passwd", "../../etc/passwd", "etc/passwd"):
        with pytest.raises(AssetError):
            locate(place, base)


def test_the_command_line_takes_a_reference(platform):
    platform.release("v1.0", CONTENT)
    shown = CliRunner().invoke(app, ["inspect", SOURCE, "--json"])
    assert json.loads(shown.stdout)["source"] == f"segments://{SOURCE}"
    platform.say(ONE, {}, 401)
    refused = CliRunner().invoke(app, ["inspect", SOURCE])
    assert refused.exit_code == 1
    assert "does not know this API key" in refused.output
    assert_no_secret(refused.output)


def test_secrets_stay_in_the_requests(platform, caches, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    platform.release("v1.0", CONTENT)
    platform.answers[ONE] = [(429, {"Retry-After": "0"}, b"{}"), *platform.answers[ONE]]
    platform.answers["/files/0.json"] = [(503, {}, b""), *platform.answers["/files/0.json"]]
    pinned = pin(SOURCE, KEY)
    release = Release.open(SOURCE, api_key=KEY)
    key, opened = open_release(SOURCE)
    assert KEY in str(platform.requests)
    assert SIGNATURE in str(platform.requests)
    assert_no_secret(repr([pinned, release, release.source, release.location, release.base, key, opened]))
    assert_no_secret(pickle.dumps([pinned, key, parse_reference(pinned)]))
    assert "GET /datasets/jane" in caplog.text
    assert_no_secret(caplog.text)
    assert_no_secret("".join(capfd.readouterr()))
    assert CONTENT in everything_under(caches)
    assert_no_secret(everything_under(caches))
