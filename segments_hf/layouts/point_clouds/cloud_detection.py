"""``point-cloud-detection``: `points`, `boxes`, `labels`, `track_ids`, `pose`.

The boxes have the seven numbers that most detectors of 3-D objects read, such as those of OpenPCDet: center, length,
width, height and yaw in the frame of the sensor. Cuboids without a class or a volume are left out, and so are
annotations that are not cuboids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from datasets import Array2D, ClassLabel, Value

from segments_hf.labels import CuboidLabel, label_of
from segments_hf.labels.categories import class_names
from segments_hf.layouts.layout import Columns, Layout
from segments_hf.layouts.point_clouds.layout_points import POINTS_ENCODING
from segments_hf.points import pose_matrix

if TYPE_CHECKING:
    from segments_hf.labels.row import Row

_NO_TRACK = -1


@dataclass(frozen=True)
class _Cuboids:
    class_names: tuple[str, ...]

    @property
    def features(self) -> dict[str, Any]:
        return {
            "boxes": Array2D((None, 7), "float64"),
            "labels": [ClassLabel(names=list(self.class_names))],
            "track_ids": [Value("int64")],
            "pose": Array2D((4, 4), "float64"),
        }

    def columns_of(self, row: Row) -> Columns:
        pose = pose_matrix(row["ego_pose"])
        label = label_of(row)
        if not isinstance(label, CuboidLabel) or not label.has_content:
            return Columns({"boxes": None, "labels": None, "track_ids": None, "pose": pose})
        boxes, left_out = label.usable_boxes()
        track_of = {item.id: item.track_id for item in label.annotations}
        track_ids = [track_of[id_] for id_ in boxes.ids.tolist()]
        columns = {
            "boxes": boxes.to_7dof(),
            "labels": boxes.class_indices,
            "track_ids": np.array([_NO_TRACK if id_ is None else id_ for id_ in track_ids], np.int64),
            "pose": pose,
        }
        return Columns(columns, left_out)


LAYOUT = Layout(
    "point-cloud-detection",
    ("points", "boxes", "labels", "track_ids", "pose"),
    ("boxes", "labels"),
    lambda categories, _: _Cuboids(tuple(class_names(categories))),
    None,
    f"{POINTS_ENCODING} "
    "`boxes` has x, y and z of the center, length, width and height, and the yaw in radians, in the frame of the "
    "sensor. `labels` has the class index of each box; `id2label.json` has the names of the classes. `track_ids` has "
    "the id of the track of each box, or -1. `pose` is the matrix that transforms points from the sensor to the world.",
    "`labels`",
    CuboidLabel.hub_task,
    options=("fields",),
    label_type=CuboidLabel,
)
