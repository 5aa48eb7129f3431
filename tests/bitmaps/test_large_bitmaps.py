"""Large bitmaps, which are processed in bands of rows, give the same results as small bitmaps."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from images.bitmap_files import encoded
from PIL import Image

from segments_hf.bitmaps import boxes, decode_bitmap, encode_bitmap, encode_mask, panoptic, present_ids, rle
from segments_hf.bitmaps.value_table import MaskValues, look_up

SIDE = 1500  # pixels: 35 bands


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    random = np.random.default_rng(3)
    blocks = random.choice([0, 1, 7, 70_000, 2**24 - 1], (SIDE // 30, SIDE // 25))
    whole = blocks.repeat(30, axis=0).repeat(25, axis=1).astype(np.uint32)
    whole[random.integers(0, SIDE, 2000), random.integers(0, SIDE, 2000)] = 9
    return whole


def test_boxes_of_large_bitmap_match_numpy(ids: np.ndarray) -> None:
    found = boxes(ids)
    assert found.ids.tolist() == present_ids(ids).tolist() == [1, 7, 9, 70_000, 2**24 - 1]
    for number, area, (left, top, width, height) in zip(*(part.tolist() for part in found), strict=True):
        rows, columns = np.nonzero(ids == number)
        assert area == len(rows)
        assert (left, top) == (columns.min(), rows.min())
        assert (left + width, top + height) == (columns.max() + 1, rows.max() + 1)


def test_large_bitmap_without_objects_has_no_boxes() -> None:
    found = boxes(np.zeros((SIDE, SIDE), np.uint32))
    assert [len(part) for part in found] == [0, 0, 0]


def test_rle_of_large_bitmap_matches_pycocotools(ids: np.ndarray) -> None:
    from pycocotools import mask as coco

    for number, counts in zip((found := rle(ids)).ids.tolist(), found.counts, strict=True):
        assert counts == coco.encode(np.asfortranarray(ids == number))["counts"]


@pytest.mark.parametrize("otherwise", [0, 255])
def test_masks_of_large_bitmap_have_the_value_of_each_id(ids: np.ndarray, otherwise: int) -> None:
    values = MaskValues({1: 3, 70_000: 300, 2**24 - 1: 5}, otherwise)
    expected = np.full(ids.shape, otherwise)
    for number, value in values.of_id.items():
        expected[ids == number] = value
    mask = look_up(ids, *values)
    np.testing.assert_array_equal(mask, expected)
    content = encode_mask(ids, values=values)
    assert content == encode_mask(mask)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), expected)


@pytest.mark.parametrize("alpha", [False, True])
def test_encoded_large_bitmap_is_decoded_to_the_same_ids(ids: np.ndarray, alpha: bool) -> None:
    content = encode_bitmap(ids, alpha=alpha)
    picture = Image.open(io.BytesIO(content))
    np.testing.assert_array_equal(decode_bitmap(picture), ids)
    assert not alpha or (np.asarray(picture)[..., 3] == 255).all()
    values = MaskValues({1: 7, 9: 0})
    assert encode_bitmap(ids, alpha=alpha, values=values) == encode_bitmap(look_up(ids, *values), alpha=alpha)


def test_panoptic_of_large_bitmap_measures_merged_segments(ids: np.ndarray) -> None:
    annotations = [{"id": number, "category": number % 2} for number in (1, 7, 9, 70_000, 2**24 - 1)]
    segments, infos = panoptic(ids, annotations, stuff=[1])
    found = boxes(segments)
    assert {info["id"] for info in infos} == set(found.ids.tolist()) == {1, 70_000}
    for info in infos:
        index = found.ids.tolist().index(info["id"])
        assert (info["area"], info["bbox"]) == (found.areas[index], found.xywh[index].tolist())


@pytest.mark.slow
@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize("kind", ["RGBA", "RGB", "16-bit gray", "gray", "palette", "TIFF"])
def test_decode_bitmap_reads_large_files(kind: str, ids: np.ndarray) -> None:
    large = np.tile(ids, (3, 3))
    if kind in {"RGBA", "RGB", "TIFF"}:
        picture = Image.open(io.BytesIO(encode_bitmap(large, alpha=kind == "RGBA")))
    else:
        large = large % 251
        picture = Image.fromarray(large.astype(np.uint16 if kind == "16-bit gray" else np.uint8))
    if kind == "palette":
        picture.putpalette([channel for red in range(256) for channel in (red, 0, 0)])
    content = encoded(picture, "TIFF" if kind == "TIFF" else "PNG", compression=None)
    np.testing.assert_array_equal(decode_bitmap(content, known_ids=range(256)), large)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc exists on Linux only")
def test_processing_a_large_bitmap_needs_less_than_1_gib_of_memory(write_release, tmp_path: Path) -> None:
    """A bitmap of 13,000 x 13,000 pixels is loaded, converted to masks, exported to COCO and validated."""
    side = 13_000
    Image.new("L", (side, side)).save(tmp_path / "image.jpg")
    ids = np.zeros((side, side), np.uint8)
    ids[100:5000, 300:9000] = 7
    ids[6000:, 5000:12000:2] = 9
    Image.fromarray(ids).save(tmp_path / "bitmap.png", compress_level=1)
    del ids
    annotations = [{"id": 7, "category_id": 1}, {"id": 9, "category_id": 1}]
    attributes = {"annotations": annotations, "segmentation_bitmap": {"url": "bitmap.png"}}
    label = {"label_status": "LABELED", "attributes": attributes}
    sample = {"name": "a.jpg", "attributes": {"image": {"url": "image.jpg"}}, "labels": {"ground-truth": label}}
    release = write_release([sample], path=tmp_path / "release.json")
    code = f"""
        import warnings
        import segments_hf
        from process_memory import peak_memory
        warnings.simplefilter("ignore")  # Pillow warns about large pictures
        release = {str(release)!r}
        segments_hf.add_instance_masks(segments_hf.add_panoptic_masks(segments_hf.load_release(release, split="train")))
        segments_hf.export_dataset(release, "coco-instance", {str(tmp_path / "coco")!r}, images="none")
        assert not segments_hf.validate(release, assets=True).errors
        print(peak_memory())
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.splitlines()[-1]) < 2**30
