"""The memory and time of downloads are limited, and an unknown host name is looked up once for all its assets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver

from segments_hf.errors import AssetError

from .fetching import Client

TESTS = Path(__file__).parents[1]
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
MAX_DELAY = 20  # seconds by which a busy machine may exceed a time limit


@contextlib.contextmanager
def listening(respond):
    """Run a server that calls a function with each connection after its request was received; yield a URL."""

    def serve(connection):
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            respond(connection)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/a"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


# A program for `read_many`.
READ_MANY = """
    import datasets, sys
    from concurrent.futures import FIRST_COMPLETED, wait
    from segments_hf.assets import FetchOptions
    from segments_hf.assets.http_client import HttpClient
    from segments_hf.io.remote.deadline import Deadline
    from segments_hf.io.loop_thread import LoopThread
    from process_memory import current_memory, peak_memory

    memory_after_imports = current_memory()
    url, count, min_ended = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    client = HttpClient(FetchOptions())
    with LoopThread(client, threads=4) as loop:
        futures = {loop.submit(client.read(url, Deadline(300))) for _ in range(count)}
        while count - len(futures) < min_ended:
            done, futures = wait(futures, return_when=FIRST_COMPLETED)
            for future in done:
                error = future.exception()
                print(len(future.result()) if error is None else error)
    print(peak_memory() - memory_after_imports)
