"""Check that an export format fits the labels and the options of an export."""

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
        images: The option `images` of `export_dataset`.
        class_index: The option `class_index` of `export_dataset`.

    Raises:
        OptionError: `images` has an unknown value; or the format is for point clouds, and `class_index` is true or
            `images` has a value that is only for formats of images.
    """
    check_images(images)
    if not issubclass(format_class, CloudFormat):
        return
    if images not in _CLOUD_IMAGES:
        choices = " or ".join(option("images", choice) for choice in _CLOUD_IMAGES)
        raise OptionError(
            f"got {images!r}, expected {choices}: a format of point clouds can only copy the images of cameras, or "
            "leave them out",
            option="images",
        )
    if class_index:
        raise OptionError(
            f"got True for {format_class.name}, expected False: the option applies only to COCO formats and polygon",
            option="class_index",
        )


def reads_camera_images(format_class: type[Format[Any, Any]], images: str) -> bool:
    """Tell whether an export reads the images of the cameras of point clouds.

    Args:
        format_class: The format.
        images: The option `images` of `export_dataset`.
    """
    return issubclass(format_class, CloudFormat) and format_class.reads_camera_images(images=images != "none")


def check_labels(format_class: type[Format[Any, Any]], features: Mapping[str, Any], task_type: str | None) -> None:
    """Check that a format can represent the labels of rows.

    Args:
        format_class: The format.
        features: The features of the rows.
        task_type: The task type of the rows; None if it is unknown.

    Raises:
        OptionError: The format is for images and the rows are point clouds; the format is for point clouds and the
            rows are images; or the labels contain no kind of object that the format can represent.
    """
    label_type = label_type_of(features)
    kinds = label_type.kinds_of_task(task_type) if label_type else frozenset()
    if not kinds & format_class.object_kinds or not _is_for_rows(format_class, features):
        raise _cannot_represent(kinds, format_class, features)


def check_objects_left_out(
    reasons: Collection[str], format_class: type[Format[Any, Any]], features: Mapping[str, Any]
) -> None:
    """Check that an export without objects has not left out objects because of their kind.

    Args:
        reasons: The reasons for which objects were left out; see `EncodedLabel.left_out`.
        format_class: The format.
        features: The features of the rows.

    Raises:
        OptionError: Objects were left out because the format cannot represent their kind.
    """
    label_type = label_type_of(features)
    if label_type and (kinds := label_type.object_kinds & set(reasons)):
        raise _cannot_represent(kinds, format_class, features)


def _is_for_rows(format_class: type[Format[Any, Any]], features: Mapping[str, Any]) -> bool:
    """Tell whether the format and the rows are both for images, or both for point clouds."""
    return issubclass(format_class, CloudFormat) == is_point_cloud(features)


def _cannot_represent(
    kinds: Collection[str], format_class: type[Format[Any, Any]], features: Mapping[str, Any]
) -> OptionError:
    """Return the error for a format that cannot represent some kinds of objects; it lists the formats that can.

    The list has the formats for all of the kinds. If no format is for all of them, it has those for some of the kinds.
    """
    for_rows = [other for other in FORMATS.values() if _is_for_rows(other, features)]
    for_all_kinds = [other.name for other in for_rows if other.object_kinds >= set(kinds)]
    for_some_kinds = [other.name for other in for_rows if other.object_kinds & set(kinds)]
    types = f"the type{'s' if len(kinds) > 1 else ''} {', '.join(sorted(kinds))}"
    if for_some_kinds:
        listed = "this type" if len(kinds) == 1 else "all of these types" if for_all_kinds else "some of these types"
        names = ", ".join(for_all_kinds or for_some_kinds)
        expected = f"expected one of the formats that can represent {listed}: {names}"
    else:
        expected = "no format can represent them"
    clouds_with = "point clouds with " if is_point_cloud(features) else ""
    return OptionError(
        f"got {format_class.name}, which cannot represent {clouds_with}labels of {types}; "
        f"{expected}{_other_sensors(features)}",
        option="export_format",
    )


def _other_sensors(features: Mapping[str, Any]) -> str:
    """Return a sentence about the export of another sensor, as the end of a message; empty without several sensors."""
    if "sensor" not in features:
        return ""
    sensor_option = in_interface("load_release(…, sensor=…)", "--sensor")
    return f". The data are the rows of one of several sensors; choose another sensor with {sensor_option}"
