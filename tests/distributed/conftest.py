"""A Ray cluster on this machine: a head without CPUs, and two nodes with one CPU each."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub import conftest as hub_conftest

hub = hub_conftest.hub  # a fixture

# Ray does not accept an object store that is much smaller than 80 MiB.
NODE_OPTIONS = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
# With these settings, Ray notices in seconds instead of half a minute that a node has died. A node on a busy machine,
# which responds late, does not count as dead.
HEALTH_CHECK_OPTIONS = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 200,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 15,
}


@pytest.fixture(scope="session", autouse=True)
def ray_environment() -> Iterator[None]:
    """Set environment variables before Ray is imported, because Ray reads them then. Its processes inherit them."""
    folder = tempfile.mkdtemp(prefix="ray")  # the paths of sockets in it may have 107 characters at most
    variables = {
        "RAY_TMPDIR": folder,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",  # because Ray listens on all network interfaces
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "HF_HOME": f"{folder}/hf",
        "HF_TOKEN": "hf_jane",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.delenv("RAY_ADDRESS", raising=False)
        yield
    shutil.rmtree(folder, ignore_errors=True)


class TwoNodes:
    """A cluster whose nodes can be killed and replaced."""

    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster
        self.start_missing_nodes()

    def start_missing_nodes(self) -> None:
        """Start nodes until there are two."""
        while len(self.cluster.worker_nodes) < 2:
            self.cluster.add_node(num_cpus=1, wait=False, **NODE_OPTIONS)
        self.cluster.wait_for_nodes()

    def kill_one(self) -> str:
        """Kill the processes of one node, and return its id."""
        node = next(iter(self.cluster.worker_nodes))
        self.cluster.remove_node(node, allow_graceful=False)
        return str(node.unique_id)


@pytest.fixture(scope="session")
def started_cluster(ray_environment: None) -> Iterator[TwoNodes]:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", False)  # the nodes use the address 127.0.0.1
        head_options = {"num_cpus": 0, "_system_config": HEALTH_CHECK_OPTIONS, **NODE_OPTIONS}
        cluster = Cluster(initialize_head=True, head_node_args=head_options)
        try:
            nodes = TwoNodes(cluster)
            ray.init(cluster.address, log_to_driver=False, logging_level="error")
            yield nodes
        finally:
            ray.shutdown()
            cluster.shutdown()


@pytest.fixture
def cluster(started_cluster: TwoNodes) -> TwoNodes:
    """The cluster with two nodes, to which this process is connected."""
    started_cluster.start_missing_nodes()
    return started_cluster