"""


def read_many(url: str, count: int, min_ended: int) -> tuple[list[str], float]:
    """Read a URL `count` times simultaneously until `min_ended` reads have ended.

    Returns:
        The length of the body or the error of each read that has ended, and the peak memory in MiB, without the memory
        that the imports use.
    """
    command = [sys.executable, "-c", textwrap.dedent(READ_MANY), url, str(count), str(min_ended)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    *ended, peak = done.stdout.splitlines()
    return ended, int(peak) / 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
class TestMemory:
    @pytest.mark.parametrize("head", [HEAD, HEAD[:-2] + b"Content-Length: 268435456\r\n\r\n"], ids=["unknown", "known"])
    def test_large_bodies_use_limited_memory_together(self, head):
        block = bytes(2**16)

        def respond(connection):
            connection.sendall(head)
            sent = 0
            while head == HEAD or sent < 2**28 - 1:
                sent += connection.send(block[: 2**28 - 1 - sent] if head != HEAD else block)
            connection.close()

        with listening(respond) as url:
            ended, peak = read_many(url, count=64, min_ended=2)
        if head == HEAD:
            assert ended[0] == "got more bytes than max_bytes=268435456 allows"
        assert peak < 340  # MiB; the imports take about 160, so the process takes at most 500

    def test_bodies_that_together_exceed_the_memory_limit_all_arrive(self):
        size = 20 * 2**20

        def respond(connection):
            connection.sendall(HEAD + bytes(size))

        with listening(respond) as url:
            ended, _ = read_many(url, count=24, min_ended=24)
        assert ended == [str(size)] * 24

    def test_a_slow_body_does_not_block_the_others(self):
        """The other bodies use most of the memory, and the slow body needs very little."""
        size, numbers = 10 * 2**20, itertools.count()

        def respond(connection):
            if next(numbers):
                connection.sendall(HEAD + bytes(size))
            else:
                connection.sendall(HEAD)
                while True:
                    connection.sendall(bytes(4096))
                    time.sleep(0.1)

        with listening(respond) as url:
            ended, _ = read_many(url, count=9, min_ended=8)
        assert ended == [str(size)] * 8


class TestTime:
    @pytest.mark.parametrize(
        ("head", "part", "pause"),
        [(HEAD, b"x", 0.05), (HEAD, bytes(300), 0.2), (b"", b"H", 0.05), (b"HTTP/1.1 200 OK\r\nA: ", b"b", 0.05)],
        ids=["byte by byte", "just fast enough", "status", "header"],
    )
    def test_a_slow_response_has_a_time_limit(self, head, part, pause):
        def respond(connection):
            connection.sendall(head)
            while True:
                connection.sendall(part)
                time.sleep(pause)

        client = Client(timeout=0.5)
        began = time.monotonic()
        with listening(respond) as url, pytest.raises(AssetError):
            client.get(url, timeout=0.5, retries=1000)
        assert time.monotonic() - began < 10 * 0.5 + MAX_DELAY
        client.close()

    def test_time_that_a_body_waits_for_memory_does_not_count_as_download_time(self, monkeypatch):
        """The timeout of one second is enough for one body, but not for eight bodies one after the other."""
        monkeypatch.setattr("segments_hf.assets.http_client._MEMORY_LIMIT", 1)
        body = HEAD[:-2] + b"Content-Length: 100\r\nConnection: close\r\n\r\n" + bytes(100)

        def respond(connection):
            connection.sendall(body[:-1])
            time.sleep(0.3)
            connection.sendall(body[-1:])

        client = Client(connections=8, timeout=1)
        with listening(respond) as url, ThreadPoolExecutor(8) as pool:
            got = list(pool.map(lambda _: client.get(url, timeout=1, retries=0), range(8)))
        assert got == [bytes(100)] * 8
        client.close()


class FakeResolver(AbstractResolver):
    """A resolver with the results that a test sets.

    Attributes:
        answers: The result of each lookup: an address, None for an error, or "" for a lookup that never ends. The last
            one also applies to all further lookups.
        names: The names that were looked up.
    """

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.names: list[str] = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.names.append(host)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if answer is None:
            raise OSError(None, "Temporary failure in name resolution")
        if not answer:
            await asyncio.sleep(1000)
        return [{"hostname": host, "host": answer, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


class TestNames:
    @pytest.fixture(autouse=True)
    def short_waits(self, monkeypatch):
        monkeypatch.setattr("segments_hf.assets.host_names._PAUSES", (0.01, 0.02))
        monkeypatch.setattr("segments_hf.assets.host_names._TIME_LIMIT", 0.5)

    @pytest.mark.parametrize(("answer", "attempts"), [(None, 3), ("", 1)], ids=["error", "silence"])
    def test_a_name_that_is_not_resolved_is_looked_up_once_for_all_assets(self, answer, attempts):
        resolver = FakeResolver(answer)
        client = Client(connections=2, resolver=resolver)
        for number in range(20):
            with pytest.raises(AssetError) as caught:
                client.get(f"http://host.example:81/{number}?sig=secret")
            assert str(caught.value).startswith("cannot reach host.example: ")
        assert resolver.names == ["host.example"] * attempts
        client.close()

    def test_a_name_that_the_system_cannot_resolve_is_an_error(self):
        client = Client()
        with pytest.raises(AssetError, match=r"^cannot reach host\.invalid: "):
            client.get("http://host.invalid/a")
        client.close()

    def test_a_name_that_is_resolved_after_retries_is_reached(self, server):
        server.url("/a", b"body")
        client = Client(resolver=FakeResolver(None, None, "127.0.0.1"))
        assert client.get(server.address.replace("127.0.0.1", "host.example") + "/a") == b"body"
        client.close()

    def test_a_name_that_failed_is_looked_up_again_later(self, server, monkeypatch):
        monkeypatch.setattr("segments_hf.assets.host_names._PAUSE_AFTER_FAILURE", 0.01)
        server.url("/a", b"body")
        url = server.address.replace("127.0.0.1", "host.example") + "/a"
        client = Client(resolver=FakeResolver(None, None, None, "127.0.0.1"))
        with pytest.raises(AssetError, match="cannot reach"):
            client.get(url)
        time.sleep(0.1)
        assert client.get(url) == b"body"
        client.close()

    def test_a_deadline_ends_a_lookup(self):
        client = Client(resolver=FakeResolver(""))
        with pytest.raises(AssetError, match="cannot reach host.example"):
            client.get("http://host.example/", timeout=0.05)
        client.close()

    def test_a_slow_lookup_does_not_block_other_hosts(self, server, monkeypatch):
        monkeypatch.setattr("segments_hf.assets.host_names._TIME_LIMIT", 60)
        server.url("/a", b"body")
        resolver = FakeResolver("", "127.0.0.1")
        client = Client(resolver=resolver)
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(client.get, "http://gone.example/")
            while not resolver.names:
                time.sleep(0.001)
            assert client.get(server.address.replace("127.0.0.1", "host.example") + "/a") == b"body"
            assert not slow.done()
            client.close()
