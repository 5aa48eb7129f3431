"""Samples whose image files have the same bytes are found, in releases and in datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dataset.making import jpeg, label, sample, with_comment

from segments_hf import load_release, validate

LONG = 200_000  # bytes: more than the blocks at the beginning, in the middle and at the end that are compared first


def images_of(folder: Path, **contents: bytes) -> list[dict[str, Any]]:
    """Write images and return a sample for each."""
    for name, content in contents.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return [sample(name, f"{name}.jpg") for name in contents]


@pytest.mark.parametrize("embed", [None, False, True], ids=["release", "files", "bytes"])
def test_samples_with_the_same_image_are_found(tmp_path: Path, write_release: Any, embed: bool | None) -> None:
    one, other = with_comment(jpeg(), "one"), with_comment(jpeg(), "two")  # files of equal size
    data = write_release(images_of(tmp_path, a=one, b=other, c=one, d=one))
    rows = data if embed is None else load_release(data, embed=embed)
    report = validate(rows, assets=True)
    assert [(finding.check, finding.sample) for finding in report.findings] == [
        ("duplicate-image", "c"),
        ("duplicate-image", "d"),
    ]
    assert all("'a'" in finding.message and "split" not in finding.message for finding in report.findings)
    assert validate(rows).is_clean


@pytest.mark.parametrize("embed", [False, True], ids=["files", "bytes"])
@pytest.mark.parametrize("offset", [60, 50_000, 99_000, 199_000])
def test_long_files_that_differ_in_one_byte_are_different(
    tmp_path: Path, write_release: Any, offset: int, embed: bool
) -> None:
    content = jpeg() + bytes(LONG)
    changed = bytearray(content)
    changed[len(jpeg()) + offset] = 1
    data = write_release(images_of(tmp_path, a=content, b=bytes(changed), c=content))
    (finding,) = validate(load_release(data, embed=embed), assets=True).findings
    assert finding.sample == "c"


def test_same_image_in_two_splits_is_found_with_both_splits(tmp_path: Path, write_release: Any) -> None:
    content = jpeg()
    items = images_of(tmp_path, a=content, b=content)
    train, test = (write_release([item], path=tmp_path / f"{item['name']}.json") for item in items)
    (finding,) = validate({"train": train, "test": test}, assets=True).findings
    assert finding.check == "duplicate-image"
    assert all(text in finding.message for text in ("two splits", "'train'", "'test'"))


def test_two_sequences_with_the_same_images_are_one_finding(tmp_path: Path, write_release: Any) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(with_comment(jpeg(), str(number)))
    frames = [{"image": {"url": f"{number}.jpg"}} for number in (0, 1, 2, 2)]
    label_of_frames = {**label(), "attributes": {"frames": [{"annotations": []}] * 4}}
    items = [sample(name, label=label_of_frames, attributes={"frames": frames}) for name in ("a", "b")]
    report = validate(write_release(items, task_type="image-vector-sequence"), assets=True)
    assert [(finding.check, finding.sample, finding.frame) for finding in report.findings] == [
        ("duplicate-image", "b", 0)
    ]


def test_sample_that_occurs_twice_is_not_also_a_duplicate_image(tmp_path: Path, write_release: Any) -> None:
    (item,) = images_of(tmp_path, a=jpeg())
    assert set(validate(write_release([item, item]), assets=True).counts) == {"duplicate-sample"}
