"""Labels that stay JSON, such as those of texts, and the errors for task types that a function does not support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segments_hf.errors import OptionError
from segments_hf.labels.cloud_label import is_point_cloud
from segments_hf.release.tasks.task_types import IMAGE_KINDS, POINT_CLOUD_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

JSON_LABEL_COLUMN = "label_attributes"
JSON_SAMPLE_COLUMN = "sample_attributes"


def has_json_label(columns: Collection[str]) -> bool:
    """Tell whether rows with these columns have a label that stays JSON.

    Args:
        columns: The names of the columns, a row, or the features of a dataset.
    """
    return JSON_LABEL_COLUMN in columns


def require_known_task(columns: Collection[str], task_type: str | None, tool: str) -> None:
    """Check that rows are rows of images or point clouds.

    Args:
        columns: The names of the columns, a row, or the features of a dataset.
        task_type: The task type; None if it is not known.
        tool: The name of the function or command that supports only images and point clouds, for the error message.

    Raises:
        OptionError: The labels stay JSON. The error names the task type, if it is known, and the supported task types.
    """
    if has_json_label(columns):
        raise _unsupported(task_type, tool, [*IMAGE_KINDS, *POINT_CLOUD_KINDS], columns)


def require_image_task(columns: Collection[str], task_type: str | None, tool: str) -> None:
    """Check that rows are rows of images.

    Args:
        columns: The names of the columns, a row, or the features of a dataset.
        task_type: The task type; None if it is not known.
        tool: The name of the function or command that supports only images, for the error message.

    Raises:
        OptionError: The rows are point clouds, or their labels stay JSON. The error names the task type, if it is
            known, and the task types of images.

    >>> require_image_task(["name", "point_cloud"], "pointcloud-cuboid", "export")
    Traceback (most recent call last):
    ...
    segments_hf.errors.OptionError: pointcloud-cuboid is not supported by export; expected one of the task types ...
    """
    if has_json_label(columns) or is_point_cloud(columns):
        raise _unsupported(task_type, tool, IMAGE_KINDS, columns)


def _unsupported(task_type: str | None, tool: str, supported: Iterable[str], columns: Collection[str]) -> OptionError:
    hint = (
        f"The labels are JSON in the column {JSON_LABEL_COLUMN} of `load_release`"
        if has_json_label(columns)
        else "Point clouds have the layouts point-cloud-detection and point-cloud-segmentation, and "
        "segments_hf.points reads them as arrays"
    )
    return OptionError(
        f"{task_type or 'the task type of the data'} is not supported by {tool}; expected one of the task types "
        f"{', '.join(supported)}. {hint}"
    )
