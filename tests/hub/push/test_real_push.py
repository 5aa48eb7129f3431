"""Rows of the real release arc_litter v01 that are read from the Hub equal the pushed rows."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest

import segments_hf
from hub.demo_push import shards, stored_rows
from hub.server.hub_server import HubServer


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_rows_of_arc_litter_read_from_the_hub_equal_the_pushed_rows(
    hub: HubServer, arc_litter: Path, streaming: bool
) -> None:
    options = {"split": "train", "segments_dir": arc_litter / "segments", "filter_by": "reviewed"}
    release = arc_litter / "arc_litter-v01.json"
    rows = segments_hf.load_release(release, **options, embed=True)
    pushed = segments_hf.load_release(release, **options, streaming=streaming)
    segments_hf.push_to_hub(pushed, "jane/litter", max_shard_size="5MB")
    assert len(shards(hub, "jane/litter")) > 1
    back = datasets.load_dataset("jane/litter", split="train")
    assert back.features == rows.features
    assert stored_rows(back) == stored_rows(rows)
    assert stored_rows(datasets.load_dataset("jane/litter", split="train", streaming=True)) == stored_rows(rows)
    assert sum(len(annotations) for annotations in back["annotations"]) == 39
