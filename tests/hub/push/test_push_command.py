"""``segments-hf push`` in a process of its own: an interrupted command resumes when it is run again."""

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
from hub.demo_push import shards, stored_rows, with_both_transfers
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from segments_hf.demo import demo_release


def command(output: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the command. Its output is a file, because workers that outlive the command would keep a pipe open."""
    environment = {**os.environ, "HF_HOME": str(output.parent / "home"), "HF_TOKEN": "hf_jane"}
    arguments = ["push", str(demo_release()), "jane/flowers", "--max-shard-size", "60KB", *options]
    program = "from segments_hf.cli.app import main; main()"
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_used_up(fault: Fault) -> None:
    """Wait until a fault has affected all its requests, for at most a minute."""
    deadline = time.monotonic() + 60
    while fault.times and time.monotonic() < deadline:
        time.sleep(0.05)


@with_both_transfers
def test_killed_push_command_resumes_when_it_is_run_again(hub: HubServer, transfer: str, tmp_path: Path) -> None:
    slow = Fault(*COMPLETING_REQUESTS[transfer], 30.0, after=2)
    hub.faults.append(slow)
    process = command(tmp_path / "killed.txt")
    wait_until_used_up(slow)
    process.kill()
    process.wait(60)
    assert len(hub.received) == 2
    assert shards(hub) == []

    exit_code = command(tmp_path / "again.txt", "--license", "cc-by-4.0").wait(60)
    printed = (tmp_path / "again.txt").read_text()
    assert exit_code == 0, printed
    assert "http://127.0.0.1" in printed
    assert "/datasets/jane/flowers" in printed
    assert "the Hub already had" in printed
    assert "license: cc-by-4.0" in hub.files("jane/flowers")["README.md"].decode()
    segments_hf.push_to_hub(demo_release(), "jane/whole", max_shard_size="60KB")
    assert [hub.files("jane/flowers")[path] for path in shards(hub)] == [
        hub.files("jane/whole")[path] for path in shards(hub, "jane/whole")
    ]
    rows = segments_hf.load_release(demo_release(), split="train", embed=True)
    assert stored_rows(datasets.load_dataset("jane/flowers", split="train")) == stored_rows(rows)


def test_push_command_prints_the_sizes_of_the_splits_and_pushes_them(hub: HubServer, tmp_path: Path) -> None:
    output_file = tmp_path / "output_file.txt"
    process = command(output_file, "--splits", "train=0.7,test=0.3", "--exact")
    assert process.wait(60) == 0, output_file.read_text()
    assert "train 6, test 2" in output_file.read_text()
    pushed = datasets.load_dataset("jane/flowers")
    assert {split: rows.num_rows for split, rows in pushed.items()} == {"train": 6, "test": 2}


def test_push_command_prints_an_error_as_one_line(hub: HubServer, tmp_path: Path) -> None:
    output_file = tmp_path / "output_file.txt"
    assert command(output_file, "--token", "hf_unknown").wait(60) == 1
    (error,) = output_file.read_text().splitlines()
    assert error.startswith("Error: ")


@pytest.mark.each_choice(1)
@pytest.mark.slow
@with_both_transfers
@pytest.mark.parametrize(
    ("signal_number", "status"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)],
    ids=["killed", "interrupted"],
)
def test_interrupted_push_command_with_workers_resumes_when_it_is_run_again(
    hub: HubServer, transfer: str, tmp_path: Path, signal_number: signal.Signals, status: int
) -> None:
    slow = Fault(*COMPLETING_REQUESTS[transfer], 1.0, times=2, after=1)
    hub.faults.append(slow)
    process = command(tmp_path / "interrupted.txt", "--num-proc", "2")
    try:
        wait_until_used_up(slow)
        if signal_number == signal.SIGINT:  # a terminal sends SIGINT to all processes of the command
            os.killpg(process.pid, signal_number)
        else:
            process.send_signal(signal_number)
        assert process.wait(60) == status
        assert shards(hub) == []
        if signal_number == signal.SIGINT:
            assert "Traceback" not in (tmp_path / "interrupted.txt").read_text()
        exit_code = command(tmp_path / "again.txt", "--num-proc", "2").wait(60)
        assert exit_code == 0, (tmp_path / "again.txt").read_text()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    segments_hf.push_to_hub(demo_release(), "jane/whole", max_shard_size="60KB", num_proc=2)
    assert [hub.files("jane/flowers")[path] for path in shards(hub)] == [
        hub.files("jane/whole")[path] for path in shards(hub, "jane/whole")
    ]
