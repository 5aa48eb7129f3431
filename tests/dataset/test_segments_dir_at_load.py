"""`load_release` uses a bitmap in `segments_dir` only if the bitmap can contain all ids of its label.

When it loads assets, it logs a warning if `segments_dir` has no file of the release.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import segments_hf
from segments_hf.errors import AssetError, SegmentsHFError

from .making import bitmap, jpeg, label, sample

IDS = np.array([[0, 1], [65_536, 70_001]])
SMALL_IDS = np.array([[0, 1], [2, 255]])


def gray_bitmap(ids: Any, bits: int) -> bytes:
    """Return a gray bitmap as the official SDK caches it: ids over the largest pixel value become this value."""
    pixels = np.minimum(ids, 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def write_release_and_folder(
    folder: Path, write_release: Any, ids: Any, cached: bytes, original: bytes | None
) -> dict[str, Any]:
    """Write a release of one sample, and a folder in the layout of the official SDK with its image and bitmap.

    Return the options `release` and `segments_dir` of `load_release`.

    Args:
        folder: The folder of the release, which also gets the folder `segments`.
        write_release: The fixture `write_release`.
        ids: The ids of the annotations; 0 is ignored.
        cached: The bitmap in the folder of the official SDK.
        original: The bitmap at the URL in the release; None if the URL has no file.
    """
    (folder / "labels").mkdir()
    segments = folder / "segments" / "jane_flowers" / "v1.0"
    segments.mkdir(parents=True)
    (segments / "a.jpg").write_bytes(jpeg((2, 2)))
    (segments / "a_label_ground-truth.png").write_bytes(cached)
    if original:
        (folder / "labels/a.png").write_bytes(original)
    annotations = [{"id": int(number), "category_id": 1} for number in np.unique(ids) if number]
    sample_label = label(annotations=annotations, segmentation_bitmap={"url": "labels/a.png"})
    return {"release": write_release([sample("a.jpg", "gone.jpg", sample_label)]), "segments_dir": folder / "segments"}


def loaded_ids(bitmap: Any) -> Any:
    return segments_hf.bitmaps.decode_bitmap(bitmap).tolist()


@pytest.mark.parametrize(
    ("bits", "ids"), [(16, IDS), (8, IDS), (8, np.array([[0, 256], [1, 2]]))], ids=["16 bits", "8 bits", "id 256"]
)
@pytest.mark.parametrize("streaming", [False, True], ids=["dataset", "stream"])
def test_load_release_downloads_bitmaps_whose_cached_file_cannot_contain_the_ids(
    write_release: Any, tmp_path: Path, caplog: Any, bits: int, ids: Any, streaming: bool
) -> None:
    options = write_release_and_folder(tmp_path, write_release, ids, gray_bitmap(ids, bits), bitmap(ids))
    (row,) = segments_hf.load_release(**options, split="train", streaming=streaming)
    assert loaded_ids(row["segmentation_bitmap"]) == ids.tolist()
    assert "a.jpg" in caplog.text
    assert f"{bits}-bit" in caplog.text
    assert str(ids.max()) in caplog.text


@pytest.mark.parametrize("policy", ["raise", "skip", "keep"])
def test_on_error_applies_to_a_cached_bitmap_that_lost_ids_if_the_original_is_missing(
    write_release: Any, tmp_path: Path, policy: str
) -> None:
    options = write_release_and_folder(tmp_path, write_release, IDS, gray_bitmap(IDS, 16), None)
    if policy == "keep":
        (row,) = segments_hf.load_release(**options, split="train", on_error=policy)
        assert row["segmentation_bitmap"] is None
        return
    with pytest.raises(SegmentsHFError, match=r"a\.png.*_label_ground-truth\.png.*16-bit.*70001"):
        segments_hf.load_release(**options, split="train", on_error=policy)


@pytest.mark.parametrize(("bits", "ids"), [(16, IDS % 65_536), (8, SMALL_IDS)], ids=["16 bits", "8 bits"])
def test_load_release_uses_cached_bitmaps_that_contain_all_ids(
    write_release: Any, tmp_path: Path, caplog: Any, bits: int, ids: Any
) -> None:
    options = write_release_and_folder(tmp_path, write_release, ids, gray_bitmap(ids, bits), None)
    (row,) = segments_hf.load_release(**options, split="train")
    assert loaded_ids(row["segmentation_bitmap"]) == ids.tolist()
    assert not caplog.text


def test_load_release_refuses_original_that_cannot_contain_the_ids(write_release: Any, tmp_path: Path) -> None:
    options = write_release_and_folder(tmp_path, write_release, IDS, gray_bitmap(IDS, 16), gray_bitmap(IDS, 16))
    resolve = {f"{tmp_path}/gone.jpg": f"{options['segments_dir']}/jane_flowers/v1.0/a.jpg"}
    with pytest.raises(AssetError, match=r"'a.jpg', segmentation_bitmap: .*a\.png.*16-bit.*65535.*65536, 70001"):
        segments_hf.load_release(options["release"], split="train", resolve=resolve)


def test_load_release_uses_cached_rgba_bitmap_without_pixels_of_an_annotation(
    write_release: Any, tmp_path: Path
) -> None:
    options = write_release_and_folder(tmp_path, write_release, IDS, bitmap([[0, 1], [1, 1]]), None)
    assert len(segments_hf.load_release(**options, split="train")) == 1
    assert "annotation-without-pixels" in segments_hf.validate(options.pop("release"), assets=True, **options).counts


def test_validate_reports_cached_bitmaps_that_lost_ids(write_release: Any, tmp_path: Path) -> None:
    options = write_release_and_folder(tmp_path, write_release, IDS, gray_bitmap(IDS, 16), bitmap(IDS))
    report = segments_hf.validate(options.pop("release"), assets=True, **options)
    finding = report.findings[0]
    assert (finding.check, finding.severity, finding.sample) == ("lost-ids", "warning", "a.jpg")
    assert not report.errors


@pytest.mark.parametrize("kind", ["dataset", "stream", "validate"])
@pytest.mark.parametrize(
    ("folder", "content_in_warning"),
    [(".", "'segments'"), ("labels", "'a.png'"), ("empty", "nothing")],
    ids=["one level too high", "another folder", "empty folder"],
)
def test_segments_dir_without_any_file_of_the_release_logs_one_warning(
    write_release: Any, tmp_path: Path, caplog: Any, kind: str, folder: str, content_in_warning: str
) -> None:
    release = write_release_and_folder(
        tmp_path, write_release, SMALL_IDS, gray_bitmap(SMALL_IDS, 8), bitmap(SMALL_IDS)
    )["release"]
    (tmp_path / "gone.jpg").write_bytes(jpeg((2, 2)))
    (tmp_path / "empty").mkdir()
    wrong_folder = tmp_path / folder
    if kind == "validate":
        segments_hf.validate(release, assets=True, segments_dir=wrong_folder)
    else:
        assert list(
            segments_hf.load_release(release, split="train", streaming=kind == "stream", segments_dir=wrong_folder)
        )
    (text,) = [record.getMessage() for record in caplog.records]
    assert "segments_dir" in text
    assert str(wrong_folder.resolve() / "jane_flowers" / "v1.0") in text
    assert content_in_warning in text


def test_warning_for_an_unused_segments_dir_counts_all_of_its_files(
    write_release: Any, tmp_path: Path, caplog: Any
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    folder = tmp_path / "other"
    folder.mkdir()
    for number in range(1200):
        (folder / f"{number:04}.txt").touch()
    segments_hf.load_release(write_release([sample("a.jpg", "a.jpg")]), segments_dir=folder)
    assert "contains '0000.txt', '0001.txt', '0002.txt', '0003.txt', '0004.txt', … 1195 more" in caplog.text


@pytest.mark.parametrize("missing", ["a.jpg", "a_label_ground-truth.png"])
def test_segments_dir_with_some_files_of_the_release_logs_no_warning(
    write_release: Any, tmp_path: Path, caplog: Any, missing: str
) -> None:
    options = write_release_and_folder(tmp_path, write_release, SMALL_IDS, gray_bitmap(SMALL_IDS, 8), bitmap(SMALL_IDS))
    (tmp_path / "gone.jpg").write_bytes(jpeg((2, 2)))
    (options["segments_dir"] / "jane_flowers/v1.0" / missing).unlink()
    assert len(segments_hf.load_release(**options, split="train")) == 1
    assert not caplog.records


def test_segments_dir_without_files_of_the_release_logs_no_warning_if_no_assets_are_loaded(
    write_release: Any, tmp_path: Path, caplog: Any
) -> None:
    options = write_release_and_folder(tmp_path, write_release, SMALL_IDS, gray_bitmap(SMALL_IDS, 8), None) | {
        "segments_dir": tmp_path
    }
    assert len(segments_hf.load_release(**options, split="train", load_assets=False)) == 1
    assert not caplog.records
