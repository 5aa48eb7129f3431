"""nuscenes-devkit loads an export.

The devkit needs numpy 1, so it is installed in an environment of its own: `.ci/run` makes `.ci/.env-nuscenes`. To use
another interpreter, set the environment variable `NUSCENES_PYTHON` to its path.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from points.planting import planted_cloud

from segments_hf import export_dataset
from segments_hf.points import boxes, velocities

from .planted_rows import camera, planted_sequence, png

PYTHON = Path(os.environ.get("NUSCENES_PYTHON") or Path(__file__).parents[4] / ".ci/.env-nuscenes/bin/python")
# A program that prints what the devkit reads: the boxes of each sample in the frame of the lidar, the paths of camera
# images, and the scenes of a split.
PROGRAM = """
import json, sys
from nuscenes import NuScenes
from nuscenes.utils.data_classes import LidarPointCloud
from nuscenes.utils.geometry_utils import points_in_box
from nuscenes.utils.splits import get_scenes_of_split

tables = NuScenes(version="v1.0-trainval", dataroot=sys.argv[1], verbose=False)
frames = []
for sample in tables.sample:
    path, boxes, _ = tables.get_sample_data(sample["data"]["LIDAR_TOP"])
    points = LidarPointCloud.from_file(path).points[:3]
    frames.append([
        {
            "center": box.center.tolist(),
            "wlh": box.wlh.tolist(),
            "rotation": box.rotation_matrix.tolist(),
            "points": int(points_in_box(box, points).sum()),
            "velocity": tables.box_velocity(box.token).tolist(),
        }
        for box in boxes
    ])
images = [
    tables.get_sample_data(token)[0]
    for sample in tables.sample
    for channel, token in sample["data"].items()
    if channel.startswith("CAM_")
]
print(json.dumps({"frames": frames, "images": images, "split": get_scenes_of_split("custom_train", tables)}))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="nuscenes-devkit is not installed in an environment of its own"),
]


def read_with_devkit(folder: Path) -> dict[str, list[object]]:
    """Return what the devkit reads from an export."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", PROGRAM, folder], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    found: dict[str, list[object]] = json.loads(process.stdout)
    return found


def test_devkit_reads_the_boxes_points_velocities_and_images_of_the_rows(tmp_path: Path) -> None:
    clouds = [planted_cloud(seed, 3) for seed in range(4)]
    cameras = [[camera("front", png())], [], [], [camera("front", png())]]
    rows = planted_sequence(clouds, cameras=cameras)
    export_dataset({"train": rows}, "nuscenes", tmp_path / "out")
    found = read_with_devkit(tmp_path / "out")
    assert found["split"] == ["planted"]
    assert [Path(str(image)).name for image in found["images"]] == ["000000.png", "000003.png"]
    for frame, planted, velocity in zip(found["frames"], clouds, velocities(rows), strict=True):
        assert isinstance(frame, list)
        expected = boxes(planted.row, "sensor")
        np.testing.assert_allclose([box["center"] for box in frame], expected.center, atol=1e-9)
        np.testing.assert_allclose([box["rotation"] for box in frame], expected.rotation, atol=1e-9)
        np.testing.assert_array_equal([box["wlh"] for box in frame], expected.dimensions[:, [1, 0, 2]])
        assert [box["points"] for box in frame] == planted.counts.tolist()
        # The devkit computes velocities with times in seconds since 1970, which are float64 numbers.
        np.testing.assert_allclose([box["velocity"] for box in frame], velocity, rtol=1e-5)
