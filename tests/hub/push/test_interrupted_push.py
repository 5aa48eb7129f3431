"""An interrupted push resumes, and a push repeats requests that failed because of a temporary fault of the Hub."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from hub.demo_push import REPO, demo, shards, stored_rows, with_both_transfers
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from segments_hf.demo import demo_release
from segments_hf.errors import HubError
from segments_hf.hub.compat import parquet_writer

BUSY = (503, {}, b"")
RATE_LIMITED = (429, {"Retry-After": "0"}, b"")


def commit_of_another_user(hub: HubServer) -> None:
    hub.commit(REPO, {"README.md": b"# Text of another user\n"})


def test_push_resumes_after_the_repository_was_deleted(hub: HubServer) -> None:
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(demo_release(), REPO)
    hub.repos.clear()
    hub.objects.clear()
    segments_hf.push_to_hub(demo_release(), REPO)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


@pytest.mark.each_choice(1)
@with_both_transfers
@pytest.mark.parametrize("effect", [BUSY, "reset", RATE_LIMITED], ids=["busy", "reset", "rate limited"])
def test_push_succeeds_after_one_failed_upload(
    hub: HubServer, transfer: str, effect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    fault = Fault(*COMPLETING_REQUESTS[transfer], effect)
    hub.faults.append(fault)
    segments_hf.push_to_hub(demo(), REPO)
    assert not fault.times
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("GET", "/xet-write-token/", BUSY), id="busy at the request for the Xet token"),
        pytest.param(Fault("POST", "/xorbs/", BUSY, times=8), id="busy at eight uploads of chunks"),
        pytest.param(Fault("POST", "/xorbs/", "reset"), id="reset at an upload of chunks"),
        pytest.param(Fault("POST", "/objects/batch", BUSY), id="busy at the query of known files"),
        pytest.param(Fault("POST", "/repos/create", BUSY), id="busy at the creation of the repository"),
        pytest.param(Fault("POST", "/commit/", BUSY, times=2), id="busy at two commits"),
        pytest.param(Fault("POST", "/commit/", RATE_LIMITED), id="rate limit at the commit"),
        pytest.param(Fault("POST", "/commit/", "reset"), id="reset before the commit"),
        pytest.param(Fault("POST", "/commit/", "lose"), id="reset after the commit"),
        pytest.param(Fault("POST", "/commit/", commit_of_another_user), id="commit of another user before the commit"),
    ],
)
def test_push_succeeds_after_a_fault_of_the_hub(hub: HubServer, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(fault)
    segments_hf.push_to_hub(demo(), REPO)
    assert not fault.times
    files = hub.files(REPO)
    if fault.effect is commit_of_another_user:
        assert b"Text of another user" in files["README.md"]
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


@pytest.mark.each_choice(1)
@with_both_transfers
@pytest.mark.parametrize("source", ["release", "dataset", "layout"])
def test_interrupted_push_resumes_without_uploading_shards_again(
    hub: HubServer, transfer: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"max_shard_size": "60KB"}
    if source == "layout":
        options["layout"] = "panoptic-segmentation"
    data = demo() if source == "dataset" else demo_release()
    segments_hf.push_to_hub(data, "jane/whole", **options)
    hub.objects.clear()
    hub.received.clear()
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault(*COMPLETING_REQUESTS[transfer], (403, {}, b""), times=9, after=2))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(data, REPO, **options)
    assert shards(hub) == []
    hub.faults.clear()
    uploaded_at_first = dict(hub.received)
    written: list[Path] = []

    def counting_writer(file: Path, features: Any) -> Any:
        written.append(file)
        return parquet_writer(file, features)

    monkeypatch.setattr("segments_hf.hub.uploads.shards.parquet_writer", counting_writer)
    segments_hf.push_to_hub(data, REPO, **options)
    assert all(hub.received[oid] == size for oid, size in uploaded_at_first.items())
    assert len(written) == len(shards(hub)) - 2
    whole, resumed = hub.files("jane/whole"), hub.files(REPO)
    assert {path: whole[path] for path in shards(hub, "jane/whole")} == {path: resumed[path] for path in shards(hub)}


def test_resumed_push_uploads_again_a_shard_that_the_hub_has_lost(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(demo_release(), REPO, max_shard_size="60KB")
    uploaded_at_first = dict(hub.received)
    lost = list(uploaded_at_first)[2]
    del hub.objects[lost]
    segments_hf.push_to_hub(demo_release(), REPO, max_shard_size="60KB")
    shard_ids = {hashlib.sha256(hub.files(REPO)[path]).hexdigest() for path in shards(hub)}
    assert {oid: hub.received[oid] for oid in shard_ids} == {
        oid: uploaded_at_first[oid] * (2 if oid == lost else 1) for oid in shard_ids
    }
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


def interrupt(hub: HubServer, release: Path, **options: Any) -> None:
    """Push a release to a Hub that refuses the commit, so that the next push resumes."""
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(release, REPO, **options)
    hub.faults.clear()


def test_push_does_not_resume_from_positions_in_another_format(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, caches: Path
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("segments_hf.hub.pushing.POSITION_FORMAT", 1)
        interrupt(hub, demo_release(), max_shard_size="60KB")
    (journal,) = caches.glob("**/*.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    states = [{**line, "following": {"examples_iterable": {"shard_example_idx": 2}}} for line in lines]
    journal.write_text("".join(f"{json.dumps(state)}\n" for state in states[:-1]))
    segments_hf.push_to_hub(demo_release(), REPO, max_shard_size="60KB")
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))


def test_resumed_push_reports_the_problems_of_the_interrupted_push(
    hub: HubServer, write_release: Any, caplog: pytest.LogCaptureFixture
) -> None:
    samples = [{"name": "0.jpg"}, {"name": 5}, {"name": "2.jpg"}, {"name": 7}, {"name": "4.jpg"}]
    release = write_release(samples, task_type="text-named-entities")
    interrupt(hub, release, max_shard_size=1, on_error="skip")
    caplog.clear()
    result = segments_hf.push_to_hub(release, REPO, max_shard_size=1, on_error="skip")
    assert result.splits["train"].left_out.rows == {"cannot be read": 2}
    assert [name in caplog.text for name in ("samples[1]", "samples[3]")] == [True, True]


def test_push_to_a_busy_hub_raises_error_and_commits_nothing(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault("POST", "/commit/", BUSY, times=99))
    with pytest.raises(HubError, match="to resume"):
        segments_hf.push_to_hub(demo(), REPO)
    assert shards(hub) == []


@pytest.mark.each_choice(1)
@pytest.mark.slow
@with_both_transfers
@pytest.mark.parametrize("source", ["release", "dataset"])
def test_interrupted_push_with_worker_processes_resumes_without_uploading_shards_again(
    hub: HubServer, transfer: str, source: str
) -> None:
    options: dict[str, Any] = {"max_shard_size": "60KB", "num_proc": 2}
    data = demo() if source == "dataset" else demo_release()
    segments_hf.push_to_hub(data, "jane/whole", **options)
    hub.objects.clear()
    hub.received.clear()
    hub.faults.append(Fault(*COMPLETING_REQUESTS[transfer], (403, {}, b""), times=9, after=3))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(data, REPO, **options)
    assert shards(hub) == []
    hub.faults.clear()
    uploaded_at_first = dict(hub.received)
    segments_hf.push_to_hub(data, REPO, **options)
    assert all(hub.received[oid] == size for oid, size in uploaded_at_first.items())
    whole, resumed = hub.files("jane/whole"), hub.files(REPO)
    assert {path: whole[path] for path in shards(hub, "jane/whole")} == {path: resumed[path] for path in shards(hub)}


@pytest.mark.parametrize("transfer", ["lfs"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [None, Fault("PUT", r"/lfs/\w+/2", "reset"), Fault("PUT", r"/lfs/\w+/2", BUSY), Fault("POST", "/complete", BUSY)],
    ids=["no fault", "reset at a part", "busy at a part", "busy at the completion"],
)
def test_large_shards_are_uploaded_in_parts(
    hub: HubServer, fault: Fault | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    hub.part_size = 50_000
    hub.faults += [fault] if fault else []
    segments_hf.push_to_hub(demo_release(), REPO)
    assert sum(re.fullmatch(r"/lfs/\w+/\d+", path) is not None for _, path in hub.requests) > 2
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(demo(split="train", embed=True))
    assert not any(fault.times for fault in hub.faults)
