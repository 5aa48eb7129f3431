"""Drafts: the rows of a release without their pictures, as the file alone gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import msgspec

from segments_hf.errors import ReleaseError, SegmentsHFError
from segments_hf.io.redaction import json_without_secrets
from segments_hf.release import UNLABELED, Frame, JsonLabel, json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segments_hf.release import Annotation, Label, Labeled, Release, Sample, TaskKind


@dataclass
class Draft:
    """A row without its pictures.

    Attributes:
        name: The name of the sample; its place in the file where it cannot be read.
        row: The columns so far; none where the sample cannot be read at all.
        image: What the release says of where the image is.
        bitmap: The same for the segmentation bitmap.
        uuid: The uuid of the sample.
        errors: What is wrong, with the column that it is wrong with; None for the whole row.
    """

    name: str
    row: dict[str, Any]
    image: str | None = field(default=None, repr=False)  # it may be signed
    bitmap: str | None = field(default=None, repr=False)
    uuid: str | None = None
    errors: list[tuple[str | None, SegmentsHFError]] = field(default_factory=list)


def make_drafts(
    release: Release, indices: Iterable[int], labelset: str | None, class_indices: Mapping[int, int]
) -> Iterator[Draft]:
    """The drafts of some samples, in order: one per image, or per frame of a sequence.

    Args:
        release: The release.
        indices: The places of the samples.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
    """
    kind = release.kind(labelset)
    for index in indices:
        name, uuid = f"samples[{index}]", None
        try:
            sample = release[index]
            name, uuid = sample.name, sample.uuid
            if kind.annotation is None:
                yield _json_draft(sample, labelset)
            else:
                yield from _image_drafts(sample, labelset, kind, class_indices)
        except ReleaseError as error:
            yield Draft(name, {}, uuid=uuid, errors=[(None, error)])
        except UnicodeDecodeError as error:
            problem = ReleaseError(f"got text that is not UTF-8 ({error.reason})", sample.source, sample.json_path)
            yield Draft(name, {}, uuid=uuid, errors=[(None, problem)])


def _json_draft(sample: Sample, labelset: str | None) -> Draft:
    label = sample.label(labelset)
    row = {
        **_identity(sample, label),
        "sample_attributes": json_without_secrets(sample.attributes_json),
        "label_attributes": (
            json_without_secrets(json_text(label.attributes)) if isinstance(label, JsonLabel) else None
        ),
        "metadata": json_without_secrets(sample.metadata_json),
    }
    return Draft(sample.name, row, uuid=sample.uuid)


def _image_drafts(
    sample: Sample, labelset: str | None, kind: TaskKind, class_indices: Mapping[int, int]
) -> Iterator[Draft]:
    images = sample.images
    label, label_error = None, None
    try:
        label = sample.label(labelset)
    except ReleaseError as error:
        label_error = error
    contents = label.frames if label else []
    if not kind.sequence:
        images = images[:1] or [Frame()]
    elif not images and not contents:
        raise ReleaseError("got a sequence without frames", sample.source, sample.json_path)
    for frame_index, (frame, content) in enumerate(zip_longest(images, contents)):
        draft = _frame_draft(sample, label, frame or Frame(), content, kind, class_indices)
        if label_error:
            draft.errors.append(("annotations", label_error))
            draft.row["annotations"] = draft.row["status"] = None
        if kind.sequence:
            draft.row |= _place_in_sequence(frame_index, frame or Frame())
        yield draft


def _frame_draft(
    sample: Sample,
    label: Label[Any] | JsonLabel | None,
    frame: Frame,
    content: Labeled[Annotation] | None,
    kind: TaskKind,
    class_indices: Mapping[int, int],
) -> Draft:
    annotations = (content and content.annotations) or []
    row = {
        **_identity(sample, label),
        "image": None,
        "width": None,
        "height": None,
        "annotations": [_annotation(annotation, class_indices) for annotation in annotations],
        "image_attributes": content
        and json_without_secrets(json_text(content.image_attributes) or json_text(content.attributes)),
        "metadata": json_without_secrets(sample.metadata_json),
    }
    draft = Draft(sample.name, row, frame.image.url if frame.image else None, uuid=sample.uuid)
    if kind.bitmap:
        row["segmentation_bitmap"] = None
        draft.bitmap = (content and content.segmentation_bitmap and content.segmentation_bitmap.url) or None
    if unknown := {annotation.category_id for annotation in annotations} - class_indices.keys():
        known = ", ".join(map(str, class_indices)) or "none"
        problem = f"got category id {', '.join(map(str, sorted(unknown)))}; the release defines {known}"
        draft.errors.append(("annotations", ReleaseError(problem, sample.source, sample.json_path)))
    return draft


def _identity(sample: Sample, label: Label[Any] | JsonLabel | None) -> dict[str, Any]:
    return {"name": sample.name, "uuid": sample.uuid, "status": UNLABELED if label is None else label.status}


def _annotation(annotation: Annotation, class_indices: Mapping[int, int]) -> dict[str, Any]:
    fields = msgspec.structs.asdict(annotation)
    fields["category"] = class_indices.get(annotation.category_id)
    fields["attributes"] = json_without_secrets(json_text(annotation.attributes))
    return fields


def _place_in_sequence(index: int, frame: Frame) -> dict[str, Any]:
    timestamp = None if frame.timestamp is None else str(frame.timestamp)
    return {"frame_index": index, "frame_name": frame.name, "timestamp": timestamp}
