"""An invalid color is a finding, and functions that show colors use a color of the palette instead."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import segments_hf
from segments_hf.cli.app import app
from segments_hf.release import Category
from segments_hf.validate.checks.colors import invalid_colors
from validate.planting import clean

COLORS = [[], [255], [1, 2], [1, 2, 3, 4, 5], [256, 0, 0], [-1, 0, 0], ["1", "2", "3"], "#ff0000", 7, {"r": 1}]


@pytest.fixture(params=COLORS, ids=str)
def release(request, tmp_path, write_release):
    """A release with an invalid color of one category."""
    categories = [{"id": 1, "name": "cat", "color": request.param}, {"id": 2, "name": "dog", "color": [1, 2, 3]}]
    samples = clean(tmp_path, "segmentation-bitmap", 2)
    return write_release(samples, task_attributes={"categories": categories})


def test_invalid_color_is_a_warning_about_the_category(release):
    (finding,) = segments_hf.validate(release, assets=True).findings
    assert (finding.check, finding.severity) == ("invalid-color", "warning")
    assert "cat" in finding.sample


def test_functions_that_show_colors_accept_invalid_colors(release, tmp_path):
    rows = segments_hf.load_release(release, split="train")
    with_masks = segments_hf.add_semantic_masks(rows)
    assert with_masks[0]["semantic_mask"].mode == "P"
    assert [category.color for category in segments_hf.categories(rows)] == [None, (1, 2, 3)]
    segments_hf.contact_sheet(release)
    segments_hf.preview(release, tmp_path / "page.html")
    for format_name in ("semantic-color", "coco-panoptic", "pascal-voc"):
        segments_hf.export_dataset(release, format_name, tmp_path / format_name)
    assert all(len(item.color) == 3 for item in segments_hf.stats(release).classes)
    for command in ("inspect", "stats", "validate"):
        assert CliRunner().invoke(app, [command, str(release)]).exit_code == 0
    listed = json.loads(CliRunner().invoke(app, ["inspect", str(release), "--json"]).stdout)["categories"]
    assert [item["color"] for item in listed] == [None, [1, 2, 3]]


def test_valid_and_missing_colors_have_no_findings():
    assert list(invalid_colors([Category(1, "cat", (1, 2, 3)), Category(2, "dog")])) == []
