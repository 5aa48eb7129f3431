"""A pushed layout of point clouds has the points, boxes and labels of its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from layouts.point_clouds.cloud_release import (
    DETECTION,
    NO_POINTS,
    SEGMENTATION,
    cloud_sample,
    cuboid,
    segment_annotations,
    write_cloud_release,
)

import segments_hf
from hub.demo_push import REPO
from hub.server.hub_server import HubServer

POINTS = np.arange(20, dtype=np.float32).reshape(5, 4)
OTHER_POINTS = -POINTS[:2]


def release(folder: Path, layout: str) -> Path:
    """Write a release of four point clouds: one without a label, one without points, and two with points and labels."""
    is_detection = layout == DETECTION

    def label(count: int) -> dict[str, Any]:
        if is_detection:
            return {"annotations": [cuboid(index + 1, track_id=index) for index in range(count)]}
        return {"annotations": segment_annotations(*range(1, count + 1)), "point_annotations": list(range(count))}

    samples = [
        cloud_sample(folder, "null", POINTS),
        cloud_sample(folder, "nothing", NO_POINTS, label(0)),
        cloud_sample(folder, "first", POINTS, label(5)),
        cloud_sample(folder, "second", OTHER_POINTS, label(2)),
    ]
    return write_cloud_release(folder, samples, f"pointcloud-{'cuboid' if is_detection else 'segmentation'}")


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("layout", [DETECTION, SEGMENTATION])
@pytest.mark.parametrize("source", ["release", "dataset", "stream", "dataset with a layout", "stream with a layout"])
def test_pushed_layout_of_point_clouds_equals_the_layout_of_the_rows(
    hub: HubServer, tmp_path: Path, layout: str, source: str
) -> None:
    path = release(tmp_path, layout)
    kind = source.split(maxsplit=1)[0]
    data = path if kind == "release" else segments_hf.load_release(path, streaming=kind == "stream")
    if source.endswith("layout"):
        data = segments_hf.to_layout(data, layout)
    pushed = segments_hf.push_to_hub(data, REPO, layout=None if source.endswith("layout") else layout)
    expected = segments_hf.to_layout(segments_hf.load_release(path, split="train"), layout)
    back = datasets.load_dataset(REPO, split="train")
    assert back.features == expected.features
    for streaming in (False, True):
        rows = list(datasets.load_dataset(REPO, split="train", streaming=streaming).with_format("numpy"))
        assert len(rows) == 3
        for row, other in zip(rows, expected.with_format("numpy"), strict=True):
            for name in expected.column_names:
                np.testing.assert_array_equal(row[name], other[name], strict=True)
    names = {int(index): name for index, name in json.loads(hub.files(REPO)["id2label.json"]).items()}
    assert names == segments_hf.id2label(back) == segments_hf.id2label(REPO) == segments_hf.id2label(expected)
    assert segments_hf.categories(back) == segments_hf.categories(REPO) == segments_hf.categories(path)
    if not source.endswith("layout"):
        assert pushed.left_out.rows == {"UNLABELED": 1}
        objects = {"without a point": 2} if layout == SEGMENTATION else {}
        assert pushed.left_out.objects == objects
    assert "`points`" in hub.files(REPO)["README.md"].decode()


@pytest.mark.parametrize("num_proc", [None, 2])
def test_pushed_layout_has_the_requested_fields(hub: HubServer, tmp_path: Path, num_proc: int | None) -> None:
    options: dict[str, Any] = {"layout": DETECTION, "fields": ["x", "y", "z"], "num_proc": num_proc}
    segments_hf.push_to_hub(release(tmp_path, DETECTION), REPO, **options)
    rows = list(datasets.load_dataset(REPO, split="train").with_format("numpy"))
    assert [row["points"].shape for row in rows] == [(0, 3), (5, 3), (2, 3)]
    np.testing.assert_array_equal(rows[1]["points"], POINTS[:, :3])
