"""A download over HTTP is retried after a transient error, and never returns a part of a body.

Messages contain no secrets.
"""

from __future__ import annotations

import base64
import gzip
import socket
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from segments_hf.errors import AssetError

from .fetching import Client

BODY = b"the body of the asset"
OK = (200, {}, BODY)
TRUNCATED = (200, {"Content-Length": str(len(BODY) + 100)}, BODY)
SECRET = "?X-Amz-Signature=secret&X-Amz-Expires=60"


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    """Shorten the pauses for busy hosts."""
    monkeypatch.setattr("segments_hf.assets.hosts._MIN_PAUSE", 0.01)


@pytest.fixture
def client():
    client = Client()
    yield client
    client.close()


def set_responses(server, *responses, path="/a.jpg") -> str:
    """Set the responses of a server to successive requests for a path, and return the signed URL of the path."""
    server.files[path] = list(responses)
    return server.address + path + SECRET


def full_traceback(caught) -> str:
    return "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}], ids=["", "Retry-After"])
def test_a_transient_error_is_retried(client, server, status, headers):
    url = set_responses(server, (status, headers, b"busy"), (status, headers, b"busy"), OK)
    assert client.get(url) == BODY
    assert server.requests["/a.jpg"] == 3


def test_the_first_retry_is_immediate(client, server):
    assert client.get(set_responses(server, (503, {}, b""), OK), retries=1, backoff=60) == BODY


def test_a_truncated_body_is_downloaded_again(client, server):
    assert client.get(set_responses(server, TRUNCATED, TRUNCATED, OK)) == BODY
    assert server.requests["/a.jpg"] == 3


def test_a_body_that_is_always_truncated_is_an_error_after_all_retries(client, server):
    with pytest.raises(AssetError, match="the connection failed"):
        client.get(set_responses(server, TRUNCATED))
    assert server.requests["/a.jpg"] == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 416])
def test_a_4xx_status_that_is_not_transient_is_an_immediate_error(client, server, status):
    with pytest.raises(AssetError, match=rf"^got HTTP {status}") as caught:
        client.get(set_responses(server, (status, {}, b"<Error>Request has expired</Error>")))
    assert server.requests["/a.jpg"] == 1
    assert "secret" not in full_traceback(caught)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_transient_error_that_persists_is_an_error_after_all_retries(client, server, status):
    with pytest.raises(AssetError, match=rf"^got HTTP {status}") as caught:
        client.get(set_responses(server, (status, {}, b"")))
    assert server.requests["/a.jpg"] == 4
    assert "secret" not in full_traceback(caught)


@pytest.mark.parametrize("status", [204, 206, 304])
def test_a_status_without_a_whole_body_is_an_error(client, server, status):
    with pytest.raises(AssetError, match=f"HTTP {status}"):
        client.get(set_responses(server, (status, {}, b"")))


def test_the_error_for_a_denied_request_suggests_an_expired_link(client, server):
    with pytest.raises(AssetError, match="expired"):
        client.get(set_responses(server, (403, {}, b"")))


@pytest.mark.filterwarnings("error")
def test_a_refused_connection_is_an_error(client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.jpg"  # no server listens at this port
        with pytest.raises(AssetError, match="^no response") as caught:
            client.get(url + SECRET, retries=1)
    assert "secret" not in full_traceback(caught)


@pytest.mark.parametrize(
    "responses",
    [
        [TRUNCATED, OK],
        [(503, {}, b""), OK],
        [(503, {}, b"")],
        [TRUNCATED],
        [(302, {"Location": "/b.jpg?sig=secret"}, b"")],
    ],
    ids=["truncated", "busy", "always-busy", "always-truncated", "redirect-to-missing-file"],
)
def test_logs_and_errors_contain_no_secret(client, server, caplog, responses):
    url = set_responses(server, *responses)
    try:
        client.get(url)
    except AssetError as error:
        assert "secret" not in str(error)  # noqa: PT017  (some cases do not raise)
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://[broken/a.jpg",
        "http://host:port/a.jpg",
        "http:///a.jpg",
        "http://\x00/a.jpg",
        "http://" + "a" * 300 + "/x",
    ],
    ids=repr,
)
def test_a_malformed_url_is_an_error(client, url):
    with pytest.raises(AssetError) as caught:
        client.get(url + SECRET, retries=0)
    assert "secret" not in str(caught.value)


