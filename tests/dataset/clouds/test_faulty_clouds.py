"""`on_error` applies to faulty point clouds, camera images, labels of points and JSON in releases of point clouds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cloud_releases import (
    camera,
    cloud,
    cloud_label,
    cloud_sample,
    kitti_file,
    label_content,
    pcd_file,
    write_files,
    xyz,
)

from dataset.loading import read_errors_file
from dataset.making import jpeg, plain_rows
from segments_hf import load_release
from segments_hf.errors import AssetError, OptionError, ReleaseError, SegmentsHFError

WriteRelease = Callable[..., Path]
TASK = "pointcloud-segmentation"


class Fault(NamedTuple):
    """A point cloud or a label that `load_release` refuses.

    Attributes:
        file: The content of the file of the point cloud; None if the file is missing.
        file_type: The type of the file in the release.
        reason: A regular expression for the message.
        column: The column that is null with ``on_error="keep"``.
        point_annotations: The annotation id of each point.
        options: Options of `load_release`.
    """

    file: bytes | None
    file_type: str | None
    reason: str
    column: str = "point_cloud"
    point_annotations: list[Any] = [0, 1, 1, 9]
    options: dict[str, Any] = {}


FAULTS = {
    "fewer labels than points": Fault(
        kitti_file(), "kitti", "3 points.* 4 points", "point_annotations", point_annotations=[0, 1, 9]
    ),
    "more labels than points": Fault(
        kitti_file(), "kitti", "5 points.* 4 points", "point_annotations", point_annotations=[0] * 5
    ),
    "labels without points": Fault(b"", "kitti", "4 points.* 0 points", "point_annotations"),
    "last point is cut": Fault(kitti_file()[:-4], "kitti", "60 bytes.*16"),
    "PCD as ply": Fault(pcd_file(), "ply", "PCD.*'ply'"),
    "PCD as kitti": Fault(pcd_file(), "kitti", "'kitti'"),
    "kitti as PCD": Fault(kitti_file(), "pcd", "PCD"),
    "HTML as PCD": Fault(b"<html>Sign in</html>", "pcd", "HTML"),
    "HTML as kitti": Fault(b"<html>Sign in</html>".ljust(640), "kitti", "HTML"),
    "cut PCD": Fault(pcd_file()[:-20], "pcd", "point"),
    "splat": Fault(kitti_file(), "splat", "splat"),
    "unknown type": Fault(kitti_file(), "mesh", "mesh"),
    "no type": Fault(kitti_file(), None, "type"),
    "no file": Fault(None, "kitti", "gone.bin.*does not exist"),
    "too many points": Fault(kitti_file(), "kitti", "max_points=3", options={"max_points": 3}),
    "too many bytes": Fault(kitti_file(), "kitti", "max_bytes=63", options={"max_bytes": 63}),
    "text in place of a number": Fault(
        pcd_file().replace(b"0.25", b"half"), "pcd", "a.bin", options={"verify": "decode"}
    ),
}


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest) -> Fault:
    return FAULTS[request.param]


@pytest.fixture
def release(tmp_path: Path, write_release: WriteRelease, fault: Fault) -> Path:
    """Return a release of three point clouds. The second one or its label has a fault; the others have three points."""
    store = write_files(tmp_path)
    good = cloud(store("good.bin", kitti_file(3)))
    good_label = cloud_label(**{**label_content(TASK), "point_annotations": [0, 1, 9]})
    url = "gone.bin" if fault.file is None else store("a.bin", fault.file)
    label = cloud_label(**{**label_content(TASK), "point_annotations": fault.point_annotations})
    samples = [cloud_sample(name, good, good_label) for name in ("first", "last")]
    bad = cloud_sample("bad", cloud(url, fault.file_type), label, metadata={"k": 1})
    return write_release([samples[0], bad, samples[1]], task_type=TASK)


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
class TestOnError:
    def test_load_release_raises_an_error_that_names_the_sample(
        self, release: Path, fault: Fault, streaming: bool
    ) -> None:
        with pytest.raises(AssetError, match=f"'bad'.*{fault.column}.*{fault.reason}"):
            list(load_release(release, split="train", streaming=streaming, **fault.options))

    def test_load_release_skips_the_sample(self, release: Path, fault: Fault, streaming: bool) -> None:
        rows = load_release(release, split="train", on_error="skip", streaming=streaming, **fault.options)
        assert [row["name"] for row in rows] == ["first", "last"]

    def test_load_release_keeps_the_sample_with_a_null_column(
        self, release: Path, fault: Fault, streaming: bool
    ) -> None:
        rows = load_release(release, split="train", on_error="keep", streaming=streaming, **fault.options)
        row = plain_rows(rows)[1]
        assert (row["name"], row[fault.column]) == ("bad", None)
        assert (row["status"], len(row["annotations"]), row["metadata"]) == ("LABELED", 2, {"k": 1})
        if fault.column == "point_annotations":
            assert row["point_cloud"] == fault.file
        else:
            assert row["point_annotations"] == fault.point_annotations
        if not streaming:
            problems = [problem for problem in read_errors_file(rows) if problem["sample"] == "bad"]
            assert [(problem["column"], problem["action"]) for problem in problems] == [(fault.column, "kept")]


@pytest.mark.parametrize("url", [None, ""])
def test_sample_without_the_url_of_its_point_cloud_raises_asset_error(
    write_release: WriteRelease, url: str | None
) -> None:
    release = write_release([cloud_sample("a", cloud(url))], task_type="pointcloud-cuboid")
    with pytest.raises(AssetError, match=r"'a', point_cloud: .*no URL"):
        load_release(release, split="train")
    (row,) = plain_rows(load_release(release, split="train", on_error="keep"))
    assert (row["point_cloud"], row["point_cloud_type"]) == (None, "kitti")


def test_sample_without_a_point_cloud_raises_asset_error(write_release: WriteRelease) -> None:
    for attributes in ({}, None):
        release = write_release([cloud_sample("a", attributes)], task_type="pointcloud-cuboid")
        with pytest.raises(AssetError, match="'a', point_cloud"):
            load_release(release, split="train")


# For each fault, attributes of the sample, attributes of the label, and a regular expression for the message.
JSON_FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "ego pose without a heading": ({"ego_pose": {"position": xyz(1, 2, 3)}}, {}, "heading"),
    "ego pose of text": ({"ego_pose": {"position": xyz("1", 2, 3), "heading": None}}, {}, "position"),  # type: ignore[arg-type]
    "images of text": ({"images": ["a.jpg"]}, {}, r"images\[0\]"),
    "point annotations of text": ({}, {"point_annotations": [0, "1"]}, r"point_annotations\[1\]"),
    "point annotations of fractions": ({}, {"point_annotations": [0, 1.5]}, r"point_annotations\[1\]"),
    "point annotations over 32 bits": ({}, {"point_annotations": [2**31]}, r"point_annotations\[0\]"),
    "position of two numbers": ({}, {"annotations": [{"id": 1, "category_id": 1, "position": {"x": 1, "y": 2}}]}, "z"),
    "unknown category": ({}, {"annotations": [{"id": 1, "category_id": 77}]}, "category id 77"),
}


@pytest.mark.parametrize("fault_name", JSON_FAULTS)
def test_on_error_applies_to_samples_and_labels_with_invalid_json(
    tmp_path: Path, write_release: WriteRelease, fault_name: str
) -> None:
    fields, label, reason = JSON_FAULTS[fault_name]
    url = write_files(tmp_path)("a.bin", kitti_file(0))
    good = cloud_sample("good", cloud(url), cloud_label(annotations=[], point_annotations=[]))
    bad = cloud_sample("bad", cloud(url, **fields), cloud_label(**label))
    release = write_release([good, bad], task_type=TASK)
    with pytest.raises(ReleaseError, match=reason) as caught:
        load_release(release, split="train")
    assert caught.value.json_path.startswith("$.dataset.samples[1]")
    assert load_release(release, split="train", on_error="skip")["name"][:] == ["good"]
    kept = load_release(release, split="train", on_error="keep")["name"][:]
    assert kept == (["good"] if fields else ["good", "bad"])


@pytest.mark.parametrize(
    ("file", "reason"),
    [(None, "does not exist"), (b"", "empty file"), (jpeg()[:-9], "truncated|no end"), (b"<html></html>", "HTML page")],
    ids=["missing", "empty", "cut", "HTML"],
)
def test_on_error_applies_to_camera_images(
    tmp_path: Path, write_release: WriteRelease, file: bytes | None, reason: str
) -> None:
    store = write_files(tmp_path)
    url = "gone.jpg" if file is None else store("bad.jpg", file)
    images = [camera(store("front.jpg", jpeg())), camera(url, name="rear")]
    attributes = cloud(store("a.bin", kitti_file()), images=images)
    samples = [cloud_sample("a", attributes), cloud_sample("b", {**attributes, "images": images[:1]})]
    release = write_release(samples, task_type="pointcloud-cuboid")
    assert [item["image"] for item in plain_rows(load_release(release, split="train"))[0]["cameras"]] == [None, None]
    with pytest.raises(AssetError, match=f"'a', cameras: .*(gone|bad).jpg.*({reason})"):
        load_release(release, split="train", cameras=True)
    assert load_release(release, split="train", cameras=True, on_error="skip")["name"][:] == ["b"]
    row, _ = plain_rows(load_release(release, split="train", cameras=True, on_error="keep"))
    assert [item["image"] for item in row["cameras"]] == [jpeg(), None]
    assert row["point_cloud"] == kitti_file()


def test_camera_without_url_raises_asset_error_only_with_the_option_cameras(
    tmp_path: Path, write_release: WriteRelease
) -> None:
    attributes = cloud(write_files(tmp_path)("a.bin", kitti_file()), images=[camera(None)])
    release = write_release([cloud_sample("a", attributes)], task_type="pointcloud-cuboid")
    assert len(load_release(release, split="train")) == 1
    with pytest.raises(AssetError, match="no URL.*'front'"):
        load_release(release, split="train", cameras=True)


@pytest.mark.parametrize("value", [0, -1, "many", True])
def test_max_points_must_be_a_positive_number(write_release: WriteRelease, value: Any) -> None:
    with pytest.raises(OptionError, match="max_points"):
        load_release(write_release([]), max_points=value)
    assert issubclass(OptionError, SegmentsHFError)


def test_error_names_the_frame_of_a_sequence(tmp_path: Path, write_release: WriteRelease) -> None:
    store = write_files(tmp_path)
    frames = [cloud(store("a.bin", kitti_file())), cloud(None)]
    release = write_release([cloud_sample("drive", {"frames": frames})], task_type="pointcloud-cuboid-sequence")
    with pytest.raises(AssetError, match="sample 'drive', frame 1, point_cloud"):
        load_release(release, split="train")
