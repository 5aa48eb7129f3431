"""A Hub for one test, and clients that know no other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huggingface_hub import HfFileSystem

from .hub_server import HubServer


@pytest.fixture(scope="session", autouse=True)
def xet_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Xet's client keeps what it knows in a folder of these tests; it reads this once."""
    os.environ["HF_XET_CACHE"] = str(tmp_path_factory.mktemp("xet"))


@pytest.fixture
def transfer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How large files are uploaded: by Xet, as users do it, or by the LFS protocol where it is switched off."""
    way = getattr(request, "param", "xet")
    if way == "lfs":
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")  # for the processes of a test
    return way


@pytest.fixture
def hub(transfer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A Hub; jane is logged in."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("segments_hf.hub.hub_retries.PAUSES", (0.02,) * 4)
    monkeypatch.setattr("segments_hf.hub.commit.PAUSES", (0.02,) * 4)
    monkeypatch.setenv("HF_TOKEN", "hf_jane")
    HfFileSystem.clear_instance_cache()
    server = HubServer(urlsplit(os.environ["HF_ENDPOINT"]).port or 0)
    server.start()
    yield server
    server.stop()
    assert server.unknown == []
