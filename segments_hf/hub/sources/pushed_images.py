"""Check the images of a row before the push, so that users of the dataset can decode them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import datasets
import pyarrow as pa

from segments_hf.errors import AssetError
from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content
from segments_hf.io.redaction import own_logger
from segments_hf.labels.row import sample_name
from segments_hf.option_names import option

if TYPE_CHECKING:
    from logging import Logger

    from datasets import Features

logger: Logger = own_logger(__name__)


def with_readable_images(row: pa.Table, features: Features, on_error: str) -> pa.Table | None:
    """Check the file format and the header of each image and bitmap in a row.

    Args:
        row: A table with one row.
        features: The features of its columns.
        on_error: What to do with an unreadable image or bitmap: ``raise``, ``skip`` the row, or ``keep`` the row with
            null.

    Returns:
        The row; None if the row is skipped.

    Raises:
        AssetError: An image or a bitmap cannot be read, and `on_error` is ``raise``. The error names the sample.
    """
    for column, feature in features.items():
        if not isinstance(feature, datasets.Image):
            continue
        value = row[column][0].as_py()
        try:
            if value is not None:
                read_header(stored_content(value))
        except AssetError as error:
            where = f"{_name_of(row)}, {column}"
            if on_error == "raise":
                skip, keep = option("on_error", "skip"), option("on_error", "keep")
                raise AssetError(f"{where}: {error} ({skip} leaves the row out, {keep} keeps it with null)") from error
            logger.warning("%s %s: %s", where, "left out" if on_error == "skip" else "kept as null", error)
            if on_error == "skip":
                return None
            row = _with_null(row, column)
    return row


def _name_of(row: pa.Table) -> str:
    names: list[Any] = row["name"].to_pylist() if "name" in row.column_names else []
    return sample_name({"name": names[0]}) if names else "a row"


def _with_null(row: pa.Table, column: str) -> pa.Table:
    index = row.column_names.index(column)
    return row.set_column(index, row.schema.field(index), pa.nulls(1, row.schema.field(index).type))
