"""The demo release has several statuses, two categories and small and large ids, and its files are small."""

from __future__ import annotations

from collections import Counter

import numpy as np
from PIL import Image, ImageOps

from segments_hf.bitmaps import decode_bitmap
from segments_hf.demo import demo_release
from segments_hf.release import Release


def test_demo_release_has_four_statuses_and_two_categories() -> None:
    release = Release.open(demo_release())
    assert Counter(sample.status("ground-truth") for sample in release) == {
        "LABELED": 3,
        "REVIEWED": 3,
        "SKIPPED": 1,
        "UNLABELED": 1,
    }
    assert [category.name for category in release.categories] == ["flower", "leaf"]


def test_bitmaps_contain_the_ids_of_their_annotations_and_no_other_ids() -> None:
    folder = demo_release().parent
    largest_ids = []
    for sample in Release.open(demo_release()):
        label = sample.label("ground-truth")
        with Image.open(folder / sample.images[0].image.url) as stored:
            image = ImageOps.exif_transpose(stored)
        if label is None or not label.annotations:
            continue
        bitmap = decode_bitmap(folder / label.attributes.segmentation_bitmap.url)
        assert bitmap.shape == (image.height, image.width)
        assert set(np.unique(bitmap)) - {0} == {annotation.id for annotation in label.annotations}
        largest_ids.append(int(bitmap.max()))
    assert any(255 < id_ < 65536 for id_ in largest_ids)
    assert any(id_ > 65535 for id_ in largest_ids)


def test_files_of_the_demo_release_are_smaller_than_500_kb() -> None:
    folder = demo_release().parent
    files = [file for pattern in ("*.json", "images/*", "labels/*") for file in folder.glob(pattern)]
    assert sum(file.stat().st_size for file in files) < 500_000
