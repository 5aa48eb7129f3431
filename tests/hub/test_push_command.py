"""``segments-hf push`` as it is run: killed, and run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import datasets

import segments_hf
from segments_hf.demo import demo_release

from .hub_server import Fault, HubServer
from .test_push import raw, shards


def command(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": "hf_jane"}
    arguments = ["push", str(demo_release()), "jane/flowers", "--max-shard-size", "60KB", *options]
    program = "from segments_hf.cli.app import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_in_the_middle_and_run_again(hub: HubServer, tmp_path: Path) -> None:
    slow = Fault("PUT", "/lfs/", 30.0, after=2)
    hub.faults.append(slow)
    process = command(tmp_path)
    deadline = time.monotonic() + 60
    while slow.times and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(hub.received) == 2
    assert shards(hub) == []

    again = command(tmp_path, "--license", "cc-by-4.0")
    told, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
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
    process = command(tmp_path, "--token", "hf_nobody")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("Error: ")
    assert len(errors.splitlines()) == 1
