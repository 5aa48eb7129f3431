"""An interrupted push resumes, and a push repairs what a fault of the Hub left."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from segments_hf.demo import demo_release
from segments_hf.errors import HubError

from .connection import Fault
from .hub_server import HubServer
from .large_files import ARRIVALS
from .test_push import REPO, by_both_ways, demo, raw, shards

BUSY = (503, {}, b"")


def test_a_repository_that_was_deleted_meanwhile(hub: HubServer) -> None:
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(demo_release(), REPO)
    hub.repos.clear()
    hub.objects.clear()
    segments_hf.push_to_hub(demo_release(), REPO)
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


@by_both_ways
@pytest.mark.parametrize("answer", [BUSY, "reset", (429, {"Retry-After": "0"}, b"")])
def test_faults_of_uploads_are_mended(
    hub: HubServer, transfer: str, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    fault = Fault(*ARRIVALS[transfer], answer)
    hub.faults.append(fault)
    segments_hf.push_to_hub(demo(), REPO)
    assert not fault.times
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/xet-write-token/", BUSY),
        Fault("POST", "/xorbs/", BUSY, times=8),
        Fault("POST", "/xorbs/", "reset"),
        Fault("POST", "/objects/batch", BUSY),
        Fault("POST", "/repos/create", BUSY),
        Fault("POST", "/commit/", BUSY, times=2),
        Fault("POST", "/commit/", (429, {"Retry-After": "0"}, b"")),
        Fault("POST", "/commit/", "reset"),
        Fault("POST", "/commit/", "lose"),
        Fault("POST", "/commit/", lambda hub: hub.commit(REPO, {"README.md": b"# Somebody else was here\n"})),
    ],
)
def test_faults_are_mended(hub: HubServer, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(fault)
    segments_hf.push_to_hub(demo(), REPO)
    assert not fault.times
    files = hub.files(REPO)
    if callable(fault.answer):
        assert b"Somebody else was here" in files["README.md"]
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


@by_both_ways
@pytest.mark.parametrize("source", ["release", "dataset", "layout"])
def test_an_interrupted_push_goes_on(
    hub: HubServer, transfer: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"max_shard_size": "60KB"}
    if source == "layout":
        options["layout"] = "panoptic-segmentation"
    given = demo() if source == "dataset" else demo_release()
    segments_hf.push_to_hub(given, "jane/whole", **options)
    hub.objects.clear()
    hub.received.clear()
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault(*ARRIVALS[transfer], (403, {}, b""), times=9, after=2))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(given, REPO, **options)
    assert shards(hub) == []
    hub.faults.clear()
    first = dict(hub.received)
    written: list[Path] = []
    writer = segments_hf.hub.shards._Writer

    class Counting(writer):
        def __init__(self, file: Path, features: Any) -> None:
            written.append(file)
            super().__init__(file, features)

    monkeypatch.setattr("segments_hf.hub.shards._Writer", Counting)
    segments_hf.push_to_hub(given, REPO, **options)
    assert all(hub.received[oid] == size for oid, size in first.items())
    assert len(written) == len(shards(hub)) - 2
    whole, again = hub.files("jane/whole"), hub.files(REPO)
    assert {path: whole[path] for path in shards(hub, "jane/whole")} == {path: again[path] for path in shards(hub)}


def test_what_the_hub_has_lost_meanwhile_is_sent_again(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(demo_release(), REPO, max_shard_size="60KB")
    first = dict(hub.received)
    lost = list(first)[2]
    del hub.objects[lost]
    segments_hf.push_to_hub(demo_release(), REPO, max_shard_size="60KB")
    sent = {hashlib.sha256(hub.files(REPO)[path]).hexdigest() for path in shards(hub)}
    assert {oid: hub.received[oid] for oid in sent} == {oid: first[oid] * (2 if oid == lost else 1) for oid in sent}
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))


def test_a_hub_that_stays_busy(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.faults.append(Fault("POST", "/commit/", BUSY, times=99))
    with pytest.raises(HubError, match="to resume"):
        segments_hf.push_to_hub(demo(), REPO)
    assert shards(hub) == []


@pytest.mark.slow
@by_both_ways
@pytest.mark.parametrize("source", ["release", "dataset"])
def test_processes_that_were_interrupted_go_on(hub: HubServer, transfer: str, source: str) -> None:
    options: dict[str, Any] = {"max_shard_size": "60KB", "num_proc": 2}
    given = demo() if source == "dataset" else demo_release()
    segments_hf.push_to_hub(given, "jane/whole", **options)
    hub.objects.clear()
    hub.received.clear()
    hub.faults.append(Fault(*ARRIVALS[transfer], (403, {}, b""), times=9, after=3))
    with pytest.raises(HubError, match="write access"):
        segments_hf.push_to_hub(given, REPO, **options)
    assert shards(hub) == []
    hub.faults.clear()
    first = dict(hub.received)
    segments_hf.push_to_hub(given, REPO, **options)
    assert all(hub.received[oid] == size for oid, size in first.items())
    whole, again = hub.files("jane/whole"), hub.files(REPO)
    assert {path: whole[path] for path in shards(hub, "jane/whole")} == {path: again[path] for path in shards(hub)}


@pytest.mark.parametrize("transfer", ["lfs"], indirect=True)
@pytest.mark.parametrize(
    "fault",
    [None, Fault("PUT", r"/lfs/\w+/2", "reset"), Fault("PUT", r"/lfs/\w+/2", BUSY), Fault("POST", "/complete", BUSY)],
    ids=["smooth", "reset", "busy", "busy at the end"],
)
def test_large_shards_arrive_in_parts(hub: HubServer, fault: Fault | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    hub.part_size = 50_000
    hub.faults += [fault] if fault else []
    segments_hf.push_to_hub(demo_release(), REPO)
    assert sum(re.fullmatch(r"/lfs/\w+/\d+", path) is not None for _, path in hub.requests) > 2
    assert raw(datasets.load_dataset(REPO, split="train")) == raw(demo(split="train", embed=True))
    assert not any(fault.times for fault in hub.faults)
