"""Check the images and point clouds of a row before the push, so that users of the dataset can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import datasets

from segments_hf.dataset.rows.row_batches import to_table
from segments_hf.errors import AssetError
from segments_hf.hub.sources.pushed_clouds import with_embedded_bytes
from segments_hf.images import read_header
from segments_hf.images.stored_image import stored_content
from segments_hf.io.redaction import own_logger
from segments_hf.labels.cloud_label import CAMERAS_COLUMN, POINT_CLOUD_COLUMN, POINT_CLOUD_TYPE_COLUMN
from segments_hf.labels.row import sample_name
from segments_hf.option_names import option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger

    import pyarrow as pa
    from datasets import Features

logger: Logger = own_logger(__name__)


class _Checked(NamedTuple):
    """A column of a row whose images or point cloud were checked.

    Attributes:
        value: The value of the column, with null for each image or point cloud that cannot be read.
        problems: The errors, each with the path of the image or point cloud in the row, such as ``cameras[2].image``.
    """

    value: Any
    problems: list[tuple[str, AssetError]]


def with_readable_assets(row: pa.Table, features: Features, on_error: str) -> pa.Table | None:
    """Check the images, bitmaps, camera images and the point cloud of a row, and read the file of the point cloud.

    The function checks the file format and the header of images, and the structure of the file of a point cloud.

    Args:
        row: A table with one row.
        features: The features of its columns.
        on_error: What to do with an unreadable image or point cloud: ``raise``, ``skip`` the row, or ``keep`` the row
            with null.

    Returns:
        The row, with the bytes of its point cloud, and with null for each unreadable image or point cloud; None if the
        row is skipped.

    Raises:
        AssetError: An image or the point cloud cannot be read, and `on_error` is ``raise``. The error names the sample.
        MissingExtraError: The point cloud is a LAS or LAZ file, and laspy or lazrs is not installed.
    """
    for column, feature in features.items():
        if not _has_assets(column, feature):
            continue
        value = row[column][0].as_py()
        checked = _checked(row, column, value)
        for path, error in checked.problems:
            where = f"{_name_of(row)}, {path}"
            if on_error == "raise":
                skip, keep = option("on_error", "skip"), option("on_error", "keep")
                raise AssetError(f"{where}: {error} ({skip} leaves the row out, {keep} keeps it with null)") from error
            logger.warning("%s: %s (%s)", where, error, "row left out" if on_error == "skip" else "kept as null")
        if checked.problems and on_error == "skip":
            return None
        if checked.value is not value:
            row = _with_value(row, column, feature, checked.value)
    return row


def _has_assets(column: str, feature: object) -> bool:
    """Return whether a column contains images or a point cloud.

    The name of the column is not enough, because users may add a column with the same name and other values.
    """
    if column == POINT_CLOUD_COLUMN:
        return isinstance(feature, dict) and feature.keys() == {"bytes", "path"}
    if column == CAMERAS_COLUMN:
        camera = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
        return isinstance(camera, dict) and isinstance(camera.get("image"), datasets.Image)
    return isinstance(feature, datasets.Image)


def _checked(row: pa.Table, column: str, value: Any) -> _Checked:  # noqa: ANN401  (a value of any column)
    if value is None:
        return _Checked(None, [])
    if column == CAMERAS_COLUMN:
        return _checked_cameras(value)
    try:
        if column == POINT_CLOUD_COLUMN:
            file_type = row[POINT_CLOUD_TYPE_COLUMN][0].as_py() if POINT_CLOUD_TYPE_COLUMN in row.column_names else None
            return _Checked(with_embedded_bytes(value, file_type), [])
        read_header(stored_content(value))
        return _Checked(value, [])
    except AssetError as error:
        return _Checked(None, [(column, error)])


def _checked_cameras(cameras: list[Mapping[str, Any]]) -> _Checked:
    problems = []
    kept = []
    for number, camera in enumerate(cameras):
        try:
            if camera.get("image") is not None:
                read_header(stored_content(camera["image"]))
            kept.append(camera)
        except AssetError as error:
            problems.append((f"{CAMERAS_COLUMN}[{number}].image", error))
            kept.append({**camera, "image": None})
    return _Checked(kept if problems else cameras, problems)


def _name_of(row: pa.Table) -> str:
    names: list[Any] = row["name"].to_pylist() if "name" in row.column_names else []
    return sample_name({"name": names[0]}) if names else "a row"


def _with_value(row: pa.Table, column: str, feature: Any, value: Any) -> pa.Table:  # noqa: ANN401  (any column)
    index = row.column_names.index(column)
    new = to_table([{column: value}], datasets.Features({column: feature})).column(0)
    return row.set_column(index, row.schema.field(index), new)
