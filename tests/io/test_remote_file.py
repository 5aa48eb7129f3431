"""`read_url` limits the size and the time of a response, and raises only errors of segments-hf."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fuzz.servers import BEHAVIORS, MAY_SUCCEED, SLOW, MisbehavingServer, body_with_headers

from segments_hf.errors import SegmentsHFError
from segments_hf.io.remote.limited_reading import TooLargeError
from segments_hf.io.remote.remote_file import RemoteFileError, read_url

CONTENT = b'{"dataset": {"samples": []}}' * 100
TOO_LARGE = {"endless_body", "endless_chunks", "gzip_bomb", "nested_gzip_bomb"}
# The behaviors of the server for which `read_url` returns a response.
RETURNED = {*MAY_SUCCEED, "short_content_length", "endless_body_of_an_error"}
RETURNED |= {"gzip_file_bomb", "gzip_file_bomb_in_gzip"}


@pytest.fixture(scope="module")
def server():
    with MisbehavingServer(CONTENT) as running:
        yield running


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("urllib3.Retry.sleep", lambda *_: None)


@pytest.mark.parametrize("behavior", MAY_SUCCEED)
def test_read_url_returns_content(behavior, server):
    response = read_url(server.url(behavior), max_bytes=len(CONTENT))
    assert (response.status, response.content, response.is_error) == (200, CONTENT, False)


def test_read_url_refuses_one_byte_more_than_the_limit(server):
    with pytest.raises(TooLargeError):
        read_url(server.url("good"), max_bytes=len(CONTENT) - 1)


@pytest.mark.parametrize("behavior", sorted(TOO_LARGE))
def test_read_url_refuses_a_body_that_is_too_large(behavior, server):
    with pytest.raises(TooLargeError, match=r"1,000,000"):
        read_url(server.url(behavior), max_bytes=1_000_000)


@pytest.mark.parametrize("behavior", SLOW)
def test_read_url_stops_at_the_time_limit(behavior, server):
    began = time.monotonic()
    with pytest.raises(RemoteFileError, match="slow"):
        read_url(server.url(behavior), max_bytes=10**6, seconds=0.4)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("behavior", sorted(BEHAVIORS.keys() - TOO_LARGE - RETURNED - set(SLOW)))
def test_read_url_raises_remote_file_error_for_every_other_fault(behavior, server):
    with pytest.raises(RemoteFileError) as caught:
        read_url(server.url(behavior) + "?sig=secret", max_bytes=10**8, seconds=10)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, SegmentsHFError)


@pytest.mark.parametrize("scheme", ["file", "ftp", "data"])
def test_read_url_names_a_redirect_to_a_scheme_other_than_http(scheme, server):
    with pytest.raises(RemoteFileError, match="redirect"):
        read_url(server.url(f"redirect_to_{scheme}"), max_bytes=10**6)


def test_read_url_does_not_read_the_body_of_an_error(server):
    response = read_url(server.url("endless_body_of_an_error"), max_bytes=10**6, seconds=10)
    assert (response.status, response.content) == (503, b"")


# A program that prints by how many bytes `read_url` increases the peak memory of the process.
_PEAK = """
import sys
sys.path.insert(0, {tests!r})
import urllib3
from process_memory import peak_memory
urllib3.Retry.sleep = lambda *_: None
from segments_hf.errors import SegmentsHFError
from segments_hf.io.remote.remote_file import read_url
before = peak_memory()
try:
    read_url({url!r}, max_bytes=2**20, seconds=30)
except SegmentsHFError:
    pass
print(peak_memory() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
@pytest.mark.parametrize(
    "behavior",
    ["gzip_bomb", "nested_gzip_bomb", "endless_body", "endless_body_of_an_error", "endless_body_of_a_redirect"],
)
def test_read_url_uses_little_more_memory_than_the_limit(behavior, server):
    code = _PEAK.format(tests=str(Path(__file__).parents[1]), url=server.url(behavior))
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 64 * 2**20  # the bodies have at least 256 MiB


ENCODED = {
    "gzip": ("gzip", gzip.compress(CONTENT)),
    "capitals": ("GZIP", gzip.compress(CONTENT)),
    "identity": ("identity", CONTENT),
    "two times": ("gzip, identity, gzip", gzip.compress(gzip.compress(CONTENT))),
    "members": ("gzip", b"".join(gzip.compress(CONTENT[start : start + 7]) for start in range(0, len(CONTENT), 7))),
}


@pytest.mark.parametrize("case", ENCODED)
def test_read_url_decodes_supported_encodings(case, server, monkeypatch):
    encoding, body = ENCODED[case]
    monkeypatch.setitem(BEHAVIORS, "encoded", body_with_headers(body, f"Content-Encoding: {encoding}"))
    assert read_url(server.url("encoded"), max_bytes=len(body) + len(CONTENT)).content == CONTENT


@pytest.mark.parametrize("encoding", ["br", "gzip, x", "gzip, gzip, gzip, gzip, gzip"])
def test_read_url_names_unsupported_encodings(encoding, server, monkeypatch):
    monkeypatch.setitem(BEHAVIORS, "encoded", body_with_headers(b"x", f"Content-Encoding: {encoding}"))
    with pytest.raises(RemoteFileError, match="compressed"):
        read_url(server.url("encoded"), max_bytes=100)
