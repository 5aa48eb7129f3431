"""A misbehaving server only affects its own samples; see `fuzz.misbehaving_servers`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .misbehaving_servers import check_images
from .servers import BEHAVIORS, MAY_SUCCEED


def groups() -> Iterator[list[str]]:
    bad = sorted(BEHAVIORS.keys() - set(MAY_SUCCEED))
    for start in range(0, len(bad), 5):
        yield ["good", *bad[start : start + 5], "good"]


@pytest.mark.parametrize("behaviors", list(groups()), ids=",".join)
def test_a_misbehaving_server_only_affects_its_own_samples(behaviors: list[str], tmp_path) -> None:
    assert check_images(behaviors, tmp_path) == {"rows": 2, "skipped": len(behaviors) - 2}
