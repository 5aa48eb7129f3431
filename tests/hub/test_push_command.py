"""``segments-hf push`` as it is run: killed, and run again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import datasets
import pytest

import segments_hf
from segments_hf.demo import demo_release

from .connection import Fault
from .hub_server import HubServer
from .large_files import ARRIVALS
from .test_push import by_both_ways, raw, shards


def command(output: Path, *options: str) -> subprocess.Popen[bytes]:
    """The command, whose output goes to a file: workers that outlive it would hold a pipe open."""
    environment = {**os.environ, "HF_HOME": str(output.parent / "home"), "HF_TOKEN": "hf_jane"}
    arguments = ["push", str(demo_release()), "jane/flowers", "--max-shard-size", "60KB", *options]
    # In the background of a shell, SIGINT is ignored, and a process inherits that.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from segments_hf.cli.app import main; main()"
    )
    with output.open("wb") as told:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=environment,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_hit(fault: Fault) -> None:
    deadline = time.monotonic() + 60
    while fault.times and time.monotonic() < deadline:
        time.sleep(0.05)


@by_both_ways
def test_killed_in_the_middle_and_run_again(hub: HubServer, transfer: str, tmp_path: Path) -> None:
    slow = Fault(*ARRIVALS[transfer], 30.0, after=2)
    hub.faults.append(slow)
    process = command(tmp_path / "killed.txt")
    wait_until_hit(slow)
    process.kill()
    process.wait(60)
    assert len(hub.received) == 2
    assert shards(hub) == []

    again = command(tmp_path / "again.txt", "--license", "cc-by-4.0").wait(60)
    told = (tmp_path / "again.txt").read_text()
    assert again == 0, told
    assert "http://127.0.0.1" in told
    assert "/datasets/jane/flowers" in told
    assert "skipped 0.1 MB" in told
    assert "license: cc-by-4.0" in hub.files("jane/flowers")["README.md"].decode()
    segments_hf.push_to_hub(demo_release(), "jane/whole", max_shard_size="60KB")
    assert [hub.files("jane/flowers")[path] for path in shards(hub)] == [
        hub.files("jane/whole")[path] for path in shards(hub, "jane/whole")
    ]
    wanted = segments_hf.load_release(demo_release(), split="train", embed=True)
    assert raw(datasets.load_dataset("jane/flowers", split="train")) == raw(wanted)


def test_an_error_is_one_line(hub: HubServer, tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    assert command(told, "--token", "hf_nobody").wait(60) == 1
    (error,) = told.read_text().splitlines()
    assert error.startswith("Error: ")


@pytest.mark.slow
@by_both_ways
@pytest.mark.parametrize(("blow", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_workers_whose_push_was_interrupted(
    hub: HubServer, transfer: str, tmp_path: Path, blow: signal.Signals, status: int
) -> None:
    slow = Fault(*ARRIVALS[transfer], 1.0, times=2, after=1)
    hub.faults.append(slow)
    process = command(tmp_path / "hit.txt", "--num-proc", "2")
    try:
        wait_until_hit(slow)
        if blow == signal.SIGINT:  # a terminal sends it to all
            os.killpg(process.pid, blow)
        else:
            process.send_signal(blow)
        assert process.wait(60) == status
        assert shards(hub) == []
        if blow == signal.SIGINT:
            assert "Traceback" not in (tmp_path / "hit.txt").read_text()
        again = command(tmp_path / "again.txt", "--num-proc", "2").wait(60)
        assert again == 0, (tmp_path / "again.txt").read_text()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    segments_hf.push_to_hub(demo_release(), "jane/whole", max_shard_size="60KB", num_proc=2)
    assert [hub.files("jane/flowers")[path] for path in shards(hub)] == [
        hub.files("jane/whole")[path] for path in shards(hub, "jane/whole")
    ]
