"""A draft: the row of a release before its images, bitmaps or point clouds are fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from segments_hf.dataset.rows.outcome import FIRST_ROW, RowPosition
from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonError
from segments_hf.io.redaction import json_without_secrets
from segments_hf.release import UNLABELED, json_text
from segments_hf.release.decoding import to_release_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msgspec import Raw, UnsetType

    from segments_hf.release import Annotation, CloudRef, JsonLabel, Label, Labeled, Sample

    # The location of the label of an image, point cloud or frame: the sample, the labelset, and the JSON path of the
    # part of the label for this image, point cloud or frame, relative to the label.
    LabelSource = tuple[Sample, str | None, str]


@dataclass(slots=True)
class Draft:
    """A row before its assets are fetched.

    Attributes:
        name: The name of the sample; its JSON path, such as ``samples[3]``, if the sample cannot be read.
        row: The columns that are known before the assets are fetched; empty if the sample cannot be read.
        image: The URL or path of the image in the release.
        bitmap: The URL or path of the segmentation bitmap.
        point_cloud: The URL or path of the point cloud, and its type.
        camera_images: The URL or path of the image of each camera.
        uuid: The uuid of the sample.
        errors: The errors, each with its column; None instead of a column if the error is about the whole row.
        repairs: The columns whose images were repaired, each with a description of the fault.
        replaced: The columns whose files in `segments_dir` were not used, each with the reason.
        position: The position of the row in the slice of the release.
    """

    name: str
    row: dict[str, Any]
    image: str | None = field(default=None, repr=False)  # the URL may be signed
    bitmap: str | None = field(default=None, repr=False)
    point_cloud: CloudRef | None = None
    camera_images: list[str | None] = field(default_factory=list, repr=False)
    uuid: str | None = None
    errors: list[tuple[str | None, SegmentsHFError]] = field(default_factory=list)
    repairs: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    position: RowPosition = FIRST_ROW


def fill(draft: Draft, column: str, read: Callable[[], Any]) -> None:
    """Fill a column with the result of `read`; if that fails, leave it null and add the error to the draft."""
    draft.row[column] = None
    try:
        draft.row[column] = read()
    except ReleaseError as error:
        draft.errors.append((column, error))


def label_text(raw: Raw | UnsetType, sample: Sample, labelset: str | None, path: str) -> str | None:
    """Return the JSON text of a part of a label, without the secrets of URLs; None if it is missing.

    Raises:
        ReleaseError: The text cannot be decoded; the error has its JSON path.
    """
    if raw is UNSET:
        return None
    try:
        return json_without_secrets(json_text(raw))
    except JsonError as error:
        raise to_release_error(error, sample.source, sample.label_path(labelset) + path) from None


def identity_columns(sample: Sample, label: Label[Any] | JsonLabel | None) -> dict[str, Any]:
    """Return the name, the uuid and the label status of a sample, and its sensor if the release has sensors."""
    sensor = {} if sample.sensor is None else {"sensor": sample.sensor}
    status = UNLABELED if label is None else label.status
    return {"name": sample.name, "uuid": sample.uuid, **sensor, "status": status}


def image_attributes(content: Labeled[Any], source: LabelSource) -> str | None:
    """Return the image attributes as JSON text; None if the label has none.

    Raises:
        ReleaseError: The text cannot be decoded; the error has its JSON path.
    """
    sample, labelset, path = source
    if content.image_attributes is UNSET and content.attributes is UNSET:
        return None
    text = label_text(content.image_attributes, sample, labelset, f"{path}.image_attributes")
    return text or label_text(content.attributes, sample, labelset, f"{path}.attributes")


def check_categories(
    draft: Draft, annotations: Sequence[Annotation], sample: Sample, class_indices: Mapping[int, int]
) -> None:
    """Add an error to the draft if annotations have a category id that the release does not define.

    Args:
        draft: The draft.
        annotations: The annotations of the label.
        sample: The sample of the draft.
        class_indices: The class index of each category id of the release.
    """
    if unknown := [item.category_id for item in annotations if item.category_id not in class_indices]:
        defined = f"only {', '.join(map(str, class_indices))}" if class_indices else "no categories"
        problem = f"got category id {', '.join(map(str, sorted(set(unknown))))}, but the release defines {defined}"
        draft.errors.append(("annotations", ReleaseError(problem, sample.source, sample.json_path)))
