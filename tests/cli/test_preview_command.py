"""The command ``segments-hf preview``."""

from __future__ import annotations

from pathlib import Path

import pytest
from preview.reading import Page
from typer.testing import CliRunner

from segments_hf.cli.app import app
from segments_hf.demo import demo_release


def test_preview_writes_a_page_and_replaces_other_files_only_with_overwrite(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    arguments = [
        "preview",
        str(demo_release()),
        str(out),
        "--limit",
        "4",
        "--size",
        "64",
        "--filter-by",
        "reviewed",
        "-q",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert f"{out} ({out.stat().st_size / 1e6:.1f} MB)" in result.output.replace("\n", "")
    page = Page(out)
    assert [entry["status"] for entry in page.entries] == ["REVIEWED"] * 3
    assert page.details[0]["size"] == [64, 48]
    out.write_text("mine")
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert CliRunner().invoke(app, [*arguments, "--overwrite"]).exit_code == 0


def test_preview_divides_a_release_into_splits(tmp_path: Path) -> None:
    arguments = ["preview", str(demo_release()), str(tmp_path / "page.html"), "--splits", "metadata:garden", "-q"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    entries = Page(tmp_path / "page.html").entries
    assert {entry["split"] for entry in entries} == {"north", "south"}
    assert all(["garden", entry["split"]] in entry["metadata"] for entry in entries)


def test_preview_shows_camera_images_on_request(tmp_path: Path) -> None:
    arguments = ["preview", str(demo_release("street-cuboids")), str(tmp_path / "page.html"), "-q"]
    for options, count in (([], 0), (["--cameras"], 1)):
        assert CliRunner().invoke(app, [*arguments, *options]).exit_code == 0
        assert [len(detail["cameras"]) for detail in Page(tmp_path / "page.html").details] == [count] * 5


@pytest.mark.parametrize(("option", "smallest"), [("--points", 1), ("--size", 16), ("--limit", 1)])
def test_numbers_that_are_too_small_are_refused_before_the_page_is_written(
    tmp_path: Path, option: str, smallest: int
) -> None:
    result = CliRunner().invoke(app, ["preview", str(demo_release()), str(tmp_path / "page.html"), option, "0"])
    assert result.exit_code == 1
    assert f"{option}: got 0, expected a whole number of at least {smallest}" in result.output.replace("\n", " ")
    assert not (tmp_path / "page.html").exists()
