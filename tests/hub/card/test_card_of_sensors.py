"""The card of a release of several sensors has a table of the sensors, and code that joins their rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import datasets
import yaml
from sensor_releases import sensor_release

import segments_hf
from hub.server.hub_server import HubServer

REPO = "jane/drives"
HOSTILE_NAME = "Lidar --> <script>|"


def card_of(hub: HubServer) -> str:
    return hub.files(REPO)["README.md"].decode()


def test_table_of_sensors_has_the_counts_of_each_sensor(hub: HubServer, tmp_path: Path) -> None:
    segments_hf.push_to_hub(sensor_release(tmp_path), REPO)
    card = card_of(hub)
    rows = [[cell.strip().replace("\\", "") for cell in line.split("|")[1:-1]] for line in card.splitlines()]
    assert ["Lidar", "pointcloud-cuboid-sequence", "4", "8"] in rows
    assert ["Points", "pointcloud-segmentation-sequence", "4", "4"] in rows
    assert ["Camera", "image-vector-sequence", "4", "4"] in rows
    data = yaml.safe_load(card.split("---\n")[1])
    assert {item["config_name"] for item in data["dataset_info"]} == {"Camera", "Lidar", "Points"}
    assert set(data["task_categories"]) == {"object-detection", "other"}
    assert "point-cloud" in data["tags"]


def test_code_of_the_card_joins_the_rows_of_a_point_cloud_and_a_camera(hub: HubServer, tmp_path: Path) -> None:
    segments_hf.push_to_hub(sensor_release(tmp_path), REPO)
    code = next(code for code in re.findall(r"```python\n(.*?)```", card_of(hub), re.DOTALL) if "numbers" in code)
    names: dict[str, Any] = {"pairs": []}
    exec(f"{code}    pairs.append((row, other))\n", names)
    assert [row["sensor"] for row in (names["first"][0], names["second"][0])] == ["Lidar", "Camera"]
    assert len(names["pairs"]) == 4
    for row, other in names["pairs"]:
        assert (row["uuid"], row["frame_index"]) == (other["uuid"], other["frame_index"])
        assert {item["track_id"] for item in other["annotations"]} <= {item["track_id"] for item in row["annotations"]}


def test_later_push_of_one_sensor_keeps_the_other_sensors_and_the_text_of_the_owner(
    hub: HubServer, tmp_path: Path
) -> None:
    release = sensor_release(tmp_path)
    segments_hf.push_to_hub(release, REPO)
    before = card_of(hub)
    hub.commit(REPO, {"README.md": before.replace("# drives\n", "# Our drives\n\nWritten by hand.\n").encode()})
    segments_hf.push_to_hub(sensor_release(tmp_path, count=1), REPO, sensor="Points")
    card = card_of(hub)
    assert "# Our drives\n\nWritten by hand.\n" in card
    rows = [line for line in card.splitlines() if line.startswith(("| Lidar |", "| Points |", "| Camera |"))]
    assert [line.split("|")[-3].strip() for line in rows] == ["4", "2", "4"]
    assert len(datasets.load_dataset(REPO, "Lidar", split="train")) == 4


def test_hostile_names_of_sensors_cannot_change_the_card(hub: HubServer, tmp_path: Path) -> None:
    release = sensor_release(tmp_path)
    text = release.read_text().replace('"name": "Lidar"', f'"name": {json.dumps(HOSTILE_NAME)}')
    release.write_text(text)
    segments_hf.push_to_hub(release, REPO)
    card = card_of(hub)
    assert "<script" not in card
    segments_hf.push_to_hub(release, REPO)
    assert card_of(hub) == card
    assert card.count("segments-hf sensors: begin") == 1
