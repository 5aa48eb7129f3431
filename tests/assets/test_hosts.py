"""A busy host gets fewer requests, an unreachable host is skipped, and no request waits forever."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from segments_hf.assets.hosts import Hosts
from segments_hf.errors import AssetError
from segments_hf.io.remote.deadline import Deadline

from .fetching import Client

OK = (200, {}, b"body")
BUSY = (429, {"Retry-After": "1"}, b"")


@pytest.fixture
def unreachable_address():
    """An address at which no server listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def allowed_requests(host) -> int:
    """Return the number of simultaneous requests that a host allows."""
    while host.accepts_request(Deadline(5)):
        host.requests += 1
    allowed, host.requests = host.requests, 0
    return allowed


def report_busy(host, requested_at=None):
    """Report the status 429 for a request to a host, and end the pause that follows."""
    host.note_response(429, None, time.monotonic() if requested_at is None else requested_at)
    host._paused_until = 0


def test_a_new_host_gets_as_many_simultaneous_requests_as_connections_allows():
    assert allowed_requests(Hosts(5)["a"]) == 5


def test_a_busy_host_gets_half_as_many_requests_and_slowly_more_again():
    host = Hosts(16)["a"]
    report_busy(host)
    assert allowed_requests(host) == 8
    report_busy(host, requested_at=0)  # the request was sent before the limit was halved
    assert allowed_requests(host) == 8
    for _ in range(10):
        report_busy(host)
    assert allowed_requests(host) == 1
    for _ in range(200):
        host.note_response(200, 0, 0)
    assert allowed_requests(host) == 16


def test_retry_after_pauses_all_requests_to_a_host(server):
    moments = []

    class Clocked(list):
        """A list of responses that records when the server reads it."""

        def __len__(self):
            moments.append(time.monotonic())
            return super().__len__()

    server.files["/busy"] = [BUSY, OK]
    server.files["/other"] = Clocked([OK])
    client = Client(connections=8)
    with pytest.raises(AssetError, match="429"):
        client.get(server.address + "/busy", retries=0)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: client.get(server.address + "/other"), range(8))) == [b"body"] * 8
    assert min(moments) - began > 0.8
    client.close()


def test_a_busy_host_does_not_delay_requests_to_another_host(server):
    client = Client()
    server.files["/busy"] = [(429, {"Retry-After": "50"}, b"")]
    with pytest.raises(AssetError, match="429"):
        client.get(server.address + "/busy", retries=0)
    server.url("/a", b"body")
    began = time.monotonic()
    assert client.get(server.address.replace("127.0.0.1", "localhost") + "/a") == b"body"
    assert time.monotonic() - began < 10
    client.close()


def test_a_pause_beyond_the_deadline_is_an_immediate_error(server):
    client = Client()
    server.files["/busy"] = [(503, {"Retry-After": "3600"}, b"")]
    began = time.monotonic()
    with pytest.raises(AssetError, match=r"127\.0\.0\.1:\d+ .* (3600|3599) s"):
        client.get(server.address + "/busy")
    assert time.monotonic() - began < 10
    assert server.requests["/busy"] == 1
    client.close()


def test_an_unreachable_host_is_skipped_while_others_respond(server, unreachable_address):
    client = Client()
    server.url("/a", b"body")
    client.get(server.address + "/a")
    with pytest.raises(AssetError, match=r"no response \(.*\), after 3 tries"):
        client.get(unreachable_address + "/x", retries=2)
    client.get(server.address + "/a")
    with pytest.raises(AssetError, match=r"no response from 127\.0\.0\.1:\d+ for \d+ s, while other hosts respond"):
        client.get(unreachable_address + "/x", retries=2)
    client.close()


def test_an_unreachable_host_is_tried_again_if_no_other_host_responds(unreachable_address):
    client = Client()
    for _ in range(2):
        with pytest.raises(AssetError, match=r"no response \(.*\), after 3 tries"):
            client.get(unreachable_address + "/x", retries=2)
    client.close()


def test_a_host_that_responds_again_gets_requests_again():
    hosts = Hosts(4)
    host, other = hosts["a"], hosts["b"]
    host.mark_silent(time.monotonic())
    other.note_response(404, 0, 0)
    with pytest.raises(AssetError, match="no response"):
        host.accepts_request(Deadline(5))
    host.note_response(404, 0, 0)
    assert host.accepts_request(Deadline(5))


class RestartableServer:
    """A server that a test can stop and restart at the same port, with responses that the test sets.

    Attributes:
        respond: The function that is called after each request, with the connection and the number of the request.
    """

    def __init__(self, respond) -> None:
        self.respond = respond
        self.numbers = itertools.count(1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/a"

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.thread = threading.Thread(target=self._serve, args=(self.listener,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def _serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection):
        with connection:
            connection.recv(65536)
            self.respond(connection, next(self.numbers))


def send_body(connection, number):
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody")


def test_an_outage_of_a_host_is_retried_until_the_deadline():
    """During an outage, more attempts are made than for a host that never responded."""
    client = Client()
    server = RestartableServer(send_body)
    with server:
        assert client.get(server.url) == b"body"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, server.url, retries=1, backoff=0.05)
        time.sleep(1)
        assert not waiting.done()
        with server:
            assert waiting.result(15) == b"body"
    client.close()


@pytest.mark.parametrize(
    ("head", "pause"),
    [(b"", 20), (b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", 20), (b"HTTP/1.1 200 OK\r\n\r\n", 0.05)],
    ids=["silence", "stall", "slow body"],
)
def test_a_stalled_response_is_requested_again(head, pause):
    finished = threading.Event()

    def respond(connection, number):
        if number > 1:
            send_body(connection, number)
            return
        connection.sendall(head)
        while not finished.wait(pause):
            try:
                connection.sendall(b"b")
            except OSError:
                return

    client = Client(timeout=5)
    with RestartableServer(respond) as server:
        began = time.monotonic()
        assert client.get(server.url, timeout=5) == b"body"
        assert time.monotonic() - began < 4
    client.close()
    finished.set()


def test_a_body_that_arrives_slowly_but_steadily_gets_more_time_than_the_timeout():
    """Each KiB that arrives extends the deadline by one second."""

    def respond(connection, number):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 40960\r\n\r\n")
        for _ in range(20):
            connection.sendall(bytes(2048))
            time.sleep(0.1)

    client = Client(timeout=1)
    with RestartableServer(respond) as server:
        assert client.get(server.url, timeout=1, retries=0) == bytes(40960)
    client.close()
