"""`validate` with `assets=True` counts images by pixel format, and warns about several pixel formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dataset.making import sample
from images.images_by_mode import CONVERTED, DEEP, PLAIN

from segments_hf import load_release, validate
from segments_hf.validate import Report

RGB, GRAY, DEEP_GRAY = PLAIN["RGB JPEG"](), PLAIN["L PNG"](), DEEP["16-bit PNG"][0]()


def report_of(folder: Path, write_release: Any, *images: bytes, **options: Any) -> Report:
    """Write a release of images and return its report."""
    for number, content in enumerate(images):
        # Bytes after the end of an image are ignored, but no two files may have the same bytes.
        (folder / f"{number}.png").write_bytes(content + b"%d" % number)
    release = write_release([sample(f"sample {number}", f"{number}.png") for number in range(len(images))])
    report: Report = validate(release, **{"assets": True, **options})
    return report


@pytest.mark.parametrize(
    ("images", "counts"),
    [
        ([RGB, RGB], {"RGB": 2}),
        ([GRAY], {"L": 1}),
        ([GRAY, RGB, RGB, DEEP_GRAY, RGB, DEEP_GRAY], {"RGB": 3, "16-bit gray": 2, "L": 1}),
        ([CONVERTED["CMYK JPEG"](), CONVERTED["1 PNG"](), RGB, RGB], {"RGB": 2, "CMYK": 1, "1-bit": 1}),
        ([], {}),
        ([b"<html>", RGB], {"RGB": 1}),
    ],
    ids=["RGB", "gray", "three formats", "CMYK and 1 bit", "labels only", "unreadable image"],
)
def test_images_are_counted_by_pixel_format(
    tmp_path: Path, write_release: Any, images: list[bytes], counts: Any
) -> None:
    if not images:
        assert report_of(tmp_path, write_release, RGB, assets=False).pixel_formats == counts
        return
    report = report_of(tmp_path, write_release, *images)
    assert list(report.pixel_formats.items()) == list(counts.items())
    for name, count in counts.items():
        assert f"{count} {name}" in str(report).splitlines()[0]
    assert json.loads(msgspec.json.encode(report))["pixel_formats"] == counts


def test_several_pixel_formats_are_one_warning_that_names_samples(tmp_path: Path, write_release: Any) -> None:
    report = report_of(tmp_path, write_release, *[RGB] * 9, GRAY, *[DEEP_GRAY] * 7, GRAY)
    (finding,) = report.findings
    assert (finding.severity, finding.check, finding.sample) == ("warning", "mixed-pixel-formats", "sample 9")
    assert "9 RGB, 7 16-bit gray and 2 L" in finding.message
    assert "sample 9, sample 17" in finding.message
    assert "sample 10" in finding.message
    assert "sample 16" not in finding.message
    assert "sample 3" not in finding.message


def test_images_of_one_pixel_format_have_no_findings(tmp_path: Path, write_release: Any) -> None:
    assert report_of(tmp_path, write_release, RGB, RGB).is_clean


def test_datasets_and_streams_have_the_pixel_formats_of_their_release(tmp_path: Path, write_release: Any) -> None:
    report = report_of(tmp_path, write_release, RGB, GRAY, RGB, DEEP_GRAY)
    for streaming in (False, True):
        rows = load_release(tmp_path / "release.json", split="train", streaming=streaming)
        again = validate(rows, assets=True)
        assert again.pixel_formats == report.pixel_formats
        assert again.findings == report.findings


def test_images_after_an_unreadable_image_are_counted(tmp_path: Path, write_release: Any) -> None:
    report = report_of(tmp_path, write_release, RGB[:40], RGB, b"%!PS-Adobe-3.0 EPSF-3.0\n")
    assert report.pixel_formats == {"RGB": 1}
    assert {finding.check for finding in report.findings} == {"unreadable-image"}
