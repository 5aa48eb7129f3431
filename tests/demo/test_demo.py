"""The demo release holds what the demo is to show."""

from __future__ import annotations

from collections import Counter

import numpy as np
from PIL import Image, ImageOps

from segments_hf.bitmaps import decode_bitmap
from segments_hf.demo import demo_release
from segments_hf.release import Release


def test_statuses_and_classes() -> None:
    release = Release.open(demo_release())
    assert Counter(sample.status("ground-truth") for sample in release) == {
        "LABELED": 3,
        "REVIEWED": 3,
        "SKIPPED": 1,
        "UNLABELED": 1,
    }
    assert [category.name for category in release.categories] == ["flower", "leaf"]


def test_bitmaps_hold_the_annotations_and_nothing_else() -> None:
    folder = demo_release().parent
    highest = []
    for sample in Release.open(demo_release()):
        label = sample.label("ground-truth")
        with Image.open(folder / sample.images[0].image.url) as stored:
            image = ImageOps.exif_transpose(stored)
        if label is None or not label.annotations:
            continue
        bitmap = decode_bitmap(folder / label.attributes.segmentation_bitmap.url)
        assert bitmap.shape == (image.height, image.width)
        assert set(np.unique(bitmap)) - {0} == {annotation.id for annotation in label.annotations}
        highest.append(int(bitmap.max()))
    assert any(255 < id_ < 65536 for id_ in highest)
    assert any(id_ > 65535 for id_ in highest)


def test_small() -> None:
    folder = demo_release().parent
    files = [file for file in folder.rglob("*") if file.suffix in {".json", ".jpg", ".png"}]
    assert sum(file.stat().st_size for file in files) < 500_000
