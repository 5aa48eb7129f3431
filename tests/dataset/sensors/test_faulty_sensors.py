"""Rows of samples whose sensors are missing, unlabeled, repeated, invalid or of another task type."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sensor_releases import scene, sensor_data, write_release

import segments_hf
from segments_hf import ReleaseError

Sample = dict[str, Any]


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    """Return three samples, each with a lidar and a camera."""
    sensors = [sensor_data(tmp_path, number) for number in range(3)]
    return [scene(number, {name: parts[name] for name in ("Lidar", "Camera")}) for number, parts in enumerate(sensors)]


def label_of(sample: Sample) -> dict[str, Any]:
    label: dict[str, Any] = sample["labels"]["ground-truth"]
    return label


def load(folder: Path, samples: list[Sample], **options: Any) -> Any:
    return segments_hf.load_release(write_release(folder, samples), split="train", **options)


def row_summaries(rows: Any) -> list[tuple[str, str, int]]:
    """Return the name, the status and the number of annotations of each row."""
    return [(row["name"], row["status"], len(row["annotations"])) for row in rows]


@pytest.mark.parametrize("attributes", [[], None, "missing", "no entry"], ids=str)
def test_rows_of_an_unlabeled_sensor_of_a_labeled_sample_are_unlabeled(
    tmp_path: Path, samples: list[Sample], attributes: Any
) -> None:
    sensors = label_of(samples[1])["attributes"]["sensors"]
    if attributes == "no entry":
        del sensors[1]
    elif attributes == "missing":
        del sensors[1]["attributes"]
    else:
        sensors[1]["attributes"] = attributes
    labeled, unlabeled = [("drive 0", "LABELED", 1)] * 2, [("drive 1", "UNLABELED", 0)] * 2
    assert row_summaries(load(tmp_path, samples[:2], sensor="Camera")) == labeled + unlabeled
    assert row_summaries(load(tmp_path, samples[:2]))[2:] == [("drive 1", "LABELED", 2)] * 2
    assert row_summaries(load(tmp_path, samples[:2], sensor="Camera", filter_by="LABELED")) == labeled


@pytest.mark.parametrize("status", ["SKIPPED", "REJECTED"])
@pytest.mark.parametrize(
    "attributes", [{}, {"sensors": []}, {"sensors": [{"name": "Lidar", "attributes": []}]}], ids=str
)
def test_rows_of_a_sensor_without_a_label_have_the_status_of_a_skipped_or_rejected_sample(
    tmp_path: Path, samples: list[Sample], status: str, attributes: Any
) -> None:
    samples[0]["labels"]["ground-truth"] = {"label_status": status, "attributes": attributes}
    assert row_summaries(load(tmp_path, samples[:1])) == [("drive 0", status, 0)] * 2


def test_rows_of_a_sample_with_a_null_label_are_unlabeled(tmp_path: Path, samples: list[Sample]) -> None:
    samples[0]["labels"]["ground-truth"] = None
    assert row_summaries(load(tmp_path, samples[:1])) == [("drive 0", "UNLABELED", 0)] * 2


def test_sample_without_the_sensor_has_no_rows(tmp_path: Path, samples: list[Sample]) -> None:
    samples[1]["attributes"]["sensors"].pop()
    label_of(samples[1])["attributes"]["sensors"].pop()
    assert set(load(tmp_path, samples, sensor="Camera")["name"]) == {"drive 0", "drive 2"}
    assert len(load(tmp_path, samples, sensor="Lidar")) == 6
    splits = segments_hf.load_release(
        write_release(tmp_path, samples), sensor="Camera", splits={"train": 0.5, "test": 0.5}, exact=True
    )
    assert {name: len(part) for name, part in splits.items()} == {"train": 2, "test": 2}


def test_label_of_a_sensor_that_the_sample_lacks_is_kept(tmp_path: Path, samples: list[Sample]) -> None:
    samples[1]["attributes"]["sensors"].pop()
    rows = load(tmp_path, samples, sensor="Camera", on_error="keep")
    assert [(row["image"] is None, len(row["annotations"])) for row in rows] == [
        *[(False, 1)] * 2,
        *[(True, 1)] * 2,
        *[(False, 1)] * 2,
    ]


def repeat_in_sample(sample: Sample) -> None:
    sample["attributes"]["sensors"].append(sample["attributes"]["sensors"][0])


def change_task_type(sample: Sample) -> None:
    sample["attributes"]["sensors"][0]["task_type"] = "pointcloud-vector-sequence"


def remove_name(sample: Sample) -> None:
    del sample["attributes"]["sensors"][0]["name"]


def break_sensors(sample: Sample) -> None:
    sample["attributes"]["sensors"] = 5


def break_frames(sample: Sample) -> None:
    sample["attributes"]["sensors"][0]["attributes"]["frames"] = 5


# For each fault, a function that changes a sample, and the JSON path of the error.
FAULTS: dict[str, tuple[Callable[[Sample], None], str]] = {
    "repeated": (repeat_in_sample, "$.dataset.samples[1].attributes.sensors"),
    "other task type": (change_task_type, "$.dataset.samples[1].attributes.sensors[0].task_type"),
    "no name": (remove_name, "$.dataset.samples[1].attributes.sensors[0]"),
    "sensors is a number": (break_sensors, "$.dataset.samples[1].attributes.sensors"),
    "frames is a number": (break_frames, "$.dataset.samples[1].attributes.sensors[0].attributes.frames"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_on_error_applies_to_a_faulty_sensor_of_a_sample(tmp_path: Path, samples: list[Sample], fault: str) -> None:
    break_sample, path = FAULTS[fault]
    break_sample(samples[1])
    with pytest.raises(ReleaseError, match="drive 1") as caught:
        load(tmp_path, samples)
    assert caught.value.json_path == path
    for on_error in ("skip", "keep"):
        assert load(tmp_path, samples, on_error=on_error)["name"] == ["drive 0"] * 2 + ["drive 2"] * 2


def repeat_in_label(sensors: list[Any]) -> None:
    sensors.append(sensors[0])


def change_task_type_of_label(sensors: list[Any]) -> None:
    sensors[0]["task_type"] = "pointcloud-vector-sequence"


def break_annotation(sensors: list[Any]) -> None:
    sensors[0]["attributes"]["frames"][1]["annotations"][0]["id"] = "x"


# For each fault, a function that changes the sensors of a label, and the JSON path of the error after `attributes`.
LABEL_FAULTS: dict[str, tuple[Callable[[list[Any]], None], str]] = {
    "repeated": (repeat_in_label, "sensors"),
    "other task type": (change_task_type_of_label, "sensors[0].task_type"),
    "broken annotation": (break_annotation, "sensors[0].attributes.frames[1].annotations[0].id"),
}


@pytest.mark.parametrize("fault", LABEL_FAULTS)
def test_on_error_applies_to_a_faulty_label_of_a_sensor(tmp_path: Path, samples: list[Sample], fault: str) -> None:
    break_label, path = LABEL_FAULTS[fault]
    break_label(label_of(samples[1])["attributes"]["sensors"])
    with pytest.raises(ReleaseError, match="drive 1") as caught:
        load(tmp_path, samples)
    assert caught.value.json_path == f"$.dataset.samples[1].labels['ground-truth'].attributes.{path}"
    rows = load(tmp_path, samples, on_error="keep")
    assert [row["annotations"] is None for row in rows] == [False] * 2 + [True] * 2 + [False] * 2
    assert [row["point_cloud"] is None for row in rows] == [False] * 6
    assert len(load(tmp_path, samples, sensor="Camera")) == 6  # the fault is in another sensor


def test_error_for_unreadable_json_of_a_sensor_has_the_json_path(tmp_path: Path, samples: list[Sample]) -> None:
    sensor = label_of(samples[0])["attributes"]["sensors"][0]
    sensor["attributes"]["frames"][1]["annotations"][0]["attributes"] = {"k": "PLACEHOLDER"}
    path = write_release(tmp_path, samples)
    path.write_text(path.read_text("utf-8").replace('"PLACEHOLDER"', "1" + "0" * 30), "utf-8")
    with pytest.raises(ReleaseError) as caught:
        segments_hf.load_release(path)
    path_in_sample = "labels['ground-truth'].attributes.sensors[0].attributes.frames[1].annotations[0].attributes"
    assert caught.value.json_path == f"$.dataset.samples[0].{path_in_sample}.k"


def test_sensor_of_an_unknown_task_type_stays_json(tmp_path: Path, samples: list[Sample]) -> None:
    radar = {"name": "Radar", "task_type": "radar-sequence"}
    samples[0]["attributes"]["sensors"].append({**radar, "attributes": {"sweeps": [1]}})
    label_of(samples[0])["attributes"]["sensors"].append({**radar, "attributes": {"echoes": [1]}})
    [row] = load(tmp_path, samples, sensor="Radar")
    values = [
        row[name] if isinstance(row[name], dict) else json.loads(row[name])
        for name in ("sample_attributes", "label_attributes")
    ]
    assert (row["sensor"], row["status"], values) == ("Radar", "LABELED", [{"sweeps": [1]}, {"echoes": [1]}])
