"""A push of more than 100 shards keeps the order of rows, makes one commit on the branch, and resumes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from hub.demo_push import REPO, pull_request_statuses, shards
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from segments_hf.errors import HubError

ROW_COUNT = 101
OPTIONS: dict[str, Any] = {"max_shard_size": 1}  # one row in each shard
pytestmark = pytest.mark.parametrize("transfer", ["lfs"], indirect=True)  # faster than Xet for small files


def rows(count: int = ROW_COUNT) -> datasets.Dataset:
    return datasets.Dataset.from_dict({"number": list(range(count))})


def stored(revision: str = "main") -> list[int]:
    return list(datasets.load_dataset(REPO, split="train", revision=revision)["number"])


def test_large_push_keeps_the_order_of_rows_and_makes_one_commit_on_the_branch(hub: HubServer) -> None:
    pushed = segments_hf.push_to_hub(rows(), REPO, **OPTIONS)
    assert len(shards(hub)) == ROW_COUNT
    assert len(hub.commits(REPO)) == 2
    assert pushed.commit.oid == hub.commits(REPO)[-1]
    assert (pushed.revision, pushed.page) == (None, pushed.url)
    assert stored() == list(range(ROW_COUNT))
    segments_hf.push_to_hub(rows(3), REPO, **OPTIONS)
    assert stored() == [0, 1, 2]


def test_push_continues_the_pull_request_of_a_failed_push(hub: HubServer) -> None:
    hub.faults.append(Fault("POST", "/merge$", (403, {}, b"")))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(rows(), REPO, **OPTIONS)
    assert shards(hub) == []
    received = dict(hub.received)
    pushed = segments_hf.push_to_hub(rows(), REPO, **OPTIONS)
    assert pull_request_statuses(hub) == ["merged"]
    assert {oid: hub.received[oid] for oid in received} == received
    assert pushed.uploaded_bytes == 0
    assert stored() == list(range(ROW_COUNT))


def test_failed_push_of_a_stream_without_fingerprint_closes_its_pull_request(hub: HubServer) -> None:
    hub.faults.append(Fault("POST", "/merge$", (403, {}, b"")))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(rows().to_iterable_dataset(), REPO, **OPTIONS)
    assert pull_request_statuses(hub) == ["closed"]
    assert shards(hub) == []


def test_large_push_with_create_pr_returns_the_revision_of_the_pull_request(hub: HubServer) -> None:
    hub.add_repo(REPO)
    pushed = segments_hf.push_to_hub(rows(), REPO, create_pr=True, **OPTIONS)
    assert pushed.revision == "refs/pr/1"
    assert pushed.page == f"{pushed.url}/discussions/1"
    assert pull_request_statuses(hub) == ["open"]
    assert shards(hub) == []
    assert stored("refs/pr/1") == list(range(ROW_COUNT))


@pytest.mark.slow
def test_killed_large_push_with_worker_processes_resumes(hub: HubServer, transfer: str, tmp_path: Path) -> None:
    data = tmp_path / "rows"
    rows(150).save_to_disk(data)
    program = (
        "import datasets, segments_hf\n"
        "if __name__ == '__main__':\n"
        f"    rows = datasets.load_from_disk({str(data)!r})\n"
        f"    segments_hf.push_to_hub(rows, {REPO!r}, max_shard_size=1, num_proc=2)\n"
    )
    (tmp_path / "push.py").write_text(program)
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": "hf_jane"}
    slow = Fault("POST", "/commit/refs/pr/1", 30.0, after=1)
    hub.faults.append(slow)
    with (tmp_path / "output.txt").open("wb") as output:
        command = [sys.executable, str(tmp_path / "push.py")]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        deadline = time.monotonic() + 120
        while slow.times and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait(60)
        assert pull_request_statuses(hub) == ["draft"], (tmp_path / "output.txt").read_text()
        assert shards(hub) == []
        hub.faults.clear()
        received = dict(hub.received)
        subprocess.run(command, env=environment, stdout=output, stderr=output, check=True, timeout=120)
    assert pull_request_statuses(hub) == ["merged"]
    assert {oid: hub.received[oid] for oid in received} == received
    assert stored() == list(range(150))
