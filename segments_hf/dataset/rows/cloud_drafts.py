"""Make the draft of a point cloud, or of one frame of a sequence of point clouds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segments_hf.dataset.rows.draft import Draft, check_categories, fill, identity_columns, image_attributes, label_text
from segments_hf.io.redaction import json_without_secrets, name_without_secrets
from segments_hf.release.tasks.cloud_sample import Extrinsics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segments_hf.dataset.rows.draft import LabelSource
    from segments_hf.release import (
        CameraImage,
        CloudAnnotation,
        CloudFrame,
        JsonLabel,
        Label,
        LabeledCloud,
        Sample,
        TaskKind,
    )
    from segments_hf.release.tasks.cloud_annotation import Quaternion, Vector3


def cloud_draft(
    source: LabelSource,
    label: Label[Any] | JsonLabel | None,
    frame: CloudFrame,
    content: LabeledCloud[CloudAnnotation] | None,
    kind: TaskKind,
    class_indices: Mapping[int, int],
) -> Draft:
    """Make the draft of a point cloud.

    Args:
        source: The location of the label of the point cloud.
        label: The label of the sample; None if it is null.
        frame: The point cloud.
        content: The part of the label for this point cloud; None if it is missing.
        kind: The structure of the labels.
        class_indices: The class index of each category id.
    """
    sample, labelset, path = source
    annotations = (content and content.annotations) or []
    row = identity_columns(sample, label)
    row["point_cloud"] = row["image_attributes"] = row["links"] = None
    row["point_cloud_type"] = frame.pcd.type and name_without_secrets(frame.pcd.type) if frame.pcd else None
    row["ego_pose"] = frame.ego_pose and {
        "position": _xyz(frame.ego_pose.position),
        "heading": _xyzw(frame.ego_pose.heading),
    }
    draft = Draft(sample.name, row, point_cloud=frame.pcd, uuid=sample.uuid)
    fill(draft, "annotations", lambda: _annotations(annotations, source, class_indices))
    if kind.point_labels:
        row["point_annotations"] = content.point_annotations if content else None
    images = frame.images or []
    fill(draft, "cameras", lambda: [_camera(image, sample, f"{path}.images[{i}]") for i, image in enumerate(images)])
    draft.camera_images = [image.url for image in images]
    if content is not None:
        fill(draft, "image_attributes", lambda: image_attributes(content, source))
    attributes: Any = label.attributes if label else None  # the frames of a sequence have the same links
    if attributes:
        fill(draft, "links", lambda: label_text(attributes.links, sample, labelset, ".attributes.links"))
    others = {"default_z": frame.default_z, "bounds": frame.bounds}
    if not kind.sequence:  # rows of frames have the columns `frame_name` and `timestamp` instead
        others["name"] = UNSET if frame.name is None else Raw(msgspec.json.encode(frame.name))
        others["timestamp"] = frame.timestamp
    fill(draft, "other", lambda: _sample_text(_json_object(others), sample, path))
    check_categories(draft, annotations, sample, class_indices)
    return draft


def _annotations(
    annotations: list[CloudAnnotation], source: LabelSource, class_indices: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Convert the annotations of a point cloud to those of a row.

    Raises:
        ReleaseError: The JSON of an annotation cannot be decoded.
    """
    sample, labelset, content_path = source
    text = partial(label_text, sample=sample, labelset=labelset)
    converted = []
    for number, item in enumerate(annotations):
        path = f"{content_path}.annotations[{number}]"
        others = {
            "index": item.index,
            "velocity": item.velocity,
            "acceleration": item.acceleration,
            "isHidden": item.is_hidden,
        }
        converted.append(
            {
                "id": item.id,
                "category_id": item.category_id,
                "category": class_indices.get(item.category_id),
                "attributes": text(item.attributes, path=f"{path}.attributes"),
                "track_id": item.track_id,
                "is_keyframe": item.is_keyframe,
                "type": item.type,
                "position": _xyz(item.position),
                "dimensions": _xyz(item.dimensions),
                "yaw": item.yaw,
                "rotation": _xyzw(item.rotation),
                "points": item.points,
                "other": text(_json_object(others), path=path),
            }
        )
    return converted


def _camera(image: CameraImage, sample: Sample, path: str) -> dict[str, Any]:
    """Return a camera of a row, without its image.

    Raises:
        ReleaseError: The JSON of the camera cannot be decoded.
    """
    intrinsics, extrinsics = image.intrinsics, image.extrinsics or Extrinsics()
    viewer = {"row": image.row, "col": image.col, "intensity": image.intensity, "rotation": image.rotation}
    if intrinsics:
        viewer["pixels"] = intrinsics.pixels
    return {
        "name": image.name and name_without_secrets(image.name),
        "image": None,
        "intrinsic_matrix": intrinsics and intrinsics.intrinsic_matrix,
        "translation": _xyz(extrinsics.translation),
        "rotation": _xyzw(extrinsics.rotation),
        "camera_convention": image.camera_convention,
        "distortion": _sample_text(image.distortion, sample, f"{path}.distortion"),
        "other": _sample_text(_json_object(viewer), sample, path),
    }


def _xyz(vector: Vector3 | None) -> list[float] | None:
    return None if vector is None else [vector.x, vector.y, vector.z]


def _xyzw(quaternion: Quaternion | None) -> list[float] | None:
    return None if quaternion is None else [quaternion.qx, quaternion.qy, quaternion.qz, quaternion.qw]


def _json_object(fields: Mapping[str, Raw | UnsetType]) -> Raw | UnsetType:
    """Return a JSON object of the fields that the release file has; `UNSET` if it has none of them."""
    present = [b'"%s":%s' % (name.encode(), bytes(raw)) for name, raw in fields.items() if raw is not UNSET]
    return Raw(b"{%s}" % b",".join(present)) if present else UNSET


def _sample_text(raw: Raw | UnsetType, sample: Sample, path: str) -> str | None:
    """Return the JSON text of a part of a sample, without the secrets of URLs; None if it is missing.

    Raises:
        ReleaseError: The text cannot be decoded; the error has its JSON path.
    """
    return json_without_secrets(sample.json_text_of(raw, path))
