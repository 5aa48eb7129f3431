"""`Release.open` reads paths, URLs and fsspec files, and its errors name the source of the release."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import socket

import fsspec
import pytest

from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.release import Release

DOCUMENT = {
    "name": "v1 é",
    "created_at": None,
    "dataset": {
        "task_type": "segmentation-bitmap",
        "samples": [
            {"name": "a [1].jpg", "labels": {"gt": {"attributes": {"annotations": [{"id": 1, "category_id": 0}]}}}}
        ],
    },
}
CONTENT = json.dumps(DOCUMENT, ensure_ascii=False).encode()
BOM = b"\xef\xbb\xbf"
ENCODINGS = {
    "UTF-8": CONTENT,
    "byte order mark": BOM + CONTENT,
    "gzip": gzip.compress(CONTENT),
    "gzip with byte order mark": gzip.compress(BOM + CONTENT),
    "two gzip members": gzip.compress(CONTENT[:9]) + gzip.compress(CONTENT[9:]),
    "white space": b"\n " + CONTENT + b"\r\n",
}


def sample_names(path):
    return [sample.name for sample in Release.open(path)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", ["path", "HTTP", "fsspec"])
def test_open_reads_each_encoding_from_each_kind_of_source(encoding, kind, tmp_path, server):
    content = ENCODINGS[encoding]
    if kind == "path":
        source = tmp_path / "release.json"
        source.write_bytes(content)
    elif kind == "HTTP":
        source = server.url("/release.json", content)
    else:
        source = "memory://test_open/release.json"
        fsspec.filesystem("memory").pipe("/test_open/release.json", content)
    release = Release.open(source)
    assert release.name == "v1 é"
    assert [sample.name for sample in release] == ["a [1].jpg"]
    assert bytes(release.content).strip() == CONTENT
    assert release.digest == hashlib.sha256(release.content).hexdigest()


@pytest.mark.parametrize(
    "name", ["a.json", "two words.json", "a [1](2).json", "a?b#c%20.json", "é.json.gz", "~name.json", "no suffix"]
)
@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "Path"])
def test_file_may_have_any_name(name, kind, tmp_path):
    path = tmp_path / name
    path.write_bytes(CONTENT)
    assert sample_names(kind(path)) == ["a [1].jpg"]
    assert Release.open(path).source == str(path)
    assert Release.open(path).base == str(tmp_path)


def test_relative_path_is_resolved_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~name.json").write_bytes(CONTENT)
    assert sample_names("./~name.json") == ["a [1].jpg"]
    assert Release.open("./~name.json").base == str(tmp_path)


def test_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "release.json").write_bytes(CONTENT)
    release = Release.open("~/release.json")
    assert (release.source, release.base) == (str(tmp_path / "release.json"), str(tmp_path))


def test_source_and_base_of_a_url_have_no_query(server):
    url = server.url("/my%20data/v1%20%5B2%5D.json", CONTENT)
    release = Release.open(url + "?X-Amz-Signature=secret")
    assert release.source == url
    assert release.base == server.address + "/my%20data"
    assert "secret" not in repr(release)


def test_file_url_may_contain_a_space(tmp_path):
    path = tmp_path / "two words.json"
    path.write_bytes(CONTENT)
    assert sample_names(f"file://{path}") == ["a [1].jpg"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_request_is_retried_after_a_temporary_error(status, server):
    server.files["/r.json"] = [(status, {"Retry-After": "0"}, b"busy"), (200, {}, CONTENT)]
    assert sample_names(server.address + "/r.json") == ["a [1].jpg"]
    assert server.requests["/r.json"] == 2


@pytest.mark.usefixtures("no_retry_delays")
def test_permanent_server_error_is_a_release_error(server):
    server.files["/r.json"] = [(503, {}, b"busy")]
    with pytest.raises(ReleaseError, match="503"):
        Release.open(server.address + "/r.json")
    assert server.requests["/r.json"] > 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_error_of_a_refused_request_names_the_url_without_secrets(status, server):
    server.files["/my/r.json"] = [(status, {}, b"<Error/>")]
    with pytest.raises(ReleaseError) as caught:
        Release.open(server.address.replace("//", "//jane:pass@") + "/my/r.json?X-Amz-Signature=secret")
    assert server.address + "/my/r.json" in str(caught.value)
    assert str(status) in str(caught.value)
    assert not re.search("secret|Signature|pass@", str(caught.value))
    assert server.requests["/my/r.json"] == 1


@pytest.mark.usefixtures("no_retry_delays")
def test_error_of_a_refused_connection_names_the_url_without_secrets():
    with contextlib.closing(socket.socket()) as unused_socket:
        unused_socket.bind(("127.0.0.1", 0))  # it does not listen, but no other process gets its port
        url = f"http://127.0.0.1:{unused_socket.getsockname()[1]}/r.json"
        with pytest.raises(ReleaseError) as caught:
            Release.open(url + "?sig=secret")
    assert url in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("no_retry_delays")
def test_truncated_response_is_a_release_error(server):
    server.files["/r.json"] = [(200, {"Content-Length": str(len(CONTENT) + 9)}, CONTENT)]
    with pytest.raises(ReleaseError):
        Release.open(server.address + "/r.json")


@pytest.mark.parametrize(
    "url",
    [
        "memory://nowhere/missing.json?sig=secret",
        "nosuch://bucket/r.json?sig=secret",
        "http://[broken/r.json?sig=secret",
        "http://host:port/r.json?sig=secret",
        "file:///nowhere/missing.json",
    ],
)
def test_unreadable_url_is_a_release_error_without_secrets(url):
    with pytest.raises(ReleaseError) as caught:
        Release.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["missing.json", ".", "a\0b.json", "~no-such-user/r.json", "x" * 5000])
def test_error_of_an_unreadable_path_names_the_path(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReleaseError) as caught:
        Release.open(path)
    assert repr(path)[1:-1] in str(caught.value)


def test_error_of_an_empty_path_names_the_forms_of_a_source():
    with pytest.raises(SegmentsHFError, match="got ''.*path or URL.*owner/dataset@name"):
        Release.open("")


@pytest.mark.parametrize(
    ("content", "json_path"),
    [
        (b"", "$"),
        (b" \n", "$"),
        (BOM, "$"),
        (gzip.compress(b"", mtime=0), "$"),
        (b"<html>Sign in</html>", "$"),
        (b"{'name': 1}", "$"),
        (CONTENT + b"{}", "$"),
        (CONTENT.decode().encode("utf-16"), "$"),
        (b"null", "$"),
        (b"[]", "$"),
        (b'{"name": "v1"}', "$"),
        (b'{"dataset": null}', "$.dataset"),
        (b'{"dataset": {"name": "x"}}', "$.dataset"),
        (b'{"dataset": {"samples": null}}', "$.dataset.samples"),
        (b'{"dataset": {"samples": "a"}}', "$.dataset.samples"),
    ],
)
def test_content_that_is_not_a_release_is_an_error_with_source_and_json_path(content, json_path, tmp_path):
    path = tmp_path / "release.json"
    path.write_bytes(content)
    with pytest.raises(ReleaseError) as caught:
        Release.open(path)
    assert caught.value.json_path == json_path
    assert caught.value.source == str(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, SegmentsHFError)
    assert isinstance(caught.value, ValueError)
    assert "got" in caught.value.problem


def test_file_truncated_at_any_byte_is_a_release_error():
    for length in range(len(CONTENT)):
        with pytest.raises(ReleaseError):
            Release(CONTENT[:length], "release.json")


def test_gzip_file_truncated_at_any_byte_is_a_release_error(tmp_path):
    compressed, path = gzip.compress(CONTENT), tmp_path / "release.json.gz"
    for length in range(len(compressed)):
        path.write_bytes(compressed[:length])
        with pytest.raises(ReleaseError):
            Release.open(path)


def test_gzip_file_with_a_changed_byte_is_a_release_error(tmp_path):
    compressed, path = gzip.compress(CONTENT), tmp_path / "release.json.gz"
    for offset in range(10, len(compressed)):  # after the header
        path.write_bytes(compressed[:offset] + bytes([compressed[offset] ^ 0xFF]) + compressed[offset + 1 :])
        with pytest.raises(ReleaseError, match=r"release\.json\.gz"):
            Release.open(path)


def test_digest_of_a_large_release_is_the_digest_of_the_digests_of_its_parts() -> None:
    content = b'{"dataset": {"samples": []}}' + b" " * (2**26 + 5)
    digests = [hashlib.sha256(part).digest() for part in (content[: 2**26], content[2**26 :])]
    assert Release(content, "release.json").digest == hashlib.sha256(b"".join(digests)).hexdigest()
