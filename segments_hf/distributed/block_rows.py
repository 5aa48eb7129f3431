"""Read the rows of a block of a Ray dataset for a push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import datasets
import pyarrow as pa

from segments_hf.dataset.compat import cast_table
from segments_hf.dataset.rows.row_batches import to_table
from segments_hf.errors import SegmentsHFError
from segments_hf.hub.sources.row_sources import DatasetRows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasets import Features

    from segments_hf.hub.sources.row_sources import Batch, Position


@dataclass(frozen=True)
class BlockRows:
    """The rows of a block of a Ray dataset.

    Attributes:
        block: The block.
        features: The columns, and the types to which they are converted.
    """

    block: pa.Table
    features: Features

    def batches(self, start: Position) -> Iterator[Batch]:
        """Yield each row as a batch. See `RowSource`.

        Raises:
            SegmentsHFError: The columns of the block are not those of the features, or a column has values that its
                feature cannot store.
            AssetError: An image, a bitmap or a point cloud cannot be read. The error names the sample.
        """
        rows = dataset_of_block(self.block, self.features)
        return DatasetRows(rows, self.features, "raise").batches(start)


def dataset_of_block(block: pa.Table, features: Features) -> datasets.Dataset:
    """Return a block as a dataset.

    Args:
        block: The block.
        features: The columns of the dataset. In the block, JSON may be a string and a class label may be an integer.

    Raises:
        SegmentsHFError: The columns of the block are not those of the features, or a column has values that its feature
            cannot store.
    """
    if set(block.column_names) != set(features):
        raise SegmentsHFError(
            f"got a dataset with the columns {', '.join(block.column_names)}, expected those of the features: "
            f"{', '.join(features)}; pass the features of all columns, or drop columns with drop_columns()"
        )
    columns = [_converted_column(block.select([name]), name, feature) for name, feature in features.items()]
    schema = features.arrow_schema
    table = pa.Table.from_arrays([column.column(0) for column in columns], schema=schema)
    return datasets.Dataset(table, datasets.DatasetInfo(features=features))


def _converted_column(column: pa.Table, name: str, feature: Any) -> pa.Table:  # noqa: ANN401  (a feature or a dict of them)
    """Convert a table with one column to the type of a feature."""
    features = datasets.Features({name: feature})
    try:
        return cast_table(column, features.arrow_schema)
    except (pa.ArrowException, TypeError, ValueError):
        pass  # for example, Ray stores lists of dicts as Python objects if a function returned them as NumPy arrays
    try:
        return to_table(column.to_pylist(), features)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise SegmentsHFError(
            f"column {name!r}: got values of type {column.schema.field(0).type}, expected values that its feature "
            f"{feature} can store ({error})"
        ) from error
