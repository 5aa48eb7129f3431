"""Push a dataset of Ray to the Hub."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from segments_hf.dataset.release_inputs import describe_input
from segments_hf.dataset.splits import checked_name
from segments_hf.distributed.block_rows import dataset_of_block
from segments_hf.distributed.block_uploader import BlockUploader, own_errors, results_in_order
from segments_hf.distributed.cluster import connect, import_ray
from segments_hf.errors import OptionError, SegmentsHFError
from segments_hf.hub.commits.commit_files import SHEET_ROWS
from segments_hf.hub.pushing import push
from segments_hf.hub.repository import open_repository
from segments_hf.hub.sources.source_splits import open_source
from segments_hf.io.byte_sizes import bytes_of
from segments_hf.short_traceback import short_traceback

if TYPE_CHECKING:
    import datasets
    import ray.data

    from segments_hf.hub.push_result import PushResult


@short_traceback
def write_to_hub(  # noqa: PLR0913  (all but two parameters are keyword-only)
    dataset: ray.data.Dataset,
    repo_id: str,
    *,
    features: datasets.Features,
    split: str = "train",
    max_shard_size: int | str = "2GB",
    private: bool | None = None,
    token: str | None = None,
    revision: str | None = None,
    create_pr: bool = False,
    config_name: str = "default",
    commit_message: str | None = None,
    license: str | None = None,  # noqa: A002  (as the Hub calls it)
) -> PushResult:
    """Push a dataset of Ray to the Hub, such as one of `read_release` after ``map_batches``.

    The nodes write and upload the shards: at least one for each block that has rows, in the order of the rows. Small
    blocks become small shards; ``dataset.repartition`` changes the number of blocks. This process commits the shards, a
    card, the class names and a contact sheet, as `segments_hf.push_to_hub` does for a dataset with these features.
    Other splits on the Hub are kept. The first 12 rows are computed twice, because they are drawn on the contact sheet.

    An interrupted call cannot be resumed, but the next call does not upload shards that the Hub has.

    Args:
        dataset: The dataset. Its columns are converted to the types of `features`: JSON may be a string, and an image
            may be its bytes or a struct of `bytes` and `path`.
        repo_id: ``owner/name``, or the name alone for a repository of the user. The repository is created if it does
            not exist.
        features: The features of all columns; for the columns of `read_release`, those of `features_of`.
        split: The name of the split.
        max_shard_size: The largest size of a shard: a number of bytes, or text such as ``"500MB"``.
        private: Whether a new repository is private; by default the setting of the owner on the Hub.
        token: A token with write access for this process; by default ``HF_TOKEN``, or else the token of
            ``hf auth login``. The nodes use their own environment variable ``HF_TOKEN``, or their token of
            ``hf auth login``.
        revision: The branch to push to, which is created if it does not exist; by default ``main``.
        create_pr: Whether to leave the changes in an open pull request instead of a commit on the branch.
        config_name: The name of the configuration.
        commit_message: The message of the commits, and the title of a pull request.
        license: The license by its name on the Hub, such as ``"cc-by-4.0"``.

    Returns:
        The commit or merge commit, and the rows and size of the split.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: A node does not respond, or has other versions of Python or packages than this process.
        OptionError: An option is invalid, or the dataset has no rows. No commit was made.
        HubError: The Hub refuses the push, a node has no token, or the Hub does not respond.
        AssetError: An image, a bitmap or a point cloud cannot be read. The error names the sample.
        SegmentsHFError: The dataset is not a dataset of Ray, its columns do not fit the features, or a row of a release
            cannot be read.
    """
    if not isinstance(dataset, import_ray().data.Dataset):
        raise SegmentsHFError(f"got {describe_input(dataset)}, expected a dataset of Ray, such as that of read_release")
    checked_name(split)
    max_bytes = bytes_of(max_shard_size, "max_shard_size")
    connect(log_to_driver=True)
    # A stream, because a `Dataset` would have the length of these rows, and not that of all rows.
    first_rows = _first_rows(dataset, features).to_iterable_dataset()
    source = replace(open_source({split: first_rows}, None, None), is_whole=False)
    repository = open_repository(repo_id, revision=revision, create_pr=create_pr, private=private, token=token)
    return push(
        {config_name: source},
        repository,
        max_bytes=max_bytes,
        uploader=BlockUploader(dataset),
        commit_message=commit_message,
        license=license,
    )


def _first_rows(dataset: ray.data.Dataset, features: datasets.Features) -> datasets.Dataset:
    """Compute the rows of the contact sheet.

    Raises:
        OptionError: There are no rows.
        SegmentsHFError: The columns do not fit the features.
    """
    limited = dataset.limit(SHEET_ROWS)
    with results_in_order(limited), own_errors():
        blocks = list(limited.iter_batches(batch_size=None, batch_format="pyarrow"))
    if not any(block.num_rows for block in blocks):
        raise OptionError("got a dataset without rows, expected at least one row")
    tables = [dataset_of_block(block, features).data.table for block in blocks if block.num_rows]
    return dataset_of_block(pa.concat_tables(tables), features)
