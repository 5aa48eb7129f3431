"""Compare the versions of Python and of packages on the nodes of a Ray cluster with those of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from segments_hf.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The packages whose versions are compared, because they determine the content of the shards.
PACKAGES: Final = ("segments-hf", "datasets", "pyarrow", "huggingface_hub")
_TIMEOUT = 120  # seconds; a new process on a busy node needs many seconds to start

Versions = dict[str, "str | None"]


def check_node_versions() -> None:
    """Compare the versions on each node that has CPUs with those of this process.

    The versions of Python are compared without the patch number.

    Raises:
        ClusterError: A version differs, a package is missing on a node, or a node does not respond.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    read = ray.remote(num_cpus=0, max_retries=0)(reader_of_versions())
    node_names = {
        node["NodeID"]: f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0) > 0
    }
    nodes = {  # the id of each node, by the reference to its versions
        read.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(PACKAGES): node
        for node in node_names
    }
    expected = reader_of_versions()(PACKAGES)
    finished, unfinished = ray.wait(list(nodes), num_returns=len(nodes), timeout=_TIMEOUT) if nodes else ([], [])
    if unfinished:
        names = ", ".join(sorted(node_names[nodes[reference]] for reference in unfinished))
        raise ClusterError(f"got no answer from these nodes of the Ray cluster in {_TIMEOUT} s: {names}")
    for reference in finished:
        try:
            found = ray.get(reference)
        except ray.exceptions.RayError:  # the node has died since `ray.nodes()`
            continue
        compare_versions(node_names[nodes[reference]], found, expected)


def compare_versions(node: str, found: Mapping[str, str | None], expected: Mapping[str, str | None]) -> None:
    """Compare the versions on one node with those of this process.

    Args:
        node: The name of the node.
        found: The version of each package on the node; None if the package is not installed.
        expected: The version of each package in this process.

    Raises:
        ClusterError: A version differs, or a package is missing on the node.

    >>> compare_versions("worker-1", {"pyarrow": "21.0.0"}, {"pyarrow": "21.0.0"})
    """
    differences = [
        f"{name} {found.get(name) or 'is not installed'} (here {version})"
        for name, version in expected.items()
        if found.get(name) != version
    ]
    if differences:
        raise ClusterError(
            f"the node {node} of the Ray cluster has other versions than this process: {', '.join(differences)}; "
            "install the same versions on all nodes and here"
        )


def reader_of_versions() -> Callable[[Sequence[str]], Versions]:
    """Return a function that reads versions of packages. It also runs on nodes where segments-hf is not installed.

    Ray pickles functions of modules by reference, which fails on such nodes. It pickles local functions by value.
    """

    def versions(packages: Sequence[str]) -> Versions:
        import sys
        from importlib.metadata import PackageNotFoundError, version

        found: Versions = {"Python": f"{sys.version_info[0]}.{sys.version_info[1]}"}
        for package in packages:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                found[package] = None
        return found

    return versions
