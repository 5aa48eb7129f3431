"""The private names of `datasets` and `huggingface_hub` that a push uses exist and behave as the push expects."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import multiprocess
import pytest
from datasets.distributed import split_dataset_by_node
from huggingface_hub import CommitOperationAdd, DatasetCardData, HfApi

from hub.demo_push import REPO, demo, with_both_transfers
from hub.server.connection import Fault
from hub.server.hub_server import HubServer
from hub.server.large_files import COMPLETING_REQUESTS
from segments_hf.dataset.building.builder import SegmentsRelease
from segments_hf.hub.compat import (
    INVALID_WINDOWS_CHARACTERS_IN_PATH,
    DatasetInfosDict,
    MetadataConfigs,
    fingerprint,
    flat_map,
    is_uploaded,
    known_files,
    parquet_writer,
    status_in_text,
    stream_origin,
    uploaded_file,
    with_embedded_images,
)
from segments_hf.hub.hub_retries import status_of

CONTENT = b"rows" * 9999


def _identity(row: dict[str, Any]) -> dict[str, Any]:
    return row


def test_fingerprint_is_equal_only_for_equal_rows() -> None:
    flowers = demo(split="train")
    assert fingerprint(flowers) == fingerprint(demo(split="train"))
    assert fingerprint(flowers) != fingerprint(flowers.select([0]))


@pytest.mark.parametrize("change", ["unchanged", "mapped", "filtered", "cast", "arrow", "one node"])
def test_stream_origin_is_the_builder_of_the_release(change: str) -> None:
    stream = demo(split="train", streaming=True)
    changed = {
        "unchanged": lambda: stream,
        "mapped": lambda: stream.map(_identity, features=stream.features),
        "filtered": lambda: stream.filter(bool),
        "cast": lambda: stream.cast(stream.features),
        "arrow": lambda: stream.with_format("arrow"),
        "one node": lambda: split_dataset_by_node(stream, rank=0, world_size=2),
    }[change]()
    _, function, arguments = stream_origin(changed)
    assert (arguments is None) == (change in {"mapped", "filtered", "one node"})
    assert isinstance(function.__self__, SegmentsRelease)


def test_stream_origin_of_a_stream_without_a_release_is_not_a_builder() -> None:
    stream = datasets.IterableDataset.from_generator(lambda: iter([{"a": 1}]))
    _, function, _ = stream_origin(stream)
    assert not isinstance(getattr(function, "__self__", None), SegmentsRelease)


def test_embedded_images_in_parquet_have_the_size_of_the_image_files(tmp_path: Path) -> None:
    flowers = demo(split="train").select_columns("image")
    table = flowers.with_format("arrow")[:]
    assert not any(image["bytes"] for image in table["image"].to_pylist())
    embedded = with_embedded_images(table)
    assert all(image["bytes"] for image in embedded["image"].to_pylist())
    writer = parquet_writer(tmp_path / "a.parquet", flowers.features)
    writer.write_table(embedded)
    writer.finalize()
    back = datasets.Dataset.from_parquet(str(tmp_path / "a.parquet"))
    assert back.features == flowers.features
    assert back[0]["image"].size == flowers[0]["image"].size


def _count(first: int, pause: float) -> Iterator[int]:
    for number in range(first, first + 3):
        yield number
        time.sleep(pause)


def test_flat_map_yields_values_before_a_process_ends() -> None:
    with multiprocess.get_context("spawn").Pool(2) as pool:
        numbers = flat_map(pool, _count, [{"first": 0, "pause": 0}, {"first": 10, "pause": 0}])
        assert sorted(numbers) == [0, 1, 2, 10, 11, 12]
        slow = flat_map(pool, _count, [{"first": 0, "pause": 5}])
        assert next(slow) == 0
        with pytest.raises(KeyboardInterrupt):
            slow.throw(KeyboardInterrupt())


@with_both_transfers
def test_uploaded_file_is_a_known_object(hub: HubServer, transfer: str, tmp_path: Path) -> None:
    hub.add_repo(REPO)
    api = HfApi(token="hf_jane")
    file = tmp_path / "a.parquet"
    file.write_bytes(CONTENT)
    large, small = CommitOperationAdd("a.parquet", str(file)), CommitOperationAdd("a.txt", str(file))
    oid = hashlib.sha256(CONTENT).hexdigest()
    queried = [(oid, len(CONTENT)), ("0" * 64, 5)]
    assert known_files(api, REPO, None, "hf_jane", queried) == set()
    api.preupload_lfs_files(REPO, [large, small], repo_type="dataset", free_memory=False)
    assert is_uploaded(large)
    assert not is_uploaded(small)
    assert known_files(api, REPO, None, "hf_jane", queried) == {oid}


def test_file_that_another_process_uploaded_is_committed_without_upload(hub: HubServer) -> None:
    hub.add_repo(REPO)
    oid = hashlib.sha256(CONTENT).hexdigest()
    hub.objects[oid] = CONTENT
    operation = uploaded_file("data/a.parquet", oid, len(CONTENT))
    assert is_uploaded(operation)
    HfApi(token="hf_jane").create_commit(REPO, [operation], commit_message="a", repo_type="dataset")
    assert hub.files(REPO)["data/a.parquet"] == CONTENT
    assert not hub.received


@pytest.mark.parametrize(
    ("method", "path"),
    [COMPLETING_REQUESTS["xet"], ("POST", "/v1/xorbs/"), ("GET", "/xet-write-token/")],
    ids=lambda part: part.strip("/"),
)
@pytest.mark.parametrize("status", [400, 401, 403, 503])
def test_status_of_a_refused_upload_is_found(
    hub: HubServer, method: str, path: str, status: int, tmp_path: Path
) -> None:
    hub.add_repo(REPO)
    hub.faults.append(Fault(method, path, (status, {}, b""), times=99))
    file = tmp_path / "a.parquet"
    file.write_bytes(CONTENT)
    with pytest.raises(Exception) as raised:
        HfApi(token="hf_jane").preupload_lfs_files(
            REPO, [CommitOperationAdd("a.parquet", str(file))], repo_type="dataset"
        )
    assert status_of(raised.value) == status


def test_status_in_text_ignores_texts_and_error_types_that_hf_xet_does_not_use() -> None:
    assert status_in_text(ConnectionError("no response from port 403")) is None
    assert status_in_text(ValueError("HTTP status client error (403 Forbidden)")) is None


def test_infos_and_configs_of_a_card_are_equal_after_writing_and_reading() -> None:
    features = datasets.Features({"number": datasets.Value("int32")})
    data = DatasetCardData()
    DatasetInfosDict({"a": datasets.DatasetInfo(config_name="a", features=features)}).to_dataset_card_data(data)
    MetadataConfigs({"a": {"data_files": "a/*"}}).to_dataset_card_data(data)
    assert DatasetInfosDict.from_dataset_card_data(data)["a"].features == features
    assert MetadataConfigs.from_dataset_card_data(data)["a"]["data_files"] == "a/*"


@pytest.mark.parametrize("character", INVALID_WINDOWS_CHARACTERS_IN_PATH)
def test_datasets_refuses_each_invalid_character_in_the_name_of_a_configuration(character: str) -> None:
    with pytest.raises(ValueError, match="[Bb]ad characters"):
        datasets.BuilderConfig(name=f"a{character}b")
