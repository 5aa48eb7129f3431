"""Each row of a sequence has the status of its frame, and no image from `segments_dir`.

A folder of the official SDK, `segments_dir`, has no files for single frames.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dataset.making import sample
from segments_hf import load_release


def test_segments_dir_does_not_replace_the_images_of_frames(tmp_path: Path, write_release) -> None:
    for number, width in enumerate((8, 9)):
        Image.new("RGB", (width, 5)).save(tmp_path / f"{number}.png")
    folder = tmp_path / "segments"
    folder.mkdir()
    Image.new("RGB", (40, 40)).save(folder / "drive.png")
    frames = [{"image": {"url": f"{number}.png"}} for number in range(2)]
    release = write_release(
        [{"name": "drive", "attributes": {"frames": frames}, "labels": {}}], task_type="image-vector-sequence"
    )
    rows = load_release(release, split="train", segments_dir=folder)
    assert rows["width"][:] == [8, 9]
    assert rows["frame_index"][:] == [0, 1]


@pytest.mark.parametrize("status", ["LABELED", "REVIEWED", "SKIPPED", "REJECTED"])
@pytest.mark.parametrize("task_type", ["image-vector-sequence", "pointcloud-cuboid-sequence"])
def test_frame_that_the_label_does_not_contain_is_not_labeled(write_release: Any, status: str, task_type: str) -> None:
    """A model that is trained on such a frame as a frame without objects learns to miss objects."""
    frame_labels = [{"annotations": []}, None]
    release = write_release(
        [
            sample(
                "drive",
                label={"label_status": status, "attributes": {"frames": frame_labels}},
                attributes={"frames": [{}, {}, {}]},
            )
        ],
        task_type=task_type,
    )
    rows = load_release(release, split="train", load_assets=False)
    expected = status if status in {"SKIPPED", "REJECTED"} else "UNLABELED"
    assert rows["status"][:] == [status, expected, expected]
    assert rows["annotations"][:] == [[], [], []]
