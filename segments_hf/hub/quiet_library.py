"""Hide the progress bars of `huggingface_hub` during a push, because the push shows its own progress bars."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_library_bars() -> Iterator[None]:
    """Hide the progress bars of `huggingface_hub` in this process."""
    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
