"""`validate` finds samples whose sensors do not have the same number of frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sensor_releases import scene, sensor_data, write_release

from segments_hf import load_release, validate


def release(folder: Path, *, as_object: bool = False) -> Path:
    """Write a release of two samples. In the second sample, the lidar has two frames, and the camera only one.

    Args:
        folder: The folder of the release.
        as_object: Whether `sensors` is an object, as in releases of 2023, instead of a list.
    """
    samples = []
    for number in range(2):
        parts: dict[str, Any] = sensor_data(folder, number)
        if number:
            for document in parts["Camera"]:
                document["frames"] = document["frames"][:1]
        samples.append(scene(number, parts, as_object=as_object))
    return write_release(folder, samples)


@pytest.mark.parametrize("sensor", ["Lidar", "Camera"])
@pytest.mark.parametrize("as_object", [False, True], ids=["list", "object of 2023"])
def test_sensors_of_unequal_length_are_found_once(tmp_path: Path, sensor: str, as_object: bool) -> None:
    path = release(tmp_path, as_object=as_object)
    findings = validate(path, sensor=sensor).findings
    [finding] = [item for item in findings if item.check == "sensors-of-unequal-length"]
    assert (finding.severity, finding.sample) == ("warning", "drive 1")
    assert "'Lidar' has 2" in finding.message
    assert "'Camera' has 1" in finding.message


def test_only_samples_that_were_read_are_reported(tmp_path: Path) -> None:
    assert validate(release(tmp_path), sensor="Lidar", limit=1).findings == []


def test_sensors_are_not_compared_for_a_dataset(tmp_path: Path) -> None:
    dataset = load_release(release(tmp_path), split="train", sensor="Lidar")
    assert validate(dataset).findings == []
