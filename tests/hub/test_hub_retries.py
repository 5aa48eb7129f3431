"""What is tried again, and what is not."""

from __future__ import annotations

import pytest
from huggingface_hub.errors import OfflineModeIsEnabled

from segments_hf.errors import HubError
from segments_hf.hub.hub_retries import retry


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


def failing(*errors: Exception):
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def test_retry_repeats_call_after_connection_error(pauses: list[float]) -> None:
    assert retry(failing(ConnectionResetError(), ConnectionError("")), "ask") == "done"
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]


def test_retry_raises_error_after_last_try(pauses: list[float]) -> None:
    with pytest.raises(HubError, match="ask: .* 7 times"):
        retry(failing(*[ConnectionResetError("reset")] * 7), "ask")
    assert len(pauses) == 6


@pytest.mark.parametrize("error", [ValueError("wrong"), OfflineModeIsEnabled("offline")])
def test_retry_raises_permanent_error_at_once(error: Exception, pauses: list[float]) -> None:
    with pytest.raises(type(error)):
        retry(failing(error), "ask")
    assert pauses == []
