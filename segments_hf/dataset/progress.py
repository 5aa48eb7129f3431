"""What a build has fetched so far, shown as it goes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from datasets.utils import tqdm

from segments_hf.assets import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def shown_traffic(place: int) -> Iterator[Traffic]:
    """Counts what is fetched, and shows it from the first asset on that comes over the network.

    Args:
        place: The line of the bar, below that of `datasets`; each process has its own.
    """
    bar: Any = None

    def show(traffic: Traffic) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(desc="Fetching", unit="B", unit_scale=True, position=place, leave=place == 1)
        bar.set_postfix_str(
            f"files={traffic.files}, retries={traffic.retries}, failures={traffic.failures}", refresh=False
        )
        bar.update(traffic.size - bar.n)

    try:
        yield Traffic(on_change=show)
    finally:
        if bar is not None:
            bar.close()
