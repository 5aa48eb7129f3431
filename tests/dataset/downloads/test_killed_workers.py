"""When the main process of a build is killed, its workers end too.

A worker that continued would write to the folder of the next build.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .faulty_server import FaultyServer
from .test_load_from_faulty_server import put_samples

BUILD_SCRIPT = """
    import sys
    import segments_hf

    if __name__ == "__main__":
        segments_hf.load_release(sys.argv[1], num_proc=2, in_flight=2)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32",
    reason="this test ends its processes with a signal to their process group, which Windows does not have",
)
def test_workers_end_when_the_main_process_of_the_build_is_killed(
    write_release: Callable[..., Path], tmp_path: Path
) -> None:
    count = 1000
    script = tmp_path / "build.py"
    script.write_text(textwrap.dedent(BUILD_SCRIPT), encoding="utf-8")
    with FaultyServer() as server:
        release = write_release(put_samples(server, count, {}))
        server.latency = 0.1
        environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "NO_PROXY": "127.0.0.1"}
        build = subprocess.Popen([sys.executable, script, release], env=environment, start_new_session=True)
        try:
            _wait_for(lambda: server.complete_responses.total() > 20)
            build.kill()
            build.wait()
            responses, changed_at = -1, time.monotonic()
            while time.monotonic() - changed_at < 5:
                if server.complete_responses.total() != responses:
                    responses, changed_at = server.complete_responses.total(), time.monotonic()
                time.sleep(0.1)
        finally:
            os.killpg(build.pid, signal.SIGKILL)
    assert responses < 2 * count


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
