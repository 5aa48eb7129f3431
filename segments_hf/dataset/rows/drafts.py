"""Make drafts: the rows of a release before their images, bitmaps and point clouds are fetched."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from segments_hf.dataset.rows.cloud_drafts import cloud_draft
from segments_hf.dataset.rows.draft import Draft, fill, identity_columns, label_text
from segments_hf.dataset.rows.image_drafts import image_draft
from segments_hf.dataset.rows.outcome import RowPosition
from segments_hf.errors import ReleaseError
from segments_hf.io.redaction import json_without_secrets, name_without_secrets
from segments_hf.labels import UNUSABLE_STATUSES
from segments_hf.release import UNLABELED, CloudFrame, Frame, JsonLabel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segments_hf.release import ReleaseSlice, Sample, TaskKind


def make_drafts(
    samples: ReleaseSlice, labelset: str | None, class_indices: Mapping[int, int], start: RowPosition
) -> Iterator[Draft]:
    """Make the drafts of samples, in order: one per frame of a sequence, one for any other sample.

    Args:
        samples: The samples.
        labelset: The labelset whose labels are read.
        class_indices: The class index of each category id.
        start: The position of the first draft.
    """
    kind = samples.kind(labelset)
    for position in range(start.sample, len(samples)):
        first_row = start.row if position == start.sample else 0
        for number, draft in enumerate(_sample_drafts(samples, position, labelset, kind, class_indices)):
            draft.position = RowPosition(position, number)
            if number >= first_row:
                yield draft


def _sample_drafts(
    samples: ReleaseSlice, position: int, labelset: str | None, kind: TaskKind, class_indices: Mapping[int, int]
) -> list[Draft]:
    sample = None
    try:
        sample = samples[position]
        if kind.annotation is None:
            return [_json_draft(sample, labelset)]
        return _frame_drafts(sample, labelset, kind, class_indices)
    except ReleaseError as error:
        if sample is None:
            return [Draft(f"samples[{samples.indices[position]}]", {}, errors=[(None, error)])]
        return [Draft(sample.name, {}, uuid=sample.uuid, errors=[(None, error)])]


def _json_draft(sample: Sample, labelset: str | None) -> Draft:
    label = sample.label(labelset)
    draft = Draft(sample.name, identity_columns(sample, label), uuid=sample.uuid)
    fill(draft, "sample_attributes", lambda: json_without_secrets(sample.attributes_json))
    if isinstance(label, JsonLabel):
        fill(draft, "label_attributes", lambda: label_text(label.attributes, sample, labelset, ".attributes"))
    else:
        draft.row["label_attributes"] = None
    fill(draft, "metadata", lambda: json_without_secrets(sample.metadata_json))
    return draft


def _frame_drafts(
    sample: Sample, labelset: str | None, kind: TaskKind, class_indices: Mapping[int, int]
) -> list[Draft]:
    frames: list[Any] = sample.point_clouds if kind.point_cloud else sample.images
    make_draft: Any = cloud_draft if kind.point_cloud else image_draft
    empty: Any = CloudFrame() if kind.point_cloud else Frame()
    label, label_error = None, None
    try:
        label = sample.label(labelset)
    except ReleaseError as error:
        label_error = error
    contents = label.frames if label else []
    if not kind.sequence:
        frames = frames or [empty]
        del frames[1:]
    elif not frames and not contents:
        raise ReleaseError("got a sequence without frames", sample.source, sample.json_path)
    metadata, metadata_error = None, None
    try:
        metadata = json_without_secrets(sample.metadata_json)
    except ReleaseError as error:
        metadata_error = error
    drafts = []
    for frame_index, (frame, content) in enumerate(zip_longest(frames, contents)):
        path = f".attributes.frames[{frame_index}]" if kind.sequence else ".attributes"
        source = sample, labelset, path
        draft = make_draft(source, label, frame or empty, content, kind, class_indices)
        draft.row["metadata"] = metadata
        if metadata_error:
            draft.errors.append(("metadata", metadata_error))
        if label_error:
            draft.errors.append(("annotations", label_error))
            draft.row["annotations"] = None
        _correct_status(draft.row, has_label=content is not None or not kind.sequence)
        if kind.sequence:
            name = frame and frame.name and name_without_secrets(frame.name)
            draft.row |= {"frame_index": frame_index, "frame_name": name}
            fill(draft, "timestamp", partial(sample.timestamp, frame or empty, path))
        drafts.append(draft)
    return drafts


def _correct_status(row: dict[str, Any], *, has_label: bool) -> None:
    """Correct the status of a row, which was copied from the label of the whole sample.

    The status becomes null if the label could not be read. It becomes ``UNLABELED`` for a frame that the label lacks,
    unless it is ``SKIPPED`` or ``REJECTED``.
    """
    if row["annotations"] is None:
        row["status"] = None
    elif not has_label and row["status"] not in UNUSABLE_STATUSES:
        row["status"] = UNLABELED
