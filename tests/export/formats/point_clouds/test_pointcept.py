"""The format pointcept, read with the code of its `DefaultDataset`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import kitti_file, pcd_file
from hypothesis import given, settings
from hypothesis import strategies as st
from points.files.cloud_files import pcd_file as pcd_file_of
from points.files.cloud_files import ply_file

from segments_hf import PointCloudError, export_dataset, load_release
from segments_hf.demo import demo_release
from segments_hf.points import point_labels, read_points

from ...making import files, write
from .pointcept_reader import read_clouds, read_config
from .segmented_releases import (
    expected_sizes,
    object_sizes,
    planted_sequence_sample,
    segmented_sample,
    write_named_classes,
)

SEQUENCE_TASK, CLOUD_TASK = "pointcloud-segmentation-sequence", "pointcloud-segmentation"
STREET = demo_release("street-segmentation")
COLORS = np.array([[255, 0, 7], [1, 128, 0], [0, 0, 255]], np.uint8)


def test_arrays_of_the_demo_equal_the_points_and_labels_of_the_release(tmp_path: Path) -> None:
    result = export_dataset(STREET, "pointcept", tmp_path / "out")
    rows = load_release(STREET, split="train", filter_by=["labeled", "reviewed"])
    clouds = read_clouds(tmp_path / "out", "train")
    for row, (name, arrays) in zip(rows, clouds.items(), strict=True):
        assert name == row["name"]
        points = read_points(row)
        np.testing.assert_array_equal(arrays["coord"], points[:, :3])
        np.testing.assert_array_equal(arrays["strength"], points[:, 3:])
        np.testing.assert_array_equal(arrays["segment"], point_labels(row) - 1)
        assert object_sizes(arrays["segment"], arrays["instance"]) == expected_sizes(row)
        assert ((arrays["instance"] == -1) == (arrays["segment"] == -1)).all()
        types = {name: (array.dtype.name, array.shape[1:]) for name, array in arrays.items()}
        assert types == {
            "coord": ("float32", (3,)),
            "strength": ("float32", (1,)),
            "segment": ("int32", ()),
            "instance": ("int32", ()),
        }
    assert (result.point_clouds, result.objects) == (4, sum(len(row["annotations"]) for row in rows))


@settings(max_examples=3)
@given(st.integers(0, 2**32 - 1))
def test_each_object_has_the_points_of_its_planted_box(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clouds, sample = planted_sequence_sample(Path(folder), [seed, seed + 1])
        export_dataset(write(Path(folder), [sample], SEQUENCE_TASK), "pointcept", Path(folder, "out"))
        found = read_clouds(Path(folder, "out"), "train")
    assert [*found] == ["planted_000000", "planted_000001"]
    for planted, arrays in zip(clouds, found.values(), strict=True):
        np.testing.assert_array_equal(arrays["coord"], planted.points[:, :3])  # the last point is NaN
        np.testing.assert_array_equal(arrays["instance"], planted.box_indices)
        np.testing.assert_array_equal(arrays["segment"], np.array([1, 2, 0, 1, -1])[planted.box_indices])
        assert np.bincount(arrays["instance"] + 1)[1:].tolist() == planted.counts.tolist()


def colored_points(colors: dict[str, np.ndarray]) -> np.ndarray:
    """Return three points with the fields of colors, as a structured array."""
    fields = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), *((name, values.dtype.str) for name, values in colors.items())]
    points = np.zeros(3, fields)
    points["x"] = [1, 2, 3]
    for name, values in colors.items():
        points[name] = values
    return points


def packed_colors(dtype: str) -> np.ndarray:
    """Return `COLORS` as the values of one PCD field, with 8 bits per channel."""
    red, green, blue = COLORS.astype(np.uint32).T
    return (red << 16 | green << 8 | blue).astype("<u4").view(dtype)


@pytest.mark.parametrize(
    ("cloud_type", "colors"),
    [
        ("ply", dict(zip(("red", "green", "blue"), COLORS.T, strict=True))),
        ("pcd", dict(zip(("r", "g", "b"), COLORS.T, strict=True))),
        ("pcd", {"rgb": packed_colors("<f4")}),
        ("pcd", {"rgba": packed_colors("<u4")}),
    ],
)
def test_colors_of_eight_bits_are_written(tmp_path: Path, cloud_type: str, colors: dict[str, np.ndarray]) -> None:
    points = colored_points(colors)
    file = ply_file(points, "binary_little_endian") if cloud_type == "ply" else pcd_file_of(points, "binary_compressed")
    result = export_dataset(
        write(tmp_path, [segmented_sample(tmp_path, "a", file, [1, 0, 1], cloud_type)], CLOUD_TASK),
        "pointcept",
        tmp_path / "out",
    )
    arrays = read_clouds(tmp_path / "out", "train")["a"]
    assert arrays["color"].dtype == np.uint8
    np.testing.assert_array_equal(arrays["color"], COLORS)
    assert not result.notes


def test_colors_of_an_unknown_range_are_left_out_and_noted(tmp_path: Path) -> None:
    colors = dict(zip(("red", "green", "blue"), COLORS.T.astype("<u2"), strict=True))
    samples = [segmented_sample(tmp_path, "a", pcd_file_of(colored_points(colors), "binary"), [1, 0, 1], "pcd")]
    result = export_dataset(write(tmp_path, samples, CLOUD_TASK), "pointcept", tmp_path / "out")
    assert "color" not in read_clouds(tmp_path / "out", "train")["a"]
    assert any("colors" in note for note in result.notes)


def test_intensity_that_one_file_lacks_is_left_out_for_all_and_noted(tmp_path: Path) -> None:
    samples = [
        segmented_sample(tmp_path, "a", kitti_file(2, first_x=1.0), [1, 0]),
        segmented_sample(tmp_path, "b", pcd_file(2), [1, 0], "pcd"),
        segmented_sample(tmp_path, "c", kitti_file(2), [1, 0]),
    ]
    result = export_dataset(write(tmp_path, samples, CLOUD_TASK), "pointcept", tmp_path / "out")
    assert {name for arrays in read_clouds(tmp_path / "out", "train").values() for name in arrays} == {
        "coord",
        "segment",
        "instance",
    }
    assert any(note.startswith("1 point cloud without the values of strength.npy") for note in result.notes)


def test_folders_have_safe_and_unique_names_that_are_not_hidden(tmp_path: Path) -> None:
    names = ["../a b", "a_b", ".hidden", "x" * 150 + "/" + "y" * 150, "a\u00a0b\n"]
    samples = [segmented_sample(tmp_path, name, kitti_file(2), [1, 0]) for name in names]
    export_dataset(write(tmp_path, samples, CLOUD_TASK), "pointcept", tmp_path / "out")
    found = read_clouds(tmp_path / "out", "train")
    assert len(found) == len(names)
    assert {"a_b", "a_b-2", "hidden"} < found.keys()
    assert not any(char.isspace() for name in found for char in name)


def test_configuration_has_the_names_of_the_classes(tmp_path: Path) -> None:
    export_dataset(
        write(tmp_path, [segmented_sample(tmp_path, "a", kitti_file(2), [1, 0])], CLOUD_TASK),
        "pointcept",
        tmp_path / "out",
    )
    config = read_config(tmp_path / "out")
    assert config["data"] == {"num_classes": 3, "ignore_index": -1, "names": ["ground", "flower", "leaf"]}
    assert (config["num_classes"], config["segment_ignore_index"]) == (3, (-1, 0))


CLASS_NAMES = ["{{ fileDirname }}", "{{_base_.x}}", "'", '"""', "\\", "\\{", "a\n", "été 🌷", "x'); exec('", "\x1b[31m"]


def test_configuration_is_valid_python_for_all_names_of_classes(tmp_path: Path) -> None:
    export_dataset(write_named_classes(tmp_path, CLASS_NAMES), "pointcept", tmp_path / "out")
    assert read_config(tmp_path / "out")["data"]["names"] == CLASS_NAMES


def test_each_split_is_a_folder(tmp_path: Path) -> None:
    samples = [segmented_sample(tmp_path, f"cloud {number}", kitti_file(2), [1, 0]) for number in range(3)]
    rows = load_release(write(tmp_path, samples, CLOUD_TASK), split="train")
    export_dataset({"train": rows.select([0, 2]), "val": rows.select([1])}, "pointcept", tmp_path / "out")
    assert [*read_clouds(tmp_path / "out", "train")] == ["cloud_0", "cloud_2"]
    assert [*read_clouds(tmp_path / "out", "val")] == ["cloud_1"]
    assert {file for file in files(tmp_path / "out") if "/" not in file} == {"samples.csv", "pointcept_dataset.py"}


@pytest.mark.parametrize("count", [1, 3])
def test_label_with_another_number_of_points_is_an_error(tmp_path: Path, count: int) -> None:
    release = write(tmp_path, [segmented_sample(tmp_path, "wrong", kitti_file(2), [1, 1])], CLOUD_TASK)
    changed_rows: Any = load_release(release, split="train").map(lambda row: {"point_annotations": [1] * count})
    with pytest.raises(PointCloudError, match=rf"'wrong'.*{count} numbers for 2 points"):
        export_dataset(changed_rows, "pointcept", tmp_path / "out")
