"""Datasets of large point clouds, and of many labeled points, are built in less than 1 GiB of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_releases import cloud, cloud_label, cloud_sample

TESTS = Path(__file__).parents[2]
COUNT, SIZE = 60, 20_000_000  # the number of point clouds, and the bytes of each
POINTS = 100_000  # the number of points in each point cloud with labels of points

PROGRAM = """
import json, sys
import segments_hf
from process_memory import peak_memory

rows = segments_hf.load_release(sys.argv[1], split="train", **json.loads(sys.argv[2]))
print(json.dumps([len(rows), peak_memory() // 2**20]))
"""


def build_in_new_process(caches: Path, release: Path, **options: Any) -> tuple[int, int]:
    """Build a dataset in a new process; return the number of rows, and the peak of the memory in MiB."""
    environment = {**os.environ, "HF_HOME": str(caches), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-c", PROGRAM, str(release), json.dumps(options)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    rows, peak = json.loads(process.stdout.splitlines()[-1])
    return rows, peak


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
def test_dataset_with_the_bytes_of_large_point_clouds_is_built_in_1_gib(
    tmp_path: Path, caches: Path, write_release: Callable[..., Path]
) -> None:
    for number in range(COUNT):
        with (tmp_path / f"{number}.bin").open("wb") as file:
            file.truncate(SIZE)  # a file of zeros, which needs no space on the disk
    samples = [cloud_sample(f"{number}", cloud(f"{number}.bin")) for number in range(COUNT)]
    rows, peak = build_in_new_process(caches, write_release(samples, task_type="pointcloud-cuboid"), embed=True)
    assert rows == COUNT
    assert peak < 1024


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory of a process in /proc")
@pytest.mark.parametrize("task_type", ["pointcloud-segmentation", "pointcloud-segmentation-sequence"])
def test_dataset_of_labeled_points_is_built_in_1_gib(
    tmp_path: Path, caches: Path, write_release: Callable[..., Path], task_type: str
) -> None:
    with (tmp_path / "a.bin").open("wb") as file:
        file.truncate(16 * POINTS)
    label = {"annotations": [{"id": 1000, "category_id": 1}], "point_annotations": [0, 1000] * (POINTS // 2)}
    if task_type.endswith("sequence"):
        frames = cloud_label(frames=[label] * 100)
        samples = [cloud_sample(f"{number}", {"frames": [cloud("a.bin")] * 100}, frames) for number in range(4)]
    else:
        samples = [cloud_sample(f"{number}", cloud("a.bin"), cloud_label(**label)) for number in range(400)]
    rows, peak = build_in_new_process(caches, write_release(samples, task_type=task_type))
    assert rows == 400
    assert peak < 1024
