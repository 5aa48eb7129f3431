"""A push applies `on_error` to problems of a release and to problems of a layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from layouts.mask_making import annotation, bitmap_sample

import segments_hf
from hub.demo_push import REPO, shards
from hub.server.hub_server import HubServer
from segments_hf.errors import BitmapError

LAYOUT = "instance-segmentation"


@pytest.fixture
def crowded_release(tmp_path: Path, write_release: Any) -> Path:
    """Return a release of three images. The second has too many instances, the third has a broken bitmap."""
    ids = np.arange(1, 257).reshape(16, 16).tolist()
    samples = [
        bitmap_sample(tmp_path, "first", [[1, 2]], [annotation(1), annotation(2)]),
        bitmap_sample(tmp_path, "crowded", ids, [annotation(number) for number in range(1, 257)]),
        bitmap_sample(tmp_path, "broken", [[1]], [annotation(1)]),
    ]
    (tmp_path / "broken_label.png").write_bytes(b"")
    release: Path = write_release(samples)
    return release


@pytest.mark.parametrize(("on_error", "is_null"), [("skip", [False]), ("keep", [False, True])], ids=["skip", "keep"])
def test_push_skips_rows_that_do_not_fit_the_layout_or_keeps_them_with_null(
    hub: HubServer, crowded_release: Path, on_error: str, is_null: list[bool]
) -> None:
    segments_hf.push_to_hub(crowded_release, REPO, layout=LAYOUT, on_error=on_error)
    pushed = datasets.load_dataset(REPO, split="train")
    assert [row["annotation"] is None for row in pushed] == is_null


def test_push_by_default_raises_error_for_the_first_problem_and_commits_nothing(
    hub: HubServer, crowded_release: Path
) -> None:
    rows = segments_hf.load_release(crowded_release, split="train", on_error="skip")
    with pytest.raises(BitmapError, match="sample 'crowded'"):
        segments_hf.push_to_hub(rows, REPO, layout=LAYOUT)
    assert ("datasets", REPO) not in hub.repos or not shards(hub)
