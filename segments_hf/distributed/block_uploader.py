"""Upload the blocks of a Ray dataset as shards."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segments_hf.distributed.block_rows import BlockRows
from segments_hf.distributed.cluster import import_ray
from segments_hf.errors import SegmentsHFError
from segments_hf.hub.uploads.shard_work import upload_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    import pandas as pd
    import pyarrow as pa
    import ray.data
    from datasets import Features

    from segments_hf.hub.repository import Repository
    from segments_hf.hub.sources.source_splits import SourceSplit
    from segments_hf.hub.uploads.shard_upload import Progress
    from segments_hf.hub.uploads.split_upload import Target

_RESULT = "result"  # the name of the column with the results of the uploads


@dataclass(frozen=True)
class BlockUploader:
    """Write and upload the blocks of a Ray dataset on the nodes of the cluster. See `Uploader`.

    Attributes:
        dataset: The dataset.
    """

    dataset: ray.data.Dataset

    def division(self, splits: Sequence[SourceSplit]) -> object:
        """Return None, because a later push never resumes a push of a Ray dataset."""
        del splits
        return None

    def upload(self, split: SourceSplit, target: Target) -> Generator[tuple[int, Progress], None, None]:
        """Write and upload the shards of all blocks. Each slice is one block; the slices are in order.

        Raises:
            SegmentsHFError: A block cannot be uploaded, or a row of a release cannot be read.
        """
        target.repository.create()
        upload = _upload_of_block(split.features, target.repository.without_token(), target.max_bytes)
        # Half a CPU, because uploads mostly wait for the network. With one CPU, Ray would also run this function in the
        # task of the previous function of the dataset, and would pass small tables to it instead of whole blocks.
        results = self.dataset.map_batches(upload, batch_size=None, batch_format="pyarrow", num_cpus=0.5)
        with results_in_order(results), own_errors():
            batches = results.iter_batches(batch_size=None, batch_format="pandas")
            for index, result in enumerate(result for batch in batches for result in batch[_RESULT]):
                if isinstance(result, SegmentsHFError):
                    raise result
                yield index, result


def _upload_of_block(features: Features, repository: Repository, max_bytes: int) -> Callable[[pa.Table], pd.DataFrame]:
    """Return a function that uploads a block on a node, for `map_batches`."""

    def upload(block: pa.Table) -> pd.DataFrame:
        import pandas as pd

        result: Progress | SegmentsHFError
        try:
            result = upload_rows(BlockRows(block, features), features, repository, max_bytes)
        except SegmentsHFError as error:
            result = error  # not raised, because Ray would replace the exception
        return pd.DataFrame({_RESULT: pd.Series([result], dtype=object)})

    return upload


@contextmanager
def results_in_order(dataset: ray.data.Dataset) -> Iterator[None]:
    """Within the ``with`` block, make Ray return the results of a dataset in order, and show no progress bars."""
    context = dataset.context  # shared with the dataset of the user
    previous_options = context.execution_options.preserve_order, context.enable_progress_bars
    context.execution_options.preserve_order, context.enable_progress_bars = True, False
    try:
        yield
    finally:
        context.execution_options.preserve_order, context.enable_progress_bars = previous_options


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise an error of segments-hf that occurred on a node instead of the error of Ray that contains it."""
    ray: Any = import_ray()
    try:
        yield
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, SegmentsHFError):
            raise error.cause from error
        raise
