"""Rows of point clouds that Ray reads and pushes equal the rows that one machine reads and pushes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from conftest import WriteRelease
from hub.cloud_samples import REPO, TASK_TYPES, write_cloud_release
from hub.demo_push import stored_rows
from hub.server.hub_server import HubServer

import segments_hf
from distributed.conftest import TwoNodes
from distributed.pushes import pushed_rows
from segments_hf import distributed

pytestmark = [
    pytest.mark.slow,
    # Ray Data issues a warning about its own default settings.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context"),
    pytest.mark.parametrize("task_type", TASK_TYPES),
]


@pytest.fixture
def release(tmp_path: Path, write_release: WriteRelease, task_type: str) -> Path:
    return write_cloud_release(tmp_path, write_release, task_type)


def test_rows_of_read_release_are_those_of_load_release(cluster: TwoNodes, release: Path) -> None:
    rows = distributed.read_release(release, cameras=True)
    tables = list(rows.iter_batches(batch_size=None, batch_format="pyarrow"))
    features = distributed.features_of(release)
    expected = segments_hf.load_release(release, split="train", cameras=True, embed=True)
    assert stored_rows(datasets.Dataset(pa.concat_tables(tables)).cast(features)) == stored_rows(expected)


@pytest.mark.parametrize("function", ["push_to_hub", "write_to_hub"])
def test_push_equals_the_push_of_one_machine(hub: HubServer, cluster: TwoNodes, release: Path, function: str) -> None:
    options: dict[str, Any] = {"cameras": True}
    segments_hf.push_to_hub(
        {"train": segments_hf.load_release(release, split="train", streaming=True, **options)}, "jane/alone"
    )
    if function == "push_to_hub":
        distributed.push_to_hub(release, REPO, **options)
    else:
        rows = distributed.read_release(release, **options)
        distributed.write_to_hub(rows, REPO, features=distributed.features_of(release))
    assert pushed_rows(hub, REPO) == pushed_rows(hub, "jane/alone")
    cards = [hub.files(repo)["README.md"].decode() for repo in (REPO, "jane/alone")]
    tables = [[line for line in card.splitlines() if line.startswith("| ") and "MB" not in line] for card in cards]
    assert len(tables[0]) == len(tables[1])
    assert [row["point_cloud"]["bytes"] is not None for row in pushed_rows(hub, REPO)] == [True] * len(
        pushed_rows(hub, REPO)
    )
