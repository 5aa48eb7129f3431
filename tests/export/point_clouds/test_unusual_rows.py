"""Exports of rows that users have changed: decoded images, several sensors, sequences beside single point clouds."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from points.planting import planted_cloud

from segments_hf import PathError, export_dataset

from ..formats.point_clouds.nuscenes_reader import Export
from ..formats.point_clouds.planted_rows import camera, planted_sequence, png


def two_frames(seed: int = 1, **columns: list[object]) -> datasets.Dataset:
    """Return two frames of a sequence, each with the image of a camera."""
    cameras = [[camera("front", png())]] * 2
    return planted_sequence([planted_cloud(seed), planted_cloud(seed + 1)], cameras=cameras, **columns)


def test_stream_with_decoded_images_of_cameras_is_exported(tmp_path: Path) -> None:
    rows = two_frames()
    stream = rows.to_iterable_dataset().map(lambda row: row, features=rows.features)
    export_dataset(stream, "nuscenes", tmp_path / "out")
    assert len(Export(tmp_path / "out").files("CAM_FRONT")) == 2
    export_dataset(stream, "openpcdet", tmp_path / "boxes")
