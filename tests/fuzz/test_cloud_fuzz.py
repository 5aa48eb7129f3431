"""Damaged point clouds of every format raise only our own errors; see `fuzz.damaged_clouds`."""

from __future__ import annotations

import pytest

pytest.importorskip("resource", reason="Windows has no module `resource`")

from .damaged_clouds import CLOUDS_PER_BATCH, run_batch


@pytest.mark.parametrize("number", range(3))
def test_damaged_cloud_raises_only_our_own_errors(number: int) -> None:
    assert run_batch(0, number) == CLOUDS_PER_BATCH
