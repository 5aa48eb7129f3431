"""The command ``segments-hf stats``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dataset.making import label, sample
from typer.testing import CliRunner, Result

from segments_hf import stats
from segments_hf.cli.app import app
from segments_hf.demo import demo_release
from segments_hf.stats.statistics import Stats


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["stats", *map(str, args)])


def one_line(result: Result) -> str:
    """Return the output in one line, with single spaces between words."""
    return " ".join(result.output.replace("│", " ").split())


def test_tables_have_the_statistics_of_the_demo_release() -> None:
    result = run(demo_release(), "--assets", "--quiet")
    assert result.exit_code == 0, result.output
    for row in (
        "images 8 (6 labeled)",
        "flower 21 6 170,063 16.40 7,722 0 / 16 / 5",
        "(unlabeled) 764,000 73.69",
        "SKIPPED 1",
        "12 3",
        "480 x 360 7",
        "flower, leaf 6",
        "open true 17",
        "light noon 3",
    ):
        assert row in one_line(result)


def test_pixels_are_counted_only_with_assets() -> None:
    result = run(demo_release(), "--quiet")
    assert "flower 21 6 leaf 42 6" in one_line(result)
    assert "--assets" in result.output
    assert "pixels" not in result.output


def test_json_has_the_statistics_of_the_function() -> None:
    result = run(demo_release(), "--assets", "--json", "--quiet")
    assert result.exit_code == 0
    assert msgspec.json.decode(result.stdout, type=Stats) == stats(demo_release(), assets=True)
    assert json.loads(result.stdout)["objects_per_image"] == {"9": 3, "12": 3}


def test_limit_and_filter_choose_the_samples() -> None:
    result = run(demo_release(), "--limit", 3, "--filter-by", "reviewed", "--json", "--quiet")
    assert json.loads(result.stdout)["statuses"] == {"REVIEWED": 3}
    assert run(demo_release(), "--limit", 0).exit_code == 1


def test_figures_are_written_to_the_folder(tmp_path: Path) -> None:
    result = run(demo_release(), "--figures", tmp_path / "out", "--quiet")
    assert result.exit_code == 0, result.output
    files = list((tmp_path / "out").glob("*.png"))
    assert 0 < len(files) <= 5
    assert all(file.name in result.output for file in files)


def test_other_png_files_in_the_folder_of_the_charts_are_listed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "objects-per-class.png").write_bytes(b"earlier")
    result = run(demo_release(), "--figures", tmp_path, "--quiet")
    assert result.exit_code == 0, result.output
    assert "objects-per-class.png" in result.output
    assert (tmp_path / "objects-per-class.png").read_bytes() == b"earlier"


def test_missing_matplotlib_is_an_error_before_samples_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(demo_release(), "--figures", tmp_path / "out")
    assert result.exit_code == 1
    assert "pip install matplotlib" in result.output
    assert "Counting" not in result.output


def test_hostile_names_are_shown_as_text(write_release: Any) -> None:
    hostile = "[bold]odd[/bold] [/] \x1b[31mred"
    annotations = [{"id": 1, "category_id": 1, "attributes": {hostile: hostile}}]
    path = write_release(
        [sample("a", None, label(hostile, annotations=annotations))],
        task_attributes={"categories": [{"id": 1, "name": hostile}]},
    )
    result = run(path, "--quiet")
    assert result.exit_code == 0, result.output
    assert result.output.count("[bold]odd[/bold] [/]") == 4
    assert "\x1b[31mred" not in result.output


def test_problems_are_counted_and_the_first_problem_is_shown(write_release: Any) -> None:
    path = write_release([sample("a.jpg", "nowhere.jpg")])
    result = run(path, "--assets", "--quiet")
    assert result.exit_code == 0
    assert "1 problem" in one_line(result)
    assert "sample 'a.jpg'" in one_line(result)


def test_many_numbers_of_objects_are_shown_as_ranges(write_release: Any) -> None:
    path = write_release(
        [
            sample(str(count), None, label(annotations=[{"id": n, "category_id": 1} for n in range(1, count + 1)]))
            for count in range(40)
        ]
    )
    shown = one_line(run(path, "--quiet"))
    assert "0 to 3 4" in shown
    assert "36 to 39 4" in shown
