"""Datasets download each point cloud once and check it; datasets, streams and all processes make the same rows."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from cloud_releases import (
    SEQUENCE_TASKS,
    SINGLE_CLOUD_TASKS,
    camera,
    cloud,
    cloud_label,
    cloud_sample,
    cloud_samples,
    kitti_file,
    label_content,
    write_files,
)

import segments_hf
from dataset.loading import load_by_function, load_with_builder_name, warnings_of
from dataset.making import jpeg, plain_rows
from segments_hf.dataset.load import release_builder
from segments_hf.dataset.rows.outcome import Outcome
from segments_hf.dataset.rows.row_batches import make_batches
from segments_hf.errors import AssetError
from segments_hf.points import read_points

WriteRelease = Callable[..., Path]
TASK_TYPES = [*SINGLE_CLOUD_TASKS, *SEQUENCE_TASKS]


@pytest.fixture
def write_served_release(server: Any, write_release: WriteRelease) -> Callable[..., Path]:
    """Return a function that writes a release whose files are on a server; `query` is added to their URLs."""

    def write(task_type: str, query: str = "") -> Path:
        samples = cloud_samples(task_type, lambda name, file: server.url(f"/{name}", file) + query)
        return write_release(samples, task_type=task_type)

    return write


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_rows_are_the_same_however_a_release_is_loaded(
    write_served_release: Callable[..., Path], task_type: str
) -> None:
    release = write_served_release(task_type)
    expected = plain_rows(load_by_function(release, streaming=True))
    assert len(expected) == (6 if task_type in SEQUENCE_TASKS else 3)
    assert all(row["point_cloud"] for row in expected)
    assert plain_rows(load_by_function(release)) == expected
    assert plain_rows(load_by_function(release, num_proc=2, on_error="skip")) == expected
    assert plain_rows(load_by_function(release, embed=True)) == expected
    assert plain_rows(load_by_function(release, verify="decode")) == expected
    assert plain_rows(load_with_builder_name(release)) == expected
    assert plain_rows(load_with_builder_name(release, streaming=True)) == expected


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("task_type", TASK_TYPES)
@pytest.mark.parametrize("size", [1, 2])
def test_tables_of_pickled_slices_equal_the_table_of_the_dataset(
    tmp_path: Path, write_release: WriteRelease, task_type: str, size: int
) -> None:
    path = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    config = release_builder(path).config
    release, _ = config.releases[0]
    maker = config.row_maker(release, is_stored=False, in_memory=True)
    pairs = [pickle.loads(pickle.dumps((maker, samples))) for samples in release.slices(size)]
    table = pa.concat_tables([batch.table for maker, samples in pairs for batch in maker.batches(samples)])
    expected = load_by_function(path, embed=True).with_format("arrow")[:]
    assert table.schema.equals(expected.schema)
    assert table.to_pylist() == expected.to_pylist()


def test_second_load_sends_no_requests(write_served_release: Callable[..., Path], server: Any, tmp_path: Path) -> None:
    release = write_served_release("pointcloud-cuboid-sequence")
    expected = plain_rows(load_by_function(release))
    requests = dict(server.requests)
    assert requests == {f"/{number}-{frame}.bin": 1 for number in range(3) for frame in range(2)}
    for options in ({"cache_dir": tmp_path / "new"}, {"embed": True}, {"streaming": True}, {"verify": "decode"}):
        assert plain_rows(load_by_function(release, **options)) == expected
    assert server.requests == requests


def test_stream_stores_nothing_in_the_cache(write_served_release: Callable[..., Path], server: Any) -> None:
    release = write_served_release("pointcloud-segmentation")
    expected = plain_rows(load_by_function(release, streaming=True))
    assert plain_rows(load_by_function(release, streaming=True)) == expected
    assert set(server.requests.values()) == {2}


def test_broken_point_cloud_is_downloaded_again(server: Any, write_release: WriteRelease) -> None:
    server.files["/a.bin"] = [(200, {}, kitti_file()[:-3]), (200, {}, kitti_file())]
    sample = cloud_sample("a", cloud(server.address + "/a.bin"))
    (row,) = plain_rows(load_by_function(write_release([sample], task_type="pointcloud-cuboid")))
    assert (row["point_cloud"], server.requests["/a.bin"]) == (kitti_file(), 2)


def test_point_cloud_with_another_number_of_points_than_its_label_is_not_cached(
    server: Any, write_release: WriteRelease
) -> None:
    label = cloud_label(**{**label_content("pointcloud-segmentation"), "point_annotations": [0]})
    sample = cloud_sample("a", cloud(server.url("/a.bin", kitti_file())), label)
    release = write_release([sample], task_type="pointcloud-segmentation")
    for _ in range(2):
        with pytest.raises(AssetError, match="1 point .* 4 points"):
            load_by_function(release)
    assert server.requests["/a.bin"] == 2


def test_secrets_of_urls_are_not_in_rows_logs_files_or_errors(
    server: Any, write_release: WriteRelease, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "?X-Amz-Signature=very-secret"
    images = [camera(server.url("/front.jpg", jpeg()) + secret, name=f"https://host/front.jpg{secret}")]
    good = cloud(server.url("/a.bin", kitti_file()) + secret, images=images, bounds={"url": f"https://h/b{secret}"})
    gone = cloud(server.address + f"/gone.bin{secret}", images=[camera(server.address + f"/gone.jpg{secret}")])
    label = cloud_label(annotations=[], links=[{"url": f"https://h/c{secret}"}])
    samples = [cloud_sample("good", good, label), cloud_sample("gone", gone)]
    release = write_release(samples, task_type="pointcloud-cuboid")
    rows = load_by_function(release, on_error="keep", cameras=True)
    assert [row["point_cloud"] for row in plain_rows(rows)] == [kitti_file(), None]
    texts = [str(plain_rows(rows)), str(rows), warnings_of(caplog)]
    files = [path for file in rows.cache_files for path in Path(file["filename"]).parent.iterdir()]
    texts += [path.read_bytes().decode("latin-1") for path in files]
    with pytest.raises(AssetError) as caught:
        load_by_function(release)
    texts += [str(caught.value), repr(segments_hf.Release.open(release)[0].point_clouds)]
    assert not [text for text in texts if "very-secret" in text]


def test_cameras_are_downloaded_only_on_request(server: Any, write_release: WriteRelease) -> None:
    images = [
        camera(server.url(f"/{name}.jpg", jpeg(red=red)), name=name) for name, red in [("front", 9), ("rear", 99)]
    ]
    sample = cloud_sample("a", cloud(server.url("/a.bin", kitti_file()), images=images))
    release = write_release([sample], task_type="pointcloud-cuboid")
    for streaming in (False, True):
        (row,) = plain_rows(load_by_function(release, streaming=streaming))
        assert [item["image"] for item in row["cameras"]] == [None, None]
    assert not server.requests["/front.jpg"]
    for options in ({}, {"embed": True}, {"streaming": True}, {"num_proc": 1}):
        rows = load_by_function(release, cameras=True, **options)
        assert [item["image"] for item in plain_rows(rows)[0]["cameras"]] == [jpeg(red=9), jpeg(red=99)]
        assert next(iter(rows))["cameras"][0]["image"].size == (8, 6)  # `datasets` decodes the image


def test_points_of_rows_equal_the_points_of_the_files(tmp_path: Path, write_release: WriteRelease) -> None:
    path = write_release(cloud_samples("pointcloud-cuboid", write_files(tmp_path)), task_type="pointcloud-cuboid")
    expected = np.frombuffer(kitti_file(first_x=0), "<f4").reshape(-1, 4)
    for options in ({}, {"embed": True}, {"streaming": True}):
        np.testing.assert_array_equal(read_points(next(iter(load_by_function(path, **options)))), expected)


@pytest.mark.parametrize("embed", [False, True])
def test_only_a_dataset_with_embedded_bytes_can_be_read_without_the_files(
    tmp_path: Path, write_release: WriteRelease, embed: bool
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    samples = cloud_samples("pointcloud-cuboid", lambda name, file: f"files/{write_files(folder)(name, file)}")
    rows = load_by_function(write_release(samples, task_type="pointcloud-cuboid"), embed=embed)
    for file in folder.iterdir():
        file.unlink()
    if embed:
        assert read_points(rows[0]).shape == (4, 4)
    else:
        with pytest.raises(AssetError, match="0-0.bin"):
            read_points(rows[0])


def test_datasets_from_parquet_and_from_disk_have_the_same_rows(tmp_path: Path, write_release: WriteRelease) -> None:
    import datasets

    task_type = "pointcloud-segmentation-sequence"
    path = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    rows = load_by_function(path, embed=True)
    rows.save_to_disk(str(tmp_path / "saved"))
    rows.to_parquet(tmp_path / "rows.parquet")
    for loaded in (
        datasets.load_from_disk(str(tmp_path / "saved")),
        datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"), split="train"),
    ):
        assert plain_rows(loaded) == plain_rows(rows)
        assert segments_hf.categories(loaded) == segments_hf.categories(rows)


def test_stream_continues_after_a_checkpoint(tmp_path: Path, write_release: WriteRelease) -> None:
    task_type = "pointcloud-segmentation-sequence"
    path = write_release(cloud_samples(task_type, write_files(tmp_path)), task_type=task_type)
    expected = list(load_by_function(path, streaming=True))
    for count in range(len(expected)):
        stream = load_by_function(path, streaming=True)
        rows = iter(stream)
        for _ in range(count):
            next(rows)
        state = stream.state_dict()
        resumed = load_by_function(path, streaming=True)
        resumed.load_state_dict(state)
        assert list(resumed) == expected[count:]


def test_batches_of_large_point_clouds_have_fewer_rows(tmp_path: Path, write_release: WriteRelease) -> None:
    path = write_release(cloud_samples("pointcloud-cuboid", write_files(tmp_path)), task_type="pointcloud-cuboid")
    config = release_builder(path).config
    release, _ = config.releases[0]
    maker = config.row_maker(release, is_stored=False, in_memory=True)
    (outcome, *_) = maker.outcomes(release.slice(range(len(release))))
    row = {**outcome.row, "point_cloud": {"bytes": bytes(2**24), "path": None}}
    batches = make_batches([Outcome(row)] * 5, maker.features, None)
    assert [batch.table.num_rows for batch in batches] == [2, 2, 1]
