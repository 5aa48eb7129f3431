"""Pushed point clouds contain the bytes of their files, and rows read from the Hub equal those of the release."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

import segments_hf
from hub.cloud_samples import REPO, TASK_TYPES, points, write_cloud_release
from hub.demo_push import shards, stored_rows
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from segments_hf.errors import AssetError, HubError

FORMS = {
    "release": lambda path: path,
    "dataset of paths": lambda path: segments_hf.load_release(path, cameras=True),
    "dataset of bytes": lambda path: segments_hf.load_release(path, cameras=True, embed=True),
    "stream": lambda path: segments_hf.load_release(path, cameras=True, streaming=True),
}


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_rows_read_from_the_hub_equal_the_rows_of_the_release(
    hub: HubServer, tmp_path: Path, write_release: Any, task_type: str, form: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, task_type)
    result = segments_hf.push_to_hub(FORMS[form](path), REPO)
    expected = segments_hf.load_release(path, split="train", embed=True, cameras=form != "release")
    back = datasets.load_dataset(REPO, split="train")
    assert result.splits["train"].rows == len(back) == len(expected)
    assert back.features == expected.features
    assert stored_rows(back) == stored_rows(expected)
    assert stored_rows(datasets.load_dataset(REPO, split="train", streaming=True)) == stored_rows(expected)


def test_push_contains_no_path_of_this_machine(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid")
    segments_hf.push_to_hub(segments_hf.load_release(path, cameras=True), REPO)
    (row, *_) = datasets.load_dataset(REPO, split="train").with_format("arrow")[:1].to_pylist()
    assert row["point_cloud"] == {"bytes": points(0), "path": None}
    assert "/" not in (row["cameras"][0]["image"]["path"] or "")


def _with_second_cloud(path: Path, cloud: dict[str, Any], *, streaming: bool) -> Any:
    """Return the rows of a release. The second row has the point cloud `cloud`, which was not checked."""
    rows = segments_hf.load_release(path, split="train", load_assets=True, cameras=True, embed=True)
    items = [row | {"cameras": [{**camera, "image": None} for camera in row["cameras"]]} for row in rows]
    items[1]["point_cloud"] = cloud
    dataset = datasets.Dataset.from_list(items, features=rows.features)
    return dataset.to_iterable_dataset() if streaming else dataset


UNREADABLE = {
    "cut file": {"bytes": points(1)[:-1], "path": None},
    "text": {"bytes": b"<html>not found</html>  ".ljust(64), "path": None},
    "missing file": {"bytes": None, "path": "/nowhere/1.bin"},
}


@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
@pytest.mark.parametrize("cloud", UNREADABLE.values(), ids=UNREADABLE)
class TestPushOfAnUnreadablePointCloud:
    @pytest.fixture
    def rows(self, tmp_path: Path, write_release: Any, cloud: dict[str, Any], streaming: bool) -> Any:
        path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid")
        return _with_second_cloud(path, cloud, streaming=streaming)

    def test_raise_names_the_sample_and_uploads_nothing(self, hub: HubServer, rows: Any) -> None:
        with pytest.raises(AssetError, match=r"street/1.*point_cloud"):
            segments_hf.push_to_hub(rows, REPO)
        assert ("datasets", REPO) not in hub.repos or not shards(hub, REPO)

    def test_skip_leaves_out_the_row(self, hub: HubServer, rows: Any) -> None:
        segments_hf.push_to_hub(rows, REPO, on_error="skip")
        assert datasets.load_dataset(REPO, split="train")["name"] == ["street/0", "street/2"]

    def test_keep_pushes_null(self, hub: HubServer, rows: Any) -> None:
        segments_hf.push_to_hub(rows, REPO, on_error="keep")
        back = datasets.load_dataset(REPO, split="train")
        assert [row["point_cloud"] is None for row in back] == [False, True, False]


def test_unreadable_camera_image_is_kept_as_null(
    hub: HubServer, tmp_path: Path, write_release: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid", samples=1)
    rows = segments_hf.load_release(path, split="train", cameras=True)
    Path(rows.data["cameras"][0][0]["image"]["path"].as_py()).write_bytes(b"%PDF-1.4")
    with pytest.raises(AssetError, match=r"street/0.*cameras\[0\].image"):
        segments_hf.push_to_hub(rows, REPO)
    with caplog.at_level(logging.WARNING):
        segments_hf.push_to_hub(rows, REPO, on_error="keep")
    assert "cameras[0].image" in caplog.text
    (pushed,) = datasets.load_dataset(REPO, split="train")
    (camera,) = pushed["cameras"]
    assert camera["image"] is None
    assert {name: value for name, value in camera.items() if name != "image"} == {
        name: value
        for name, value in segments_hf.load_release(path, split="train")[0]["cameras"][0].items()
        if name != "image"
    }


def test_columns_of_users_with_the_names_of_point_cloud_columns_are_pushed_unchanged(hub: HubServer) -> None:
    rows = datasets.Dataset.from_dict({"point_cloud": [[0.5, 1]], "cameras": [["front"]]})
    segments_hf.push_to_hub(rows, REPO)
    assert datasets.load_dataset(REPO, split="train")[:] == rows[:]


@pytest.mark.parametrize("form", ["release", "dataset of paths"])
def test_row_groups_of_large_point_clouds_are_small(
    hub: HubServer, tmp_path: Path, write_release: Any, form: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid", samples=12)
    content = points(1, count=500_000)  # 8 MB
    for file in tmp_path.glob("*.bin"):
        file.write_bytes(content)
    segments_hf.push_to_hub(FORMS[form](path), REPO)
    (shard,) = shards(hub, REPO)
    metadata = pq.ParquetFile(io.BytesIO(hub.files(REPO)[shard])).metadata
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    assert metadata.num_rows == 12
    assert max(sizes) <= 80e6


@pytest.mark.slow
def test_push_with_processes_writes_the_rows_in_order(hub: HubServer, tmp_path: Path, write_release: Any) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-segmentation-sequence")
    segments_hf.push_to_hub(segments_hf.load_release(path), REPO, num_proc=2)
    expected = segments_hf.load_release(path, split="train", embed=True)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(expected)


def test_resumed_push_uploads_the_remaining_point_clouds_only(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid", samples=6)
    rows = segments_hf.load_release(path, split="train")
    broken = Path(rows.data["point_cloud"][4]["path"].as_py())
    content = broken.read_bytes()
    broken.write_bytes(content[:-1])
    with pytest.raises(AssetError, match="street/4"):
        segments_hf.push_to_hub(rows, REPO, max_shard_size=1000)
    broken.write_bytes(content)
    assert segments_hf.push_to_hub(rows, REPO, max_shard_size=1000).skipped_bytes > 0
    expected = segments_hf.load_release(path, split="train", embed=True)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(expected)


def test_push_of_a_release_after_a_refused_commit_uploads_nothing_again(
    hub: HubServer, tmp_path: Path, write_release: Any
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-segmentation-sequence")
    hub.faults.append(Fault("POST", "/commit/", (403, {}, b"")))
    with pytest.raises(HubError):
        segments_hf.push_to_hub(path, REPO, max_shard_size=2000)
    assert segments_hf.push_to_hub(path, REPO, max_shard_size=2000).uploaded_bytes == 0
    expected = segments_hf.load_release(path, split="train", embed=True)
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(expected)
