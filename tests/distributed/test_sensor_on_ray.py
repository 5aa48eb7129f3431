"""Rows of sensors that Ray reads and pushes equal the rows that one machine reads and pushes."""

from __future__ import annotations

from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from hub.demo_push import stored_rows
from hub.server.hub_server import HubServer
from sensor_releases import TASK_TYPES, sensor_release

import segments_hf
from distributed.conftest import TwoNodes
from segments_hf import distributed


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:ray.data.context"
)  # a warning of Ray Data about its own default settings
@pytest.mark.parametrize("sensor", TASK_TYPES)
def test_rows_of_a_sensor_are_those_of_load_release(cluster: TwoNodes, tmp_path: Path, sensor: str) -> None:
    path = sensor_release(tmp_path)
    rows = distributed.read_release(path, sensor=sensor)
    tables = list(rows.iter_batches(batch_size=None, batch_format="pyarrow"))
    features = distributed.features_of(path, sensor=sensor)
    expected = segments_hf.load_release(path, split="train", sensor=sensor, embed=True)
    assert stored_rows(datasets.Dataset(pa.concat_tables(tables)).cast(features)) == stored_rows(expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")
def test_push_of_all_sensors_has_the_rows_of_a_push_of_one_machine(
    hub: HubServer, cluster: TwoNodes, tmp_path: Path
) -> None:
    path = sensor_release(tmp_path)
    segments_hf.push_to_hub(path, "jane/alone")
    distributed.push_to_hub(path, "jane/cluster")
    for sensor in TASK_TYPES:
        local_rows, cluster_rows = (
            datasets.load_dataset(repo, sensor, split="train") for repo in ("jane/alone", "jane/cluster")
        )
        assert stored_rows(cluster_rows) == stored_rows(local_rows)
    distributed.push_to_hub(path, "jane/camera", sensor="Camera")
    assert datasets.get_dataset_config_names("jane/camera") == ["Camera"]
