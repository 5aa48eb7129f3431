"""Push a release to the Hub with the machines of a Ray cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.dataset.sensor_list import opened_releases
from segments_hf.distributed.cluster import import_ray, ray_cluster
from segments_hf.distributed.ray_uploader import RayUploader
from segments_hf.distributed.release_stream import open_release_stream
from segments_hf.hub.configurations import open_configurations
from segments_hf.hub.pushing import push
from segments_hf.hub.repository import open_repository
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.io.fetch_options import FetchOptions
from segments_hf.io.number_options import check_number
from segments_hf.layouts import LayoutOptions
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import ClusterKeywords, Releases
    from segments_hf.hub.push_result import PushResult
    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.source_splits import Source


@short_traceback
def push_to_hub(  # noqa: PLR0913  (all but two parameters are keyword-only)
    release: Releases,
    repo_id: str,
    *,
    layout: str | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    on_error: str = "raise",
    split: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    config_name: str | None = None,
    max_shard_size: int | str = "2GB",
    address: str | None = None,
    connections_per_host: int = FetchOptions.connections,
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002  (as the Hub calls it)
    **options: Unpack[ClusterKeywords],
) -> PushResult:
    """Push a release to the Hub with the machines (nodes) of a Ray cluster.

    The splits, the rows, their order and the features are those of `segments_hf.push_to_hub`. The release is divided
    into slices of at most 1000 samples. Each task downloads the files of one slice, and writes and uploads its shards.
    A shard has rows of one slice only, so the number of shards does not depend on the cluster.

    This process opens the release, draws the contact sheet and makes the commits. The nodes need neither the release
    file nor a shared disk. They must reach the files of the samples and the Hub, and must have the same versions of
    Python, segments-hf, datasets, pyarrow and huggingface_hub. Each node uses its own Hub token: the one in the
    environment variable ``HF_TOKEN``, or the token of ``hf auth login``. Tokens are not sent to other machines.

    If a node fails, other nodes upload the slices of its tasks. The same call resumes an interrupted push: slices that
    were uploaded are not read again. The list of these slices is in the cache of this machine.

    Args:
        release: A release in any form that `load_release` accepts.
        repo_id: ``owner/name``, or the name alone for a repository of the user. The repository is created if it does
            not exist.
        layout: The layout to convert to, as in `to_layout`; by default the columns are pushed as they are.
        palette: Whether the semantic masks of a layout have a palette, as in `to_layout`.
        image_range: The pixel values for black and for white in images of more than 8 bits, as in `to_layout`;
            only with a layout.
        fields: The fields of the points of a layout of point clouds, as in `to_layout`.
        on_error: What to do with a faulty sample, as in `segments_hf.push_to_hub`: ``"raise"``, ``"skip"`` or
            ``"keep"``.
        split: The split to push, such as ``"train"``; by default all splits.
        private: Whether a new repository is private; by default the setting of the owner on the Hub.
        token: A token with write access for the requests of this process, and of Ray if it is started on this machine;
            by default ``HF_TOKEN``, or else the token of ``hf auth login``.
        revision: The branch to push to, which is created if it does not exist; by default ``main``.
        create_pr: Whether to leave the changes in an open pull request instead of a commit on the branch.
        config_name: The name of the configuration, by default ``default``. The default for a sensor of a release is the
            name of the sensor.
        max_shard_size: The largest size of a shard: a number of bytes, or text such as ``"2GB"``.
        address: The address of the Ray cluster, such as ``"10.0.0.7:6379"``; ``"auto"`` for the cluster that this
            machine belongs to. By default, Ray is started on this machine, and ends with the push. If this process is
            connected to a cluster already, that cluster is used.
        connections_per_host: The largest number of simultaneous requests to one host, of all nodes together. Each
            running task gets an equal part of it, and at least one connection.
        commit_message: The message of the commits, and the title of a pull request.
        license: The license by its name on the Hub, such as ``"cc-by-4.0"``.
        **options: The options of `load_release`, except `streaming`, `connections`, `num_proc`, `embed` and
            `cache_dir`. `in_flight` is the largest number of rows whose files one task downloads at the same time.
            Without `sensor`, all sensors of a release of several sensors are pushed, each as a configuration with its
            name.

    Returns:
        The commit or merge commit, the rows and size of each split, and the numbers of rows and objects left out.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: Ray does not start, the cluster does not respond, a node has other versions of Python or packages
            than this process, or the process of a task died too often.
        OptionError: An option is invalid, or a split has no rows. No commit was made.
        HubError: The Hub refuses the push, a node has no token, or the Hub does not respond.
        AssetError: An image, a bitmap or a point cloud cannot be read. The error names the sample.
        SegmentsHFError: The data cannot be pushed.
    """
    import_ray()
    max_bytes = bytes_of(max_shard_size, "max_shard_size")
    layout_options = LayoutOptions(None, palette, image_range, fields)
    release_options: dict[str, Any] = {
        name: value for name, value in options.items() if name in {"storage_options", "api_key", "max_release_bytes"}
    }
    releases = opened_releases(release, **release_options)

    def open_sensor(name: str | None) -> Source:
        return open_release_stream(
            releases,
            {**options, "sensor": name},
            layout=layout,
            layout_options=layout_options,
            on_error=on_error,
            split=split,
        )

    sources = open_configurations(releases, open_sensor, sensor=options.get("sensor"), config_name=config_name)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    return push_on_ray(
        sources,
        repository,
        address,
        connections_per_host,
        max_bytes=max_bytes,
        commit_message=commit_message,
        license=license,
    )


def push_on_ray(
    sources: Mapping[str, Source],
    repository: Repository,
    address: str | None,
    connections_per_host: int,
    **options: Any,  # noqa: ANN401  (the options of `push`)
) -> PushResult:
    """Push a release that `open_source` has opened. See `push_to_hub`.

    Args:
        sources: The rows of each configuration by its name.
        repository: The repository.
        address: The address of the cluster.
        connections_per_host: The largest number of simultaneous requests to one host.
        **options: The options of `segments_hf.hub.pushing.push`.
    """
    check_number("connections_per_host", connections_per_host, 1)
    with ray_cluster(address, {"HF_TOKEN": repository.token}):
        return push(sources, repository, uploader=RayUploader(connections_per_host), **options)
