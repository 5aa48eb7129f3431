"""Bitmaps of a format that cannot store ids exactly are refused by `load_release` and by functions that make masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from images.bitmap_files import COLOR_IDS, HEIGHT, INEXACT, WIDTH, color, encoded, with_palette

import segments_hf
from dataset.making import jpeg, label, sample
from segments_hf.errors import AssetError, BitmapError

IDS = [number for number in np.unique(COLOR_IDS).tolist() if number]


def write_two_samples(folder: Path, write_release: Any, content: bytes, ids: list[int]) -> Path:
    """Write a release of two samples; the second one has the bitmap `content`."""
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(jpeg((WIDTH, HEIGHT), red=ord(name[0])))
    (folder / "right.png").write_bytes(encoded(color(), "PNG"))
    (folder / "other").write_bytes(content)
    annotations = [{"id": number, "category_id": 1} for number in ids]
    return write_release(
        [
            sample(name, name, label(annotations=annotations, segmentation_bitmap={"url": file}))
            for name, file in [("a.jpg", "right.png"), ("b.jpg", "other")]
        ]
    )


@pytest.mark.parametrize("verify", ["structure", "decode"])
@pytest.mark.parametrize("name", ["lossy WebP", "16-bit RGBA PNG", "JPEG in TIFF", "rotated PNG"])
def test_load_release_refuses_inexact_bitmap(name: str, verify: str, write_release: Any, tmp_path: Path) -> None:
    release = write_two_samples(tmp_path, write_release, INEXACT[name](), IDS)
    with pytest.raises(AssetError, match=r"sample 'b.jpg', segmentation_bitmap: .*got .*expected a PNG"):
        segments_hf.load_release(release, split="train", verify=verify)
    rows = segments_hf.load_release(release, split="train", verify=verify, on_error="skip")
    assert rows["name"][:] == ["a.jpg"]
    rows = segments_hf.load_release(release, split="train", verify=verify, on_error="keep")
    assert [bitmap is None for bitmap in rows["segmentation_bitmap"][:]] == [False, True]


def test_load_release_downloads_inexact_bitmap_once(server: Any, write_release: Any, tmp_path: Path) -> None:
    url = server.url("/label.webp", INEXACT["lossy WebP"]())
    image = server.url("/image.jpg", jpeg((WIDTH, HEIGHT)))
    release = write_release([sample("a.jpg", image, label(annotations=[], segmentation_bitmap={"url": url}))])
    with pytest.raises(AssetError, match="lossy WebP"):
        segments_hf.load_release(release, split="train")
    assert server.requests["/label.webp"] == 1


def test_load_release_accepts_palette_whose_colors_are_ids(write_release: Any, tmp_path: Path) -> None:
    release = write_two_samples(tmp_path, write_release, encoded(with_palette(), "PNG"), IDS)
    rows = segments_hf.add_instance_masks(segments_hf.load_release(release, split="train"))
    right, other = (np.asarray(mask) for mask in rows["instance_mask"][:])
    np.testing.assert_array_equal(right, other)
    assert not segments_hf.validate(release, assets=True).errors


@pytest.mark.parametrize("on_error", ["skip", "keep"])
def test_load_release_refuses_palette_whose_colors_are_not_ids(
    on_error: str, write_release: Any, tmp_path: Path
) -> None:
    release = write_two_samples(tmp_path, write_release, encoded(with_palette(), "PNG"), [*IDS[1:], 5])
    with pytest.raises(AssetError, match=r"sample 'b.jpg', segmentation_bitmap: .*palette indices"):
        segments_hf.load_release(release, split="train")
    rows = segments_hf.load_release(release, split="train", on_error=on_error)
    assert rows["name"][:] == (["a.jpg"] if on_error == "skip" else ["a.jpg", "b.jpg"])
    report = segments_hf.validate(release, assets=True)
    assert any(item.sample == "b.jpg" and "palette" in item.message for item in report.findings)


def test_masks_and_layouts_refuse_row_with_inexact_bitmap(write_release: Any, tmp_path: Path) -> None:
    """Such a row exists if a user replaces its bitmap after `load_release`."""
    rows = segments_hf.load_release(
        write_two_samples(tmp_path, write_release, encoded(color(), "PNG"), IDS), split="train", load_assets=True
    )
    inexact_bitmap = {"bytes": INEXACT["lossy WebP"](), "path": None}
    changed = rows.map(lambda row: {"segmentation_bitmap": inexact_bitmap} if row["name"] == "b.jpg" else {})
    for make in (
        segments_hf.add_semantic_masks,
        lambda data: segments_hf.to_layout(data, "panoptic-segmentation"),
        lambda data: segments_hf.export_dataset(data, "coco", tmp_path / "out"),
    ):
        with pytest.raises(BitmapError, match="lossy WebP"):
            make(changed)
    assert len(segments_hf.to_layout(changed, "panoptic-segmentation", on_error="skip")) == 1
    report = segments_hf.validate(changed, assets=True)
    assert any(item.sample == "b.jpg" and "lossy WebP" in item.message for item in report.findings)


@pytest.mark.parametrize("shared_case", ["lossy_bitmap"], indirect=True)
def test_load_release_refuses_lossy_webp_of_real_case(shared_case: Path) -> None:
    with pytest.raises(AssetError, match="lossy WebP"):
        segments_hf.load_release(shared_case)
