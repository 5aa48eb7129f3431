"""Pushed point clouds contain the bytes of their files, and rows read from the Hub equal those of the release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

import segments_hf
from hub.cloud_releases import REPO, TASK_TYPES, points, write_cloud_release
from hub.demo_push import stored_rows
from hub.server.hub_server import HubServer

FORMS = {
    "release": lambda path: path,
    "dataset of paths": lambda path: segments_hf.load_release(path, cameras=True),
    "dataset of bytes": lambda path: segments_hf.load_release(path, cameras=True, embed=True),
    "stream": lambda path: segments_hf.load_release(path, cameras=True, streaming=True),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_rows_read_from_the_hub_equal_the_rows_of_the_release(
    hub: HubServer, tmp_path: Path, write_release: Any, task_type: str, form: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, task_type)
    result = segments_hf.push_to_hub(FORMS[form](path), REPO)
    expected = segments_hf.load_release(path, split="train", embed=True, cameras=form != "release")
    back = datasets.load_dataset(REPO, split="train")
    assert result.splits["train"].rows == len(back) == len(expected)
    assert back.features == expected.features
    assert stored_rows(back) == stored_rows(expected)
    assert stored_rows(datasets.load_dataset(REPO, split="train", streaming=True)) == stored_rows(expected)


def test_push_contains_no_path_of_this_machine(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid")
    segments_hf.push_to_hub(segments_hf.load_release(path, cameras=True), REPO)
    (row, *_) = datasets.load_dataset(REPO, split="train").with_format("arrow")[:1].to_pylist()
    assert row["point_cloud"] == {"bytes": points(0), "path": None}
    assert "/" not in (row["cameras"][0]["image"]["path"] or "")
