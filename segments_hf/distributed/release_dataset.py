"""Read a release as a dataset of Ray."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from segments_hf.dataset.rows.row_batches import storage_schema
from segments_hf.distributed.cluster import cluster_cpus, connect, import_ray
from segments_hf.distributed.ray_uploader import release_rows_of, slice_size_of
from segments_hf.distributed.release_stream import open_release_stream
from segments_hf.distributed.slice_reader import SliceReader
from segments_hf.errors import OptionError
from segments_hf.io.fetch_options import FetchOptions
from segments_hf.io.number_options import check_number
from segments_hf.layouts import LayoutOptions
from segments_hf.option_names import option
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import datasets
    import pyarrow as pa
    import ray.data
    from typing_extensions import Unpack

    from segments_hf.dataset.data_types import ClusterKeywords, Releases


@short_traceback
def read_release(  # noqa: PLR0913  (all but one parameter are keyword-only)
    release: Releases,
    *,
    layout: str | None = None,
    palette: bool = True,
    image_range: tuple[float, float] | None = None,
    fields: Sequence[str] | None = None,
    on_error: str = "raise",
    split: str | None = None,
    address: str | None = None,
    connections_per_host: int = FetchOptions.connections,
    **options: Unpack[ClusterKeywords],
) -> ray.data.Dataset:
    """Read a release as a dataset of Ray, for pipelines of your own.

    The dataset is lazy: the nodes fetch the files of the samples while the dataset is read. Each read task reads one
    slice of the release: up to 1000 samples. The rows are in the order of the release, also after ``map_batches``.

    The columns are those of `load_release`, or of the layout. They have the types in which `datasets` stores them:
    images are structs of `bytes` and `path`, and class labels are integers. JSON is a string, because Ray cannot sort
    columns of Arrow's JSON type. `features_of` returns the features of these columns, with which `datasets` reads
    them, as in ``datasets.Dataset(table).cast(features)``.

    Rows and objects that the layout cannot represent are left out, as in `to_layout`. The nodes log how many.

    If this process is not connected to a Ray cluster, this function connects it, and the connection stays open.

    Args:
        release: A release in any form that `load_release` accepts. Local files must exist on all nodes, except for the
            release file itself.
        layout: The layout to convert to, as in `to_layout`.
        palette: Whether the semantic masks of the layout have a palette, as in `to_layout`.
        image_range: The pixel values for black and for white in images of more than 8 bits, as in `to_layout`;
            only with a layout.
        fields: The fields of the points of a layout of point clouds, as in `to_layout`.
        on_error: What to do with a faulty sample, as in `load_release`: ``"raise"``, ``"skip"`` or ``"keep"``.
        split: The split to read, such as ``"train"``; it can be left out if there is only one.
        address: The address of the cluster, such as ``10.0.0.7:6379``; ``auto`` for the cluster that this machine
            belongs to. By default, the cluster that this process is connected to; without a connection, Ray is
            started on this machine.
        connections_per_host: The largest number of simultaneous requests to one host, of all nodes together.
        **options: The options of `load_release`, except `streaming`, `connections`, `num_proc`, `embed` and
            `cache_dir`. `in_flight` is the largest number of rows whose files one task downloads at the same time.

    Returns:
        The dataset. If a sample has an error while the dataset is read, the error is an exception of Ray that is also
        an exception of segments-hf, such as `AssetError`.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: Ray does not start, the cluster does not respond, or a node has other versions of Python or
            packages than this process.
        OptionError: An option is invalid or does not fit the release, or `split` is None and the release has
            several splits.
        ReleaseError: The file cannot be read, is too large, or is not a release.
        PlatformError: There is no API key, or the platform does not provide the release.
    """
    import_ray()
    check_number("connections_per_host", connections_per_host, 1)
    layout_options = LayoutOptions(None, palette, image_range, fields)
    source = open_release_stream(
        release, options, layout=layout, layout_options=layout_options, on_error=on_error, split=split
    )
    if len(source.splits) > 1:
        names = ", ".join(repr(item.name) for item in source.splits)
        example = option("split", source.splits[0].name)
        raise OptionError(f"got a release with the splits {names}, expected one split; pass {example}")
    (source_split,) = source.splits
    rows = release_rows_of(source_split)
    connect(address, log_to_driver=True)
    connections = max(1, connections_per_host // cluster_cpus())
    schema = storage_schema(source_split.features)
    readers = [
        SliceReader(slice_rows.with_connections(connections), schema, source_split.name)
        for slice_rows in rows.slices(slice_size_of(rows))
    ]
    has_all_rows = layout is None and not rows.config.kind.sequence and on_error == "raise"
    return _dataset(readers, schema, min(connections_per_host, len(readers)), has_all_rows=has_all_rows)


@short_traceback
def features_of(
    release: Releases,
    *,
    layout: str | None = None,
    fields: Sequence[str] | None = None,
    **options: Unpack[ClusterKeywords],
) -> datasets.Features:
    """Return the features of the columns that `read_release` reads.

    Args:
        release: A release in any form that `load_release` accepts. The files of its samples are not fetched.
        layout: The layout to convert to, as in `to_layout`.
        fields: The fields of the points of a layout of point clouds, as in `to_layout`.
        **options: The options of `load_release`, as for `read_release`.

    Raises:
        OptionError: An option is invalid or does not fit the release.
        ReleaseError: The file cannot be read, is too large, or is not a release.
        PlatformError: There is no API key, or the platform does not provide the release.

    >>> from segments_hf.demo import demo_release
    >>> features_of(demo_release(), layout="semantic-segmentation")
    {'image': Image(mode=None, decode=True), 'label': Image(mode=None, decode=True)}
    """
    layout_options = LayoutOptions(fields=fields)
    return open_release_stream(release, options, layout=layout, layout_options=layout_options).features


def _dataset(
    readers: Sequence[SliceReader], schema: pa.Schema, concurrency: int, *, has_all_rows: bool
) -> ray.data.Dataset:
    """Return a dataset with one read task for each reader.

    Args:
        readers: The readers.
        schema: The schema of their tables.
        concurrency: The largest number of read tasks that run at the same time.
        has_all_rows: Whether each sample of a reader becomes exactly one row.
    """
    from ray.data import Datasource, ReadTask, read_datasource
    from ray.data.block import BlockMetadata

    def read_task(reader: SliceReader, row_limit: int | None) -> ReadTask:
        # Ray reads the name of this function, so it cannot be an object with the method `__call__`.
        def read() -> Iterator[pa.Table]:
            return reader.tables()

        num_rows = len(reader.rows.samples) if has_all_rows else None
        metadata = BlockMetadata(num_rows=num_rows, size_bytes=None, input_files=None, exec_stats=None)
        return ReadTask(read, metadata, schema=schema, per_task_row_limit=row_limit)

    class Release(Datasource):  # type: ignore[misc]  # inside this function, because its base class is in Ray
        def get_name(self) -> str:
            return "Release"

        def estimate_inmemory_data_size(self) -> None:
            return None

        def get_read_tasks(
            self, parallelism: int, per_task_row_limit: int | None = None, data_context: object = None
        ) -> list[ReadTask]:
            del parallelism, data_context
            return list(map(partial(read_task, row_limit=per_task_row_limit), readers))

    # Ray splits the tables if `override_num_blocks` is larger than the number of tasks.
    dataset = read_datasource(Release(), override_num_blocks=len(readers), concurrency=concurrency)
    dataset.context.execution_options.preserve_order = True
    return dataset
