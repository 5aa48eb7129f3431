"""Requests to the Hub are repeated after temporary errors, and not after permanent errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from huggingface_hub.errors import OfflineModeIsEnabled

from segments_hf.errors import HubError
from segments_hf.hub.hub_retries import retry


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the pauses between attempts instead of waiting."""
    recorded: list[float] = []
    monkeypatch.setattr("time.sleep", recorded.append)
    return recorded


def failing(*errors: Exception) -> Callable[[], str]:
    """Return a function that raises these errors one after the other, then succeeds."""
    remaining = list(errors)

    def call() -> str:
        if remaining:
            raise remaining.pop(0)
        return "done"

    return call


def test_retry_repeats_call_after_connection_error(pauses: list[float]) -> None:
    assert retry(failing(ConnectionResetError(), ConnectionError("")), "the listing of files") == "done"
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]


def test_retry_raises_error_after_last_attempt(pauses: list[float]) -> None:
    with pytest.raises(HubError, match="the listing of files: .* 7 "):
        retry(failing(*[ConnectionResetError("reset")] * 7), "the listing of files")
    assert len(pauses) == 6


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), OfflineModeIsEnabled("offline")], ids=["wrong value", "offline"]
)
def test_retry_raises_permanent_error_at_once(error: Exception, pauses: list[float]) -> None:
    with pytest.raises(type(error)):
        retry(failing(error), "the listing of files")
    assert pauses == []
