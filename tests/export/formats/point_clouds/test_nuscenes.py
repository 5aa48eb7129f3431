"""The format nuscenes, read with the formulas of its devkit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_releases import cloud, cloud_label, cloud_sample, cuboid, kitti_file, write_files
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from points.planting import PlantedCloud, planted_cloud

from segments_hf import categories, load_release
from segments_hf.demo import demo_release
from segments_hf.points import boxes, velocities

from ...making import files, write
from .nuscenes_reader import TABLES, Export, export_and_read, points_in
from .planted_rows import planted_sequence

STREET = demo_release("street-cuboids")


def with_annotations(*frames: list[dict[str, Any]]) -> list[PlantedCloud]:
    """Return a planted cloud for each frame. Its annotations are copies of the annotation of its only box.

    Args:
        frames: For each frame, the fields to change in each copy.
    """
    clouds = [planted_cloud(index, 1) for index in range(len(frames))]
    for planted, frame in zip(clouds, frames, strict=True):
        (annotation,) = planted.row["annotations"]
        planted.row["annotations"] = [{**annotation, **fields} for fields in frame]
    return clouds


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return export_and_read(STREET, tmp_path_factory.mktemp("street"))[0]


@settings(max_examples=6, deadline=None, phases=[Phase.generate])  # no shrinking, as a smaller seed is not simpler
@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=3), st.integers(1, 5))
def test_boxes_in_the_lidar_frame_and_their_points_equal_those_of_the_release(seeds: list[int], num_boxes: int) -> None:
    clouds = [planted_cloud(seed, num_boxes) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        export, result = export_and_read(planted_sequence(clouds), Path(folder))
        assert result.objects == num_boxes * len(clouds)
        for planted, file in zip(clouds, export.files("LIDAR_TOP"), strict=True):
            expected = boxes(planted.row, "sensor")
            found = export.boxes_in(file)
            np.testing.assert_allclose([box.center for box in found], expected.center, atol=1e-9)
            np.testing.assert_allclose([box.rotation for box in found], expected.rotation, atol=1e-9)
            assert [box.wlh.tolist() for box in found] == expected.dimensions[:, [1, 0, 2]].tolist()
            points = export.points_of(file)
            assert [points_in(box, points) for box in found] == planted.counts.tolist()
            assert [box.record["num_lidar_pts"] for box in found] == planted.counts.tolist()


def test_numbers_of_the_release_are_in_the_tables_bit_for_bit(tmp_path: Path) -> None:
    planted = planted_cloud(5)
    export, _ = export_and_read(planted_sequence([planted]), tmp_path)
    for record, annotation in zip(export.tables["sample_annotation"], planted.row["annotations"], strict=True):
        assert record["translation"] == annotation["position"]
    assert export.tables["ego_pose"][0]["translation"] == planted.row["ego_pose"]["position"]


def test_points_are_those_of_the_file_in_its_order(tmp_path: Path) -> None:
    planted = planted_cloud(1)
    export, result = export_and_read(planted_sequence([planted]), tmp_path)
    points = export.points_of(export.files("LIDAR_TOP")[0])
    np.testing.assert_array_equal(points[:, :4], planted.points)  # the last point is NaN
    assert not points[:, 4].any()
    assert [note for note in result.notes if "ring" in note]
    assert not [note for note in result.notes if "intensity" in note]


def test_ring_of_the_points_is_written(tmp_path: Path) -> None:
    points = np.arange(20, dtype="<f4").reshape(4, 5)
    file = write_files(tmp_path)("a.bin", points.tobytes())
    sample = cloud_sample("a", cloud(file, "nuscenes"), cloud_label(annotations=[cuboid(1, 3)]))
    export, result = export_and_read(write(tmp_path, [sample], "pointcloud-cuboid"), tmp_path)
    np.testing.assert_array_equal(export.points_of(export.files("LIDAR_TOP")[0]), points)
    assert not [note for note in result.notes if "field" in note]


def test_all_tables_refer_to_each_other_and_to_existing_files(street: Export) -> None:
    # `Export` has checked the tokens.
    assert {name: len(street.tables[name]) for name in TABLES} == {
        "attribute": 2,
        "calibrated_sensor": 2,
        "category": 2,
        "ego_pose": 5,
        "instance": 3,
        "log": 1,
        "map": 1,
        "sample": 5,
        "sample_annotation": 15,
        "sample_data": 10,
        "scene": 1,
        "sensor": 2,
        "visibility": 1,
    }
    file_names = [record["filename"] for table in ("sample_data", "map") for record in street.tables[table]]
    assert {name for name in files(street.folder) if name.startswith(("samples/", "maps/"))} == set(file_names)
    assert all(record["is_key_frame"] for record in street.tables["sample_data"])


def test_scenes_and_instances_count_their_records(street: Export) -> None:
    (scene,) = street.tables["scene"]
    samples = street.tables["sample"]
    assert (scene["nbr_samples"], scene["first_sample_token"], scene["last_sample_token"]) == (
        5,
        samples[0]["token"],
        samples[-1]["token"],
    )
    for instance in street.tables["instance"]:
        chain = [street.get("sample_annotation", instance["first_annotation_token"])]
        while chain[-1]["next"]:
            chain.append(street.get("sample_annotation", chain[-1]["next"]))
        assert chain[-1]["token"] == instance["last_annotation_token"]
        assert [record["instance_token"] for record in chain] == [instance["token"]] * instance["nbr_annotations"]


def test_velocities_of_the_devkit_equal_those_of_the_rows(street: Export) -> None:
    rows = load_release(STREET, split="train")
    found = [[street.velocity(box.record) for box in street.boxes_in(file)] for file in street.files("LIDAR_TOP")]
    for frame_velocities, expected in zip(found, velocities(rows), strict=True):
        np.testing.assert_allclose(frame_velocities, expected, atol=1e-6)


def test_classes_and_attributes_of_cuboids_are_those_of_the_release(street: Export) -> None:
    rows = load_release(STREET, split="train")
    names = [category.name for category in categories(rows)]
    for file, row in zip(street.files("LIDAR_TOP"), rows, strict=True):
        records = [box.record for box in street.boxes_in(file)]
        assert [street.category(record) for record in records] == [
            names[item["category"]] for item in row["annotations"]
        ]
    attributes = {
        street.get("attribute", token)["name"]
        for record in street.tables["sample_annotation"]
        for token in record["attribute_tokens"]
    }
    assert attributes == {"parked.true", "parked.false"}


def test_cuboid_with_several_attributes_has_all_of_them_and_is_noted(tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file())
    cuboids = [cuboid(1, 3, attributes={"parked": True, "load": [1, None]}), cuboid(2, 3, attributes={"parked": True})]
    sample = cloud_sample("a", cloud(file), cloud_label(annotations=cuboids))
    export, result = export_and_read(write(tmp_path, [sample], "pointcloud-cuboid"), tmp_path)
    found = [
        [export.get("attribute", token)["name"] for token in record["attribute_tokens"]]
        for record in export.tables["sample_annotation"]
    ]
    assert found == [["parked.true", "load.[1,null]"], ["parked.true"]]
    assert [note for note in result.notes if "1 cuboid with several attributes" in note]


def test_exports_of_the_same_data_are_equal(street: Export, tmp_path: Path) -> None:
    second_export, _ = export_and_read(STREET, tmp_path)
    assert files(street.folder) == files(second_export.folder)
    for name in files(street.folder):
        assert (street.folder / name).read_bytes() == (second_export.folder / name).read_bytes()


def test_track_with_a_gap_is_one_instance_and_two_cuboids_of_a_track_in_a_frame_are_two(tmp_path: Path) -> None:
    clouds = with_annotations(
        [{"id": 1, "track_id": 7}, {"id": 2, "track_id": 8}],
        [{"id": 1, "track_id": 8}, {"id": 2, "track_id": 8}],
        [{"id": 1, "track_id": 7}, {"id": 2, "track_id": 8}],
    )
    export, _ = export_and_read(planted_sequence(clouds), tmp_path)
    assert sorted(record["nbr_annotations"] for record in export.tables["instance"]) == [1, 1, 2, 2]


def test_track_whose_class_changes_has_an_instance_for_each_class(tmp_path: Path) -> None:
    clouds = with_annotations(
        [{"category": 0, "category_id": 100}],
        [{"category": 1, "category_id": 101}],
        [{"category": 0, "category_id": 100}],
    )
    export, _ = export_and_read(planted_sequence(clouds), tmp_path)
    assert [export.category(record) for record in export.tables["sample_annotation"]] == ["car", "traffic sign", "car"]
    assert sorted(record["nbr_annotations"] for record in export.tables["instance"]) == [1, 2]


def test_objects_without_a_class_or_volume_or_with_a_repeated_id_are_left_out_and_counted(tmp_path: Path) -> None:
    clouds = with_annotations(
        [{"id": 1}, {"id": 2, "category": None}, {"id": 3, "dimensions": [4.0, 0.0, 1.0]}, {"id": 1}]
    )
    export, result = export_and_read(planted_sequence(clouds), tmp_path)
    assert len(export.tables["sample_annotation"]) == result.objects == 1
    assert result.objects_left_out.total() == 3


def test_frames_without_objects_are_samples_without_annotations(tmp_path: Path) -> None:
    export, result = export_and_read(planted_sequence(with_annotations([{}], [])), tmp_path)
    assert [len(export.boxes_in(file)) for file in export.files("LIDAR_TOP")] == [1, 0]
    (tmp_path / "empty").mkdir()
    export, result = export_and_read(planted_sequence(with_annotations([])), tmp_path / "empty")
    assert (result.objects, export.tables["instance"], export.tables["sample_annotation"]) == (0, [], [])


def test_single_clouds_are_scenes_with_the_timestamp_of_the_release(tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file())
    samples = [
        cloud_sample("a", cloud(file, timestamp=1_700_000_000_123_456_789), cloud_label(annotations=[cuboid(1, 3)])),
        cloud_sample("b", cloud(file), cloud_label(annotations=[cuboid(1, 3)])),
    ]
    export, result = export_and_read(write(tmp_path, samples, "pointcloud-cuboid"), tmp_path)
    assert [scene["name"] for scene in export.tables["scene"]] == ["a", "b"]
    assert [sample["timestamp"] for sample in export.tables["sample"]] == [1_700_000_000_123_457, 0]
    assert [note for note in result.notes if "1 scene of one frame without a usable timestamp" in note]
    assert len(export.tables["instance"]) == 2


def test_time_without_a_timestamp_is_the_frame_index_times_half_a_second_and_is_noted(tmp_path: Path) -> None:
    rows = planted_sequence([planted_cloud(1), planted_cloud(2)], timestamp=[None, None], frame_index=[2, 5])
    export, result = export_and_read(rows, tmp_path)
    assert [sample["timestamp"] for sample in export.tables["sample"]] == [1_000_000, 2_500_000]
    assert [note for note in result.notes if "timestamps" in note]


def test_split_whose_name_the_devkit_reserves_has_a_second_name(tmp_path: Path) -> None:
    rows = planted_sequence([planted_cloud(1), planted_cloud(2)], uuid=["a", "b"], name=["a", "b"])
    splits = {"train": rows.select([0]), "field": rows.select([1])}
    export, result = export_and_read(splits, tmp_path)
    assert export.json("splits") == {"train": ["a"], "field": ["b"], "custom_train": ["a"]}
    assert [note for note in result.notes if "custom_train" in note]


def test_frames_out_of_order_are_refused(tmp_path: Path) -> None:
    rows = planted_sequence([planted_cloud(1), planted_cloud(2)], frame_index=[1, 0])
    with pytest.raises(Exception, match="sort the rows"):
        export_and_read(rows, tmp_path)


@pytest.mark.parametrize("text", ['"quotes"', "a/../b", "line\nbreak", "\u2028", "<script>", "ä 车", "C:\\con"])
def test_untrusted_names_of_samples_classes_and_attributes_are_text_in_the_tables(text: str, tmp_path: Path) -> None:
    file = write_files(tmp_path)("a.bin", kitti_file())
    annotation = cuboid(1, 3, attributes={text: text})
    categories = {"format_version": "0.1", "categories": [{"id": 3, "name": text}]}
    sample = cloud_sample(text, cloud(file), cloud_label(annotations=[annotation]))
    release = write(tmp_path, [sample], "pointcloud-cuboid", task_attributes=categories)
    export, _ = export_and_read(release, tmp_path)
    (record,) = export.tables["sample_annotation"]
    assert export.category(record) == text
    assert export.get("attribute", record["attribute_tokens"][0])["name"] == f"{text}.{text}"
    assert export.tables["scene"][0]["description"] == text
    assert not {part for name in files(export.folder) for part in Path(name).parts} & {"..", "b", "con"}
