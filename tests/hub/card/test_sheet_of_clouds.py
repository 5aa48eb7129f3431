"""The contact sheet of pushed point clouds is that of `contact_sheet`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from PIL import Image

import segments_hf
from hub.cloud_samples import REPO, write_cloud_release
from hub.demo_push import shards
from hub.server.hub_server import HubServer
from segments_hf.demo import demo_release


@pytest.mark.parametrize("form", ["release", "dataset", "stream"])
@pytest.mark.parametrize("name", ["street-cuboids", "street-segmentation"])
def test_sheet_in_the_repository_is_that_of_contact_sheet(hub: HubServer, name: Any, form: str) -> None:
    release = demo_release(name)
    data = release if form == "release" else segments_hf.load_release(release, streaming=form == "stream")
    segments_hf.push_to_hub(data, REPO)
    pushed = Image.open(io.BytesIO(hub.files(REPO)["contact_sheet.jpg"]))
    expected = segments_hf.contact_sheet(release)
    assert pushed.size == expected.size
    difference = np.abs(np.asarray(pushed, np.int16) - np.asarray(expected, np.int16))
    assert difference.mean() < 8  # a JPEG is not exact
    assert "![Point clouds with their labels](contact_sheet.jpg)" in hub.files(REPO)["README.md"].decode()


def test_cuboid_that_cannot_be_drawn_does_not_stop_the_push(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    rows = segments_hf.load_release(write_cloud_release(tmp_path, write_release, "pointcloud-cuboid"), split="train")
    items = [row | {"annotations": [{**item, "position": None} for item in row["annotations"]]} for row in rows]
    segments_hf.push_to_hub(datasets.Dataset.from_list(items, features=rows.features), REPO)
    assert len(shards(hub, REPO)) == 1
