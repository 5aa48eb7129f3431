"""``segments-hf build --layout`` writes the rows that `to_layout` returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from segments_hf import id2label, load_release, to_layout
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.layouts import LAYOUTS


def build(out: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["build", str(demo_release()), str(out), "--quiet", *options])


def load(out: Path, file_format: str) -> Any:
    return datasets.load_from_disk(str(out)) if file_format == "arrow" else datasets.load_dataset(str(out))


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a row in which each image is replaced by its mode, size and pixels."""
    return {
        name: (value.mode, value.size, value.tobytes()) if isinstance(value, Image.Image) else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
@pytest.mark.parametrize("task", [task for task, layout in LAYOUTS.items() if layout.label_type is None])
def test_built_rows_equal_those_of_to_layout(tmp_path: Path, task: str, file_format: str) -> None:
    out = tmp_path / "out"
    result = build(out, "--layout", task.upper(), "--format", file_format, "--splits", "metadata:split")
    assert result.exit_code == 0, result.output
    expected = to_layout(load_release(demo_release(), splits="metadata:split"), task)
    loaded = load(out, file_format)
    assert {name: part.num_rows for name, part in loaded.items()} == {"train": 4, "test": 2}
    assert id2label(loaded) == id2label(expected)
    for name, part in expected.items():
        assert f"{name}: {part.num_rows} rows" in result.output
        assert loaded[name].features == part.features
        assert [plain(row) for row in loaded[name]] == [plain(row) for row in part]
    images = loaded["train"].cast_column("image", datasets.Image(decode=False))["image"]
    assert all(image["bytes"] for image in images)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
def test_build_without_palette_writes_gray_masks(tmp_path: Path, file_format: str) -> None:
    options = ["--layout", "semantic-segmentation", "--format", file_format, "--no-palette"]
    assert build(tmp_path / "out", *options).exit_code == 0
    assert {row["label"].mode for row in load(tmp_path / "out", file_format)["train"]} == {"L"}


@pytest.mark.parametrize("file_format", ["arrow", "parquet"])
def test_build_writes_the_layout_of_one_split_and_overwrite_replaces_it(tmp_path: Path, file_format: str) -> None:
    options = ["--splits", "metadata:split", "--format", file_format, "--layout", "object-detection"]
    for _ in range(2):
        result = build(tmp_path / "out", *options, "--split", "test", "--overwrite")
        assert result.exit_code == 0, result.output
        assert "test: 2 rows" in result.output
        assert "train" not in result.output
    loaded = load(tmp_path / "out", file_format)
    assert (loaded if file_format == "arrow" else loaded["test"]).num_rows == 2
