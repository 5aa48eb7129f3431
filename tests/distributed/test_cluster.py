"""`ray_cluster` connects to a cluster or starts Ray, and refuses clusters that it cannot use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from distributed.conftest import TwoNodes
from distributed.task_functions import records, wait_for
from segments_hf.distributed import node_versions
from segments_hf.distributed.cluster import ray_cluster
from segments_hf.distributed.node_versions import check_node_versions, compare_versions
from segments_hf.errors import ClusterError, MissingExtraError, OptionError

VERSIONS = {"Python": "3.11", "segments-hf": "0.1.0", "datasets": "5.2.0"}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Python": "3.12"}, "Python 3.12 (here 3.11)"),
        ({"datasets": "4.0.0"}, "datasets 4.0.0 (here 5.2.0)"),
        ({"segments-hf": None}, "segments-hf is not installed (here 0.1.0)"),
    ],
    ids=["Python", "package", "missing package"],
)
def test_error_of_different_versions_names_node_package_and_versions(changes: dict[str, str | None], text: str) -> None:
    with pytest.raises(ClusterError) as caught:
        compare_versions("worker-1 (10.0.0.7)", {**VERSIONS, **changes}, VERSIONS)
    assert "worker-1 (10.0.0.7)" in str(caught.value)
    assert text in str(caught.value)


def test_versions_are_read_on_nodes_without_segments_hf() -> None:
    cloudpickle = pytest.importorskip("ray.cloudpickle")
    code = (
        "import pickle, sys; import ray; sys.modules['segments_hf'] = None; sys.meta_path.clear();"
        "print(pickle.load(sys.stdin.buffer)(['absent-package']))"
    )
    reader = cloudpickle.dumps(node_versions.reader_of_versions())
    result = subprocess.run([sys.executable, "-c", code], input=reader, capture_output=True, check=True)
    assert b"'absent-package': None" in result.stdout


def test_error_of_missing_ray_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'segments-hf\[ray\]'"), ray_cluster():
        pass


def test_import_of_the_modules_does_not_import_ray() -> None:
    code = "import segments_hf.distributed.cluster, segments_hf.distributed.tasks, sys; sys.exit('ray' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_address_without_a_cluster_is_an_error() -> None:
    pytest.importorskip("ray")
    with socket.socket() as unused_socket:
        unused_socket.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused_socket.getsockname()[1]}"
    with pytest.raises(ClusterError, match=f"at {address}: .*refused"), ray_cluster(address):
        pass


@pytest.mark.slow
def test_existing_connection_is_used_and_stays_open(cluster: TwoNodes) -> None:
    import ray

    for address in (None, "auto", cluster.cluster.address):
        with ray_cluster(address):
            assert ray.cluster_resources()["CPU"] == 2
        assert ray.is_initialized()


@pytest.mark.slow
def test_connection_to_another_cluster_is_an_error(cluster: TwoNodes) -> None:
    with (
        pytest.raises(OptionError, match="address: got '10.0.0.7:6379', but .* connected to"),
        ray_cluster("10.0.0.7:6379"),
    ):
        pass


@pytest.mark.slow
def test_versions_on_all_nodes_are_compared(cluster: TwoNodes, monkeypatch: pytest.MonkeyPatch) -> None:
    check_node_versions()
    monkeypatch.setattr(node_versions, "PACKAGES", ("segments-hf", "hatchling"))
    check_node_versions()
    # The patch changes the versions in this process, not those on the nodes.
    monkeypatch.setattr("importlib.metadata.version", lambda package: "0.0.1")
    with pytest.raises(ClusterError, match=r"segments-hf 0\.1\.0 \(here 0\.0\.1\)"):
        check_node_versions()


def is_running(group: int) -> bool:
    """Tell whether a process of a group is running."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


PROGRAM = """
import sys
from pathlib import Path
from distributed.task_functions import WaitingWork
from segments_hf.distributed.cluster import ray_cluster
from segments_hf.distributed.tasks import Task, run_tasks

folder = Path(sys.argv[1])
with ray_cluster():
    print(list(run_tasks([Task(key, lambda _: WaitingWork(folder, key, 0.1)) for key in "ab"])))
"""


@pytest.mark.slow
def test_ctrl_c_cancels_the_tasks_and_ends_ray_on_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: records(tmp_path, "start") or process.poll() is not None, 120)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    output, _ = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in output
    assert records(tmp_path, "canceled") == records(tmp_path, "start") != []
    wait_for(lambda: not is_running(process.pid))  # no process of Ray is left
