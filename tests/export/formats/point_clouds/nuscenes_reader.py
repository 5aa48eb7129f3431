"""Read an export in the format of nuScenes with the formulas of nuscenes-devkit 1.2, which needs numpy 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from segments_hf import ExportResult, export_dataset

Record = dict[str, Any]

# For each table, the fields that contain tokens, and the table of the records with these tokens.
TABLES: dict[str, dict[str, str]] = {
    "attribute": {},
    "calibrated_sensor": {"sensor_token": "sensor"},
    "category": {},
    "ego_pose": {},
    "instance": {
        "category_token": "category",
        "first_annotation_token": "sample_annotation",
        "last_annotation_token": "sample_annotation",
    },
    "log": {},
    "map": {"log_tokens": "log"},
    "sample": {"scene_token": "scene", "prev": "sample", "next": "sample"},
    "sample_annotation": {
        "sample_token": "sample",
        "instance_token": "instance",
        "visibility_token": "visibility",
        "attribute_tokens": "attribute",
        "prev": "sample_annotation",
        "next": "sample_annotation",
    },
    "sample_data": {
        "sample_token": "sample",
        "ego_pose_token": "ego_pose",
        "calibrated_sensor_token": "calibrated_sensor",
        "prev": "sample_data",
        "next": "sample_data",
    },
    "scene": {"log_token": "log", "first_sample_token": "sample", "last_sample_token": "sample"},
    "sensor": {},
    "visibility": {},
}


class ReadBox(NamedTuple):
    """A box in the frame of a sensor: its center, width, length and height, rotation matrix, and record."""

    center: np.ndarray
    wlh: np.ndarray
    rotation: np.ndarray
    record: Record


class Export:
    """The tables of an export. The constructor checks all tokens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, list[Record]] = {name: self.json(name) for name in TABLES}
        self._records = {name: {record["token"]: record for record in self.tables[name]} for name in TABLES}
        self._check_tokens()

    def json(self, name: str) -> Any:
        """Return the content of a JSON file in the folder of the tables."""
        return json.loads((self.folder / "v1.0-trainval" / f"{name}.json").read_text(encoding="utf-8"))

    def get(self, table: str, token: str) -> Record:
        """Return the record of a table with a token."""
        return self._records[table][token]

    def files(self, channel: str | None = None) -> list[Record]:
        """Return the records of the files of one sensor, or of all sensors, in the order of the table."""
        return [record for record in self.tables["sample_data"] if channel in (None, self.channel(record))]

    def channel(self, sample_data: Record) -> str:
        """Return the channel of the sensor of a file."""
        calibration = self.get("calibrated_sensor", sample_data["calibrated_sensor_token"])
        return str(self.get("sensor", calibration["sensor_token"])["channel"])

    def boxes_in(self, sample_data: Record) -> list[ReadBox]:
        """Return the boxes in the frame of the sensor of a file, as `NuScenes.get_sample_data` does."""
        pose = self.get("ego_pose", sample_data["ego_pose_token"])
        calibration = self.get("calibrated_sensor", sample_data["calibrated_sensor_token"])
        return [
            self._box_in_sensor_frame(record, pose, calibration)
            for record in self.tables["sample_annotation"]
            if record["sample_token"] == sample_data["sample_token"]
        ]

    def points_of(self, sample_data: Record) -> np.ndarray:
        """Return the points of a file: x, y, z, intensity, ring."""
        return np.fromfile(self.folder / sample_data["filename"], np.float32).reshape(-1, 5)

    def velocity(self, annotation: Record) -> np.ndarray:
        """Return the velocity of an annotation, as `NuScenes.box_velocity` does without a maximum time."""
        earlier = self.get("sample_annotation", annotation["prev"]) if annotation["prev"] else annotation
        later = self.get("sample_annotation", annotation["next"]) if annotation["next"] else annotation
        if earlier is later:
            return np.full(3, np.nan)
        times = [1e-6 * self.get("sample", record["sample_token"])["timestamp"] for record in (earlier, later)]
        return np.subtract(later["translation"], earlier["translation"]) / (times[1] - times[0])

    def category(self, annotation: Record) -> str:
        """Return the class of an annotation."""
        instance = self.get("instance", annotation["instance_token"])
        return str(self.get("category", instance["category_token"])["name"])

    def _box_in_sensor_frame(self, record: Record, pose: Record, calibration: Record) -> ReadBox:
        center, rotation = np.array(record["translation"]), _matrix(record["rotation"])
        for frame in (pose, calibration):
            inverse = _matrix(frame["rotation"]).T
            center, rotation = inverse @ (center - frame["translation"]), inverse @ rotation
        return ReadBox(center, np.array(record["size"]), rotation, record)

    def _check_tokens(self) -> None:
        for name, references in TABLES.items():
            assert len(self._records[name]) == len(self.tables[name]), f"two records of {name} have the same token"
            for record in self.tables[name]:
                for field, table in references.items():
                    tokens = record[field] if isinstance(record[field], list) else [record[field]]
                    for token in tokens:
                        assert token in self._records[table] or (token == "" and field in ("prev", "next")), field
            if "prev" in references:
                for record in self.tables[name]:
                    assert record["prev"] == "" or self.get(name, record["prev"])["next"] == record["token"]
                    assert record["next"] == "" or self.get(name, record["next"])["prev"] == record["token"]


def export_and_read(data: Any, folder: Path, **options: Any) -> tuple[Export, ExportResult]:
    """Export data, and return its tables and the result."""
    result = export_dataset(data, "nuscenes", folder / "out", **options)
    return Export(folder / "out"), result


def points_in(box: ReadBox, points: np.ndarray) -> int:
    """Return the number of points in a box, as `points_in_box` of the devkit does."""
    width, length, height = box.wlh
    corners = np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]]) * [length, width, height] / 2
    corner, *ends = corners @ box.rotation.T + box.center
    offsets = points[:, :3].astype(float) - corner
    sides = np.array(ends) - corner
    products = offsets @ sides.T
    return int(((products >= 0) & (products <= (sides**2).sum(axis=1))).all(axis=1).sum())


def _matrix(wxyz: list[float]) -> np.ndarray:
    w, x, y, z = wxyz
    return Rotation.from_quat([x, y, z, w]).as_matrix()
