"""Drafts: the rows of a release before their images and bitmaps are fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import asdict

from segments_hf.dataset.rows.outcome import FIRST_ROW, RowPosition
from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.json_codec.json_decoding import JsonError
from segments_hf.io.redaction import json_without_secrets, name_without_secrets
from segments_hf.release import UNLABELED, Frame, JsonLabel, json_text
from segments_hf.release.decoding import to_release_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from msgspec import Raw, UnsetType

    from segments_hf.release import Annotation, Label, Labeled, ReleaseSlice, Sample, TaskKind

    # The location of the label of an image or frame: the sample, the labelset, and the JSON path of the part of the
    # label for this image or frame, relative to the label.
    LabelSource = tuple[Sample, str | None, str]


@dataclass(slots=True)
class Draft:
    """A row before its image and bitmap are fetched.

    Attributes:
        name: The name of the sample; its index in the file if the sample cannot be read.
        row: The columns so far; empty if the sample cannot be read.
        image: The URL or path of the image in the release.
        bitmap: The URL or path of the segmentation bitmap.
        uuid: The uuid of the sample.
        errors: The errors, each with its column, or with None if it is about the whole row.
        repairs: The columns whose images were repaired, each with a description of the fault.
        replaced: The columns whose files in `segments_dir` were not used, each with the reason.
        position: The position of the row in the slice of the release.
    """

    name: str
    row: dict[str, Any]
    image: str | None = field(default=None, repr=False)  # the URL may be signed
    bitmap: str | None = field(default=None, repr=False)
    uuid: str | None = None
    errors: list[tuple[str | None, SegmentsHFError]] = field(default_factory=list)
    repairs: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    position: RowPosition = FIRST_ROW


def make_drafts(
    samples: ReleaseSlice, labelset: str | None, class_indices: Mapping[int, int], start: RowPosition
) -> Iterator[Draft]:
    """Make the drafts of samples, in order: one per image, or per frame of a sequence.

    Args:
        samples: The samples.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        start: The position of the first draft.
    """
    kind = samples.kind(labelset)
    for position in range(start.sample, len(samples)):
        first = start.row if position == start.sample else 0
        for number, draft in enumerate(_sample_drafts(samples, position, labelset, kind, class_indices)):
            draft.position = RowPosition(position, number)
            if number >= first:
                yield draft


def _sample_drafts(
    samples: ReleaseSlice, position: int, labelset: str | None, kind: TaskKind, class_indices: Mapping[int, int]
) -> list[Draft]:
    sample = None
    try:
        sample = samples[position]
        if kind.annotation is None:
            return [_json_draft(sample, labelset)]
        return _image_drafts(sample, labelset, kind, class_indices)
    except ReleaseError as error:
        if sample is None:
            return [Draft(f"samples[{samples.indices[position]}]", {}, errors=[(None, error)])]
        return [Draft(sample.name, {}, uuid=sample.uuid, errors=[(None, error)])]


def _json_draft(sample: Sample, labelset: str | None) -> Draft:
    label = sample.label(labelset)
    draft = Draft(sample.name, _identity(sample, label), uuid=sample.uuid)
    _fill(draft, "sample_attributes", lambda: json_without_secrets(sample.attributes_json))
    if isinstance(label, JsonLabel):
        _fill(draft, "label_attributes", lambda: _text(label.attributes, sample, labelset, ".attributes"))
    else:
        draft.row["label_attributes"] = None
    _fill(draft, "metadata", lambda: json_without_secrets(sample.metadata_json))
    return draft


def _image_drafts(
    sample: Sample, labelset: str | None, kind: TaskKind, class_indices: Mapping[int, int]
) -> list[Draft]:
    images = sample.images
    label, label_error = None, None
    try:
        label = sample.label(labelset)
    except ReleaseError as error:
        label_error = error
    contents = label.frames if label else []
    if not kind.sequence:
        images = images or [Frame()]
        del images[1:]
    elif not images and not contents:
        raise ReleaseError("got a sequence without frames", sample.source, sample.json_path)
    metadata, metadata_error = None, None
    try:
        metadata = json_without_secrets(sample.metadata_json)
    except ReleaseError as error:
        metadata_error = error
    drafts = []
    for frame_index, (frame, content) in enumerate(zip_longest(images, contents)):
        path = f".attributes.frames[{frame_index}]" if kind.sequence else ".attributes"
        source = sample, labelset, path
        draft = _frame_draft(source, label, frame or Frame(), content, kind, class_indices)
        draft.row["metadata"] = metadata
        if metadata_error:
            draft.errors.append(("metadata", metadata_error))
        if label_error:
            draft.errors.append(("annotations", label_error))
            draft.row["annotations"] = None
        if draft.row["annotations"] is None:
            draft.row["status"] = None
        if kind.sequence:
            draft.row |= _frame_columns(frame_index, frame or Frame())
        drafts.append(draft)
    return drafts


def _frame_draft(
    source: LabelSource,
    label: Label[Any] | JsonLabel | None,
    frame: Frame,
    content: Labeled[Annotation] | None,
    kind: TaskKind,
    class_indices: Mapping[int, int],
) -> Draft:
    sample = source[0]
    annotations = (content and content.annotations) or []
    row = _identity(sample, label)
    row["image"] = row["width"] = row["height"] = row["annotations"] = row["image_attributes"] = None
    draft = Draft(sample.name, row, frame.image.url if frame.image else None, uuid=sample.uuid)
    try:
        row["annotations"] = _annotations(annotations, source, class_indices)
    except ReleaseError as error:
        draft.errors.append(("annotations", error))
    if content is not None:
        try:
            row["image_attributes"] = _image_attributes(content, source)
        except ReleaseError as error:
            draft.errors.append(("image_attributes", error))
    if kind.bitmap:
        row["segmentation_bitmap"] = None
        draft.bitmap = (content and content.segmentation_bitmap and content.segmentation_bitmap.url) or None
    if unknown := [item.category_id for item in annotations if item.category_id not in class_indices]:
        known = f"only {', '.join(map(str, class_indices))}" if class_indices else "no categories"
        problem = f"got category id {', '.join(map(str, sorted(set(unknown))))}, but the release defines {known}"
        draft.errors.append(("annotations", ReleaseError(problem, sample.source, sample.json_path)))
    return draft


def _fill(draft: Draft, column: str, read: Callable[[], Any]) -> None:
    """Fill a column with the result of `read`; if that fails, leave it null and add the error to the draft."""
    draft.row[column] = None
    try:
        draft.row[column] = read()
    except ReleaseError as error:
        draft.errors.append((column, error))


def _text(raw: Raw | UnsetType, sample: Sample, labelset: str | None, path: str) -> str | None:
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


def _image_attributes(content: Labeled[Annotation], source: LabelSource) -> str | None:
    sample, labelset, path = source
    if content.image_attributes is UNSET and content.attributes is UNSET:
        return None
    text = _text(content.image_attributes, sample, labelset, f"{path}.image_attributes")
    return text or _text(content.attributes, sample, labelset, f"{path}.attributes")


def _identity(sample: Sample, label: Label[Any] | JsonLabel | None) -> dict[str, Any]:
    return {"name": sample.name, "uuid": sample.uuid, "status": UNLABELED if label is None else label.status}


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
            fields["attributes"] = _text(attributes, sample, labelset, path)
    return items


def _frame_columns(index: int, frame: Frame) -> dict[str, Any]:
    timestamp = None if frame.timestamp is None else str(frame.timestamp)
    name = frame.name and name_without_secrets(frame.name)
    return {"frame_index": index, "frame_name": name, "timestamp": timestamp}
