"""Commands that make rows have the option `--sensor`, and errors name this option; `inspect` lists the sensors."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
from sensor_releases import TASK_TYPES, sensor_release
from typer.testing import CliRunner

from segments_hf.cli.app import app


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, words)))
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("sensor", TASK_TYPES)
def test_build_writes_the_rows_of_one_sensor(tmp_path: Path, sensor: str) -> None:
    run("build", sensor_release(tmp_path), tmp_path / "built", "--sensor", sensor, "-q")
    built = datasets.load_from_disk(str(tmp_path / "built"))["train"]
    assert built["sensor"] == [sensor] * 4


def test_export_writes_the_images_of_a_camera(tmp_path: Path) -> None:
    run("export", sensor_release(tmp_path), "coco", tmp_path / "coco", "--sensor", "Camera", "-q")
    file = tmp_path / "coco" / "annotations" / "instances_train.json"
    assert len(json.loads(file.read_text("utf-8"))["annotations"]) == 4


def test_error_of_an_export_that_does_not_fit_the_sensor_names_the_option(tmp_path: Path) -> None:
    output = run("export", sensor_release(tmp_path), "coco", tmp_path / "coco", "--sensor", "Lidar", code=1)
    assert "--sensor" in output


@pytest.mark.parametrize("command", ["stats", "validate"])
def test_commands_that_read_a_release_have_the_option(tmp_path: Path, command: str) -> None:
    path = sensor_release(tmp_path)
    assert run(command, path, "--sensor", "Camera", "--json")
    output = " ".join(run(command, path, code=1).split())
    assert "--sensor Lidar" in output
    assert "Camera" in output


def test_inspect_lists_the_sensors(tmp_path: Path) -> None:
    sensors = json.loads(run("inspect", sensor_release(tmp_path), "--json"))["sensors"]
    assert {item["name"]: item["task_type"] for item in sensors} == TASK_TYPES
