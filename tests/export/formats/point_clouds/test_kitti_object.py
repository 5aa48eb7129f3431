"""The format kitti-object, read with the formulas of OpenPCDet."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import camera, cloud, cloud_label, cloud_sample, cuboid, kitti_file, pcd_file, write_files, xyz
from cloud_releases import quaternion as quaternion_of
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from points.detector_boxes import inside_openpcdet_boxes
from points.planting import PlantedCloud, in_rotated_world, planted_cloud
from scipy.spatial.transform import Rotation

from segments_hf import ExportResult, OptionError, PointCloudError, export_dataset, load_release
from segments_hf.demo import demo_release
from segments_hf.points import boxes, project
from segments_hf.points.undistortion import undistort

from ...making import files, write
from .kitti_reader import KittiFrame, read_frame, read_list
from .planted_rows import png

INTRINSICS = [[10.0, 0.0, 31.5], [0.0, 10.0, 23.5], [0.0, 0.0, 1.0]]  # the field of view is 72 degrees to each side
# The rotation of a camera with the axes of OpenCV that looks along +x of the sensor.
FORWARD = Rotation.from_matrix([[0, 0, 1], [-1, 0, 0], [0, -1, 0]])
TO_OPENGL = Rotation.from_matrix(np.diag([1.0, -1.0, -1.0]))
STREET = demo_release("street-cuboids")


def front_camera(deviation: Rotation | None = None, convention: str = "OpenCV", **fields: Any) -> dict[str, Any]:
    """Return a camera of a release; `deviation` is its rotation relative to a forward camera."""
    rotation = (
        FORWARD * (deviation or Rotation.identity()) * (TO_OPENGL if convention == "OpenGL" else Rotation.identity())
    )
    return camera(
        "front.png",
        **{
            "intrinsics": {"intrinsic_matrix": INTRINSICS},
            "extrinsics": {"translation": xyz(0.5, 0.1, -0.3), "rotation": quaternion_of(*rotation.as_quat())},
            "camera_convention": convention,
            "distortion": None,
            **fields,
        },
    )


def rotation_by(degrees: float, axis: Any = (0, 1, 0)) -> Rotation:
    """Return a rotation about an axis of the camera; by default about its vertical axis."""
    return Rotation.from_rotvec(np.array(axis) / np.linalg.norm(axis) * np.radians(degrees))


def cloud_release(folder: Path, annotations: list[dict[str, Any]], *cameras: dict[str, Any], **fields: Any) -> Path:
    """Write a release of one point cloud."""
    write_file = write_files(folder)
    write_file("front.png", png())
    attributes = cloud(write_file("a.bin", kitti_file()), **{"images": list(cameras or [front_camera()]), **fields})
    return write(folder, [cloud_sample("a", attributes, cloud_label(annotations=annotations))], "pointcloud-cuboid")


def cuboid_ahead(number: int = 1, x: float = 10, y: float = 0, z: float = 0, **fields: Any) -> dict[str, Any]:
    """Return a cuboid. By default, it is 10 m ahead of the sensor."""
    return {**cuboid(number, 3, position=xyz(x, y, z)), **fields}


def with_heading(planted: PlantedCloud, yaw: float) -> PlantedCloud:
    """Return a point cloud whose sensor has another heading. With a small yaw, all boxes are ahead of the sensor.

    Args:
        planted: The point cloud.
        yaw: The new heading in radians.
    """
    heading = Rotation.from_euler("z", yaw)
    pose = {**planted.row["ego_pose"], "heading": heading.as_quat().tolist()}
    points = planted.points.copy()
    points[:, :3] = (planted.in_world - pose["position"]) @ heading.as_matrix()
    return PlantedCloud(
        {**planted.row, "ego_pose": pose}, points, planted.in_world, planted.counts, planted.box_indices
    )


def planted_cloud_release(folder: Path, planted: PlantedCloud, *cameras: dict[str, Any]) -> Path:
    """Write a release of a point cloud with planted boxes."""
    pose = planted.row["ego_pose"]
    annotations = [
        {
            **cuboid_ahead(item["id"]),
            "position": xyz(*item["position"]),
            "dimensions": xyz(*item["dimensions"]),
            "yaw": item["yaw"],
            "rotation": quaternion_of(*item["rotation"]),
        }
        for item in planted.row["annotations"]
    ]
    ego_pose = {"position": xyz(*pose["position"]), "heading": quaternion_of(*pose["heading"])}
    release = cloud_release(folder, annotations, *cameras, ego_pose=ego_pose)
    (folder / "a.bin").write_bytes(planted.points.tobytes())
    return release


def export(release: Path, out: Path, **options: Any) -> tuple[ExportResult, KittiFrame]:
    """Export a release of one point cloud, and read it."""
    result = export_dataset(release, "kitti-object", out, **options)
    return result, read_frame(out, "000000")


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    yaw=st.floats(-0.3, 0.3),
    degrees=st.floats(0, 9.9),
    axis=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 1)),
    convention=st.sampled_from(["OpenCV", "OpenGL"]),
)
def test_boxes_of_readers_contain_the_points_of_the_release(
    seed: int, yaw: float, degrees: float, axis: tuple[float, float, float], convention: str
) -> None:
    planted = planted_cloud(seed, tilted_boxes=False, tilted_sensor=False)
    planted = in_rotated_world(with_heading(planted, yaw), seed)
    entry = front_camera(rotation_by(degrees, axis), convention)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = planted_cloud_release(folder, planted, entry)
        result, frame = export(release, folder / "out")
        row = load_release(release, split="train")[0]
    expected = boxes(row)
    found = frame.lidar_boxes()
    assert result.objects == len(expected) == 4
    np.testing.assert_allclose(found[:, :6], expected.to_7dof()[:, :6], atol=1e-6)
    revolutions = (found[:, 6] - expected.to_7dof()[:, 6]) / (2 * np.pi)
    np.testing.assert_allclose(revolutions, revolutions.round(), atol=1e-9)
    np.testing.assert_array_equal(frame.points, planted.points)
    assert inside_openpcdet_boxes(frame.points, found).sum(axis=0).tolist() == planted.counts.tolist()
    corners = expected.corners().reshape(-1, 3)
    np.testing.assert_allclose(frame.pixels(corners), project(corners, row["cameras"][0])[:, :2], atol=1e-6)


def test_demo_has_the_boxes_and_points_of_the_release_and_images_without_distortion(tmp_path: Path) -> None:
    result = export_dataset(STREET, "kitti-object", tmp_path)
    rows = load_release(STREET, split="train", cameras=True)
    assert (result.point_clouds, result.objects) == (5, sum(len(boxes(row)) for row in rows))
    assert read_list(tmp_path, "train") == [f"{number:06d}" for number in range(5)]
    for number, row in enumerate(rows):
        frame = read_frame(tmp_path, f"{number:06d}")
        expected = boxes(row).to_7dof()
        np.testing.assert_allclose(frame.lidar_boxes()[:, :6], expected[:, :6], atol=1e-9)
        assert [item.type for item in frame.objects] == [
            class_name(row, index) for index in boxes(row).class_indices.tolist()
        ]
        entry = row["cameras"][0]
        with Image.open(tmp_path / f"training/image_2/{number:06d}.png") as image:
            np.testing.assert_array_equal(np.asarray(image), undistort(np.asarray(entry["image"]), entry))
        undistorted_entry = {**entry, "distortion": None}
        corners = boxes(row).corners()
        for item, box in zip(frame.objects, corners, strict=True):
            pixels = project(box, undistorted_entry)[:, :2]
            if item.truncated == 0:
                np.testing.assert_allclose(item.rectangle, [*pixels.min(axis=0), *pixels.max(axis=0)], atol=1e-6)


def class_name(row: dict[str, Any], class_index: int) -> str:
    """Return the name of a class in the release."""
    category_ids = {item["category"]: item["category_id"] for item in row["annotations"]}
    categories = json.loads(STREET.read_text("utf-8"))["dataset"]["task_attributes"]["categories"]
    return next(item["name"] for item in categories if item["id"] == category_ids[class_index])


def test_line_has_the_fields_of_kitti(tmp_path: Path) -> None:
    release = cloud_release(tmp_path, [cuboid_ahead(x=10, y=-3, z=1, yaw=0.25, dimensions=xyz(4, 2, 1.5))])
    result, frame = export(release, tmp_path / "out")
    (found,) = frame.objects
    assert (found.type, found.truncated, found.occluded) == ("flower", 0, 0)
    assert (found.height, found.width, found.length) == (1.5, 2, 4)
    np.testing.assert_allclose(found.location, [3.1, -0.3 - 1 + 0.75, 9.5], atol=1e-12)  # right, down, forward
    assert found.rotation_y == pytest.approx(-0.25 - np.pi / 2)
    assert found.alpha == pytest.approx(found.rotation_y - np.arctan2(3.1, 9.5))
    assert any("`occluded`" in note for note in result.notes)


def test_angles_are_between_minus_pi_and_pi(tmp_path: Path) -> None:
    yaws = [9, -9, np.pi / 2 - 0.05, np.pi / 2 + 0.05]  # at pi/2, rotation_y changes from -pi to pi
    annotations = [
        cuboid_ahead(1 + index, y=6 * (-1) ** index, yaw=yaw) for index, yaw in enumerate([*yaws, *reversed(yaws)])
    ]
    _, frame = export(cloud_release(tmp_path, annotations), tmp_path / "out")
    angles = np.array([[item.alpha, item.rotation_y] for item in frame.objects])
    assert (np.abs(angles) <= np.pi).all()


def test_objects_outside_of_the_image_are_left_out_and_counted(tmp_path: Path) -> None:
    annotations = [
        cuboid_ahead(1),
        cuboid_ahead(2, x=-10),
        cuboid_ahead(3, x=10, y=60),
        cuboid_ahead(4, y=31, dimensions=xyz(20, 20, 4)),
    ]
    result, frame = export(cloud_release(tmp_path, annotations), tmp_path / "out")
    assert result.objects == len(frame.objects) == 2
    assert result.objects_left_out == {"outside of the image": 2}
    whole_object, truncated_object = frame.objects
    assert whole_object.truncated == 0
    assert 0 < truncated_object.truncated < 1
    assert truncated_object.rectangle[0] == 0  # the left border


def test_cloud_without_an_object_in_the_image_has_a_line_that_readers_ignore(tmp_path: Path) -> None:
    for name, cuboids in (("empty", []), ("behind", [cuboid_ahead(x=-10)])):
        (tmp_path / name).mkdir()
        result, frame = export(cloud_release(tmp_path / name, cuboids), tmp_path / name / "out")
        assert frame.objects == []
        assert (result.objects, result.point_clouds) == (0, 1)
        assert any("1 point cloud without an object" in note for note in result.notes)
        assert frame.lidar_boxes().shape == (0, 7)


def test_image_of_the_release_is_copied_if_its_lens_has_no_distortion(tmp_path: Path) -> None:
    export(cloud_release(tmp_path, [cuboid_ahead()]), tmp_path / "out")
    assert (tmp_path / "out/training/image_2/000000.png").read_bytes() == (tmp_path / "front.png").read_bytes()


def test_labels_are_the_same_without_images(tmp_path: Path) -> None:
    release = cloud_release(tmp_path, [cuboid_ahead(), cuboid_ahead(2, y=60)])
    export(release, tmp_path / "with")
    export(release, tmp_path / "without", images="none")
    images = {"training/image_2/000000.png"}
    assert files(tmp_path / "with") == files(tmp_path / "without") | images
    for file in files(tmp_path / "without"):
        assert (tmp_path / "with" / file).read_bytes() == (tmp_path / "without" / file).read_bytes()


def test_forward_camera_is_chosen(tmp_path: Path) -> None:
    cameras = [
        front_camera(rotation_by(90), name="left"),
        front_camera(rotation_by(8), name="wide"),
        front_camera(rotation_by(-3), name="forward"),
    ]
    matrix = [[20.0, 0.0, 31.5], [0.0, 20.0, 23.5], [0.0, 0.0, 1.0]]
    cameras[2]["intrinsics"] = {"intrinsic_matrix": matrix}
    result, frame = export(cloud_release(tmp_path, [cuboid_ahead()], *cameras), tmp_path / "out")
    np.testing.assert_array_equal(frame.projection[:, :3], matrix)
    assert any("3.0 degrees" in note for note in result.notes)


@pytest.mark.parametrize(
    ("cameras", "message"),
    [
        ([front_camera(rotation_by(90))], r"sample 'a'.*'front'.*90\.0 degrees.*openpcdet"),
        # A camera that looks forward, but is rotated about its viewing direction.
        ([front_camera(rotation_by(90, (0, 0, 1)))], r"90\.0 degrees.*openpcdet"),
        ([front_camera(extrinsics=None)], "calibration.*openpcdet"),
        ([], "calibration.*openpcdet"),
    ],
)
def test_cloud_without_a_forward_camera_is_an_error(
    tmp_path: Path, cameras: list[dict[str, Any]], message: str
) -> None:
    release = cloud_release(tmp_path, [cuboid_ahead()], images=cameras)
    with pytest.raises(PointCloudError, match=message):
        export_dataset(release, "kitti-object", tmp_path / "out")
    with pytest.raises(OptionError, match="1 broken"):
        export_dataset(release, "kitti-object", tmp_path / "out", on_error="skip")
    assert not (tmp_path / "out").exists()


def test_error_about_missing_images_names_the_option_that_loads_them(tmp_path: Path) -> None:
    rows = load_release(cloud_release(tmp_path, [cuboid_ahead()]), split="train")
    with pytest.raises(PointCloudError, match="cameras=True"):
        export_dataset(rows, "kitti-object", tmp_path / "out")


def test_class_names_have_no_spaces_and_are_not_the_type_of_ignored_regions(tmp_path: Path) -> None:
    names_in_release = ["traffic sign", "DontCare", "dontcare", " DONTCARE"]
    categories = [{"id": index, "name": name} for index, name in enumerate(names_in_release)]
    annotations = [cuboid_ahead(index + 1, category_id=index) for index in range(len(names_in_release))]
    release = cloud_release(tmp_path, annotations)
    document = json.loads(release.read_text())
    document["dataset"]["task_attributes"]["categories"] = categories
    release.write_text(json.dumps(document))
    _, frame = export(release, tmp_path / "out")
    names = json.loads((tmp_path / "out/class_names.json").read_text())
    assert [names[item.type] for item in frame.objects] == names_in_release
    assert not {"traffic sign", "dontcare"} & {item.type.lower() for item in frame.objects}


def test_split_test_is_in_the_folder_testing(tmp_path: Path) -> None:
    rows = load_release(cloud_release(tmp_path, [cuboid_ahead()]), split="train", cameras=True)
    out = tmp_path / "out"
    result = export_dataset({"train": rows, "validation": rows, "test": rows}, "kitti-object", out)
    assert [read_list(out, name) for name in ("train", "val", "test")] == [["000000"], ["000001"], ["000002"]]
    assert len(read_frame(out, "000002", "testing").objects) == 1
    assert not any("split" in note for note in result.notes)


@pytest.mark.parametrize("name", ["train", "test", "other"])
def test_lists_of_all_splits_exist(tmp_path: Path, name: str) -> None:
    rows = load_release(cloud_release(tmp_path, [cuboid_ahead()]), split="train", cameras=True)
    result = export_dataset({name: rows}, "kitti-object", tmp_path / "out")
    lists = {split: read_list(tmp_path / "out", split) for split in ("train", "val", "test")}
    assert lists == {"train": ["000000"], "val": ["000000"], "test": []}
    assert any("'val'" in note for note in result.notes)
    assert len(read_frame(tmp_path / "out", "000000").objects) == 1


def test_missing_intensity_is_0(tmp_path: Path) -> None:
    release = cloud_release(tmp_path, [cuboid_ahead()], pcd={"url": "a.pcd", "type": "pcd"})
    (tmp_path / "a.pcd").write_bytes(pcd_file(5, first_x=2.5))
    result, frame = export(release, tmp_path / "out")
    assert frame.points.shape == (5, 4)
    assert frame.points[0, 0] == 2.5
    assert not frame.points[:, 3].any()
    assert any("intensity" in note for note in result.notes)


def test_tilted_cuboids_are_noted(tmp_path: Path) -> None:
    rotation = quaternion_of(*Rotation.from_euler("y", 10, degrees=True).as_quat())
    result, _ = export(cloud_release(tmp_path, [cuboid_ahead(rotation=rotation)]), tmp_path / "out")
    assert any("10.0 degrees" in note for note in result.notes)
