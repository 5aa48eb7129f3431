"""Damaged point clouds of every format raise only errors of segments_hf; see `fuzz.damaged_clouds`."""

from __future__ import annotations

import pytest

from .damaged_clouds import CLOUDS_PER_BATCH, run_batch


@pytest.mark.parametrize("number", range(3))
def test_damaged_cloud_raises_only_errors_of_segments_hf(number: int) -> None:
    assert run_batch(0, number) == CLOUDS_PER_BATCH