def test_redirects_are_followed(client, server):
    server.url("/b.jpg", BODY)
    assert client.get(set_responses(server, (302, {"Location": "/b.jpg"}, b""))) == BODY


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://host/a.jpg"])
def test_redirects_to_other_schemes_are_refused(client, server, location):
    with pytest.raises(AssetError):
        client.get(set_responses(server, (302, {"Location": location}, b"")))


def test_a_compressed_body_is_decompressed(client, server):
    assert client.get(set_responses(server, (200, {"Content-Encoding": "gzip"}, gzip.compress(BODY)))) == BODY


@pytest.mark.parametrize(
    ("path", "requested"),
    [
        ("/a b.jpg", "/a%20b.jpg"),
        ("/a%20b.jpg", "/a%20b.jpg"),
        ("/größe.jpg", "/gr%C3%B6%C3%9Fe.jpg"),
        ("/a+b.jpg", "/a+b.jpg"),
    ],
)
def test_special_characters_of_urls_reach_the_server(client, server, path, requested):
    server.url(requested, BODY)
    assert client.get(server.address + path) == BODY


def test_an_empty_body_is_returned(client, server):
    assert client.get(set_responses(server, (200, {}, b""))) == b""


def test_threads_share_a_client(client, server):
    urls = [server.url(f"/{number}.jpg", bytes([number])) for number in range(100)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(client.get, urls)) == [bytes([number]) for number in range(100)]


@pytest.fixture
def recorder():
    """Run a server, and yield its address and the host, path and password of each request.

    The server redirects `/away` to another host, and `/here` to the same host.
    """
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            seen.append((self.headers["Host"].partition(":")[0], self.path, self.headers.get("Authorization")))
            away = f"http://localhost:{self.server.server_address[1]}/body"
            location = {"/away": away, "/here": "/body"}.get(self.path)
            self.send_response(302 if location else 200)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0" if location else str(len(BODY)))
            self.end_headers()
            self.wfile.write(b"" if location else BODY)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"127.0.0.1:{httpd.server_address[1]}", seen
        httpd.shutdown()


@pytest.mark.parametrize(("path", "is_sent"), [("/here", True), ("/away", False)])
def test_a_password_is_sent_after_a_redirect_only_to_the_same_host(client, recorder, path, is_sent):
    address, seen = recorder
    assert client.get(f"http://jane:p%40w@{address}{path}") == BODY
    password = "Basic " + base64.b64encode(b"jane:p@w").decode()
    assert [(requested, sent) for _, requested, sent in seen] == [
        (path, password),
        ("/body", password if is_sent else None),
    ]


def test_a_password_is_not_sent_with_the_next_url(client, recorder):
    address, seen = recorder
    client.get(f"http://jane:pw@{address}/body")
    client.get(f"http://{address}/body")
    assert seen[1][2] is None


def test_the_netrc_file_of_the_user_is_not_used(client, recorder, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jane password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    address, seen = recorder
    client.get(f"http://{address}/body")
    assert seen[0][2] is None


def test_a_connection_is_reused(client, server):
    url = server.url("/a.jpg", BODY)
    for _ in range(5):
        client.get(url)
    assert server.connections == 1


def test_circular_redirects_are_an_error(client, server):
    with pytest.raises(AssetError, match="got more than 10 redirects"):
        client.get(set_responses(server, (302, {"Location": "/a.jpg"}, b"")))
