"""Images with an EXIF orientation other than 1 are one finding that names the first samples."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from dataset.making import jpeg, sample, with_comment, with_orientation
from PIL import Image

from segments_hf import load_release, validate


def tiff(orientation: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6)).save(file, "TIFF", tiffinfo={0x0112: orientation})
    return file.getvalue()


def report_of(folder: Path, write_release: Any, *images: bytes) -> Any:
    """Return the report of a release of images, after a comparison with the reports of its dataset and stream."""
    for number, content in enumerate(images):
        (folder / f"{number}.jpg").write_bytes(content)
    release = write_release([sample(f"image {number}", f"{number}.jpg") for number in range(len(images))])
    report = validate(release, assets=True)
    for streaming in (False, True):
        rows = load_release(release, split="train", streaming=streaming)
        assert validate(rows, assets=True).findings == report.findings
    return report


def photo(number: int, orientation: int) -> bytes:
    return with_orientation(with_comment(jpeg(), str(number)), orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_image_is_found_unless_its_orientation_is_1(tmp_path: Path, write_release: Any, orientation: int) -> None:
    report = report_of(tmp_path, write_release, photo(0, 1), photo(1, orientation))
    assert [finding.check for finding in report.findings] == ([] if orientation == 1 else ["rotated-image"])


def test_rotated_images_are_one_finding_that_names_the_first_samples(tmp_path: Path, write_release: Any) -> None:
    report = report_of(tmp_path, write_release, jpeg(), *(photo(number, 6) for number in range(7)))
    (finding,) = report.findings
    assert (finding.severity, finding.sample) == ("warning", "image 1")
    assert all(text in finding.message for text in ("7 of 8", "image 1, image 2", "image 5, …", "images='upright'"))
    assert "image 6" not in finding.message


@pytest.mark.parametrize(("orientation", "is_found"), [(1, False), (6, True)])
def test_orientation_of_a_tiff_is_found(tmp_path: Path, write_release: Any, orientation: int, is_found: bool) -> None:
    report = report_of(tmp_path, write_release, tiff(orientation))
    assert list(report.counts) == (["rotated-image"] if is_found else [])
