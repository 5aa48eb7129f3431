"""A Hub on loopback for each test. `huggingface_hub` and `datasets` send all their requests to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huggingface_hub import HfFileSystem

from hub.server.hub_server import HubServer


@pytest.fixture
def hub(transfer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A Hub that runs during one test. The client is logged in as jane."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("segments_hf.hub.hub_retries.PAUSES", (0.02,) * 4)
    monkeypatch.setattr("segments_hf.hub.commits.commit.PAUSES", (0.02,) * 4)
    monkeypatch.setenv("HF_TOKEN", "hf_jane")
    HfFileSystem.clear_instance_cache()
    server = HubServer(urlsplit(os.environ["HF_ENDPOINT"]).port or 0)
    server.start()
    yield server
    server.stop()
    assert server.unknown_requests == []
