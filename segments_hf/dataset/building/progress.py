"""Show the progress of fetching during a build."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from segments_hf.assets import Traffic
from segments_hf.dataset.compat import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTERVAL = 0.1  # seconds between updates of the progress bar


@contextlib.contextmanager
def show_traffic(line: int) -> Iterator[Traffic]:
    """Count the fetched files and bytes, and show a progress bar as soon as the network is used.

    Args:
        line: The number of lines from the bar of `datasets` down to this bar; each process has its own line.
    """
    bar: Any = None
    shown_at = 0.0

    def show(traffic: Traffic, *, is_last: bool = False) -> None:
        nonlocal bar, shown_at
        now = time.monotonic()
        if now - shown_at < _INTERVAL and not is_last:
            return
        shown_at = now
        if bar is None:
            bar = progress_bar(desc="Fetching", unit="B", unit_scale=True, position=line, leave=line == 1)
        bar.set_postfix_str(
            f"files={traffic.files}, retries={traffic.retries}, failures={traffic.failures}", refresh=False
        )
        bar.update(traffic.size - bar.n)

    traffic = Traffic(on_change=show)
    try:
        yield traffic
    finally:
        if bar is not None:
            show(traffic, is_last=True)
            bar.close()
