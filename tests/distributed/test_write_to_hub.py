"""`write_to_hub` pushes a dataset of Ray in order, with the class names and contact sheet of `push_to_hub`."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from golden_releases import bitmap_release, bitmap_sequence_release, cuboid_release, vector_release
from hub.demo_push import REPO, shards, stored_rows
from hub.server.hub_server import HubServer

import segments_hf
from distributed.conftest import TwoNodes
from distributed.pushes import assert_received_once, local_image_release, pushed_rows
from distributed.task_functions import wait_for
from segments_hf import AssetError, HubError, OptionError, SegmentsHFError, load_release
from segments_hf.demo import demo_release
from segments_hf.distributed import features_of, read_release, write_to_hub
from segments_hf.distributed.block_rows import dataset_of_block

# Ray Data issues a warning about its own default settings.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")

FEATURES = datasets.Features({"number": datasets.Value("int64")})


def test_block_with_other_columns_is_an_error() -> None:
    with pytest.raises(SegmentsHFError, match="columns name, extra, expected .*: number"):
        dataset_of_block(pa.table({"name": ["a"], "extra": [1]}), FEATURES)


def test_block_with_other_values_is_an_error() -> None:
    with pytest.raises(SegmentsHFError, match="column 'number': got values of type string"):
        dataset_of_block(pa.table({"number": ["a"]}), FEATURES)


def test_block_is_converted_to_the_features() -> None:
    features = datasets.Features(
        {"number": datasets.Value("float64"), "image": datasets.Image(), "kind": datasets.ClassLabel(names=["a", "b"])}
    )
    block = pa.table({"kind": [1], "image": pa.nulls(1), "number": pa.array([7], pa.int32())})
    assert stored_rows(dataset_of_block(block, features)) == [{"number": 7.0, "image": None, "kind": 1}]


def test_data_other_than_a_dataset_of_ray_is_an_error() -> None:
    pytest.importorskip("ray")
    with pytest.raises(SegmentsHFError, match="got Dataset, expected a dataset of Ray"):
        write_to_hub(datasets.Dataset.from_dict({"number": [1]}), REPO, features=FEATURES)


@pytest.mark.slow
@pytest.mark.parametrize("write", [bitmap_release, vector_release, bitmap_sequence_release, cuboid_release])
def test_push_of_read_release_equals_the_push_of_one_machine(
    hub: HubServer, cluster: TwoNodes, tmp_path: Path, write: Any
) -> None:
    release = write(tmp_path)
    segments_hf.push_to_hub({"train": load_release(release, split="train", streaming=True)}, "jane/alone")
    result = write_to_hub(read_release(release), REPO, features=features_of(release))
    assert pushed_rows(hub, REPO) == pushed_rows(hub, "jane/alone")
    local_files, cluster_files = hub.files("jane/alone"), hub.files(REPO)
    other_paths = {path for path in local_files if not path.endswith((".parquet", "README.md"))}
    assert {path: cluster_files[path] for path in other_paths} == {path: local_files[path] for path in other_paths}
    assert result.splits["train"].rows == len(pushed_rows(hub, REPO))
    expected = load_release(release, split="train", streaming=True).features
    assert datasets.load_dataset(REPO, split="train").features == expected


@pytest.mark.slow
@pytest.mark.parametrize("batch_format", ["pyarrow", "pandas", "numpy"])
def test_dataset_after_map_batches_is_pushed(hub: HubServer, cluster: TwoNodes, batch_format: str) -> None:
    rows = read_release(demo_release()).map_batches(lambda batch: batch, batch_format=batch_format)
    write_to_hub(rows, REPO, features=features_of(demo_release()))
    assert stored_rows(datasets.load_dataset(REPO, split="train")) == stored_rows(
        load_release(demo_release(), split="train")
    )


@pytest.mark.slow
def test_blocks_become_shards_in_order(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    rows = ray.data.range(490, override_num_blocks=7).rename_columns({"id": "number"})
    rows = rows.map_batches(_wait_longer_for_low_numbers, batch_format="pyarrow", batch_size=None)
    result = write_to_hub(rows, REPO, features=FEATURES, split="test", commit_message="Numbers")
    assert [row["number"] for row in pushed_rows(hub, REPO)] == list(range(490))
    assert len(shards(hub)) == 7
    assert all(path.startswith("data/test-") for path in shards(hub))
    assert result.splits["test"].rows == 490


def _wait_longer_for_low_numbers(batch: pa.Table) -> pa.Table:
    time.sleep(1 / (1 + batch["number"][0].as_py()))
    return batch


@pytest.mark.slow
def test_each_slice_of_a_release_becomes_one_shard(
    hub: HubServer, cluster: TwoNodes, tmp_path: Path, write_release: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments_hf.distributed.release_dataset.slice_size_of", lambda rows: 200)
    release = local_image_release(tmp_path, write_release, 300)
    write_to_hub(read_release(release), REPO, features=features_of(release))
    assert [row["name"] for row in pushed_rows(hub, REPO)] == [f"{number}.png" for number in range(300)]
    assert len(shards(hub)) == 2


@pytest.mark.slow
def test_push_with_a_killed_node_has_all_rows_and_sends_no_shard_twice(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    rows = ray.data.range(200, override_num_blocks=10).rename_columns({"id": "number"})
    rows = rows.map_batches(_wait, batch_format="pyarrow", batch_size=None)
    kill_thread = threading.Thread(target=lambda: (wait_for(lambda: len(hub.objects) > 2), cluster.kill_one()))
    kill_thread.start()
    write_to_hub(rows, REPO, features=FEATURES)
    kill_thread.join()
    assert [row["number"] for row in pushed_rows(hub, REPO)] == list(range(200))
    assert_received_once(hub)


def _wait(batch: pa.Table) -> pa.Table:
    time.sleep(0.5)
    return batch


@pytest.mark.slow
def test_error_of_a_refused_token_names_the_machine(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    del hub.users["hf_jane"]  # the token in the environment of the nodes
    rows = ray.data.range(4).rename_columns({"id": "number"})
    with pytest.raises(HubError, match=f"machine {socket.gethostname()}"):
        write_to_hub(rows, "joe/numbers", features=FEATURES, token="hf_joe")


@pytest.mark.slow
def test_second_push_uploads_nothing_and_keeps_other_splits(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    rows = ray.data.range(40, override_num_blocks=2).rename_columns({"id": "number"})
    write_to_hub(rows, REPO, features=FEATURES)
    write_to_hub(rows, REPO, features=FEATURES, split="test")
    received = len(hub.received)
    second_result = write_to_hub(rows, REPO, features=FEATURES)
    assert second_result.uploaded_bytes == 0
    assert len(hub.received) == received
    assert set(datasets.load_dataset(REPO)) == {"train", "test"}


@pytest.mark.slow
def test_dataset_without_rows_is_an_error(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    rows = ray.data.from_arrow(pa.table({"number": pa.array([], pa.int64())}))
    with pytest.raises(OptionError, match="without rows"):
        write_to_hub(rows, REPO, features=FEATURES)


@pytest.mark.slow
def test_error_of_a_sample_is_raised_and_nothing_is_committed(
    hub: HubServer, cluster: TwoNodes, tmp_path: Path
) -> None:
    release = bitmap_release(tmp_path)
    next(tmp_path.glob("turned*.*")).write_bytes(b"no image")
    with pytest.raises(AssetError, match="sample '") as caught:
        write_to_hub(read_release(release), REPO, features=features_of(release))
    assert type(caught.value) is AssetError
    assert not hub.repos.get(REPO) or shards(hub) == []


@pytest.mark.slow
def test_error_of_a_block_keeps_its_type(hub: HubServer, cluster: TwoNodes) -> None:
    import ray

    rows = ray.data.range(40, override_num_blocks=4).map(lambda row: {"number": row["id"] if row["id"] < 20 else "x"})
    with pytest.raises(SegmentsHFError, match="column 'number'") as caught:
        write_to_hub(rows, REPO, features=FEATURES)
    assert type(caught.value) is SegmentsHFError
