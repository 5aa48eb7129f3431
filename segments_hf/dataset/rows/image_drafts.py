"""Make the draft of an image, or of one frame of a sequence of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import asdict

from segments_hf.dataset.rows.draft import Draft, check_categories, fill, identity_columns, image_attributes, label_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.dataset.rows.draft import LabelSource
    from segments_hf.release import Annotation, Frame, JsonLabel, Label, Labeled, TaskKind


def image_draft(
    source: LabelSource,
    label: Label[Any] | JsonLabel | None,
    frame: Frame,
    content: Labeled[Annotation] | None,
    kind: TaskKind,
    class_indices: Mapping[int, int],
) -> Draft:
    """Make the draft of an image.

    Args:
        source: The location of the label of the image.
        label: The label of the sample; None if it is null.
        frame: The image.
        content: The part of the label for this image; None if it is missing.
        kind: The structure of the labels.
        class_indices: The class index of each category id.
    """
    sample = source[0]
    annotations = (content and content.annotations) or []
    row = identity_columns(sample, label)
    row["image"] = row["width"] = row["height"] = row["annotations"] = row["image_attributes"] = None
    draft = Draft(sample.name, row, frame.image.url if frame.image else None, uuid=sample.uuid)
    fill(draft, "annotations", lambda: _annotations(annotations, source, class_indices))
    if content is not None:
        fill(draft, "image_attributes", lambda: image_attributes(content, source))
    if kind.bitmap:
        row["segmentation_bitmap"] = None
        draft.bitmap = (content and content.segmentation_bitmap and content.segmentation_bitmap.url) or None
    check_categories(draft, annotations, sample, class_indices)
    return draft


def _annotations(
    annotations: list[Annotation], source: LabelSource, class_indices: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Convert the annotations of an image or frame to those of a row.

    Raises:
        ReleaseError: The attributes of an annotation cannot be decoded.
    """
    sample, labelset, content_path = source
    items = list(map(asdict, annotations))
    for number, fields in enumerate(items):
        fields["category"] = class_indices.get(fields["category_id"])
        attributes, fields["attributes"] = fields["attributes"], None
        if attributes is not UNSET:
            path = f"{content_path}.annotations[{number}].attributes"
            fields["attributes"] = label_text(attributes, sample, labelset, path)
    return items
