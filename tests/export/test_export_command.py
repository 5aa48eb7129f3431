"""The command ``segments-hf export``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.export import FORMATS

from .making import files

BITMAP_FORMATS = [name for name, entry in FORMATS.items() if "bitmap" in entry.object_kinds]


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, args)])


@pytest.mark.parametrize("name", [*BITMAP_FORMATS, "coco", "COCO", "voc"])
def test_command_accepts_names_and_aliases_of_formats_in_upper_and_lower_case(tmp_path: Path, name: str) -> None:
    result = run(demo_release(), name, tmp_path / "out", "--quiet")
    assert result.exit_code == 0, result.output
    assert "Wrote 6 images with 63 objects to" in result.output
    assert "img/s" not in result.output
    assert len([file for file in files(tmp_path / "out") if file.endswith(".jpg")]) == 6


def test_option_formats_lists_formats_and_aliases() -> None:
    listed = run("--formats").output
    for name in [*FORMATS, *(alias for entry in FORMATS.values() for alias in entry.aliases)]:
        assert re.search(rf"(?<![\w-]){name}(?![\w-])", listed), name


def test_options_choose_splits_labels_images_and_class_indices(tmp_path: Path) -> None:
    options = ["--splits", "metadata:split", "--filter-by", "reviewed", "--images", "none", "--class-index"]
    result = run(demo_release(), "coco", tmp_path, *options)
    assert result.exit_code == 0, result.output
    assert files(tmp_path) == {"annotations/instances_train.json", "annotations/instances_test.json"}
    document = json.loads((tmp_path / "annotations/instances_train.json").read_bytes())
    assert [item["id"] for item in document["categories"]] == [0, 1]


def test_existing_export_is_replaced_only_with_overwrite(tmp_path: Path) -> None:
    assert run(demo_release(), "coco", tmp_path).exit_code == 0
    second_run = run(demo_release(), "coco", tmp_path)
    assert second_run.exit_code == 1
    message = " ".join(second_run.output.split())
    assert "annotations exists" in message
    assert "--overwrite" in message
    assert run(demo_release(), "coco", tmp_path, "--overwrite").exit_code == 0


def test_option_images_link_writes_links_to_the_images(tmp_path: Path) -> None:
    assert run(demo_release(), "yolo", tmp_path, "--images", "link", "-q").exit_code == 0
    link = tmp_path / "images/train/meadow_01.jpg"
    assert link.resolve() == (demo_release().parent / "images/meadow_01.jpg").resolve()


def test_option_formats_prints_the_help_of_every_format() -> None:
    result = run("--formats")
    assert result.exit_code == 0
    for name, export_format in FORMATS.items():
        assert name in result.output
        assert all(word in result.output for word in export_format.help.split()), name


def test_unsuitable_format_prints_one_error_message_and_writes_no_files(tmp_path: Path) -> None:
    result = run(demo_release(), "yolo-pose", tmp_path / "out")
    assert result.exit_code == 1
    message = " ".join(result.output.split())
    assert message.startswith("Error: FORMAT: got yolo-pose")
    assert "bitmap" in message
    assert not files(tmp_path / "out")
