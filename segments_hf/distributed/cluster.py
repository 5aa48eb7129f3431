"""Connect to a Ray cluster, or start Ray on this machine."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segments_hf.distributed.node_versions import check_node_versions
from segments_hf.errors import ClusterError, MissingExtraError, OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONNECT_SECONDS = 10  # Ray itself retries for minutes when the address does not respond


@contextmanager
def ray_cluster(address: str | None = None, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Connect this process to a Ray cluster, and check the versions of Python and packages on its nodes.

    If the process is connected already, this connection is used, and it stays open. Otherwise, the connection ends with
    the ``with`` block, and so does Ray if it was started on this machine.

    Args:
        address: The address of the cluster, such as ``10.0.0.7:6379``; ``auto`` for the cluster that this machine
            belongs to. With None, Ray is started on this machine.
        environment: Environment variables for the processes of Ray if it is started on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
        OptionError: The process is connected to another cluster than `address`.
        ClusterError: Ray does not start, the cluster does not respond, or a node has other versions of Python or
            packages than this process.
    """
    ray = import_ray()
    was_connected = ray.is_initialized()
    connect(address, environment, log_to_driver=False)
    try:
        yield
    finally:
        if not was_connected:
            ray.shutdown()


def connect(address: str | None = None, environment: Mapping[str, str] | None = None, *, log_to_driver: bool) -> None:
    """Connect this process to a Ray cluster unless it is connected, and check the versions on its nodes.

    The connection stays open.

    Args:
        address: As for `ray_cluster`.
        environment: As for `ray_cluster`.
        log_to_driver: Whether a new connection prints the messages of the nodes in this process.

    Raises:
        MissingExtraError: Ray is not installed.
        OptionError: The process is connected to another cluster than `address`.
        ClusterError: Ray does not start, the cluster does not respond, or a node has other versions of Python or
            packages than this process.
    """
    ray = import_ray()
    was_connected = ray.is_initialized()
    if was_connected:
        _check_same_cluster(ray, address)
    else:
        _connect(ray, address, environment or {}, log_to_driver=log_to_driver)
    try:
        check_node_versions()
    except BaseException:
        if not was_connected:
            ray.shutdown()
        raise


def cluster_cpus() -> int:
    """Return the number of CPUs of the cluster; 1 if it has none yet, because an autoscaler may start without nodes."""
    return max(1, int(import_ray().cluster_resources().get("CPU", 0)))


def import_ray() -> Any:  # noqa: ANN401  (the module `ray`)
    """Import Ray.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError(f"cannot import Ray: pip install 'segments-hf[ray]' ({error})") from error
    return ray


def _connect(ray: Any, address: str | None, environment: Mapping[str, str], *, log_to_driver: bool) -> None:  # noqa: ANN401
    logging = {"log_to_driver": log_to_driver, "logging_level": "error"}
    try:
        if address is None:
            with _environment(environment):
                # With "local", Ray does not look for a running cluster.
                ray.init("local", include_dashboard=False, **logging)
        else:
            _check_responds(address)
            ray.init(address, **logging)
    except (ray.exceptions.RayError, OSError, RuntimeError, ValueError) as error:
        where = "on this machine" if address is None else f"at {address}"
        action = "start Ray" if address is None else "connect to the Ray cluster"
        raise ClusterError(f"cannot {action} {where}: {error}") from error


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the processes that are started within the ``with`` block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _check_responds(address: str) -> None:
    """Open and close a connection to ``host:port`` or ``ray://host:port``. Other addresses are not checked."""
    host, separator, port = address.rpartition("://")[2].rpartition(":")
    if separator and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()


def _check_same_cluster(ray: Any, address: str | None) -> None:  # noqa: ANN401
    connected = ray.get_runtime_context().gcs_address
    if address not in {None, "auto", connected}:
        raise OptionError(
            f"got {address!r}, but this process is connected to the Ray cluster at {connected}; pass this address or "
            "None, or call ray.shutdown() first",
            option="address",
        )
