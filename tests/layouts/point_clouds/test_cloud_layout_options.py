"""The options of the layouts of point clouds, and the errors for unsuitable rows and unreadable files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import segments_hf
from segments_hf import AssetError, OptionError, SegmentsHFError, load_release, to_layout
from segments_hf.cli.app import app
from segments_hf.demo import demo_release

from .cloud_release import DETECTION, SEGMENTATION, cloud_sample, cuboid, segment_annotations, write_cloud_release, xyz

POINTS = np.arange(20, dtype=np.float32).reshape(5, 4)
BOXES = {"annotations": [cuboid(1)]}


def cuboid_release(tmp_path: Path, *points: np.ndarray) -> Path:
    """Write a release of point clouds with one cuboid each, and return its path."""
    samples = [cloud_sample(tmp_path, f"cloud-{index}", item, BOXES) for index, item in enumerate(points)]
    return write_cloud_release(tmp_path, samples)


def write_pcd(file: Path) -> None:
    """Write a PCD file of one point without an intensity."""
    file.write_text(
        "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 1\nHEIGHT 1\nPOINTS 1\nDATA ascii\n1 2 3\n"
    )


def release_without_intensity(tmp_path: Path) -> Path:
    """Write a release of one PCD file without an intensity, and return its path."""
    write_pcd(tmp_path / "a.pcd")
    sample = cloud_sample(tmp_path, "a", None, BOXES)
    sample["attributes"]["pcd"] = {"url": "a.pcd", "type": "pcd"}
    return write_cloud_release(tmp_path, [sample])


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("fields", [["x", "y", "z"], ("intensity", "x"), np.array(["z"])])
def test_points_have_the_requested_fields_in_their_order(tmp_path: Path, streaming: bool, fields: Any) -> None:
    rows = load_release(cuboid_release(tmp_path, POINTS), split="train", streaming=streaming)
    (row,) = to_layout(rows, DETECTION, fields=fields).with_format("numpy")
    np.testing.assert_array_equal(
        row["points"], POINTS[:, [["x", "y", "z", "intensity"].index(name) for name in fields]]
    )


def test_missing_field_is_an_error_that_lists_the_fields_of_the_file(tmp_path: Path) -> None:
    rows = load_release(release_without_intensity(tmp_path), split="train")
    with pytest.raises(AssetError, match=r"sample 'a': points: .*'intensity'.* x, y, z.*fields"):
        to_layout(rows, DETECTION)
    (row,) = to_layout(rows, DETECTION, fields=["x", "y", "z"]).with_format("numpy")
    assert row["points"].tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("fields", ["xyz", [], ["x", "x"], [1], 5])
def test_invalid_fields_raise_option_error(tmp_path: Path, fields: Any) -> None:
    with pytest.raises(OptionError, match="fields"):
        to_layout(load_release(cuboid_release(tmp_path, POINTS), split="train"), DETECTION, fields=fields)


@pytest.mark.parametrize(
    ("task", "options"),
    [
        (DETECTION, {"ignore_index": 255}),
        (DETECTION, {"image_range": (0, 1)}),
        (SEGMENTATION, {"palette": False}),
        ("object-detection", {"fields": ["x"]}),
    ],
)
def test_option_of_another_layout_raises_option_error(tmp_path: Path, task: str, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(options))):
        to_layout(cuboid_release(tmp_path, POINTS), task, **options)


@pytest.mark.parametrize("task", ["object-detection", "semantic-segmentation", SEGMENTATION])
def test_layout_of_other_labels_refuses_cuboids(tmp_path: Path, task: str) -> None:
    with pytest.raises(OptionError, match=f"pointcloud-cuboid .*{task}"):
        to_layout(load_release(cuboid_release(tmp_path, POINTS), split="train"), task)


def test_detection_refuses_labels_of_points_and_images(tmp_path: Path) -> None:
    label = {"annotations": segment_annotations(1), "point_annotations": [1] * 5}
    path = write_cloud_release(tmp_path, [cloud_sample(tmp_path, "a", POINTS, label)], "pointcloud-segmentation")
    with pytest.raises(OptionError, match="pointcloud-segmentation"):
        to_layout(path, DETECTION)
    with pytest.raises(OptionError, match="segmentation-bitmap"):
        to_layout(demo_release(), DETECTION)


def test_to_layout_refuses_rows_without_ego_pose_and_rows_in_a_layout(tmp_path: Path) -> None:
    rows = load_release(cuboid_release(tmp_path, POINTS), split="train")
    with pytest.raises(SegmentsHFError, match="ego_pose"):
        to_layout(rows.remove_columns("ego_pose"), DETECTION)
    with pytest.raises(SegmentsHFError, match="layout"):
        to_layout(to_layout(rows, DETECTION), DETECTION)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("on_error", ["skip", "keep"])
def test_on_error_applies_to_unreadable_points(tmp_path: Path, streaming: bool, on_error: str) -> None:
    rows = load_release(
        cuboid_release(tmp_path, POINTS, POINTS), split="train", embed=not streaming, streaming=streaming
    )
    broken = rows.map(_cut_second_cloud, features=rows.features) if not streaming else rows.map(_cut_second_cloud)
    broken = broken.cast(rows.features) if streaming else broken
    with pytest.raises(AssetError, match=r"sample 'cloud-1': points"):
        list(to_layout(broken, DETECTION))
    found = list(to_layout(broken, DETECTION, on_error=on_error))
    assert len(found) == (1 if on_error == "skip" else 2)
    np.testing.assert_array_equal(found[0]["points"], POINTS)
    if on_error == "keep":
        assert found[1]["points"] is None or np.isnan(found[1]["points"])
        assert len(found[1]["boxes"]) == 1


def _cut_second_cloud(row: dict[str, Any]) -> dict[str, Any]:
    """Remove the last byte of the file of the sample `cloud-1`."""
    content = row["point_cloud"]["bytes"]
    return {"point_cloud": {"bytes": content[:-1] if row["name"] == "cloud-1" else content, "path": None}}


@pytest.mark.parametrize("streaming", [False, True])
def test_on_error_applies_to_an_invalid_cuboid(tmp_path: Path, streaming: bool) -> None:
    samples = [cloud_sample(tmp_path, "good", POINTS, BOXES)]
    samples.append(cloud_sample(tmp_path, "bad", POINTS, {"annotations": [cuboid(1, position=xyz([1e300, 0, 0]))]}))
    rows = load_release(write_cloud_release(tmp_path, samples), split="train", streaming=streaming)
    with pytest.raises(segments_hf.PointCloudError, match=r"sample 'bad': .*position"):
        list(to_layout(rows, DETECTION))
    (found,) = to_layout(rows, DETECTION, on_error="skip")
    assert found["labels"] == [0] or found["labels"].tolist() == [0]


@pytest.mark.parametrize("function", [segments_hf.stats, segments_hf.contact_sheet, segments_hf.validate])
def test_functions_that_read_labels_refuse_layouts_of_point_clouds(tmp_path: Path, function: Any) -> None:
    layout = to_layout(load_release(cuboid_release(tmp_path, POINTS), split="train"), DETECTION)
    with pytest.raises(SegmentsHFError, match=f"{DETECTION}.*to_layout"):
        function(layout)


@pytest.mark.parametrize("format_", ["arrow", "parquet"])
def test_build_command_writes_a_layout_with_the_requested_fields(tmp_path: Path, format_: str) -> None:
    import datasets

    out = tmp_path / "out"
    words = ["build", str(release_without_intensity(tmp_path)), str(out), "--layout", DETECTION, "--format", format_]
    result = CliRunner().invoke(app, [*words, "--fields", "x,y,z"])
    assert result.exit_code == 0, result.output
    read = datasets.load_from_disk if format_ == "arrow" else datasets.load_dataset
    (row,) = read(str(out))["train"].with_format("numpy")
    assert row["points"].tolist() == [[1, 2, 3]]
    assert CliRunner().invoke(app, [*words, "--overwrite", "--fields", "x,,z,z"]).exit_code
