"""A process may end during downloads: it prints no additional error, and does not hang. A fork disturbs no download."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

# A program that starts downloads. A test appends more code to it.
START_DOWNLOADS = """
    import gc, os, sys, threading, time
    from segments_hf.assets import FetchOptions
    from segments_hf.assets.http_client import HttpClient
    from segments_hf.io.remote.deadline import Deadline
    from segments_hf.io.loop_thread import LoopThread, run_blocking
    from segments_hf.io.prefetching import prefetch_futures

    def download(count=200):
        client = HttpClient(FetchOptions())
        with LoopThread(client, threads=4) as loop:
            yield from prefetch_futures(
                lambda number: loop.submit(client.read(f"{sys.argv[1]}/{number % 50}", Deadline(20))),
                range(count),
                size_in_memory=len,
                in_flight=16,
            )

    bodies = download()
    assert [int(next(bodies)) for _ in range(3)] == [0, 1, 2]
"""


@pytest.fixture
def run(server):
    """Return a function that starts downloads and then runs a script, in a new process."""
    for number in range(50):
        server.url(f"/{number}", str(number).encode())

    def run(script: str) -> tuple[int, str, str]:
        command = [sys.executable, "-W", "error", "-c", textwrap.dedent(START_DOWNLOADS) + textwrap.dedent(script)]
        env = {**os.environ, "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(
            [*command, server.address], capture_output=True, text=True, timeout=60, check=False, env=env
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize(
    "script",
    [
        "",
        "cycle = [bodies]; cycle.append(cycle)",
        "cycle = [bodies]; cycle.append(cycle); del bodies, cycle; gc.collect()",
        "del bodies",
        "sys.exit(0)",
        "threading.Thread(target=bodies.close).start()",
        "other = download(); next(other)",
    ],
    ids=["open", "cycle", "collected cycle", "deleted", "exit", "closed by a thread", "two generators"],
)
def test_a_process_may_end_before_its_downloads(run, script):
    assert run(script) == (0, "", "")


def test_an_exception_during_downloads_is_printed_once(run):
    status, _, errors = run("raise LookupError('mine')")
    assert status == 1
    assert errors.endswith("LookupError: mine\n")
    assert errors.count("Traceback") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows, os.kill cannot send SIGINT")
def test_an_interrupt_ends_the_thread_of_the_downloads(run):
    status, printed, errors = run("""
        import signal
        def interrupt():
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt).start()
        try:
            for _ in bodies:
                time.sleep(0.01)
        except KeyboardInterrupt:
            bodies.close()
            print([thread.name for thread in threading.enumerate() if "loop" in thread.name])
    """)
    assert (status, printed, errors) == (0, "[]\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.each_choice(1)
@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)"])
@pytest.mark.parametrize("cleanup", ["bodies.close()", "del bodies; gc.collect()", "pass"])
def test_a_forked_process_does_not_disturb_the_downloads_of_its_parent(run, end, cleanup):
    assert run(f"""
        import warnings
        warnings.filterwarnings("ignore", ".*use of fork", DeprecationWarning)
        child = os.fork()
        if not child:
            {cleanup}
            own = download()
            assert [int(next(own)) for _ in range(60)] == [number % 50 for number in range(60)]
            own.close()
            {end}
        assert [int(next(bodies)) for _ in range(47)] == list(range(3, 50))
        assert os.waitpid(child, 0)[1] == 0
        assert [int(body) for body in bodies] == [number % 50 for number in range(50, 200)]
    """) == (0, "", "")
