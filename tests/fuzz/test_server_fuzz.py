"""A sample is skipped only if the server of its image misbehaves; see `fuzz.misbehaving_servers`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .misbehaving_servers import check_images
from .servers import BEHAVIORS, MAY_SUCCEED


def groups() -> Iterator[list[str]]:
    """Yield groups of at most five bad behaviors, with a good behavior before and after each group."""
    bad = sorted(BEHAVIORS.keys() - set(MAY_SUCCEED))
    for start in range(0, len(bad), 5):
        yield ["good", *bad[start : start + 5], "good"]


@pytest.mark.parametrize("behaviors", list(groups()), ids=",".join)
def test_load_release_skips_only_samples_of_misbehaving_servers(behaviors: list[str], tmp_path) -> None:
    assert check_images(behaviors, tmp_path) == {"rows": 2, "skipped": len(behaviors) - 2}
