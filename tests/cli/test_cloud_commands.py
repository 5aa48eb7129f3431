"""The commands accept releases of point clouds. `export` refuses formats of images before it fetches files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import datasets
import pytest
from hub.cloud_samples import TASK_TYPES, write_cloud_release
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.points import read_points


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(map(str, words)))
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.each_choice(1)
@pytest.mark.parametrize("task_type", TASK_TYPES)
@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
def test_built_folder_contains_the_bytes_of_the_point_clouds(
    tmp_path: Path, write_release: Any, task_type: str, file_format: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, task_type)
    expected = segments_hf.load_release(path, split="train", embed=True, cameras=True)
    clouds = [row["point_cloud"]["bytes"] for row in expected]
    out = tmp_path / "built"
    run("build", path, out, "--format", file_format, "--cameras", "--cache-dir", tmp_path / "cache", "-q")
    shutil.rmtree(tmp_path / "cache")
    for file in (*tmp_path.glob("*.bin"), tmp_path / "front.png"):
        file.unlink()
    load = datasets.load_from_disk if file_format == "arrow" else datasets.load_dataset
    built = load(str(out))["train"]
    assert [row["point_cloud"]["bytes"] for row in built] == clouds
    assert [row["cameras"][0]["image"].size for row in built] == [(6, 4)] * len(clouds)
    assert built.remove_columns(["point_cloud", "cameras"])[:] == expected.remove_columns(["point_cloud", "cameras"])[:]
    assert read_points(built[0]).shape == (50, 4)


@pytest.mark.parametrize("images", ["copy", "link", "none"])
def test_export_refuses_formats_of_images_before_it_fetches_files(
    tmp_path: Path, write_release: Any, caches: Path, images: str
) -> None:
    path = write_cloud_release(tmp_path, write_release, "pointcloud-cuboid")
    output = run("export", path, "coco", tmp_path / "out", "--images", images, code=1)
    text = " ".join(output.replace("│", " ").split())
    assert "cannot represent point clouds" in text
    assert "openpcdet" in text
    assert not (tmp_path / "out").exists()
    assert not list(caches.rglob("*.arrow"))


def test_export_shows_each_note_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    exported = segments_hf.export_dataset(demo_release("street-cuboids"), "openpcdet", tmp_path / "first")
    assert exported.notes
    assert all(caplog.text.count(note) == 1 for note in exported.notes)
    caplog.clear()
    output = run("export", demo_release("street-cuboids"), "openpcdet", tmp_path / "second", "-q")
    assert [(output + caplog.text).count(note) for note in exported.notes] == [1] * len(exported.notes)


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_inspect_shows_the_task_type_and_the_classes(tmp_path: Path, write_release: Any, task_type: str) -> None:
    output = run("inspect", write_cloud_release(tmp_path, write_release, task_type))
    for text in (task_type, "car", "road"):
        assert text in output
