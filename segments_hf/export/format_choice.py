"""Check that an export format fits the labels and the options, before files are fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segments_hf.errors import OptionError
from segments_hf.export.formats import FORMATS
from segments_hf.export.images.image_files import check_images
from segments_hf.export.point_clouds.cloud_format import CloudFormat
from segments_hf.labels import is_point_cloud, label_type_of
from segments_hf.option_names import in_interface, option

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from segments_hf.export.format import Format

_CLOUD_IMAGES = ("copy", "none")


def check_options(format_class: type[Format[Any, Any]], images: str, *, class_index: bool) -> None:
    """Check the options of an export.

    Args:
        format_class: The format.
        images: What to do with the image files.
        class_index: Whether category ids are class indices.

    Raises:
        OptionError: `images` is unknown, or an option does not apply to a format of point clouds.
    """
    check_images(images)
    if not issubclass(format_class, CloudFormat):
        return
    if images not in _CLOUD_IMAGES:
        choices = " or ".join(option("images", choice) for choice in _CLOUD_IMAGES)
        raise OptionError(
            f"got {images!r}, which formats of point clouds do not support; expected {choices}: formats that contain "
            "the images of cameras write them or leave them out",
            option="images",
        )
    if class_index:
        raise OptionError(
            f"got True for {format_class.name}, expected False: the option is for COCO and polygon files",
            option="class_index",
        )


def reads_camera_images(format_class: type[Format[Any, Any]], images: str) -> bool:
    """Tell whether an export reads the images of the cameras of point clouds.

    Args:
        format_class: The format.
        images: What to do with the image files.
    """
    return issubclass(format_class, CloudFormat) and format_class.reads_camera_images(images=images != "none")


def check_labels(format_class: type[Format[Any, Any]], features: Mapping[str, Any], task_type: str | None) -> None:
    """Check that a format can represent the labels of rows.

    Args:
        format_class: The format.
        features: The features of the rows.
        task_type: The task type of the rows; None if it is unknown.

    Raises:
        OptionError: The format is for images and the rows are point clouds, or the format is for point clouds and the
            rows are images; or the format can represent no kind of object in the labels.
    """
    label_type = label_type_of(features)
    kinds = label_type.kinds_of_task(task_type) if label_type else frozenset()
    if not kinds & format_class.object_kinds or not _is_for_rows(format_class, features):
        raise _cannot_represent(kinds, format_class, features)


def check_objects_left_out(
    reasons: Collection[str], format_class: type[Format[Any, Any]], features: Mapping[str, Any]
) -> None:
    """Check, for an export without objects, that no object was left out because of its kind.

    Args:
        reasons: The reasons for which objects were left out.
        format_class: The format.
        features: The features of the rows.

    Raises:
        OptionError: The format cannot represent the kind of these objects.
    """
    label_type = label_type_of(features)
    if label_type and (kinds := label_type.object_kinds & set(reasons)):
        raise _cannot_represent(kinds, format_class, features)


def _is_for_rows(format_class: type[Format[Any, Any]], features: Mapping[str, Any]) -> bool:
    """Tell whether a format is for rows of this kind: for images, or for point clouds."""
    return issubclass(format_class, CloudFormat) == is_point_cloud(features)


def _cannot_represent(
    kinds: Collection[str], format_class: type[Format[Any, Any]], features: Mapping[str, Any]
) -> OptionError:
    for_rows = [other for other in FORMATS.values() if _is_for_rows(other, features)]
    possible = [other.name for other in for_rows if other.object_kinds >= set(kinds)]
    possible = possible or [other.name for other in for_rows if other.object_kinds & set(kinds)]
    expected = f"expected one of {', '.join(possible)}" if possible else "no format can"
    of_clouds = "point clouds with " if is_point_cloud(features) else ""
    return OptionError(
        f"got {format_class.name}, which cannot represent {of_clouds}labels of the type {', '.join(sorted(kinds))}; "
        f"{expected}{_other_sensors(features)}",
        option="export_format",
    )


def _other_sensors(features: Mapping[str, Any]) -> str:
    """Return how to export another sensor, as a part of a sentence; an empty text for other rows."""
    if "sensor" not in features:
        return ""
    other = in_interface("load_release(…, sensor=…)", "--sensor")
    return f". These are the rows of one of several sensors; choose another with {other}"
