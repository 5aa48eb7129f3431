"""`segments_hf.distributed.push_to_hub` starts Ray on this machine if it gets no address."""

from __future__ import annotations

import datasets
import pytest

import segments_hf
from hub.demo_push import REPO, shards, stored_rows
from hub.server.hub_server import HubServer
from segments_hf import distributed
from segments_hf.demo import demo_release

pytestmark = pytest.mark.slow


def test_push_of_splits_and_layout_equals_that_of_one_machine(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"layout": "object-detection", "license": "cc-by-4.0"}
    stream = segments_hf.load_release(demo_release(), splits={"train": 0.6, "test": 0.4}, streaming=True)
    alone = segments_hf.push_to_hub(stream, "jane/alone", **options)
    monkeypatch.delenv("HF_TOKEN")
    pushed = distributed.push_to_hub(
        demo_release(), REPO, splits={"train": 0.6, "test": 0.4}, token="hf_jane", **options
    )
    assert pushed.splits == alone.splits
    whole, by_ray = hub.files("jane/alone"), hub.files(REPO)
    assert shards(hub) == shards(hub, "jane/alone")
    assert {path: by_ray[path] for path in whole if path != "README.md"} == {
        path: content for path, content in whole.items() if path != "README.md"
    }
    assert by_ray["README.md"].replace(REPO.encode(), b"jane/alone") == whole["README.md"]
